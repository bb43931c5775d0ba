"""Numbers of all kinds of devices."""

from typing import Any, cast, override

from homeassistant.components.number import NumberEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import IQGatewayConfigEntry
from .devices import NumberDescription, Value
from .entity import IQGatewayEntity, async_add_as_found

# What is changed at the gateway takes its turn there.
PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,  # noqa: ARG001
    entry: IQGatewayConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the numbers of a gateway and of what is reached through it."""
    async_add_as_found(entry, async_add_entities, NumberDescription, IQGatewayNumber)


class IQGatewayNumber(IQGatewayEntity, NumberEntity):
    """Shows a figure, and sets it."""

    entity_description: NumberDescription[Any]

    @override
    def _show(self, value: Value) -> None:
        self._attr_native_value = cast("float | None", value)

    @override
    async def async_set_native_value(self, value: float) -> None:
        await self.coordinator.controls.async_change(self.entity_description.control, self._key, value)
