"""A counter that is read at a steady pace, and the total that the rules make of it."""

from dataclasses import dataclass, field
from typing import Final

from custom_components.iq_gateway.totals import LifetimeTotal, Reading
from custom_components.iq_gateway.totals.rules import observe

BEGIN: Final = 1_795_348_800.0
CYCLE: Final = 300.0
HOUR: Final = 3600.0
DAY: Final = 24 * HOUR
WRAP: Final = 4_294_967_296 / 3_600  # Wh that 32 bits of J hold

# What a counter has counted long since, and the power that it is trusted with, in Wh and W.
OLD: Final = 1_000_000.0
PEAK: Final = 3_000.0

# What every counter is trusted with before it was seen to do more: 1.5 x 3000 W for a cycle of 300 s, and 1 Wh.
MOST_AT_FIRST: Final = 376.0


@dataclass
class Watch:
    """One counter, its last reading taken `now`; nothing was read yet."""

    total: LifetimeTotal = field(default_factory=LifetimeTotal)
    now: float = BEGIN
    source: str = "meter"
    cycle: float = CYCLE
    pace: float = 0.0
    derived: bool = False
    wraps: bool = False
    power: float | None = None
    highest: float = 0.0
    others_counted: bool = False

    def read(self, *energies: float, after: float | None = None, source: str | None = None) -> float | None:
        """Read these figures one after the other, and return what is shown then."""
        for energy in energies:
            self.now += self.cycle if after is None else after
            reading = Reading(
                energy=energy,
                source=source or self.source,
                at=self.now,
                power=self.power,
                highest=self.highest,
                cycle=self.cycle,
                pace=self.pace,
                derived=self.derived,
                wraps=self.wraps,
            )
            self.total = observe(self.total, reading, others_counted=self.others_counted)
        return self.total.shown

    def prove(self, energy: float) -> float | None:
        """Read the same figure until it has lasted: four times, over a quarter of an hour."""
        return self.read(*[energy] * 4)

    def settle(self, energy: float) -> float | None:
        """Read the same figure once more than it takes to prove it: from then on nothing may fall below it."""
        return self.read(*[energy] * 5)

    def adopt(self, energy: float) -> None:
        """Read a figure until the total goes on with it."""
        self.prove(energy)
        assert self.counts

    @property
    def offset(self) -> float:
        """What is added to the counter."""
        assert self.total.base is not None
        return self.total.base.offset

    @property
    def counts(self) -> bool:
        """Whether the last reading counted."""
        return self.total.read_at == self.now and self.total.candidate is None
