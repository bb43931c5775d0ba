"""Readings of a counter that could each follow from the one before."""

from dataclasses import dataclass, replace
from typing import Final

HOUR: Final = 3600.0
DAY: Final = 24 * HOUR

# A change is lasting once this many readings agree over this long: a gateway that restarts, or a meter that loses a
# leg, is itself again within a few polls.
LASTING_READINGS: Final = 3
LASTING_SECONDS: Final = 15 * 60.0

# What a sum of meters may fall without anything being wrong: a load that is computed from production, grid and battery
# shrinks while the battery charges if the clamps differ by a percent (gateway-api.md 19: 0.9 kWh between two sums).
DRIFT: Final = 1000.0

# Some counters give whole Wh.
RESOLUTION: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One reading of a counter, and what the site could add to it at most."""

    energy: float  # Wh
    source: str
    at: float  # seconds since 1970
    bound: float  # W
    wraps: bool = False  # the counter has 32 bits of J


def possible(bound: float, seconds: float) -> float:
    """Return the Wh that a power in W can add to a counter in so many seconds."""
    return bound * max(seconds, 0.0) / HOUR + RESOLUTION


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A series of readings of one source in which each could follow from the one before.

    Levels are raised to the floor once the readings have stayed above them for long enough; nothing in the run may fall
    below its floor by more than drift. What was read since can still turn out to be wrong, and be taken back.
    """

    source: str
    energy: float  # Wh, the last reading
    read_at: float
    moved_at: float  # when the reading last rose
    before: float  # Wh, the last reading but for those like the present one
    before_at: float  # when that was risen to
    floor: float  # Wh
    start: float  # Wh, the level that is next to become the floor
    start_at: float
    readings: int  # since then, with the one that began it

    @classmethod
    def begin(cls, reading: Reading) -> Run:
        """Begin with a reading of which nothing is known yet."""
        return cls(
            source=reading.source,
            energy=reading.energy,
            read_at=reading.at,
            moved_at=reading.at,
            before=reading.energy,
            before_at=reading.at,
            floor=reading.energy,
            start=reading.energy,
            start_at=reading.at,
            readings=1,
        )

    @property
    def lasting(self) -> bool:
        """Whether enough readings agree over a long enough time."""
        return self.readings >= LASTING_READINGS and self.read_at - self.start_at >= LASTING_SECONDS

    def at(self, now: float) -> Run:
        """Return the run as of now: where the clock was set back, time begins anew."""
        if now >= self.read_at:
            return self
        return replace(
            self,
            read_at=now,
            moved_at=min(self.moved_at, now),
            before_at=min(self.before_at, now),
            start_at=min(self.start_at, now),
            readings=1,
        )

    def allows(self, reading: Reading) -> bool:
        """Tell whether a reading can come next.

        Time counts since the last reading, up to a day: after a longer absence one reading alone is not believed. Where
        the counter moves more slowly than it is read, as those of microinverters do, time counts since it last moved,
        up to the hour that is the slowest pace of their reports (gateway-api.md 10).
        """
        seconds = max(min(reading.at - self.read_at, DAY), min(reading.at - self.moved_at, HOUR))
        highest = self.energy + possible(reading.bound, seconds)
        return self._joins(reading) and reading.energy <= highest

    def catches_up(self, reading: Reading) -> bool:
        """Tell whether a reading could come next after all.

        The counter may have stood still for days although energy flowed, or it is what was read last that was wrong.
        """
        highest = max(
            self.energy + possible(reading.bound, reading.at - self.moved_at),
            self.before + possible(reading.bound, reading.at - self.before_at),
        )
        return self._joins(reading) and reading.energy <= highest

    def extended(self, reading: Reading) -> Run:
        """Return the run with a reading added."""
        run = self._settled() if self.lasting else self
        if reading.energy != run.energy:
            moved_at = reading.at if reading.energy > run.energy else run.moved_at
            run = replace(run, before=run.energy, before_at=run.moved_at, moved_at=moved_at)
        run = replace(run, energy=reading.energy, read_at=reading.at, readings=run.readings + 1)
        if reading.energy < run.start - DRIFT:
            return replace(run, start=reading.energy, start_at=reading.at, readings=1)
        return run

    def _settled(self) -> Run:
        """Return the run with the level that proved lasting as its floor, and the last reading as the next level."""
        return replace(
            self,
            floor=max(self.floor, self.start),
            start=self.energy,
            start_at=self.read_at,
            readings=1,
        )

    def _joins(self, reading: Reading) -> bool:
        return reading.source == self.source and reading.energy >= self.floor - DRIFT
