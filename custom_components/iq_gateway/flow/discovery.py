"""What broadcasts tell of gateways, and what of it to believe (gateway-api.md 16)."""

import re
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_HOST
from homeassistant.core import HomeAssistant, callback
from homeassistant.data_entry_flow import AbortFlow
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo

from ..certificate import pin_of
from ..client.errors import GatewayError
from ..const import CONF_SERIAL, DOMAIN
from .checks import LEGACY, FoundGateway, gateway_client, normalize_host

_FIRST_FIRMWARE_WITH_TOKENS: Final = 7
# Whatever else somebody announces would become the name of a flow, on everybody's screen.
_SERIAL: Final = re.compile(r"\d{12}", re.ASCII)


def read_announcement(info: ZeroconfServiceInfo) -> tuple[str, str]:
    """Return the host and the serial number that a gateway announces; `AbortFlow` if it is none for us.

    An unused Ethernet port announces 169.254.120.1. IPv4 goes first: an IPv6 address that a router delegates comes and
    goes with the provider's prefix.
    """
    addresses = [address for address in info.ip_addresses if not address.is_link_local]
    if not addresses:
        raise AbortFlow("link_local_address")
    serial = checked_serial(str(info.properties.get("serialnum")))
    major = str(info.properties.get("protovers")).partition(".")[0]
    if major.isdecimal() and int(major) < _FIRST_FIRMWARE_WITH_TOKENS:
        raise AbortFlow(LEGACY)
    address = min(addresses, key=lambda address: address.version)
    host = normalize_host(str(address))
    return normalize_host(f"{host}:{info.port}") if info.port else host, serial


def checked_serial(serial: str) -> str:
    """Return a serial number that nobody has vouched for, if it is one; `AbortFlow` if not."""
    if not _SERIAL.fullmatch(serial):
        raise AbortFlow("not_a_gateway")
    return serial


async def async_has_moved(hass: HomeAssistant, entry: ConfigEntry, host: str) -> bool:
    """Tell whether an entry's gateway answers at another address, and no longer at the one we know.

    A gateway on Wi-Fi and Ethernet announces both addresses, in turns: as long as the known one works, it stays. Who
    has neither the pinned certificate nor its key is not followed; anybody can broadcast.
    """
    known: str | None = entry.data.get(CONF_HOST)  # an ignored entry has none
    if known is None or known == host or await _answers(hass, entry, known):
        return False
    return await _answers(hass, entry, host)


async def _answers(hass: HomeAssistant, entry: ConfigEntry, host: str) -> bool:
    """Tell whether the entry's own gateway answers at an address."""
    serial: str = entry.data[CONF_SERIAL]
    with gateway_client(hass, host, pin=pin_of(entry)) as gateway:
        try:
            info = await gateway.info()
        except GatewayError:
            return False
    return info.serial == serial


@callback
def async_remember_mac(hass: HomeAssistant, entry: ConfigEntry, found: FoundGateway, mac: str) -> None:
    """Note the MAC address of an entry's own gateway, by which Home Assistant recognizes it at any other address.

    None of the answers that we read tells it. What somebody else announces is not noted, and one address takes the
    other's place, so that they do not add up.
    """
    if CONF_HOST not in entry.data or not pin_of(entry).admits(found.pin):
        return
    registry = dr.async_get(hass)
    for device in dr.async_entries_for_config_entry(registry, entry.entry_id):
        if (DOMAIN, entry.unique_id) in device.identifiers:
            connection = (dr.CONNECTION_NETWORK_MAC, dr.format_mac(mac))
            registry.async_update_device(device.id, new_connections={connection})
