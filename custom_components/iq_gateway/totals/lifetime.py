"""What is known of one lifetime counter, and the total that is published: the counter and what is added to it."""

from dataclasses import dataclass, field, replace
from typing import Final

from .series import HOUR, MOST, Series
from .witness import TOLD_AFTER, Witness

_FIRST_MINUTE: Final = 60.0

# Home Assistant's short-term statistics: what is hidden for that long before it begins anew is no step in them.
_STATISTICS_PERIOD: Final = 300.0

# W that every counter is trusted to count before it has been seen to: a kettle, or a small roof.
LIKELY: Final = 3_000.0

# W of a burst between two readings, or while nobody looked at a counter that has not been watched for long.
_BURST: Final = 15_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A counter that lastingly went elsewhere, for a person to look at."""

    at: float  # seconds since 1970, when it was first seen
    old_energy: float  # Wh
    new_energy: float  # Wh
    old_source: str
    new_source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """A series of readings, and what is added to them."""

    series: Series
    offset: float = 0.0  # Wh
    since: float | None = None  # seconds since 1970; None while nothing was ever added

    def moved(self, series: Series, added: float) -> Base:
        """Return the base with another series of the same counter, and so many Wh more added to it."""
        return Base(series=series, offset=self.offset + added, since=series.begun_at if added else self.since)


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What is known of a total from elsewhere: an older ledger, Home Assistant's statistics, another gateway."""

    total: float  # Wh
    at: float  # seconds since 1970
    offset: float | None = None  # Wh that were added to the counter then, if that is known
    same_counter: bool = True  # False: the total goes on with the counter of another gateway


@dataclass(frozen=True, slots=True, kw_only=True)
class LifetimeTotal:
    """A total in Wh, the readings that it follows, and those beside which it stands still."""

    total: float | None = None  # Wh; None until a second reading agreed with the first
    base: Base | None = None
    candidate: Series | None = None  # readings that cannot follow from the last that counted
    held_since: float | None = None  # seconds since 1970, the first reading of many that did not count
    former: Base | None = None  # what the counter may come back to, as a meter does that was disabled for an hour
    change: Change | None = None
    origin: Origin | None = None  # kept until the first base is proved
    begun_at: float | None = None  # seconds since 1970, when the total began; another moment where it began anew
    peak: float = LIKELY  # W, the most that the counter was seen to count
    witness: Witness = field(default_factory=Witness)
    pace: float = 0.0  # s, of the last reading
    highest: float | None = None  # W, of the last reading

    @property
    def shown(self) -> float | None:
        """The total in Wh; None while there is a doubt about its very beginning, which nobody has seen proved."""
        doubtful = self.candidate is not None and self.candidate.seconds > _STATISTICS_PERIOD and self.may_be_wrong
        return None if doubtful and self.is_young and not self.origin else self.total

    @property
    def burst(self) -> float:
        """What two answers in a row are trusted to tell, in W: a house may take it, and a large site makes more."""
        return max(_BURST, self.highest or 0.0)

    @property
    def read_at(self) -> float | None:
        """When the last reading was taken that counted, in seconds since 1970."""
        return self.base.series.at if self.base else None

    @property
    def is_young(self) -> bool:
        """Whether nothing was proved yet, or nothing was counted: there is no history to protect."""
        return self.base is not None and (not self.base.series.proved or self.total == 0)

    @property
    def may_be_wrong(self) -> bool:
        """Whether the readings beside the total can only be true if it is not: they are lower, or impossibly high."""
        if self.candidate is None or self.base is None:
            return False
        most = MOST * max(self.candidate.begun_at - self.base.series.at, self.pace) / HOUR
        return not 0 <= self.candidate.begun - self.level <= most

    @property
    def is_pending(self) -> bool:
        """Whether a first or second reading is to come soon: after a minute of disagreement, nothing is urgent."""
        waited = 0.0 if self.held_since is None else self.witness.at - self.held_since
        return self.base is None and waited < _FIRST_MINUTE

    @property
    def stands_still(self) -> bool:
        """Whether power flows and the counter does not move; what moves and is not believed is another matter."""
        return self.candidate is None and self.witness.stands_still(self.pace)

    @property
    def is_held(self) -> bool:
        """Whether readings have not counted for so long that somebody should know."""
        return self.held_since is not None and self.witness.at - self.held_since >= TOLD_AFTER

    @property
    def level(self) -> float:
        """What the counter showed in Wh when the total was as it is; below it, nothing counts."""
        return (self.total or 0.0) - (self.base.offset if self.base else 0.0)

    @property
    def last_series(self) -> Series | None:
        """The readings that were taken last, as if they began with the last one."""
        series = self.candidate or (self.base.series if self.base else None)
        return series and replace(series, begun=series.energy, begun_at=series.at)

    def as_of(self, now: float) -> LifetimeTotal:
        """Return the total with no moment in the future: the clock may have been set back."""
        if self.witness.at <= now:
            return self
        return replace(
            self,
            base=replace(self.base, series=self.base.series.as_of(now)) if self.base else None,
            candidate=self.candidate.as_of(now) if self.candidate else None,
            held_since=min(self.held_since, now) if self.held_since else None,
        )

    def kept(self) -> LifetimeTotal:
        """Return the total with its change accepted as it was dealt with."""
        return replace(self, change=None)

    def set_to(self, energy: float, *, at: float) -> LifetimeTotal:
        """Return the total with another figure in Wh; it goes on from there."""
        if self.base is None or self.total is None:
            return replace(self, origin=Origin(total=energy, at=at, same_counter=False))
        base = replace(self.base, offset=self.base.offset + energy - self.total, since=at)
        return replace(self, total=energy, base=base, former=None, change=None)
