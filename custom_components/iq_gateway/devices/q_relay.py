"""Q-relays: each a device with a serial number of its own, reached through the gateway."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Final

from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import EntityCategory, UnitOfElectricPotential, UnitOfFrequency
from homeassistant.helpers.device_registry import DeviceInfo

from ..site import SiteQRelay
from .common import communicating, numbered, temperature
from .kind import BinarySensorDescription, DeviceKind, IQGatewayDescription, SensorDescription

_PHASES: Final = (1, 2, 3)


def _reports(relay: SiteQRelay) -> bool:
    return relay.has_report


def _is_installed(relay: SiteQRelay) -> bool:
    return relay.is_installed


def _is_connected(phase: int, relay: SiteQRelay) -> bool:
    return phase <= len(relay.lines) and relay.lines[phase - 1]


def _voltage(index: int, relay: SiteQRelay) -> float | None:
    return relay.voltages[index] if index < len(relay.voltages) else None


def _voltages() -> Iterator[SensorDescription[SiteQRelay]]:
    for phase in _PHASES:
        yield SensorDescription(
            key=f"voltage_l{phase}",
            translation_key="voltage_phase",
            phase=phase,
            need="device_data",
            device_class=SensorDeviceClass.VOLTAGE,
            native_unit_of_measurement=UnitOfElectricPotential.VOLT,
            state_class=SensorStateClass.MEASUREMENT,
            suggested_display_precision=1,
            entity_registry_enabled_default=False,
            exists_fn=partial(_is_connected, phase),
            value_fn=partial(_voltage, phase - 1),
        )


_ENTITIES: Final[tuple[IQGatewayDescription[SiteQRelay], ...]] = (
    replace(temperature(lambda relay: relay.temperature, need="device_data"), exists_fn=_reports),
    SensorDescription(
        key="frequency",
        need="device_data",
        device_class=SensorDeviceClass.FREQUENCY,
        native_unit_of_measurement=UnitOfFrequency.HERTZ,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=2,
        exists_fn=_reports,
        value_fn=lambda relay: relay.frequency,
    ),
    *_voltages(),
    SensorDescription(
        key="switch_count",
        translation_key="switch_count",
        need="device_data",
        state_class=SensorStateClass.MEASUREMENT,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        exists_fn=_reports,
        value_fn=lambda relay: relay.switch_count,
    ),
    BinarySensorDescription(
        key="relay",
        translation_key="relay",
        need="full_inventory",
        exists_fn=_is_installed,
        value_fn=lambda relay: relay.closed,
    ),
    replace(communicating(lambda relay: relay.communicating, need="full_inventory"), exists_fn=_is_installed),
)


def _describe(serial: str, relay: SiteQRelay) -> DeviceInfo:
    return DeviceInfo(
        model="Q-Relay",
        model_id=relay.part_number,
        translation_key="q_relay",
        translation_placeholders=numbered(serial),
        serial_number=serial,
    )


Q_RELAY: Final = DeviceKind[SiteQRelay](
    name="q_relays",
    listed_by="full_inventory",
    subjects=lambda data: data.site.q_relays,
    describe=_describe,
    entities=_ENTITIES,
)
