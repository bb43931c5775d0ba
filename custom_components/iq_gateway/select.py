"""Choices of all kinds of devices."""

from typing import Any, cast, override

from homeassistant.components.select import SelectEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import IQGatewayConfigEntry
from .devices import SelectDescription, Value
from .entity import IQGatewayEntity, async_add_as_found

# What is changed at the gateway takes its turn there.
PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,  # noqa: ARG001
    entry: IQGatewayConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the selects of a gateway and of what is reached through it."""
    async_add_as_found(entry, async_add_entities, SelectDescription, IQGatewaySelect)


class IQGatewaySelect(IQGatewayEntity, SelectEntity):
    """Shows which of a few things it is, and makes it another one."""

    entity_description: SelectDescription[Any]

    @override
    def _show(self, value: Value) -> None:
        self._attr_current_option = cast("str | None", value)

    @override
    async def async_select_option(self, option: str) -> None:
        await self.coordinator.controls.async_change(self.entity_description.control, self._key, option)
