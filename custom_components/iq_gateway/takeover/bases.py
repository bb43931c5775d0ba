"""From where a total goes on: the last figure of the built-in integration, and what our counter shows."""

from dataclasses import dataclass
from typing import Final

from ..totals.series import DRIFT, HOUR, RESOLUTION

# W that no counter of a home exceeds for long: what it may have counted since the built-in integration looked last.
_POSSIBLE: Final = 1.5 * 15_000.0

# Wh by which two figures of today may differ; a drop by less is what midnight brings anyway.
_SAME_DAY: Final = 50.0

# Seconds after which energy that nobody showed is worth a word.
_GAP: Final = HOUR


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The last figure that the built-in integration showed of a lifetime energy, in Wh, and when."""

    energy: float
    at: float  # seconds since 1970


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """From where a total goes on."""

    energy: float  # Wh
    same_counter: bool  # False: what our counter differs by is added to it from now on
    missed: float = 0.0  # Wh that were counted while nobody showed them


def base(known: Known, reading: float, *, same_counter: bool, now: float) -> Base:
    """Return from where a total goes on with a counter that now reads so many Wh.

    By the same counter, it waits until the counter is past the last figure, which is a matter of seconds: two endpoints
    of a gateway differ by that. Whatever else it differs by is no energy, and is left out.
    """
    rise = reading - known.energy
    possible = _POSSIBLE * max(now - known.at, 0.0) / HOUR + RESOLUTION
    if not same_counter or not -DRIFT <= rise <= possible:
        return Base(energy=known.energy, same_counter=False)
    return Base(energy=known.energy, same_counter=True, missed=max(rise, 0.0) if now - known.at > _GAP else 0.0)


def is_same_day(known: float, ours: float | None) -> bool:
    """Tell whether a figure of today, in Wh, can go on with ours."""
    return ours is not None and abs(ours - known) <= _SAME_DAY
