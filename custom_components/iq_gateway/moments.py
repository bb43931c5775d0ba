"""What triggers and conditions of our own are about: the grid, by its relay, and the surplus, by the grid's power."""

from typing import Final

from homeassistant.const import (
    ATTR_UNIT_OF_MEASUREMENT,
    CONF_ENTITY_ID,
    CONF_OPTIONS,
    STATE_OFF,
    STATE_ON,
    UnitOfPower,
)
from homeassistant.core import State
from homeassistant.helpers import config_validation as cv
from homeassistant.util.unit_conversion import PowerConverter
import voluptuous as vol

CONF_SURPLUS: Final = "surplus"
DEFAULT_SURPLUS: Final = 2000.0

_ENTITY: Final = {vol.Required(CONF_ENTITY_ID): cv.entity_id}
GRID_SCHEMA: Final = vol.Schema({vol.Required(CONF_OPTIONS): _ENTITY})
SURPLUS_OPTIONS: Final = {**_ENTITY, vol.Required(CONF_SURPLUS, default=DEFAULT_SURPLUS): vol.Coerce(float)}


def is_on_grid(state: State | None) -> bool | None:
    """Tell whether a relay of the grid is closed; None while that is not known."""
    return {STATE_ON: True, STATE_OFF: False}.get(state.state) if state else None


def surplus_of(state: State | None) -> float | None:
    """Return the W that go to the grid; None while the grid's power is not known."""
    if state is None:
        return None
    try:
        power, unit = float(state.state), state.attributes.get(ATTR_UNIT_OF_MEASUREMENT)
    except ValueError:
        return None
    return -PowerConverter.convert(power, unit, UnitOfPower.WATT) if unit in PowerConverter.VALID_UNITS else None
