"""The catalogue of sensors, as tables: what each shows, of what kind it is, and where it exists."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from homeassistant.components.sensor import SensorDeviceClass, SensorEntityDescription, SensorStateClass
from homeassistant.const import (
    PERCENTAGE,
    EntityCategory,
    UnitOfApparentPower,
    UnitOfElectricCurrent,
    UnitOfElectricPotential,
    UnitOfEnergy,
    UnitOfFrequency,
    UnitOfPower,
    UnitOfReactivePower,
)

from .client.token import AccessToken
from .coordinator import IQGatewayData
from .entity import IQGatewayDescription, has_parts
from .site import BatteryMode, Flow, GridState, MeterPhase, Part, Site, SiteInverter, SiteMeter


@dataclass(frozen=True, kw_only=True)
class SensorDescription[SubjectT](IQGatewayDescription[SubjectT], SensorEntityDescription):
    """Describes a sensor."""


@dataclass(frozen=True, kw_only=True)
class SiteSensorDescription(SensorDescription[Site]):
    """Describes a sensor of the site, on the gateway's device."""

    exists_fn: Callable[[Site], bool] = lambda _: True


@dataclass(frozen=True, kw_only=True)
class PowerSensorDescription(SiteSensorDescription):
    """Describes the sensor of a flow of power; each phase of the flow gets one of its own."""

    device_class: SensorDeviceClass = SensorDeviceClass.POWER
    native_unit_of_measurement: str = UnitOfPower.WATT
    state_class: SensorStateClass = SensorStateClass.MEASUREMENT
    suggested_display_precision: int = 0
    flow_fn: Callable[[Site], Flow]


def _power(key: str, flow: Callable[[Site], Flow], exists: Callable[[Site], bool]) -> PowerSensorDescription:
    return PowerSensorDescription(
        key=key,
        translation_key=key,
        need=key,
        flow_fn=flow,
        value_fn=lambda site: flow(site).power,
        exists_fn=exists,
    )


POWER_SENSORS: Final = (
    _power("production_power", lambda site: site.production, lambda _: True),
    _power("consumption_power", lambda site: site.consumption, has_parts(Part.CONSUMPTION)),
    _power("grid_power", lambda site: site.grid, has_parts(Part.GRID)),
    _power("battery_power", lambda site: site.battery, has_parts(Part.BATTERY)),
    _power("generator_power", lambda site: site.generator, has_parts(Part.GENERATOR)),
)


def power_phases(whole: PowerSensorDescription, site: Site) -> Iterator[SiteSensorDescription]:
    """Return a flow's sensors by phase; off until somebody wants them."""
    for phase in range(1, len(whole.flow_fn(site).phases) + 1):
        yield replace(
            whole,
            key=f"{whole.key}_l{phase}",
            translation_key=f"{whole.key}_phase",
            phase=phase,
            entity_registry_enabled_default=False,
            value_fn=partial(_phase_power, whole.flow_fn, phase - 1),
        )


def _phase_power(flow_fn: Callable[[Site], Flow], index: int, site: Site) -> float | None:
    phases = flow_fn(site).phases
    return phases[index] if index < len(phases) else None


@dataclass(frozen=True, kw_only=True)
class EnergySensorDescription[SubjectT](SensorDescription[SubjectT]):
    """Describes a sensor of energy in Wh, shown in kWh."""

    device_class: SensorDeviceClass = SensorDeviceClass.ENERGY
    native_unit_of_measurement: str = UnitOfEnergy.WATT_HOUR
    suggested_unit_of_measurement: str = UnitOfEnergy.KILO_WATT_HOUR
    suggested_display_precision: int = 2
    state_class: SensorStateClass | None = SensorStateClass.TOTAL_INCREASING


def _total(key: str) -> EnergySensorDescription[IQGatewayData]:
    return EnergySensorDescription(
        key=key, translation_key=key, need=key, value_fn=lambda picture: picture.totals.get(key)
    )


# Lifetime totals; each exists where the site has it in `Site.totals`.
TOTAL_SENSORS: Final = tuple(
    _total(key)
    for key in (
        "production_energy",
        "consumption_energy",
        "grid_import_energy",
        "grid_export_energy",
        "battery_charged_energy",
        "battery_discharged_energy",
    )
)


@dataclass(frozen=True, kw_only=True)
class SiteEnergySensorDescription(EnergySensorDescription[Site], SiteSensorDescription):
    """Describes a sensor of energy that is part of the site."""


SITE_SENSORS: Final[tuple[SiteSensorDescription, ...]] = (
    SiteEnergySensorDescription(
        key="production_energy_today",
        translation_key="production_energy_today",
        need="production_period",
        exists_fn=has_parts(Part.PRODUCTION_PERIOD),
        value_fn=lambda site: site.production.today,
    ),
    SiteEnergySensorDescription(
        key="consumption_energy_today",
        translation_key="consumption_energy_today",
        need="consumption_period",
        exists_fn=has_parts(Part.CONSUMPTION_PERIOD),
        value_fn=lambda site: site.consumption.today,
    ),
    SiteEnergySensorDescription(
        key="production_energy_last_seven_days",
        translation_key="production_energy_last_seven_days",
        need="production_period",
        state_class=None,
        entity_registry_enabled_default=False,
        exists_fn=has_parts(Part.PRODUCTION_PERIOD),
        value_fn=lambda site: site.production.last_seven_days,
    ),
    SiteEnergySensorDescription(
        key="consumption_energy_last_seven_days",
        translation_key="consumption_energy_last_seven_days",
        need="consumption_period",
        state_class=None,
        entity_registry_enabled_default=False,
        exists_fn=has_parts(Part.CONSUMPTION_PERIOD),
        value_fn=lambda site: site.consumption.last_seven_days,
    ),
    SiteSensorDescription(
        key="consumption_apparent_power",
        translation_key="consumption_apparent_power",
        need="report",
        device_class=SensorDeviceClass.APPARENT_POWER,
        native_unit_of_measurement=UnitOfApparentPower.VOLT_AMPERE,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        entity_registry_enabled_default=False,
        exists_fn=has_parts(Part.LOAD_REPORT),
        value_fn=lambda site: site.consumption.apparent_power,
    ),
    SiteSensorDescription(
        key="consumption_reactive_power",
        translation_key="consumption_reactive_power",
        need="report",
        device_class=SensorDeviceClass.REACTIVE_POWER,
        native_unit_of_measurement=UnitOfReactivePower.VOLT_AMPERE_REACTIVE,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        entity_registry_enabled_default=False,
        exists_fn=has_parts(Part.LOAD_REPORT),
        value_fn=lambda site: site.consumption.reactive_power,
    ),
    SiteSensorDescription(
        key="battery_level",
        translation_key="battery_level",
        need="live",
        device_class=SensorDeviceClass.BATTERY,
        native_unit_of_measurement=PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        exists_fn=has_parts(Part.BATTERY, Part.LIVE),
        value_fn=lambda site: site.battery.level,
    ),
    SiteSensorDescription(
        key="battery_reserve",
        translation_key="battery_reserve",
        need="live",
        native_unit_of_measurement=PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        exists_fn=has_parts(Part.BATTERY, Part.LIVE),
        value_fn=lambda site: site.battery.reserve,
    ),
    SiteEnergySensorDescription(
        key="battery_stored_energy",
        translation_key="battery_stored_energy",
        need="live",
        device_class=SensorDeviceClass.ENERGY_STORAGE,
        state_class=SensorStateClass.MEASUREMENT,
        exists_fn=has_parts(Part.BATTERY, Part.LIVE),
        value_fn=lambda site: site.battery.stored_energy,
    ),
    SiteSensorDescription(
        key="battery_mode",
        translation_key="battery_mode",
        need="live",
        device_class=SensorDeviceClass.ENUM,
        options=list(BatteryMode),
        exists_fn=has_parts(Part.BATTERY, Part.LIVE),
        value_fn=lambda site: site.battery.mode,
    ),
    SiteSensorDescription(
        key="grid_state",
        translation_key="grid_state",
        need="live",
        device_class=SensorDeviceClass.ENUM,
        options=list(GridState),
        exists_fn=has_parts(Part.RELAYS),
        value_fn=lambda site: site.relays.grid_state,
    ),
    SiteSensorDescription(
        key="inverters_reporting",
        translation_key="inverters_reporting",
        need="inverters",
        state_class=SensorStateClass.MEASUREMENT,
        entity_category=EntityCategory.DIAGNOSTIC,
        exists_fn=lambda site: bool(site.inverters),
        value_fn=lambda site: site.inverters_reporting,
    ),
)

TOKEN_SENSOR: Final = SensorDescription[AccessToken](
    key="token_expires",
    translation_key="token_expires",
    need="token",
    device_class=SensorDeviceClass.TIMESTAMP,
    entity_category=EntityCategory.DIAGNOSTIC,
    value_fn=lambda token: token.expires,
)

INVERTER_SENSORS: Final[tuple[SensorDescription[SiteInverter], ...]] = (
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

type MeterQuantity = tuple[str, SensorDeviceClass, str | None, int, Callable[[MeterPhase], float | None]]

# What each meter measures, in all and by phase: key, class, unit, digits, value.
_METER_QUANTITIES: Final[tuple[MeterQuantity, ...]] = (
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
)


def _measured(value: Callable[[MeterPhase], float | None], meter: SiteMeter) -> float | None:
    return value(meter.whole)


def _measured_on_phase(value: Callable[[MeterPhase], float | None], index: int, meter: SiteMeter) -> float | None:
    return value(meter.phases[index]) if index < len(meter.phases) else None


def meter_sensors(phase_count: int) -> Iterator[SensorDescription[SiteMeter]]:
    """Return the sensors of a meter; all are off until somebody wants them."""
    for key, device_class, unit, digits, value in _METER_QUANTITIES:
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
        for phase in range(1, phase_count + 1) if phase_count > 1 else ():
            yield replace(
                whole,
                key=f"{key}_l{phase}",
                translation_key=f"{key}_phase",
                phase=phase,
                value_fn=partial(_measured_on_phase, value, phase - 1),
            )
