"""The relay between house and grid, of a System Controller alone (gateway-api.md 17.1)."""

from typing import Final

from ..client.endpoints import GENERATOR, INVENTORY, RELAY, SECCTRL
from .checks import is_busy
from .control import Control, ControlError, View

_OPEN, _CLOSED = "open", "closed"
_STATES: Final = {"closed": True, "close": True, "open": False}
_ON_GENERATOR: Final = "multimode-generator"
# % that the batteries have to hold above their reserve before a house leaves the grid.
_ABOVE_RESERVE: Final = 30.0
_FULL: Final = 100.0


def _connected(view: View) -> bool | None:
    """Return whether the house is on the grid; None while the relay is not where it was told to be."""
    relay = view.snapshot.fresh(RELAY)
    if relay is None:
        return None
    state = _STATES.get(relay.state or relay.wanted or "")
    return state if relay.wanted is None or _STATES.get(relay.wanted) is state else None


def _is_reached(view: View, _on: bool) -> ControlError | None:  # noqa: FBT001
    controller = view.site.system_controllers.get(view.key)
    if controller is None:
        return ControlError("control_not_there")
    return ControlError("control_controller_silent") if controller.communicating is False else None


def _is_no_generator(view: View, _on: bool) -> ControlError | None:  # noqa: FBT001
    relay = view.snapshot.fresh(RELAY)
    by_mode = relay is not None and relay.battery_mode == _ON_GENERATOR
    runs = by_mode or any(generator.running for generator in view.site.generators.values())
    return ControlError("control_generator_runs") if runs else None


def _stands_still(view: View, on: bool) -> ControlError | None:  # noqa: FBT001
    """Refuse to leave a grid that has failed, or that the relay is on its way to; returning is never refused."""
    return ControlError("control_grid_moving") if not on and _connected(view) is None else None


def _can_island(view: View, on: bool) -> ControlError | None:  # noqa: FBT001
    """Refuse to leave the grid with batteries that would soon leave the house in the dark."""
    if on:
        return None
    told = view.snapshot.fresh(SECCTRL) if SECCTRL.name in view.read else None
    level, reserve = (told.level, told.reserve or 0.0) if told else (None, 0.0)
    needed = min(reserve + _ABOVE_RESERVE, _FULL)
    if level is not None and level >= needed:
        return None
    shown = "?" if level is None else f"{level:.0f}"
    return ControlError("control_battery_low", level=shown, needed=f"{needed:.0f}")


GRID_CONNECTION: Final = Control[bool](
    name="grid_connection",
    path=RELAY.path,
    body=lambda _view, on: {"mains_admin_state": _CLOSED if on else _OPEN},
    value=_connected,
    reads=(INVENTORY, SECCTRL, GENERATOR),
    confirms=(RELAY,),
    checks=(_is_reached, is_busy, _is_no_generator, _stands_still, _can_island),
    # To leave, the gateway first fills its batteries for a while: 28 s; to return it takes 8 to 15 s.
    every=3.0,
    deadline=90.0,
)
