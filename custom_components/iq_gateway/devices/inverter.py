"""Microinverters: each a device with a serial number of its own, reached through the gateway."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import (
    EntityCategory,
    UnitOfElectricCurrent,
    UnitOfElectricPotential,
    UnitOfFrequency,
    UnitOfPower,
    UnitOfTemperature,
)
from homeassistant.helpers.device_registry import DeviceInfo

from ..site import InverterDetails, SiteInverter
from .common import last_report, numbered, power
from .kind import DeviceKind, EnergySensorDescription, LifetimeEnergyDescription, SensorDescription

# A large roof of a home. Beyond it the powers of single inverters are hardly looked at one by one, and each of them is
# a state to write every five minutes and a statistic to keep for ever; the site's production tells their sum.
_ENABLED_UP_TO: Final = 60

_SENSORS: Final[tuple[SensorDescription[SiteInverter], ...]] = (
    power(lambda inverter: inverter.power, need="inverters"),
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
    last_report(lambda inverter: inverter.last_report, need="inverters"),
)

type Figure = Callable[[InverterDetails], float | None]
type Detail = tuple[str, str | None, SensorDeviceClass | None, str | None, int, Figure]

_VOLT: Final = UnitOfElectricPotential.VOLT
_AMPERE: Final = UnitOfElectricCurrent.AMPERE

# What the last report tells besides power: key, name, class, unit, digits, value.
_DETAILS: Final[tuple[Detail, ...]] = (
    ("dc_voltage", "dc_voltage", SensorDeviceClass.VOLTAGE, _VOLT, 1, lambda details: details.dc_voltage),
    ("dc_current", "dc_current", SensorDeviceClass.CURRENT, _AMPERE, 2, lambda details: details.dc_current),
    ("ac_voltage", "ac_voltage", SensorDeviceClass.VOLTAGE, _VOLT, 1, lambda details: details.ac_voltage),
    ("ac_current", "ac_current", SensorDeviceClass.CURRENT, _AMPERE, 2, lambda details: details.ac_current),
    ("frequency", None, SensorDeviceClass.FREQUENCY, UnitOfFrequency.HERTZ, 2, lambda details: details.frequency),
    (
        "temperature",
        None,
        SensorDeviceClass.TEMPERATURE,
        UnitOfTemperature.CELSIUS,
        0,
        lambda details: details.temperature,
    ),
    ("signal", "signal", None, None, 0, lambda details: details.signal),
)


def _has_details(inverter: SiteInverter) -> bool:
    return inverter.has_details


def _detail(value: Figure, inverter: SiteInverter) -> float | None:
    return value(inverter.details)


def _details() -> Iterator[SensorDescription[SiteInverter]]:
    """Return the sensors that are read one device at a time; all are off until somebody wants them."""
    yield LifetimeEnergyDescription(
        key="energy",
        need="device_data",
        entity_registry_enabled_default=False,
        exists_fn=_has_details,
        counter_fn=lambda inverter: inverter.details.energy,
    )
    yield EnergySensorDescription(
        key="energy_today",
        translation_key="energy_today",
        need="device_data",
        entity_registry_enabled_default=False,
        exists_fn=_has_details,
        value_fn=lambda inverter: inverter.details.energy_today,
    )
    for key, name, device_class, unit, digits, value in _DETAILS:
        yield SensorDescription(
            key=key,
            translation_key=name,
            need="device_data",
            device_class=device_class,
            native_unit_of_measurement=unit,
            state_class=SensorStateClass.MEASUREMENT,
            suggested_display_precision=digits,
            entity_category=EntityCategory.DIAGNOSTIC,
            entity_registry_enabled_default=False,
            exists_fn=_has_details,
            value_fn=partial(_detail, value),
        )


def _describe(serial: str, _: SiteInverter) -> DeviceInfo:
    return DeviceInfo(
        model="Microinverter",
        translation_key="inverter",
        translation_placeholders=numbered(serial),
        serial_number=serial,
    )


INVERTER: Final = DeviceKind[SiteInverter](
    name="inverters",
    listed_by="inverters",
    subjects=lambda data: data.site.inverters,
    describe=_describe,
    entities=(*_SENSORS, *_details()),
    enabled_up_to=_ENABLED_UP_TO,
)
