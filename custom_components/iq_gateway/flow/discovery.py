"""What broadcasts tell of gateways, and what of it to believe (gateway-api.md 16)."""

from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_HOST
from homeassistant.core import HomeAssistant, callback
from homeassistant.data_entry_flow import AbortFlow
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo

from ..client.errors import GatewayError
from ..const import CONF_FINGERPRINT, CONF_SERIAL, DOMAIN
from .checks import LEGACY, gateway_client, normalize_host

_FIRST_FIRMWARE_WITH_TOKENS: Final = 7


def read_announcement(info: ZeroconfServiceInfo) -> tuple[str, str]:
    """Return the host and the serial number that a gateway announces; `AbortFlow` if it is none for us.

    An unused Ethernet port announces 169.254.120.1. IPv4 goes first: an IPv6 address that a router delegates comes and
    goes with the provider's prefix.
    """
    addresses = [address for address in info.ip_addresses if not address.is_link_local]
    if not addresses:
        raise AbortFlow("link_local_address")
    serial = info.properties.get("serialnum")
    if not serial:
        raise AbortFlow("not_a_gateway")
    major = str(info.properties.get("protovers")).partition(".")[0]
    if major.isdecimal() and int(major) < _FIRST_FIRMWARE_WITH_TOKENS:
        raise AbortFlow(LEGACY)
    address = min(addresses, key=lambda address: address.version)
    host = normalize_host(str(address))
    return normalize_host(f"{host}:{info.port}") if info.port else host, str(serial)


async def async_has_moved(hass: HomeAssistant, entry: ConfigEntry, host: str) -> bool:
    """Tell whether an entry's gateway answers at another address, and no longer at the one we know.

    A gateway on Wi-Fi and Ethernet announces both addresses, in turns: as long as the known one works, it stays. Who
    shows another certificate than the pinned one is not followed; anybody can broadcast.
    """
    known: str | None = entry.data.get(CONF_HOST)  # an ignored entry has none
    if known is None or known == host or await _answers(hass, entry, known):
        return False
    return await _answers(hass, entry, host)


async def _answers(hass: HomeAssistant, entry: ConfigEntry, host: str) -> bool:
    """Tell whether the entry's own gateway answers at an address."""
    serial: str = entry.data[CONF_SERIAL]
    with gateway_client(hass, host, fingerprint=entry.data[CONF_FINGERPRINT]) as gateway:
        try:
            info = await gateway.info()
        except GatewayError:
            return False
    return info.serial == serial


@callback
def async_remember_mac(hass: HomeAssistant, entry: ConfigEntry, mac: str) -> None:
    """Note a gateway's MAC address, by which Home Assistant then recognizes it at any other address.

    None of the answers that we read tells it.
    """
    registry = dr.async_get(hass)
    for device in dr.async_entries_for_config_entry(registry, entry.entry_id):
        if (DOMAIN, entry.unique_id) in device.identifiers:
            connections = {*device.connections, (dr.CONNECTION_NETWORK_MAC, dr.format_mac(mac))}
            registry.async_update_device(device.id, new_connections=connections)
