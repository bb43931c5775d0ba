"""Binary sensors of all kinds of devices."""

from typing import cast, override

from homeassistant.components.binary_sensor import BinarySensorEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import IQGatewayConfigEntry
from .devices import BinarySensorDescription, Value
from .entity import IQGatewayEntity, async_add_as_found

# One coordinator reads for all of them; there is nothing to wait for.
PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,  # noqa: ARG001
    entry: IQGatewayConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the binary sensors of a gateway and of what is reached through it."""
    async_add_as_found(entry, async_add_entities, BinarySensorDescription, IQGatewayBinarySensor)


class IQGatewayBinarySensor(IQGatewayEntity, BinarySensorEntity):
    """Shows a value as on or off."""

    @override
    def _show(self, value: Value) -> None:
        self._attr_is_on = cast("bool | None", value)
