"""Times of the day of all kinds of devices."""

from datetime import time
from typing import Any, cast, override

from homeassistant.components.time import TimeEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import IQGatewayConfigEntry
from .devices import TimeDescription, Value
from .entity import IQGatewayEntity, async_add_as_found

# What is changed at the gateway takes its turn there.
PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,  # noqa: ARG001
    entry: IQGatewayConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the times of a gateway and of what is reached through it."""
    async_add_as_found(entry, async_add_entities, TimeDescription, IQGatewayTime)


class IQGatewayTime(IQGatewayEntity, TimeEntity):
    """Shows a time of the day, and sets it to the minute."""

    entity_description: TimeDescription[Any]

    @override
    def _show(self, value: Value) -> None:
        told = cast("str | None", value)
        self._attr_native_value = None if told is None else time.fromisoformat(told)

    @override
    async def async_set_value(self, value: time) -> None:
        wanted = value.replace(second=0, microsecond=0).isoformat()
        await self.coordinator.controls.async_change(self.entity_description.control, self._key, wanted)
