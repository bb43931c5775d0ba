"""Enphase IQ Gateway for Home Assistant."""

from aiohttp import DummyCookieJar
from homeassistant.const import CONF_HOST, CONF_TOKEN, Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ConfigEntryAuthFailed
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.aiohttp_client import async_create_clientsession

from .client.errors import TokenMalformed
from .client.gateway import Gateway
from .const import CONF_FINGERPRINT, DOMAIN
from .coordinator import IQGatewayConfigEntry, IQGatewayCoordinator, IQGatewayData
from .devices import async_register_gateway, is_listed

PLATFORMS: list[Platform] = [Platform.BINARY_SENSOR, Platform.SENSOR]


async def async_setup_entry(hass: HomeAssistant, entry: IQGatewayConfigEntry) -> bool:
    """Set up a gateway: talk to it, read it for the first time, then bring up its device and entities."""
    # No cookies: the token goes with each request, and a cookie would open the gateway without it.
    session = async_create_clientsession(hass, verify_ssl=False, cookie_jar=DummyCookieJar())
    try:
        gateway = Gateway(
            session, entry.data[CONF_HOST], token=entry.data[CONF_TOKEN], fingerprint=entry.data[CONF_FINGERPRINT]
        )
    except TokenMalformed as err:
        raise ConfigEntryAuthFailed(translation_domain=DOMAIN, translation_key="token_rejected") from err

    coordinator = IQGatewayCoordinator(hass, entry, gateway)
    await coordinator.async_config_entry_first_refresh()

    device = async_register_gateway(hass, coordinator)
    entry.runtime_data = IQGatewayData(coordinator=coordinator, device_id=device.id)
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    return True


async def async_unload_entry(hass: HomeAssistant, entry: IQGatewayConfigEntry) -> bool:
    """Unload a gateway; what it was being asked ends with it."""
    return await hass.config_entries.async_unload_platforms(entry, PLATFORMS)


async def async_remove_config_entry_device(
    hass: HomeAssistant,  # noqa: ARG001
    entry: IQGatewayConfigEntry,
    device: dr.DeviceEntry,
) -> bool:
    """Let the user remove a device that the gateway no longer lists."""
    return not is_listed(entry.runtime_data.coordinator, device)
