"""Has the cloud make a token, on Home Assistant's sessions."""

from aiohttp import DummyCookieJar
from homeassistant.const import __version__ as ha_version
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_create_clientsession
from homeassistant.loader import async_get_integration

from ..client.cloud import EnphaseCloud
from ..client.token import AccessToken
from ..const import DOMAIN


async def async_mint_token(hass: HomeAssistant, *, username: str, password: str, serial: str) -> AccessToken:
    """Sign in and have a token made for one gateway; errors of the `CloudError` family."""
    integration = await async_get_integration(hass, DOMAIN)
    # The client passes on the cookies that are needed, by itself.
    session = async_create_clientsession(hass, auto_cleanup=False, cookie_jar=DummyCookieJar())
    cloud = EnphaseCloud(session, user_agent=f"{DOMAIN}/{integration.version} HomeAssistant/{ha_version}")
    try:
        return await cloud.mint_token(username=username, password=password, serial=serial)
    finally:
        session.detach()
