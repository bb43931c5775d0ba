"""What live data tells: the battery's state, the relays, the connection to the cloud (gateway-api.md 13)."""

from typing import Final

from ..client.endpoints import LIVE
from .changeable import BatteryMode
from .models import GridState, Relays
from .snapshot import Snapshot

# main_relay_state and gen_relay_state; what is not listed is not known.
_GRID_STATES: Final[dict[int | None, GridState]] = {
    0: GridState.OFF_GRID,
    1: GridState.ON_GRID,
    2: GridState.OFF_GRID_GRID_AVAILABLE,
    3: GridState.RESYNCHRONIZING,
    4: GridState.STARTING,
}
_GRID_RELAY_CLOSED: Final[dict[int | None, bool]] = {0: False, 1: True, 2: False, 3: False}
_GENERATOR_RELAY_CLOSED: Final[dict[int | None, bool]] = {5: False, 6: True, 7: False, 8: False, 9: False, 10: False}
BATTERY_MODES: Final[dict[int | None, BatteryMode]] = {
    0: BatteryMode.FULL_BACKUP,
    1: BatteryMode.SELF_CONSUMPTION,
    2: BatteryMode.SAVINGS,
}
_CONNECTED: Final = "connected"


def live_relays(snapshot: Snapshot) -> Relays:
    """Return what the relays are doing, as live data tells it."""
    if (live := snapshot.current_live) is None:
        return Relays()
    return Relays(
        grid_closed=_GRID_RELAY_CLOSED.get(live.main_relay_state),
        grid_state=_GRID_STATES.get(live.main_relay_state),
        generator_closed=_GENERATOR_RELAY_CLOSED.get(live.generator_relay_state),
    )


def build_cloud_connected(snapshot: Snapshot) -> bool | None:
    """Return whether the gateway reaches Enphase's cloud; told even while the values stand still."""
    live = snapshot.fresh(LIVE)
    return None if live is None or live.mqtt_state is None else live.mqtt_state == _CONNECTED


def live_oddities(snapshot: Snapshot) -> frozenset[str]:
    """Return the states that the tables above do not know."""
    if (live := snapshot.fresh(LIVE)) is None:
        return frozenset()
    told = (
        ("main_relay_state", live.main_relay_state, _GRID_STATES),
        ("gen_relay_state", live.generator_relay_state, _GENERATOR_RELAY_CLOSED),
        ("backup_bat_mode", live.battery_mode, BATTERY_MODES),
    )
    return frozenset(f"{name} {state}" for name, state, known in told if state is not None and state not in known)
