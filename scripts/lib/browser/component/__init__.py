"""What the browser test needs inside Home Assistant: another cloud, announcements of no network, an entry of old.

A custom component of the test's own configuration, so that the integration has nothing in it for tests only.
"""

from ipaddress import ip_address
from types import MappingProxyType
from typing import Any, Final

from homeassistant.config_entries import SOURCE_USER, SOURCE_ZEROCONF, ConfigEntry
from homeassistant.core import Event, HomeAssistant
from homeassistant.helpers.importlib import async_import_module
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo
from homeassistant.helpers.typing import ConfigType
from homeassistant.loader import async_get_integration

DOMAIN: Final = "browser_test"
_TYPE: Final = "_enphase-envoy._tcp.local."


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Put the simulated cloud in the place of the real one, and take announcements as events."""
    cloud = await async_import_module(hass, "custom_components.iq_gateway.client.cloud")
    for name, url in config[DOMAIN].items():
        setattr(cloud, name, url)

    async def announce(event: Event[dict[str, Any]]) -> None:
        """Let a gateway be discovered."""
        info = ZeroconfServiceInfo(
            ip_address=ip_address(event.data["address"]),
            ip_addresses=[ip_address(event.data["address"])],
            port=event.data["port"],
            hostname="envoy.local.",
            type=_TYPE,
            name=f"envoy.{_TYPE}",
            properties={"serialnum": event.data["serial"], "protovers": event.data["firmware"]},
        )
        await hass.config_entries.flow.async_init("iq_gateway", context={"source": SOURCE_ZEROCONF}, data=info)

    async def add_built_in(event: Event[dict[str, Any]]) -> None:
        """Add an entry of the built-in integration: its own flow would ask the real cloud for a token."""
        serial = event.data["serial"]
        # The frontend is told of the entry as soon as it is there.
        await async_get_integration(hass, "enphase_envoy")
        entry = ConfigEntry(
            version=1,
            minor_version=1,
            domain="enphase_envoy",
            title=f"Envoy {serial}",
            data={
                "host": event.data["host"],
                "name": f"Envoy {serial}",
                "username": "owner@example.com",
                "password": "",
                "token": event.data["token"],
            },
            options={},
            source=SOURCE_USER,
            unique_id=serial,
            discovery_keys=MappingProxyType({}),
            subentries_data=(),
        )
        await hass.config_entries.async_add(entry)

    hass.bus.async_listen(f"{DOMAIN}_announce", announce)
    hass.bus.async_listen(f"{DOMAIN}_built_in", add_built_in)
    return True
