"""What a total has grown by since midnight, for sums of today that the gateway gets wrong."""

from dataclasses import dataclass, replace
from typing import Final

# Between two looks at a total this far apart, what midnight itself showed can be told well enough.
_WATCHED: Final = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A total in Wh at the last look and, where somebody looked around midnight, what it was then."""

    midnight: float  # when the present day began, in seconds since 1970
    total: float
    at: float
    start: float | None = None

    @property
    def energy(self) -> float | None:
        """Return the Wh of today; None if nobody looked when it began."""
        return None if self.start is None else max(self.total - self.start, 0.0)


def observe_day(day: Day | None, total: float, *, at: float, midnight: float) -> Day:
    """Return the day after one more look at the total."""
    if day is None or midnight < day.midnight:
        return Day(midnight=midnight, total=total, at=at)
    if midnight == day.midnight:
        return replace(day, total=total, at=at)
    watched = at - day.at <= _WATCHED and day.at <= midnight <= at and total >= day.total
    share = (midnight - day.at) / (at - day.at) if watched and at > day.at else 1.0
    start = day.total + (total - day.total) * share if watched else None
    return Day(midnight=midnight, total=total, at=at, start=start)
