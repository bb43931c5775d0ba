"""Conditions: the house is on the grid, it is not, enough power goes to the grid."""

from typing import Final, Unpack, cast, override

from homeassistant.const import CONF_ENTITY_ID, CONF_OPTIONS
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers.condition import Condition, ConditionCheckParams, ConditionConfig
from homeassistant.helpers.typing import ConfigType
import voluptuous as vol

from .moments import CONF_SURPLUS, GRID_SCHEMA, SURPLUS_OPTIONS, is_on_grid, surplus_of

_SURPLUS_SCHEMA: Final = vol.Schema({vol.Required(CONF_OPTIONS): SURPLUS_OPTIONS})


class _EntityCondition(Condition):
    """Looks at the state of one entity; what is not known is not so."""

    schema: vol.Schema

    @classmethod
    @override
    async def async_validate_config(cls, hass: HomeAssistant, config: ConfigType) -> ConfigType:
        return cast("ConfigType", cls.schema(config))

    def __init__(self, hass: HomeAssistant, config: ConditionConfig) -> None:
        super().__init__(hass, config)
        self._options = config.options or {}

    @property
    def _state(self) -> State | None:
        return self._hass.states.get(self._options[CONF_ENTITY_ID])


class OnGrid(_EntityCondition):
    """The house is on the grid."""

    schema = GRID_SCHEMA

    @override
    def _async_check(self, **kwargs: Unpack[ConditionCheckParams]) -> bool:
        return is_on_grid(self._state) is True


class OffGrid(_EntityCondition):
    """The house is off the grid."""

    schema = GRID_SCHEMA

    @override
    def _async_check(self, **kwargs: Unpack[ConditionCheckParams]) -> bool:
        return is_on_grid(self._state) is False


class HasSurplus(_EntityCondition):
    """More than so many W go to the grid."""

    schema = _SURPLUS_SCHEMA

    @override
    def _async_check(self, **kwargs: Unpack[ConditionCheckParams]) -> bool:
        power = surplus_of(self._state)
        return power is not None and power > float(self._options[CONF_SURPLUS])


async def async_get_conditions(hass: HomeAssistant) -> dict[str, type[Condition]]:  # noqa: ARG001
    """Return the conditions by their keys."""
    return {"is_on_grid": OnGrid, "is_off_grid": OffGrid, "has_surplus": HasSurplus}
