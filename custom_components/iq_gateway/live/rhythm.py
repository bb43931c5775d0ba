"""How often a gateway is asked for what moves each second: never for more than a third of its time."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from ..client.endpoints import LIVE, READINGS
from ..site.models import Needs

# Seconds. Two answers that are added up are asked back to back, and cost the gateway twice as much. An IQ Battery at
# full power takes 47 s for 1 %, so that ten seconds are enough for levels and relays.
_READINGS_EVERY: Final = 1.0
_PAIR_EVERY: Final = 2.0
_SLOWLY: Final = 10.0

# After a tick the gateway has so many times the seconds that it took for itself.
_REST: Final = 2
_LONGEST_WAIT: Final = 60.0
_MOST_DOUBLINGS: Final = 6


def paces(powers: Iterable[Needs], *, state: bool, moves: bool) -> dict[str, float]:
    """Return every how many seconds each endpoint is asked.

    `powers` are the needs of the powers that are to be live, `state` tells whether battery and relays are looked at,
    `moves` whether live data does: while it stands still it is asked for slowly, and the meters at their own pace.
    """
    needed = frozenset[str]().union(*powers)
    paired = LIVE.name in needed and moves
    every = {}
    if READINGS.name in needed:
        every[READINGS.name] = _PAIR_EVERY if paired else _READINGS_EVERY
    if paired:
        every[LIVE.name] = _PAIR_EVERY
    elif state or LIVE.name in needed:
        every[LIVE.name] = _SLOWLY
    return every


class Rhythm:
    """Knows when each endpoint's turn is; times are monotonic seconds."""

    def __init__(self) -> None:
        self._due: dict[str, float] = {}
        self._failures: Counter[str] = Counter()

    def turn(self, every: Mapping[str, float], now: float) -> frozenset[str]:
        """Return the endpoints to be asked now; those of the same pace, and that are well, are asked together."""
        soon = min(every.values(), default=0.0) / 2
        due = {name for name in every if self._due.get(name, now) <= now}
        together = {name for name in every if not self._failures[name] and self._due.get(name, now) <= now + soon}
        return frozenset(due | together) if due else frozenset()

    def told(self, names: Collection[str], failed: Collection[str], every: Mapping[str, float], now: float) -> None:
        """Note what came of asking these endpoints; those that failed wait for 2, 4, 8 and so on up to 60 seconds.

        What was asked beside what is asked less often sits a turn out, so that a second is one request.
        """
        slowest = max((every.get(name, _SLOWLY) for name in names), default=0.0)
        for name in names:
            self._failures[name] = min(self._failures[name] + 1, _MOST_DOUBLINGS) if name in failed else 0
            turn = every.get(name, _SLOWLY)
            waits = turn if turn == slowest else 2 * turn
            if name in failed:
                waits = min(2.0 ** self._failures[name], _LONGEST_WAIT)
            self._due[name] = now + waits

    def pause(self, every: Mapping[str, float], took: float, now: float) -> float:
        """Return the seconds until the next turn, after a tick that took so many."""
        due = min((self._due.get(name, now) for name in every), default=now + _READINGS_EVERY)
        return max(due - now - took, _REST * took, 0.0)


def slowed(every: Mapping[str, float], names: Collection[str]) -> dict[str, float]:
    """Return the same paces with these endpoints asked slowly: their values stand still, or the gateway is strained."""
    return {name: max(seconds, _SLOWLY) if name in names else seconds for name, seconds in every.items()}
