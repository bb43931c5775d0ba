"""The relay between house and grid, and a generator's: by live data, by the relay itself, by the inventory.

A gateway without a relay says that it is closed (gateway-api.md 14.6): that there is one the inventory alone tells.
"""

from collections.abc import Iterator
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
    return any(endpoint is not LIVE and word.closed is not None for endpoint, word in _words(snapshot))


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
        grid_outage=_is_out(snapshot, told_by, word, live),
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
    and a generator whether it runs. Where what decides gives no answer, all that may stand in for it is asked at once.
    """
    if (told := separator(snapshot)) is None:
        return frozenset()
    needs, (told_by, word) = _needs_of(told), _word(snapshot)
    if needs & snapshot.failed or told_by.name not in needs:
        needs |= {INVENTORY.name, LIVE.name}
    if word.closed is False:
        needs |= {RELAY.name, GENERATOR.name} if has_generator(snapshot) else {RELAY.name}
    return needs


def _needs_of(told: ListedDevice) -> Needs:
    return frozenset({(RELAY if told.type == _CONTROLLER else INVENTORY).name})


def _word(snapshot: Snapshot) -> tuple[Endpoint[Any], _Word]:
    """Return what is said of the relay, and where: by the first that answered when it was last asked.

    What one that is silent has said stands while nobody says anything newer. What one has said that is there and tells
    no more, as a path that is not found, is not how the relay is.
    """
    standing = [
        (endpoint, word)
        for endpoint, word in _words(snapshot)
        if word.closed is not None and endpoint.name in snapshot.fresh_names - snapshot.denied
    ]
    spoken = [one for one in standing if one[0].name not in snapshot.failed]
    return next(iter(spoken or standing), (INVENTORY, _Word(None, None)))


def _words(snapshot: Snapshot) -> Iterator[tuple[Endpoint[Any], _Word]]:
    """Return what each was ever told to say of the relay, what decides first.

    A System Controller's is told by the relay itself, and where that is not to be read by the inventory. A collar's is
    told by the collar alone, as its gateway's relay is none. Live data tells how it is, and not how it is wanted.
    """
    if (told := separator(snapshot)) is None:
        return
    relay, live = snapshot.known(RELAY), live_relays(snapshot)
    if told.type == _CONTROLLER:
        if relay is not None:
            yield RELAY, _Word(relay.wanted, relay.state)
        yield INVENTORY, _Word(told.relay_wanted, told.relay_state)
    else:
        # What was not asked as yet will be, before an outage is believed.
        unasked = None if snapshot.is_told(RELAY) else _CLOSED
        stands = relay is not None and RELAY.name in snapshot.fresh_names
        yield INVENTORY, _Word(relay.wanted if relay and stands else unasked, _collar_state(told))
    if live.grid_closed is not None:
        yield LIVE, _Word(None, _CLOSED if live.grid_closed else _OPEN)


def _collar_state(collar: ListedDevice) -> str | None:
    """Return what a collar says: its state follows the grid, and nobody knows for certain what else does."""
    state = collar.state or ""
    return _OPEN if "OFF_GRID" in state else _CLOSED if "ON_GRID" in state else collar.relay_state


def _is_out(snapshot: Snapshot, told_by: Endpoint[Any], word: _Word, live: Relays) -> bool | None:
    """Tell whether the house is off the grid against its will; on a generator, or by choice, it is not.

    The inventory may be minutes old: where that says on the grid, and live data off it, nobody knows.
    """
    if word.closed is not False:
        is_doubted = told_by is INVENTORY and live.grid_closed is False
        return None if word.closed is None or is_doubted else False
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
