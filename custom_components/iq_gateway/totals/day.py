"""What a total has grown by since midnight."""

from dataclasses import dataclass, replace
from typing import Final

# Between two readings this far apart, what midnight itself would have shown can be told well enough.
_WATCHED: Final = 3600.0
_WATCHED_CYCLES: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A total in Wh at its last reading and, where it was read around midnight, what it was then."""

    midnight: float  # when the present day began, in seconds since 1970
    total: float
    at: float
    start: float | None = None

    @property
    def energy(self) -> float | None:
        """Return the Wh of today; None if nobody read the total when the day began."""
        return None if self.start is None else max(self.total - self.start, 0.0)

    def shifted(self, energy: float) -> Day:
        """Return the same day of a total that somebody set to so many Wh more."""
        return replace(self, total=self.total + energy, start=None if self.start is None else self.start + energy)


def observe_day(day: Day | None, total: float, *, at: float, midnight: float, cycle: float) -> Day:
    """Return the day after one more reading of the total, which is read once in `cycle` seconds."""
    if day is None or midnight < day.midnight or at < day.at:
        return Day(midnight=midnight, total=total, at=at)
    if midnight == day.midnight:
        return replace(day, total=total, at=at)
    watched = at - day.at <= max(_WATCHED, _WATCHED_CYCLES * cycle) and day.at <= midnight <= at
    share = (midnight - day.at) / (at - day.at) if at > day.at else 1.0
    start = day.total + (total - day.total) * share if watched else None
    return Day(midnight=midnight, total=total, at=at, start=start)
