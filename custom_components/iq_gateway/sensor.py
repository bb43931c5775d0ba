"""Sensors of all kinds of devices."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, cast, override

from homeassistant.components.sensor import SensorEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.restore_state import RestoreEntity

from .coordinator import DeviceCounter, IQGatewayConfigEntry, IQGatewayCoordinator, IQGatewayData
from .devices import AnyKind, LifetimeEnergyDescription, SensorDescription, Value, attributes_of
from .entity import IQGatewayEntity, async_add_as_found
from .site import Total
from .totals import PublishedTotal

# One coordinator reads for all of them; there is nothing to wait for.
PARALLEL_UPDATES = 0

_NOTHING: Final = PublishedTotal()


async def async_setup_entry(
    hass: HomeAssistant,  # noqa: ARG001
    entry: IQGatewayConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the sensors of a gateway and of what is reached through it."""
    async_add_as_found(entry, async_add_entities, SensorDescription, _sensor)


def _sensor(*, description: SensorDescription[Any], **of_device: Any) -> IQGatewaySensor:  # noqa: ANN401
    """Return the entity of a description."""
    if isinstance(description, LifetimeEnergyDescription):
        return LifetimeEnergySensor(description=description, **of_device)
    make = RestoredSensor if description.attributes_fn else IQGatewaySensor
    return make(description=description, **of_device)


class IQGatewaySensor(IQGatewayEntity, SensorEntity):
    """Shows a value as a sensor's state."""

    @override
    def _show(self, value: Value) -> None:
        self._attr_native_value = cast("float | str | datetime | None", value)


class RestoredSensor(IQGatewaySensor, RestoreEntity):
    """A sensor whose last state Home Assistant keeps: a total goes on from there if all else is lost."""


class LifetimeEnergySensor(RestoredSensor):
    """Shows what the ledger makes of a device's counter."""

    def __init__(
        self,
        *,
        coordinator: IQGatewayCoordinator,
        kind: AnyKind,
        key: str,
        description: LifetimeEnergyDescription[Any],
        device: DeviceInfo,
    ) -> None:
        self._ledger_key = kind.ledger_key(key, description)
        super().__init__(coordinator=coordinator, kind=kind, key=key, description=description, device=device)

        def find(data: IQGatewayData) -> Total | None:
            subject = kind.subjects(data).get(key)
            return None if subject is None else description.counter_fn(subject)

        self.coordinator_context = DeviceCounter(key=self._ledger_key, need=description.need, find=find)

    @override
    def _value_of(self, subject: object) -> Value:
        return self._total.energy

    @override
    def _attributes_of(self, subject: object) -> Mapping[str, Value]:
        return attributes_of(self._total)

    @property
    def _total(self) -> PublishedTotal:
        return self.coordinator.data.totals.get(self._ledger_key, _NOTHING)
