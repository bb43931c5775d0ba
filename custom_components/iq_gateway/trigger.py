"""Triggers: the grid is lost, the grid is back, enough power goes to the grid for long enough."""

from datetime import datetime, timedelta
from typing import Final, cast, override

from homeassistant.const import CONF_ENTITY_ID, CONF_FOR, CONF_OPTIONS
from homeassistant.core import CALLBACK_TYPE, Event, EventStateChangedData, HomeAssistant, State, callback
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.event import async_call_later, async_track_state_change_event
from homeassistant.helpers.trigger import Trigger, TriggerActionRunner, TriggerConfig, TriggerNotTriggeredReporter
from homeassistant.helpers.typing import ConfigType
import voluptuous as vol

from .moments import CONF_SURPLUS, GRID_SCHEMA, SURPLUS_OPTIONS, is_on_grid, surplus_of

_SURPLUS_SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_OPTIONS): {
            **SURPLUS_OPTIONS,
            vol.Required(CONF_FOR, default=timedelta(minutes=10)): cv.positive_time_period,
        }
    }
)


class _EntityTrigger(Trigger):
    """Follows the states of one entity."""

    schema: vol.Schema

    @classmethod
    @override
    async def async_validate_config(cls, hass: HomeAssistant, config: ConfigType) -> ConfigType:
        return cast("ConfigType", cls.schema(config))

    def __init__(self, hass: HomeAssistant, config: TriggerConfig) -> None:
        super().__init__(hass, config)
        self._options = config.options or {}
        self._entity_id: str = self._options[CONF_ENTITY_ID]

    def _fire(self, run_action: TriggerActionRunner, description: str) -> None:
        run_action({CONF_ENTITY_ID: self._entity_id}, description)


class _GridTrigger(_EntityTrigger):
    """Fires when the relay moves; that it was not known for a while is no move."""

    schema = GRID_SCHEMA
    to_grid: bool

    @override
    async def async_attach_runner(
        self, run_action: TriggerActionRunner, did_not_trigger: TriggerNotTriggeredReporter | None = None
    ) -> CALLBACK_TYPE:
        was = is_on_grid(self._hass.states.get(self._entity_id))

        @callback
        def async_look(event: Event[EventStateChangedData]) -> None:
            nonlocal was
            now = is_on_grid(event.data["new_state"])
            if now is None:
                return
            if was is not None and now is not was and now is self.to_grid:
                self._fire(run_action, f"grid relay of {self._entity_id}")
            was = now

        return async_track_state_change_event(self._hass, [self._entity_id], async_look)


class GridLost(_GridTrigger):
    """The house has left the grid."""

    to_grid = False


class GridBack(_GridTrigger):
    """The house is on the grid again."""

    to_grid = True


class SurplusAvailable(_EntityTrigger):
    """Fires once a surplus has lasted, and again after there was none."""

    schema = _SURPLUS_SCHEMA

    @override
    async def async_attach_runner(
        self, run_action: TriggerActionRunner, did_not_trigger: TriggerNotTriggeredReporter | None = None
    ) -> CALLBACK_TYPE:
        surplus, lasting = float(self._options[CONF_SURPLUS]), self._options[CONF_FOR]
        waiting: CALLBACK_TYPE | None = None
        enough = False

        @callback
        def async_lasted(_: datetime) -> None:
            nonlocal waiting
            waiting = None
            self._fire(run_action, f"surplus by {self._entity_id}")

        @callback
        def async_see(state: State | None) -> None:
            nonlocal waiting, enough
            was, power = enough, surplus_of(state)
            enough = power is not None and power > surplus
            if enough and not was:
                waiting = async_call_later(self._hass, lasting, async_lasted)
            elif waiting and not enough:
                async_cancel()

        @callback
        def async_cancel() -> None:
            nonlocal waiting
            if waiting:
                waiting()
                waiting = None

        @callback
        def async_look(event: Event[EventStateChangedData]) -> None:
            async_see(event.data["new_state"])

        async_see(self._hass.states.get(self._entity_id))
        stop = async_track_state_change_event(self._hass, [self._entity_id], async_look)

        @callback
        def async_detach() -> None:
            stop()
            async_cancel()

        return async_detach


async def async_get_triggers(hass: HomeAssistant) -> dict[str, type[Trigger]]:  # noqa: ARG001
    """Return the triggers by their keys."""
    return {"grid_lost": GridLost, "grid_back": GridBack, "surplus_available": SurplusAvailable}
