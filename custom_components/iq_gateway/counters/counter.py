"""A total that only goes up, made of a lifetime counter that does not always."""

from dataclasses import dataclass, replace
from typing import Final

from .run import DAY, HOUR, Reading, Run, possible

# What 32 bits of J hold.
WRAP: Final = 2**32 / 3600.0

# A single reading after a counter stood still for long is not enough to take the missing energy from.
_SAID_TWICE: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A counter that lastingly went elsewhere, for a person to look at."""

    at: float  # seconds since 1970, when it was first seen
    old_energy: float  # Wh
    new_energy: float  # Wh
    old_source: str
    new_source: str

    @property
    def difference(self) -> float | None:
        """Return the step in Wh; between two sources there is none."""
        return self.new_energy - self.old_energy if self.old_source == self.new_source else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """A run of readings, and what was added to them."""

    run: Run
    offset: float  # Wh


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """What is known of one lifetime counter, and the total that is published for it.

    The total is the counter plus an offset, and never less than it was. A reading that cannot be true opens a suspect
    run, beside which the total stands still. Once that run is lasting, the total goes on with it from where it stands.
    """

    total: float  # Wh, what is published
    base: Base
    suspect: Run | None = None
    former: Base | None = None  # what the counter may come back to, as a meter does that was disabled for an hour
    change: Change | None = None
    detached: bool = False  # the next reading is another gateway's

    @classmethod
    def begin(cls, reading: Reading) -> Counter:
        """Begin with a first reading, published as it is."""
        return cls(total=reading.energy, base=Base(run=Run.begin(reading), offset=0.0))

    def observe(self, reading: Reading) -> Counter:
        """Return the counter after one more reading."""
        if self.detached:
            base = Base(run=Run.begin(reading), offset=self.total - reading.energy)
            return Counter(total=self.total, base=base)
        base = replace(self.base, run=self.base.run.at(reading.at))
        if believed := _next(base, reading):
            return self._with(believed)
        suspect = self.suspect.at(reading.at) if self.suspect else None
        suspect = suspect.extended(reading) if suspect and suspect.allows(reading) else Run.begin(reading)
        if suspect.readings >= _SAID_TWICE and base.run.catches_up(reading):
            return self._with(replace(base, run=base.run.extended(reading)))
        # A counter that stays at zero has not begun to count: nothing is lost by waiting for it, or for the old one.
        if suspect.lasting and suspect.energy > 0:
            return self._moved(base, suspect, reading)
        return replace(self, base=base, suspect=suspect)

    def kept(self) -> Counter:
        """Return the counter with its change accepted as it was dealt with."""
        return replace(self, change=None)

    def followed(self) -> Counter:
        """Return the counter with the gateway's own figure for the total, whichever way that goes."""
        run = self.base.run
        return replace(self, total=run.energy, base=Base(run=run, offset=0.0), suspect=None, former=None, change=None)

    def detach(self) -> Counter:
        """Return the counter ready for another gateway: the total goes on from where it is with the next reading."""
        return replace(self, suspect=None, former=None, change=None, detached=True)

    def _with(self, base: Base) -> Counter:
        """Return the counter with a reading that was believed."""
        return replace(self, base=base, total=self._total(base), suspect=None)

    def _moved(self, base: Base, suspect: Run, reading: Reading) -> Counter:
        """Return the counter with a lasting run as its base: the former one again, or one from where the total is."""
        former, change = self.former, None
        if former and reading.at - former.run.read_at <= DAY and former.run.catches_up(reading):
            ahead, former = Base(run=suspect, offset=former.offset), None
        else:
            ahead, former = Base(run=suspect, offset=self.total - suspect.start), base
            change = Change(
                at=suspect.start_at,
                old_energy=base.run.energy,
                new_energy=suspect.start,
                old_source=base.run.source,
                new_source=suspect.source,
            )
        return replace(self, base=ahead, total=self._total(ahead), suspect=None, former=former, change=change)

    def _total(self, base: Base) -> float:
        return max(self.total, base.run.energy + base.offset)


def _next(base: Base, reading: Reading) -> Base | None:
    """Return the base with a reading that can come next; None if it cannot."""
    if base.run.allows(reading):
        return replace(base, run=base.run.extended(reading))
    # Zero is what a gateway shows that is just starting; a counter that wrapped has gone on since.
    if not reading.wraps or not reading.energy:
        return None
    unwrapped = replace(reading, energy=reading.energy + WRAP)
    # After a long absence, a counter that was reset is not told from one that wrapped.
    close = unwrapped.energy <= base.run.energy + possible(reading.bound, HOUR)
    return Base(run=Run.begin(reading), offset=base.offset + WRAP) if close and base.run.allows(unwrapped) else None
