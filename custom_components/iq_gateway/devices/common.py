"""Entities that devices of several kinds have alike; each kind says what they are read from."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from homeassistant.components.binary_sensor import BinarySensorDeviceClass
from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import EntityCategory, UnitOfPower, UnitOfTemperature

from .kind import BinarySensorDescription, SensorDescription

# Enough of a serial number to find a device on the wall or the roof plan, and short enough for a name.
_SHORT_SERIAL: Final = 6


def numbered(serial: str) -> dict[str, str]:
    """Return the placeholders of a device's name that tells it from others of its kind."""
    return {"number": serial[-_SHORT_SERIAL:]}


def power[SubjectT](value_fn: Callable[[SubjectT], float | None], *, need: str) -> SensorDescription[SubjectT]:
    """Describe a power in W."""
    return SensorDescription(
        key="power",
        need=need,
        device_class=SensorDeviceClass.POWER,
        native_unit_of_measurement=UnitOfPower.WATT,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        value_fn=value_fn,
    )


def temperature[SubjectT](
    value_fn: Callable[[SubjectT], float | None], *, need: str, digits: int = 0
) -> SensorDescription[SubjectT]:
    """Describe a temperature in °C."""
    return SensorDescription(
        key="temperature",
        need=need,
        device_class=SensorDeviceClass.TEMPERATURE,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=digits,
        value_fn=value_fn,
    )


def last_report[SubjectT](value_fn: Callable[[SubjectT], datetime | None], *, need: str) -> SensorDescription[SubjectT]:
    """Describe when a device last told the gateway about itself; off until somebody wants it."""
    return SensorDescription(
        key="last_report",
        translation_key="last_report",
        need=need,
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=value_fn,
    )


def state[SubjectT](value_fn: Callable[[SubjectT], str | None], *, need: str) -> SensorDescription[SubjectT]:
    """Describe a state in the gateway's own words; off until somebody wants it."""
    return SensorDescription(
        key="state",
        translation_key="state",
        need=need,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=value_fn,
    )


def communicating[SubjectT](
    value_fn: Callable[[SubjectT], bool | None], *, need: str
) -> BinarySensorDescription[SubjectT]:
    """Describe whether the gateway reaches a device."""
    return BinarySensorDescription(
        key="communicating",
        need=need,
        device_class=BinarySensorDeviceClass.CONNECTIVITY,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=value_fn,
    )
