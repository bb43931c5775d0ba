"""The gateway as a device, and which devices are still there."""

from homeassistant.const import CONF_HOST
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr

from .const import DOMAIN, MANUFACTURER
from .coordinator import IQGatewayCoordinator
from .entity import meter_key


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
            configuration_url=f"https://{entry.data[CONF_HOST]}",
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


def is_listed(coordinator: IQGatewayCoordinator, device: dr.DeviceEntry) -> bool:
    """Tell whether a device is the gateway, or something that it still knows of."""
    site, serial = coordinator.data.site, coordinator.serial
    listed = {serial, *site.inverters, *(f"{serial}_{meter_key(measurement_type)}" for measurement_type in site.meters)}
    return any(domain == DOMAIN and identifier in listed for domain, identifier in device.identifiers)
