"""The gateway itself: powers and energies of the whole site, its relays, its battery as a whole, and its token."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Final

from homeassistant.components.binary_sensor import BinarySensorDeviceClass
from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import (
    EntityCategory,
    UnitOfApparentPower,
    UnitOfPower,
    UnitOfReactivePower,
)
from homeassistant.helpers.device_registry import DeviceInfo

from ..coordinator import IQGatewayCoordinator, IQGatewayData
from ..site import LIVE_ENDPOINTS, Flow, GridState, Part, Site
from .batteries import BATTERY_BINARY_SENSORS, BATTERY_SENSORS
from .gateway_controls import GATEWAY_CONTROLS
from .gateway_diagnostics import DIAGNOSTIC_SENSORS
from .kind import (
    BinarySensorDescription,
    DeviceKind,
    EnergySensorDescription,
    SensorDescription,
    SwitchDescription,
    always,
    is_read,
)
from .totals import SHARE_SENSORS, TOTAL_SENSORS

type _Condition = Callable[[IQGatewayData], bool]

_PHASES: Final = (1, 2, 3)


def _has(*parts: Part) -> _Condition:
    """Return what tells whether a site has all these parts."""
    return lambda data: data.site.parts.issuperset(parts)


def _reports_load(data: IQGatewayData) -> bool:
    """Tell whether the report on the load is one: with a battery it counts what charges it (gateway-api.md 7)."""
    return Part.LOAD_REPORT in data.site.parts and Part.BATTERY not in data.site.parts


def _power(key: str, flow: Callable[[Site], Flow], exists: _Condition) -> Iterator[SensorDescription[IQGatewayData]]:
    """Return the sensors of a flow: of the whole, and of each phase, which are off until somebody wants them."""
    whole = SensorDescription[IQGatewayData](
        key=key,
        translation_key=key,
        need=key,
        device_class=SensorDeviceClass.POWER,
        native_unit_of_measurement=UnitOfPower.WATT,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        exists_fn=exists,
        value_fn=lambda data: flow(data.site).power,
    )
    yield whole
    for phase in _PHASES:
        yield replace(
            whole,
            key=f"{key}_l{phase}",
            translation_key=f"{key}_phase",
            phase=phase,
            entity_registry_enabled_default=False,
            exists_fn=partial(_has_phase, flow, exists, phase),
            value_fn=partial(_phase_power, flow, phase - 1),
        )


def _has_phase(flow: Callable[[Site], Flow], exists: _Condition, phase: int, data: IQGatewayData) -> bool:
    return exists(data) and phase <= len(flow(data.site).phases)


def _phase_power(flow: Callable[[Site], Flow], index: int, data: IQGatewayData) -> float | None:
    phases = flow(data.site).phases
    return phases[index] if index < len(phases) else None


def _directions() -> Iterator[SensorDescription[IQGatewayData]]:
    """Return the grid's power each way, for those who cannot use one with a sign; off until somebody wants them."""
    flows: dict[str, Callable[[Site], Flow]] = {
        "grid_import_power": lambda site: site.grid_import,
        "grid_export_power": lambda site: site.grid_export,
    }
    for key, flow in flows.items():
        whole = next(_power(key, flow, is_read("grid_power", Part.GRID)))
        yield replace(whole, need="grid_power", entity_registry_enabled_default=False)


_POWERS: Final = (
    *_power("production_power", lambda site: site.production, always),
    *_power("consumption_power", lambda site: site.consumption, is_read("consumption_power", Part.CONSUMPTION)),
    *_power("grid_power", lambda site: site.grid, is_read("grid_power", Part.GRID)),
    *_power("battery_power", lambda site: site.battery, is_read("battery_power", Part.BATTERY)),
    *_directions(),
    *_power("generator_power", lambda site: site.generator, _has(Part.GENERATOR)),
)

_SENSORS: Final[tuple[SensorDescription[IQGatewayData], ...]] = (
    EnergySensorDescription(
        key="production_energy_last_seven_days",
        translation_key="production_energy_last_seven_days",
        need="production_period",
        state_class=None,
        entity_registry_enabled_default=False,
        exists_fn=_has(Part.PRODUCTION_PERIOD),
        value_fn=lambda data: data.site.production.last_seven_days,
    ),
    EnergySensorDescription(
        key="consumption_energy_last_seven_days",
        translation_key="consumption_energy_last_seven_days",
        need="consumption_period",
        state_class=None,
        entity_registry_enabled_default=False,
        exists_fn=_has(Part.CONSUMPTION_PERIOD),
        value_fn=lambda data: data.site.consumption.last_seven_days,
    ),
    SensorDescription(
        key="consumption_apparent_power",
        translation_key="consumption_apparent_power",
        need="report",
        device_class=SensorDeviceClass.APPARENT_POWER,
        native_unit_of_measurement=UnitOfApparentPower.VOLT_AMPERE,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        entity_registry_enabled_default=False,
        exists_fn=_reports_load,
        value_fn=lambda data: data.site.consumption.apparent_power,
    ),
    SensorDescription(
        key="consumption_reactive_power",
        translation_key="consumption_reactive_power",
        need="report",
        device_class=SensorDeviceClass.REACTIVE_POWER,
        native_unit_of_measurement=UnitOfReactivePower.VOLT_AMPERE_REACTIVE,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        entity_registry_enabled_default=False,
        exists_fn=_reports_load,
        value_fn=lambda data: data.site.consumption.reactive_power,
    ),
    SensorDescription(
        key="grid_state",
        translation_key="grid_state",
        need="grid_relay",
        device_class=SensorDeviceClass.ENUM,
        options=list(GridState),
        exists_fn=_has(Part.RELAYS),
        value_fn=lambda data: data.site.relays.grid_state,
    ),
    SensorDescription(
        key="inverters_reporting",
        translation_key="inverters_reporting",
        need="inverters",
        state_class=SensorStateClass.MEASUREMENT,
        entity_category=EntityCategory.DIAGNOSTIC,
        exists_fn=lambda data: bool(data.site.inverters),
        value_fn=lambda data: data.site.inverters_reporting,
    ),
    SensorDescription(
        key="token_expires",
        translation_key="token_expires",
        need="token",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda data: data.token.expires if data.token else None,
    ),
)

_BINARY_SENSORS: Final[tuple[BinarySensorDescription[IQGatewayData], ...]] = (
    BinarySensorDescription(
        key="grid_relay",
        translation_key="grid_relay",
        need="grid_relay",
        exists_fn=_has(Part.RELAYS),
        value_fn=lambda data: data.site.relays.grid_closed,
    ),
    BinarySensorDescription(
        key="generator_relay",
        translation_key="generator_relay",
        need="generator_relay",
        exists_fn=_has(Part.RELAYS),
        enabled_fn=_has(Part.GENERATOR),
        value_fn=lambda data: data.site.relays.generator_closed,
    ),
    BinarySensorDescription(
        key="grid_outage",
        translation_key="grid_outage",
        need="grid_outage",
        device_class=BinarySensorDeviceClass.PROBLEM,
        exists_fn=lambda data: data.site.relays.outage_told_by is not None,
        value_fn=lambda data: data.site.relays.grid_outage,
    ),
    BinarySensorDescription(
        key="cloud_connection",
        translation_key="cloud_connection",
        need="live",
        device_class=BinarySensorDeviceClass.CONNECTIVITY,
        entity_category=EntityCategory.DIAGNOSTIC,
        exists_fn=_has(Part.LIVE),
        value_fn=lambda data: data.site.cloud_connected,
    ),
)


def _is_live(data: IQGatewayData) -> bool:
    """Tell whether a power is read from what moves each second: elsewhere there is nothing to make live."""
    return any(one.exists_fn(data) and data.site.needs[one.need] <= LIVE_ENDPOINTS for one in _POWERS)


async def _turn_live_power(coordinator: IQGatewayCoordinator, _key: str, on: bool) -> None:  # noqa: FBT001
    coordinator.async_set_live_power(on=on)


_SWITCHES: Final[tuple[SwitchDescription[IQGatewayData], ...]] = (
    SwitchDescription(
        key="live_power",
        translation_key="live_power",
        need="live_power",
        entity_category=EntityCategory.CONFIG,
        exists_fn=_is_live,
        value_fn=lambda data: data.live_power,
        turn_fn=_turn_live_power,
        restored=True,
    ),
)

GATEWAY: Final = DeviceKind[IQGatewayData](
    name="gateways",
    subjects=lambda data: {"": data},
    suffix=lambda _: "",
    # It is registered before anything that is reached through it.
    describe=lambda _key, _data: DeviceInfo(),
    entities=(
        *_POWERS,
        *TOTAL_SENSORS,
        *SHARE_SENSORS,
        *BATTERY_SENSORS,
        *_SENSORS,
        *DIAGNOSTIC_SENSORS,
        *BATTERY_BINARY_SENSORS,
        *_BINARY_SENSORS,
        *_SWITCHES,
        *GATEWAY_CONTROLS,
    ),
)
