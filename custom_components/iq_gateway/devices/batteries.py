"""All batteries of a site together: sensors of the gateway."""

from collections.abc import Callable, Mapping
from typing import Final

from homeassistant.components.binary_sensor import BinarySensorDeviceClass
from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import PERCENTAGE, EntityCategory, UnitOfTime

from ..coordinator import IQGatewayData
from ..site import BatteryMode, Part
from .kind import BinarySensorDescription, EnergySensorDescription, SensorDescription, Value, is_read


def _has(*parts: Part) -> Callable[[IQGatewayData], bool]:
    """Return what tells whether a site has batteries, and one of these parts besides."""
    return lambda data: Part.BATTERY in data.site.parts and not data.site.parts.isdisjoint(parts)


_has_power: Final = is_read("battery_power", Part.BATTERY)


def _has_time(data: IQGatewayData) -> bool:
    """Tell whether there is a power, and a capacity that it goes on or off."""
    return _has_power(data) and Part.BATTERY_CAPACITY in data.site.parts


def _time(key: str, value_fn: Callable[[IQGatewayData], Value]) -> SensorDescription[IQGatewayData]:
    """Return the sensor of how long it takes, in hours."""
    return SensorDescription(
        key=key,
        translation_key=key,
        need="battery_time",
        device_class=SensorDeviceClass.DURATION,
        native_unit_of_measurement=UnitOfTime.HOURS,
        suggested_display_precision=1,
        exists_fn=_has_time,
        value_fn=value_fn,
    )


def _changed_in(data: IQGatewayData) -> Mapping[str, Value]:
    """Tell who has not found it among the controls where it is changed: on newer firmware in Enphase's app alone."""
    storage = data.site.settings.storage
    return {} if storage is None or storage.obeys else {"changed_in": "enphase_app"}


BATTERY_SENSORS: Final[tuple[SensorDescription[IQGatewayData], ...]] = (
    SensorDescription(
        key="battery_level",
        translation_key="battery_level",
        need="battery_level",
        device_class=SensorDeviceClass.BATTERY,
        native_unit_of_measurement=PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        exists_fn=_has(Part.LIVE, Part.BATTERY_CONTROL),
        value_fn=lambda data: data.site.battery.level,
    ),
    SensorDescription(
        key="battery_reserve",
        translation_key="battery_reserve",
        need="battery_level",
        native_unit_of_measurement=PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        exists_fn=_has(Part.LIVE, Part.BATTERY_CONTROL),
        value_fn=lambda data: data.site.battery.reserve,
        attributes_fn=_changed_in,
    ),
    EnergySensorDescription(
        key="battery_stored_energy",
        translation_key="battery_stored_energy",
        need="battery_level",
        device_class=SensorDeviceClass.ENERGY_STORAGE,
        state_class=SensorStateClass.MEASUREMENT,
        exists_fn=_has(Part.LIVE, Part.BATTERY_CONTROL),
        value_fn=lambda data: data.site.battery.stored_energy,
    ),
    SensorDescription(
        key="battery_mode",
        translation_key="battery_mode",
        need="live",
        device_class=SensorDeviceClass.ENUM,
        options=list(BatteryMode),
        exists_fn=_has(Part.LIVE),
        value_fn=lambda data: data.site.battery.mode,
        attributes_fn=_changed_in,
    ),
    EnergySensorDescription(
        key="battery_capacity",
        translation_key="battery_capacity",
        need="battery_control",
        device_class=SensorDeviceClass.ENERGY_STORAGE,
        state_class=SensorStateClass.MEASUREMENT,
        entity_category=EntityCategory.DIAGNOSTIC,
        exists_fn=_has(Part.BATTERY_CAPACITY),
        value_fn=lambda data: data.site.battery.capacity,
    ),
    SensorDescription(
        key="battery_health",
        translation_key="battery_health",
        need="battery_control",
        native_unit_of_measurement=PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        entity_category=EntityCategory.DIAGNOSTIC,
        exists_fn=_has(Part.BATTERY_HEALTH),
        value_fn=lambda data: data.site.battery.health,
    ),
    _time("battery_time_to_empty", lambda data: data.site.battery.time_to_empty),
    _time("battery_time_to_full", lambda data: data.site.battery.time_to_full),
    EnergySensorDescription(
        key="battery_reserve_energy",
        translation_key="battery_reserve_energy",
        need="battery_control",
        device_class=SensorDeviceClass.ENERGY_STORAGE,
        state_class=SensorStateClass.MEASUREMENT,
        entity_registry_enabled_default=False,
        exists_fn=_has(Part.BATTERY_CONTROL),
        value_fn=lambda data: data.site.battery.reserve_energy,
    ),
    SensorDescription(
        key="battery_shutdown_level",
        translation_key="battery_shutdown_level",
        need="battery_control",
        native_unit_of_measurement=PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        exists_fn=_has(Part.SHUTDOWN_LEVEL),
        value_fn=lambda data: data.site.battery.shutdown_level,
    ),
)

BATTERY_BINARY_SENSORS: Final[tuple[BinarySensorDescription[IQGatewayData], ...]] = (
    BinarySensorDescription(
        key="battery_charging",
        translation_key="battery_charging",
        need="battery_power",
        device_class=BinarySensorDeviceClass.BATTERY_CHARGING,
        exists_fn=_has_power,
        value_fn=lambda data: data.site.battery.charging,
    ),
    BinarySensorDescription(
        key="battery_grid_charging_allowed",
        translation_key="battery_grid_charging_allowed",
        need="battery_schedule",
        entity_registry_enabled_default=False,
        exists_fn=_has(Part.BATTERY_CONTROL),
        value_fn=lambda data: data.site.battery.grid_charging_allowed,
    ),
)
