"""IQ Batteries: each a device with a serial number of its own, reached through the gateway."""

from dataclasses import replace
from typing import Final

from homeassistant.components.binary_sensor import BinarySensorDeviceClass
from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import (
    PERCENTAGE,
    EntityCategory,
    UnitOfApparentPower,
    UnitOfTemperature,
)
from homeassistant.helpers.device_registry import DeviceInfo

from ..site import SiteIQBattery
from .common import communicating, last_report, numbered, power, temperature
from .kind import (
    BinarySensorDescription,
    DeviceKind,
    EnergySensorDescription,
    IQGatewayDescription,
    SensorDescription,
)

# By part number without its revision (gateway-api.md 14.2).
_MODELS: Final = {
    "830-00703": "Encharge 3",
    "830-01760": "IQ Battery 3T",
    "836-00750": "IQ Battery 3/10",
    "836-01826": "IQ Battery 5P",
    "836-01890": "IQ Battery 5P",
    "839-01926": "IQ Battery 5P",
    "836-00500": "IQ Battery 5P",
    "836-00502": "IQ Battery 5P",
    "836-01250": "IQ Battery 10C",
}
_ANY_MODEL: Final = "IQ Battery"


def _tells_power(battery: SiteIQBattery) -> bool:
    return battery.tells_power


_SENSORS: Final[tuple[SensorDescription[SiteIQBattery], ...]] = (
    SensorDescription(
        key="level",
        need="iq_battery_level",
        device_class=SensorDeviceClass.BATTERY,
        native_unit_of_measurement=PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        value_fn=lambda battery: battery.level,
    ),
    replace(power(lambda battery: battery.power, need="iq_battery_power"), exists_fn=_tells_power),
    SensorDescription(
        key="apparent_power",
        need="iq_battery_power",
        device_class=SensorDeviceClass.APPARENT_POWER,
        native_unit_of_measurement=UnitOfApparentPower.VOLT_AMPERE,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        entity_registry_enabled_default=False,
        exists_fn=_tells_power,
        value_fn=lambda battery: battery.apparent_power,
    ),
    EnergySensorDescription(
        key="available_energy",
        translation_key="available_energy",
        need="iq_battery_level",
        device_class=SensorDeviceClass.ENERGY_STORAGE,
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda battery: battery.available_energy,
    ),
    EnergySensorDescription(
        key="capacity",
        translation_key="capacity",
        need="inventory",
        device_class=SensorDeviceClass.ENERGY_STORAGE,
        state_class=SensorStateClass.MEASUREMENT,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda battery: battery.capacity,
    ),
    temperature(lambda battery: battery.temperature, need="inventory"),
    SensorDescription(
        key="max_cell_temperature",
        translation_key="max_cell_temperature",
        need="inventory",
        device_class=SensorDeviceClass.TEMPERATURE,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda battery: battery.max_cell_temperature,
    ),
    last_report(lambda battery: battery.last_report, need="inventory"),
)

_BINARY_SENSORS: Final[tuple[BinarySensorDescription[SiteIQBattery], ...]] = (
    communicating(lambda battery: battery.communicating, need="inventory"),
    BinarySensorDescription(
        key="problem",
        translation_key="battery_problem",
        need="inventory",
        device_class=BinarySensorDeviceClass.PROBLEM,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda battery: battery.problem,
        attributes_fn=lambda battery: {"conditions": ", ".join(battery.conditions or ()) or None},
    ),
    BinarySensorDescription(
        key="dc_switch",
        translation_key="dc_switch",
        need="inventory",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda battery: battery.dc_switch,
    ),
)

_ENTITIES: Final[tuple[IQGatewayDescription[SiteIQBattery], ...]] = (*_SENSORS, *_BINARY_SENSORS)


def _describe(serial: str, battery: SiteIQBattery) -> DeviceInfo:
    return DeviceInfo(
        model=_MODELS.get((battery.part_number or "")[:9], _ANY_MODEL),
        model_id=battery.part_number,
        translation_key="iq_battery",
        translation_placeholders=numbered(serial),
        serial_number=serial,
    )


IQ_BATTERY: Final = DeviceKind[SiteIQBattery](
    name="iq_batteries",
    listed_by="inventory",
    subjects=lambda data: data.site.iq_batteries,
    describe=_describe,
    entities=_ENTITIES,
)
