"""Devices in Home Assistant's registry: the gateway first, and what is reached through it."""

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr

from ..const import DOMAIN, MANUFACTURER
from ..coordinator import IQGatewayCoordinator


@callback
def async_register_gateway(hass: HomeAssistant, coordinator: IQGatewayCoordinator) -> dr.DeviceEntry:
    """Register the gateway before anything that is reached through it; follow its firmware from then on."""
    registry = dr.async_get(hass)
    entry = coordinator.config_entry

    def register() -> dr.DeviceEntry:
        info = coordinator.info
        return registry.async_get_or_create(
            config_entry_id=entry.entry_id,
            identifiers={(DOMAIN, coordinator.serial)},
            manufacturer=MANUFACTURER,
            model="IQ Gateway",
            model_id=info.part_number if info else None,
            name=entry.title,
            serial_number=coordinator.serial,
            sw_version=info.software if info else None,
            # The page that all firmware has; that at the root is gone from 8.3.5286 on.
            configuration_url=coordinator.gateway.home_page,
        )

    firmware = coordinator.info.software if coordinator.info else None

    @callback
    def async_follow_firmware() -> None:
        nonlocal firmware
        if coordinator.info and coordinator.info.software != firmware:
            firmware = coordinator.info.software
            register()

    entry.async_on_unload(coordinator.async_add_listener(async_follow_firmware))
    return register()


@callback
def async_register(coordinator: IQGatewayCoordinator, info: dr.DeviceInfo) -> bool:
    """Register a device for a gateway; tell whether it is the gateway's, rather than another one's.

    What two gateways list, such as an inverter that an installer moved from one to the other, stays with the one that
    had it first: its unique ids are free of the gateway, so that there can be only one of each. It goes over once the
    user removes it there.
    """
    registry, entry = dr.async_get(coordinator.hass), coordinator.config_entry
    (identifier,) = info["identifiers"]
    owners = {
        other.entry_id: device
        for other in coordinator.hass.config_entries.async_entries(DOMAIN, include_disabled=False)
        if (device := registry.async_get_device_by_identifier(identifier, other.entry_id))
    }
    first = min(owners, key=lambda entry_id: (owners[entry_id].created_at, entry_id), default=entry.entry_id)
    if first != entry.entry_id:
        return False
    registry.async_get_or_create(config_entry_id=entry.entry_id, **info)
    return True
