"""Sensors of all kinds of devices."""

from datetime import datetime
from typing import cast, override

from homeassistant.components.sensor import SensorEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

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
    async_add_as_found(entry, async_add_entities, SensorDescription, IQGatewaySensor)


class IQGatewaySensor(IQGatewayEntity, SensorEntity):
    """Shows a value as a sensor's state."""

    @override
    def _show(self, value: Value) -> None:
        self._attr_native_value = cast("float | str | datetime | None", value)
