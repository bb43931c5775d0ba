"""Sensors of all kinds of devices."""

from datetime import datetime
from typing import Any, cast, override

from homeassistant.components.sensor import SensorEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.restore_state import RestoreEntity

from .coordinator import IQGatewayConfigEntry
from .devices import SensorDescription, Value
from .entity import IQGatewayEntity, async_add_as_found

# One coordinator reads for all of them; there is nothing to wait for.
PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,  # noqa: ARG001
    entry: IQGatewayConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the sensors of a gateway and of what is reached through it."""
    async_add_as_found(entry, async_add_entities, SensorDescription, _sensor)


def _sensor(*, description: SensorDescription[Any], **of_device: Any) -> IQGatewaySensor:  # noqa: ANN401
    """Return the entity of a description."""
    make = RestoredSensor if description.attributes_fn else IQGatewaySensor
    return make(description=description, **of_device)


class IQGatewaySensor(IQGatewayEntity, SensorEntity):
    """Shows a value as a sensor's state."""

    @override
    def _show(self, value: Value) -> None:
        self._attr_native_value = cast("float | str | datetime | None", value)


class RestoredSensor(IQGatewaySensor, RestoreEntity):
    """A sensor whose last state Home Assistant keeps: a total goes on from there if all else is lost."""
