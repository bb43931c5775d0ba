"""Microinverters: each a device with a serial number of its own, reached through the gateway."""

from typing import Final

from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import EntityCategory, UnitOfPower
from homeassistant.helpers.device_registry import DeviceInfo

from ..site import SiteInverter
from .kind import DeviceKind, SensorDescription

# Enough of a serial number to find the inverter on the roof plan, and short enough for a name.
_SHORT_SERIAL: Final = 6

# A large roof of a home. Beyond it the powers of single inverters are hardly looked at one by one, and each of them is
# a state to write every five minutes and a statistic to keep for ever; the site's production tells their sum.
_ENABLED_UP_TO: Final = 60

_SENSORS: Final[tuple[SensorDescription[SiteInverter], ...]] = (
    SensorDescription(
        key="power",
        need="inverters",
        device_class=SensorDeviceClass.POWER,
        native_unit_of_measurement=UnitOfPower.WATT,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        value_fn=lambda inverter: inverter.power,
    ),
    SensorDescription(
        key="max_power",
        translation_key="max_power",
        need="inverters",
        device_class=SensorDeviceClass.POWER,
        native_unit_of_measurement=UnitOfPower.WATT,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda inverter: inverter.max_power,
    ),
    SensorDescription(
        key="last_report",
        translation_key="last_report",
        need="inverters",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda inverter: inverter.last_report,
    ),
)


def _describe(serial: str, _: SiteInverter) -> DeviceInfo:
    return DeviceInfo(
        model="Microinverter",
        translation_key="inverter",
        translation_placeholders={"number": serial[-_SHORT_SERIAL:]},
        serial_number=serial,
    )


INVERTER: Final = DeviceKind[SiteInverter](
    name="inverters",
    listed_by="inverters",
    subjects=lambda data: data.site.inverters,
    describe=_describe,
    entities=_SENSORS,
    enabled_up_to=_ENABLED_UP_TO,
)
