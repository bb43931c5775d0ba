"""The relay between house and grid, and a generator's: by live data, by the relay itself, by the inventory.

A gateway without a relay says that it is closed (gateway-api.md 14.6): that there is one the inventory alone tells.
"""

from typing import Any, Final, NamedTuple

from ..client.endpoints import GENERATOR, INVENTORY, LIVE, RELAY, Endpoint, ListedDevice
from .contact_words import is_closed
from .generators import generator_runs, has_generator
from .inventory import listed
from .live import live_relays
from .models import GridState, Needs, Relays
from .snapshot import Snapshot

_CONTROLLER: Final = "ENPOWER"
_SEPARATORS: Final = (_CONTROLLER, "COLLAR")
_ON_GENERATOR: Final = "GEN_CLOSE"
_GENERATOR_MODE: Final = "multimode-generator"
_OPEN, _CLOSED = "open", "close"


class _Word(NamedTuple):
    """What is said of the relay: as it is wanted, and as it is."""

    wanted: str | None
    state: str | None

    @property
    def closed(self) -> bool | None:
        """Whether it is closed."""
        return is_closed(self.state)

    @property
    def grid_state(self) -> GridState | None:
        """What that says of the grid."""
        if self.closed is None:
            return None
        if self.closed:
            return GridState.ON_GRID
        return GridState.OFF_GRID if self.state == _OPEN else GridState.RESYNCHRONIZING


def separator(snapshot: Snapshot) -> ListedDevice | None:
    """Return what separates the house from the grid, if the inventory lists it."""
    return next((device for kind in _SEPARATORS for device in listed(snapshot, kind)), None)


def is_relay_told(snapshot: Snapshot) -> bool:
    """Tell whether there is a relay of which it was ever said how it is."""
    return _word(snapshot, known=True)[1].closed is not None


def may_tell(snapshot: Snapshot) -> bool:
    """Tell whether the relay is worth asking: the inventory lists what has one, and it never told how it is."""
    told = separator(snapshot)
    return told is not None and told.type == _CONTROLLER and not snapshot.is_told(RELAY)


def build_relays(snapshot: Snapshot) -> Relays:
    """Return what the relays are doing: live data is the first to know."""
    live, (told_by, word), runs = live_relays(snapshot), _word(snapshot), generator_runs(snapshot)
    is_told = live.grid_closed is not None or live.grid_state is not None
    return Relays(
        grid_closed=live.grid_closed if is_told else word.closed,
        grid_state=live.grid_state if is_told else word.grid_state,
        generator_closed=runs if live.generator_closed is None else live.generator_closed,
        grid_outage=_is_out(snapshot, word, live),
        outage_told_by=told_by.name if is_relay_told(snapshot) else None,
    )


def relay_needs(snapshot: Snapshot) -> Needs:
    """Return the endpoints that the state of the grid is read from: live data, and where that is not there another."""
    told = separator(snapshot)
    if snapshot.known(LIVE) is not None or told is None:
        return frozenset({LIVE.name})
    return _needs_of(told)


def generator_relay_needs(snapshot: Snapshot) -> Needs:
    """Return the endpoints that the state of the generator's relay is read from."""
    by_live = snapshot.known(LIVE) is not None or not has_generator(snapshot)
    return frozenset({(LIVE if by_live else GENERATOR).name})


def outage_needs(snapshot: Snapshot) -> Needs:
    """Return the endpoints that an outage is told by.

    A collar's own word is in the inventory; only once that says off the grid, the relay is asked whether it was wanted,
    and a generator whether it runs.
    """
    if (told := separator(snapshot)) is None:
        return frozenset()
    why = frozenset[str]()
    if _word(snapshot)[1].closed is False:
        why = frozenset({RELAY.name, GENERATOR.name} if has_generator(snapshot) else {RELAY.name})
    return _needs_of(told) | why


def _needs_of(told: ListedDevice) -> Needs:
    return frozenset({(RELAY if told.type == _CONTROLLER else INVENTORY).name})


def _word(snapshot: Snapshot, *, known: bool = False) -> tuple[Endpoint[Any], _Word]:
    """Return what is said of the relay, and where; or what was once said if it is enough that it is `known`.

    A System Controller's is told by the relay itself, and where that is not to be read by the inventory. A collar's is
    told by the collar alone, as its gateway's relay is none.
    """
    told, relay = separator(snapshot), snapshot.known(RELAY) if known else snapshot.fresh(RELAY)
    if told is not None and told.type == _CONTROLLER and relay is not None:
        word = _Word(relay.wanted, relay.state)
        if word.closed is not None:
            return RELAY, word
    if told is None or not (known or snapshot.fresh(INVENTORY) is not None):
        return INVENTORY, _Word(None, None)
    if told.type == _CONTROLLER:
        return INVENTORY, _Word(told.relay_wanted, told.relay_state)
    if relay is not None:
        return INVENTORY, _Word(relay.wanted, _collar_state(told))
    # What was not asked as yet will be, before an outage is believed.
    return INVENTORY, _Word(None if snapshot.is_told(RELAY) else _CLOSED, _collar_state(told))


def _collar_state(collar: ListedDevice) -> str | None:
    """Return what a collar says: its state follows the grid, and nobody knows for certain what else does."""
    state = collar.state or ""
    return _OPEN if "OFF_GRID" in state else _CLOSED if "ON_GRID" in state else collar.relay_state


def _is_out(snapshot: Snapshot, word: _Word, live: Relays) -> bool | None:
    """Tell whether the house is off the grid against its will; on a generator, or by choice, it is not."""
    if word.closed is not False:
        return None if word.closed is None else False
    if (is_wanted := is_closed(word.wanted)) is None:
        return None
    return is_wanted and not _on_generator(snapshot, live)


def _on_generator(snapshot: Snapshot, live: Relays) -> bool:
    """Tell whether anything speaks of a generator that runs."""
    relay, told = snapshot.fresh(RELAY), separator(snapshot) if snapshot.fresh(INVENTORY) is not None else None
    return (
        bool(live.generator_closed or generator_runs(snapshot))
        or (relay is not None and relay.battery_mode == _GENERATOR_MODE)
        or (told is not None and _ON_GENERATOR in (told.state or ""))
    )
