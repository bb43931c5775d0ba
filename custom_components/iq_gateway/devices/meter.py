"""Meters: the clamps of the gateway, each a device of its own, reached through it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Final

from homeassistant.components.binary_sensor import BinarySensorDeviceClass
from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import (
    EntityCategory,
    UnitOfApparentPower,
    UnitOfElectricCurrent,
    UnitOfElectricPotential,
    UnitOfFrequency,
    UnitOfPower,
    UnitOfReactivePower,
)
from homeassistant.helpers.device_registry import DeviceInfo

from ..site import MeteringStatus, MeterPhase, SiteMeter, Total
from .kind import BinarySensorDescription, DeviceKind, LifetimeEnergyDescription, SensorDescription

# Those that have a name in the translations; firmware to come may know others.
NAMED: Final = frozenset(
    {"production", "net-consumption", "total-consumption", "storage", "backfeed", "load", "evse", "pv3p"}
)

type Quantity = tuple[str, SensorDeviceClass, str | None, int, Callable[[MeterPhase], float | None]]

# What each meter measures, in all and by phase: key, class, unit, digits, value.
_QUANTITIES: Final[tuple[Quantity, ...]] = (
    ("voltage", SensorDeviceClass.VOLTAGE, UnitOfElectricPotential.VOLT, 1, lambda phase: phase.voltage),
    ("current", SensorDeviceClass.CURRENT, UnitOfElectricCurrent.AMPERE, 2, lambda phase: phase.current),
    ("frequency", SensorDeviceClass.FREQUENCY, UnitOfFrequency.HERTZ, 2, lambda phase: phase.frequency),
    ("power_factor", SensorDeviceClass.POWER_FACTOR, None, 2, lambda phase: phase.power_factor),
    (
        "apparent_power",
        SensorDeviceClass.APPARENT_POWER,
        UnitOfApparentPower.VOLT_AMPERE,
        0,
        lambda phase: phase.apparent_power,
    ),
    (
        "reactive_power",
        SensorDeviceClass.REACTIVE_POWER,
        UnitOfReactivePower.VOLT_AMPERE_REACTIVE,
        0,
        lambda phase: phase.reactive_power,
    ),
    ("power", SensorDeviceClass.POWER, UnitOfPower.WATT, 0, lambda phase: phase.power),
)
# What each meter has counted, in all and by phase, in the direction of its positive power and of its negative one.
_COUNTERS: Final[tuple[tuple[str, Callable[[MeterPhase], Total | None]], ...]] = (
    ("energy_delivered", lambda phase: phase.delivered),
    ("energy_received", lambda phase: phase.received),
)
_PHASES: Final = (1, 2, 3)


def _measured[T](value: Callable[[MeterPhase], T | None], meter: SiteMeter) -> T | None:
    return value(meter.whole)


def _measured_on_phase[T](value: Callable[[MeterPhase], T | None], index: int, meter: SiteMeter) -> T | None:
    return value(meter.phases[index]) if index < len(meter.phases) else None


def _has_phase(phase: int, meter: SiteMeter) -> bool:
    return 1 < meter.phase_count >= phase


def _sensors() -> Iterator[SensorDescription[SiteMeter]]:
    """Return the sensors of a meter, in all and by phase; all are off until somebody wants them."""
    for key, device_class, unit, digits, value in _QUANTITIES:
        whole = SensorDescription[SiteMeter](
            key=key,
            need="meter",
            device_class=device_class,
            native_unit_of_measurement=unit,
            state_class=SensorStateClass.MEASUREMENT,
            suggested_display_precision=digits,
            entity_registry_enabled_default=False,
            value_fn=partial(_measured, value),
        )
        yield whole
        for phase in _PHASES:
            yield replace(
                whole,
                key=f"{key}_l{phase}",
                translation_key=f"{key}_phase",
                phase=phase,
                exists_fn=partial(_has_phase, phase),
                value_fn=partial(_measured_on_phase, value, phase - 1),
            )
    for key, counter in _COUNTERS:
        counted = LifetimeEnergyDescription[SiteMeter](
            key=key,
            translation_key=key,
            need="meter",
            entity_registry_enabled_default=False,
            counter_fn=partial(_measured, counter),
        )
        yield counted
        for phase in _PHASES:
            yield replace(
                counted,
                key=f"{key}_l{phase}",
                translation_key=f"{key}_phase",
                phase=phase,
                exists_fn=partial(_has_phase, phase),
                counter_fn=partial(_measured_on_phase, counter, phase - 1),
            )


_STATUS: Final = SensorDescription[SiteMeter](
    key="status",
    translation_key="status",
    need="meter_status",
    device_class=SensorDeviceClass.ENUM,
    options=list(MeteringStatus),
    entity_category=EntityCategory.DIAGNOSTIC,
    entity_registry_enabled_default=False,
    value_fn=lambda meter: meter.status,
)
_PROBLEM: Final = BinarySensorDescription[SiteMeter](
    key="problem",
    need="meter_status",
    device_class=BinarySensorDeviceClass.PROBLEM,
    entity_category=EntityCategory.DIAGNOSTIC,
    value_fn=lambda meter: meter.problem,
)


def meter_key(measurement_type: str) -> str:
    """Return a meter's part of keys and identifiers: "net_consumption_meter"."""
    return f"{measurement_type.replace('-', '_')}_meter"


def _describe(measurement_type: str, _: SiteMeter) -> DeviceInfo:
    return DeviceInfo(
        # Nothing tells which clamp it is; the name says what it measures.
        model=None,
        translation_key=meter_key(measurement_type) if measurement_type in NAMED else "other_meter",
        translation_placeholders={"type": measurement_type},
    )


METER: Final = DeviceKind[SiteMeter](
    name="meters",
    listed_by="meters",
    subjects=lambda data: data.site.meters,
    suffix=lambda measurement_type: f"_{meter_key(measurement_type)}",
    describe=_describe,
    entities=(*_sensors(), _STATUS, _PROBLEM),
)
