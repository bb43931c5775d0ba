"""Switches of all kinds of devices."""

from typing import Any, cast, override

from homeassistant.components.switch import SwitchEntity
from homeassistant.const import STATE_ON
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.restore_state import RestoreEntity

from .coordinator import IQGatewayConfigEntry
from .devices import SwitchDescription, Value, async_remove_controls
from .entity import IQGatewayEntity, async_add_as_found

# What is changed at the gateway takes its turn there; what is not has nothing to wait for.
PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,  # noqa: ARG001
    entry: IQGatewayConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the switches of a gateway and of what is reached through it.

    What is left of controls is removed first, those of other platforms as well, where the user allows no changes.
    """
    async_remove_controls(entry.runtime_data)
    async_add_as_found(entry, async_add_entities, SwitchDescription, _switch)


def _switch(*, description: SwitchDescription[Any], **of_device: Any) -> IQGatewaySwitch:  # noqa: ANN401
    """Return the entity of a description."""
    make = RestoredSwitch if description.restored else IQGatewaySwitch
    return make(description=description, **of_device)


class IQGatewaySwitch(IQGatewayEntity, SwitchEntity):
    """Shows a value as on or off, and turns it."""

    entity_description: SwitchDescription[Any]

    @override
    def _show(self, value: Value) -> None:
        self._attr_is_on = cast("bool | None", value)

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        await self._async_turn(on=True)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        await self._async_turn(on=False)

    async def _async_turn(self, *, on: bool) -> None:
        await self.entity_description.turn_fn(self.coordinator, self._key, on)
        self._handle_coordinator_update()


class RestoredSwitch(IQGatewaySwitch, RestoreEntity):
    """A switch that is turned again after a restart as it was left."""

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        if (last := await self.async_get_last_state()) and last.state == STATE_ON:
            await self._async_turn(on=True)
