"""Readings of a counter that could each follow from the one before."""

from dataclasses import dataclass, replace
from typing import Final, Self

HOUR: Final = 3600.0

# A level is proved once this many readings agree over this long: a gateway that restarts, or a meter that loses a leg,
# is itself again within a few polls.
PROVED_READINGS: Final = 3
PROVED_SECONDS: Final = 15 * 60.0

# Some counters give whole Wh.
RESOLUTION: Final = 1.0

# What a balance of meters may fall without anything being wrong: a load that is computed from production, grid and
# battery shrinks while the battery charges if the clamps differ by a percent (gateway-api.md 19: 0.9 kWh).
DRIFT: Final = 1000.0

# W that no house reaches: three phases of 200 A. For counters whose power nobody tells.
MOST: Final = 150_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One reading of a lifetime counter."""

    energy: float  # Wh; a balance of meters may be below zero
    source: str  # which of the gateway's counters it is
    at: float  # seconds since 1970
    power: float | None = None  # W that flow into the counter now, by the same answer
    highest: float = 0.0  # W that all inverters of the site make at most, as far as they tell
    cycle: float = 300.0  # seconds from one reading to the next, as a rule
    pace: float = 0.0  # seconds that the counter may take from one step to the next; 0 for a meter, which counts live
    derived: bool = False  # a balance of several counters
    wraps: bool = False  # the counter has 32 bits of J

    @property
    def slack(self) -> float:
        """Wh by which the next reading may be lower without anything being wrong."""
        return DRIFT if self.derived else RESOLUTION


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A series of readings of one source in which each could follow from the one before.

    Its floor is a level that was proved: nothing in the series may fall below it. What was read since can still turn
    out to be wrong, and be taken back.
    """

    source: str
    begun: float  # Wh, the first reading
    begun_at: float
    energy: float  # Wh, the last reading
    at: float
    moved_at: float  # when it last rose
    level: float  # Wh, what is next to become the floor
    level_at: float
    readings: int = 1  # at or above the level
    floor: float | None = None  # Wh

    @classmethod
    def begin(cls, reading: Reading) -> Self:
        """Begin with a reading of which nothing is known yet."""
        return cls(
            source=reading.source,
            begun=reading.energy,
            begun_at=reading.at,
            energy=reading.energy,
            at=reading.at,
            moved_at=reading.at,
            level=reading.energy,
            level_at=reading.at,
        )

    @property
    def proved(self) -> bool:
        """Whether a level of the series has lasted: three readings over a quarter of an hour."""
        return self.floor is not None or self._level_lasts

    @property
    def _level_lasts(self) -> bool:
        return self.readings >= PROVED_READINGS and self.at - self.level_at >= PROVED_SECONDS

    @property
    def seconds(self) -> float:
        """For how long the readings have gone on."""
        return self.at - self.begun_at

    def as_of(self, now: float) -> Self:
        """Return the series with no moment in the future: where the clock was set back, time begins anew."""
        if now >= self.at:
            return self
        begun_at, moved_at, level_at = (min(moment, now) for moment in (self.begun_at, self.moved_at, self.level_at))
        return replace(self, at=now, begun_at=begun_at, moved_at=moved_at, level_at=level_at)

    def goes_on(self, reading: Reading, *, power: float) -> bool:
        """Tell whether a reading could be the next one of a counter of so many W, with no absence in between.

        Up to three cycles, or a quarter of an hour, are none.
        """
        gap, rise = reading.at - self.at, reading.energy - self.energy
        highest = power * max(gap, reading.pace) / HOUR + RESOLUTION
        unbroken = gap <= max(3 * reading.cycle, reading.pace, PROVED_SECONDS)
        return reading.source == self.source and unbroken and -reading.slack <= rise <= highest

    def rising_seconds(self, reading: Reading) -> float:
        """Return for how long the counter may have risen since the last reading, for one reading alone to tell it.

        After an absence of more than three cycles one reading is not believed. A counter that moves in steps may have
        risen since its last step.
        """
        return max(min(reading.at - self.at, 3 * reading.cycle), min(reading.at - self.moved_at, reading.pace))

    def counted_until(self, reading: Reading) -> float:
        """Return the moment up to which energy is in the last reading.

        A counter that moves in steps has it up to its last step, or up to a pace ago while its first step is to come.
        """
        if not reading.pace:
            # Without a power nobody can tell a counter at rest from one that was frozen.
            return self.at if reading.power is not None else self.moved_at
        return min(self.moved_at, reading.at - reading.pace) if self.moved_at == self.begun_at else self.moved_at

    def with_reading(self, reading: Reading) -> Self:
        """Return the series with a reading added."""
        series = self._settled() if self._level_lasts else self
        series = replace(
            series,
            energy=reading.energy,
            at=reading.at,
            moved_at=reading.at if reading.energy > self.energy else self.moved_at,
            readings=series.readings + 1,
        )
        if reading.energy < series.level - reading.slack:
            return replace(series, level=reading.energy, level_at=reading.at, readings=1)
        return series

    def _settled(self) -> Self:
        """Return the series with the level that lasted as its floor, and the last reading as the next level."""
        floor = self.level if self.floor is None else max(self.floor, self.level)
        return replace(self, floor=floor, level=self.energy, level_at=self.at, readings=1)
