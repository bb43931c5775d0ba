"""The relay between house and grid, of a System Controller alone (gateway-api.md 17.1).

To leave the grid everything that speaks for it has to be read right before; what is not told is no permission. To
return, nothing has to.
"""

from typing import Final

from ..client.endpoints import GENERATOR, INVENTORY, RELAY, SECCTRL
from .checks import busy, is_busy
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


def _is_reached(view: View, on: bool) -> ControlError | None:  # noqa: FBT001
    controller = view.site.system_controllers.get(view.key)
    if controller is None:
        return ControlError("control_not_there")
    if controller.communicating is False:
        return ControlError("control_controller_silent")
    is_told = INVENTORY.name in view.read and controller.communicating is True
    return None if on or is_told else ControlError("control_controller_unknown")


def _is_no_generator(view: View, on: bool) -> ControlError | None:  # noqa: FBT001
    relay, generators = view.snapshot.fresh(RELAY), view.site.generators.values()
    if (relay is not None and relay.battery_mode == _ON_GENERATOR) or any(one.running for one in generators):
        return ControlError("control_generator_runs")
    is_told = not generators or (GENERATOR.name in view.read and all(one.running is False for one in generators))
    return None if on or is_told else ControlError("control_generator_unknown")


def _is_idle(view: View, on: bool) -> ControlError | None:  # noqa: FBT001
    """Refuse to leave the grid while the gateway may be busy: it says something that nobody understands."""
    return ControlError("control_busy_unknown") if not on and busy(view) is None else None


def _stands_still(view: View, on: bool) -> ControlError | None:  # noqa: FBT001
    """Refuse to leave a grid that has failed, or that the relay is on its way to; returning is never refused."""
    relay = view.snapshot.fresh(RELAY)
    if on:
        return None
    if relay is None or relay.wanted is None or relay.state is None:
        return ControlError("control_grid_unknown")
    return ControlError("control_grid_moving") if _connected(view) is None else None


def _can_island(view: View, on: bool) -> ControlError | None:  # noqa: FBT001
    """Refuse to leave the grid with batteries that would soon leave the house in the dark."""
    if on:
        return None
    told = view.snapshot.fresh(SECCTRL) if SECCTRL.name in view.read else None
    if told is None or told.level is None or told.reserve is None:
        return ControlError("control_battery_unknown")
    needed = min(told.reserve + _ABOVE_RESERVE, _FULL)
    if told.level >= needed:
        return None
    return ControlError("control_battery_low", level=f"{told.level:.0f}", needed=f"{needed:.0f}")


GRID_CONNECTION: Final = Control[bool](
    name="grid_connection",
    path=RELAY.path,
    body=lambda _view, on: {"mains_admin_state": _CLOSED if on else _OPEN},
    value=_connected,
    reads=(INVENTORY, SECCTRL, GENERATOR),
    confirms=(RELAY,),
    checks=(_is_reached, is_busy, _is_idle, _is_no_generator, _stands_still, _can_island),
    # To leave, the gateway first fills its batteries for a while: 28 s; to return it takes 8 to 15 s.
    every=3.0,
    deadline=90.0,
)
