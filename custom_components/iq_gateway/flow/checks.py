"""What the flow asks of the network before it believes what somebody typed or a broadcast claims."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
import re
from typing import Final
from urllib.parse import urlsplit

from aiohttp import DummyCookieJar
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import AbortFlow
from homeassistant.helpers.aiohttp_client import async_create_clientsession

from ..client.errors import GatewayError, TokenRejected, WrongGateway
from ..client.gateway import Gateway
from ..client.tls import Pin
from ..client.token import AccessToken
from ..site.moment import moment

# The reason to go no further with a gateway older than firmware 7.
LEGACY: Final = "legacy_firmware"

# The gateway speaks http on port 80 at best, and never to us.
_DEFAULT_PORTS: Final = (None, 80, 443)
# One label of a name; underscores are no good style, but people name their machines so.
_LABEL: Final = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?", re.ASCII)


class InvalidHost(ValueError):
    """What was typed is neither a name nor an address."""


class ClockWrong(GatewayError):
    """The gateway rejects a good token because by its own clock the token's life is over, or has not begun."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundGateway:
    """A gateway that answered, and what it showed of its certificate."""

    host: str
    serial: str
    pin: Pin


def normalize_host(text: str) -> str:
    """Make "name", "address", "name:port" or "[IPv6]:port" of what people type or copy from their browser.

    Raises:
        InvalidHost: it cannot be an address.
    """
    text = text.strip().lower()
    if _is_ip(text, version=6):
        text = f"[{text}]"
    try:
        url = urlsplit(text if "://" in text else f"https://{text}")
        name, port = url.hostname or "", url.port
    except ValueError as err:
        raise InvalidHost("no address") from err
    # Neither a user's name nor the interface of a link-local address has a place here.
    if url.scheme not in ("http", "https") or "@" in url.netloc or "%" in url.netloc:
        raise InvalidHost("no address of a gateway")
    if _is_ip(name, version=6):
        name = f"[{name}]"
    elif not _is_name(name):
        raise InvalidHost("no name")
    return name if port in _DEFAULT_PORTS else f"{name}:{port}"


def _is_ip(text: str, *, version: int) -> bool:
    try:
        return ip_address(text).version == version
    except ValueError:
        return False


def _is_name(text: str) -> bool:
    """Tell a host name or an IPv4 address; resolvers would make 192.168.0.1 of "192.168.1"."""
    labels = text.removesuffix(".").split(".")
    return _is_ip(text, version=4) if labels[-1].isdigit() else all(_LABEL.fullmatch(label) for label in labels)


@contextmanager
def gateway_client(
    hass: HomeAssistant, host: str, *, token: str | None = None, pin: Pin | None = None
) -> Generator[Gateway]:
    """Talk to a gateway for a moment."""
    session = async_create_clientsession(hass, verify_ssl=False, auto_cleanup=False, cookie_jar=DummyCookieJar())
    try:
        yield Gateway(session, host, token=token, pin=pin)
    finally:
        session.detach()


async def async_find_gateway(hass: HomeAssistant, host: str, *, serial: str | None = None) -> FoundGateway:
    """Find out which gateway answers at an address, without telling it anything secret.

    Raises:
        InvalidHost: it is no address.
        WrongGateway: it has another serial number than the given one.
        GatewayError: nothing answers, or something that is no gateway.
        AbortFlow: it is older than firmware 7, which knows no tokens (gateway-api.md 2).
    """
    host = normalize_host(host)
    with gateway_client(hass, host) as gateway:
        info = await gateway.info()
    if not info.web_tokens:
        raise AbortFlow(LEGACY)
    if serial is not None and info.serial != serial:
        raise WrongGateway("another gateway answers at the address")
    return FoundGateway(host=host, serial=info.serial, pin=gateway.pin or Pin(fingerprint=""))


async def async_verify_token(hass: HomeAssistant, found: FoundGateway, token: AccessToken) -> None:
    """Have the gateway tell whether it accepts a token.

    Raises:
        CertificateChanged: another peer answers than the one that was found; it did not get the token.
        ClockWrong: the token would be good, were it not for the gateway's clock.
        GatewayError: rejected, or not answered.
    """
    with gateway_client(hass, found.host, token=token.raw, pin=found.pin) as gateway:
        info = await gateway.info()
        try:
            await gateway.check_token()
        except TokenRejected as err:
            now = moment(info.time)
            if now is None or token.issued <= now < token.expires:
                raise
            raise ClockWrong("the gateway's clock is outside of the token's life") from err
