"""A site whose counters are known exactly, what a gateway says of them, and a ledger that reads it."""

from collections.abc import Callable
from dataclasses import dataclass, field
import json
from math import pi, sin
from random import Random
from typing import Final

from custom_components.iq_gateway.totals import Ledger, Reading

HOUR: Final = 3600.0
DAY: Final = 86_400.0
QUARTER: Final = 900.0
MIDNIGHT: Final = 20_600 * DAY
"""Midnight of the day on which each world begins, in seconds since 1970."""
WRAP: Final = 2**32 / 3600
KEY: Final = "production_energy"
OTHER: Final = "grid_import_energy"
SOURCE: Final = "production delivered"
SLOT: Final = 60.0
"""Seconds for which a power is constant."""

type Power = Callable[[float], float]
"""What flows into a counter, in W, so many seconds after the first midnight."""


def _chance(of: str) -> float:
    """Return a number between 0 and 1 that is always the same for the same text."""
    return Random(of).random()  # noqa: S311


def sun(peak: float) -> Power:
    """Return the power of panels, with clouds."""

    def power(seconds: float) -> float:
        hour = seconds % DAY / HOUR
        height = sin((hour - 6) / 12 * pi) if 6 < hour < 18 else 0.0
        clouds = 0.6 + 0.4 * sin(seconds / 1700.0)
        return peak * height * clouds

    return power


def load(seed: int, burst: float = 9_000.0) -> Power:
    """Return the power of a house, with cooking and charging in between."""

    def power(seconds: float) -> float:
        return 250.0 + (burst * chance if (chance := _chance(f"{seed} {seconds // 1200}")) > 0.8 else 0.0)

    return power


def bursts(seed: int, watts: float = 11_000.0, share: float = 0.1) -> Power:
    """Return a power that is mostly none: an export, or a battery."""

    def power(seconds: float) -> float:
        chance = _chance(f"{seed} {seconds // 900}")
        return watts * (0.3 + 0.7 * _chance(f"{seed} {seconds // 60}")) if chance < share else 0.0

    return power


def constant(watts: float) -> Power:
    """Return a power that never changes."""
    return lambda _: watts


@dataclass(slots=True)
class Counter:
    """A true counter; `start` in Wh is what it has counted when the world begins."""

    power: Power
    start: float = 20_000_000.0
    step: float = 0.0
    """Seconds between two of its movements; 0 if it counts live."""
    wraps: bool = False
    derived: bool = False
    sums: list[float] = field(default_factory=lambda: [0.0])
    peaks: list[float] = field(default_factory=lambda: [0.0])
    begin: float = 0.0

    def energy(self, seconds: float) -> float:
        """Return what has truly flowed into it so many seconds after midnight, in Wh, and is told by now."""
        if self.step:
            seconds = max(self.begin, seconds // self.step * self.step)
        slot, rest = divmod(seconds - self.begin, SLOT)
        self._reach(int(slot) + 1)
        return self.start + self.sums[int(slot)] + self.watts(seconds) * rest / HOUR

    def watts(self, seconds: float) -> float:
        """Return what flows into it now, in W."""
        if self.step:
            seconds = max(self.begin, seconds // self.step * self.step - 1)
        return self.power(self.begin + (seconds - self.begin) // SLOT * SLOT)

    def most(self, seconds: float) -> float:
        """Return the highest power that it has had by now."""
        last = int((seconds - self.begin) // SLOT) + 1
        self._reach(last)
        return self.peaks[last]

    def _reach(self, slots: int) -> None:
        for slot in range(len(self.sums) - 1, slots):
            power = self.power(self.begin + slot * SLOT)
            self.sums.append(self.sums[-1] + power * SLOT / HOUR)
            self.peaks.append(max(self.peaks[-1], power))

    def shown(self, seconds: float, rng: Random) -> float:
        """Return what a gateway in order says."""
        energy = self.energy(seconds)
        if self.derived:
            energy += rng.uniform(-20.0, 20.0)
        return energy % WRAP if self.wraps else energy


@dataclass(frozen=True, slots=True)
class Said:
    """What an answer says of a counter."""

    energy: float
    power: float | None


@dataclass(slots=True)
class Shown:
    """What was shown after one poll, and what was true."""

    seconds: float
    total: float | None
    truth: float
    good: bool
    began: bool
    today: float | None
    said: Said
    stands: bool


@dataclass
class World:
    """A counter that a ledger reads, as often as it asks for."""

    counter: Counter
    cycle: float = 300.0
    hour: float = 12.0
    seed: int = 0
    witness: str = "true"
    """What the gateway says of power while it is in order: "true", "none" or "zero"."""
    source: str = SOURCE
    other: bool = True
    """Whether another total is read too, in order all the time."""
    ledger: Ledger = field(default_factory=Ledger)
    log: list[Shown] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Begin at the hour."""
        self.seconds = self.counter.begin = self.hour * HOUR
        self.rng = Random(self.seed)  # noqa: S311
        self.shift = 0.0
        self.aside = Counter(constant(400.0), start=9_000_000.0, begin=self.seconds)

    @property
    def now(self) -> float:
        """Seconds since 1970."""
        return MIDNIGHT + self.seconds

    @property
    def midnight(self) -> float:
        """The last one."""
        return self.now // DAY * DAY

    @property
    def total(self) -> float | None:
        """What is shown now."""
        return self.ledger.published(KEY, midnight=self.midnight).energy

    @property
    def truth(self) -> float:
        """What had truly flowed at the last reading, as far as the counter tells."""
        return self.log[-1].truth

    @property
    def today(self) -> float | None:
        """What is shown as today's."""
        return self.ledger.published(KEY, midnight=self.midnight).today

    @property
    def slack(self) -> float:
        """A few cycles' worth of what the site really does, in Wh."""
        return 3 * max(self.cycle, 300.0) * 1.5 * max(3_000.0, self.counter.most(self.seconds)) / HOUR + 1.0

    def in_order(self) -> Said:
        """Return what a gateway in order says now."""
        power = {"true": self.counter.watts(self.seconds), "none": None, "zero": 0.0}[self.witness]
        return Said(self.counter.shown(self.seconds, self.rng) + self.shift, power)

    def poll(self, said: Said | None = None, *, missing: bool = False) -> float | None:
        """Read once, and return what is shown; `said` instead of what is true."""
        answer = said or self.in_order()
        readings = {} if missing else {KEY: self.reading(answer)}
        if self.other:
            energy = self.aside.energy(self.seconds)
            readings[OTHER] = Reading(energy=energy, source="net delivered", at=self.now, power=400.0, cycle=self.cycle)
        began = self.ledger.observe(readings, midnight=self.midnight)
        truth, stands = self.counter.energy(self.seconds), KEY in self.ledger.standing
        row = Shown(self.seconds, self.total, truth, said is None, KEY in began, self.today, answer, stands)
        self.log.append(row)
        return self.total

    def reading(self, said: Said) -> Reading:
        """Return what the integration makes of an answer."""
        return Reading(
            energy=said.energy,
            source=self.source,
            at=self.now,
            power=said.power,
            cycle=self.cycle,
            pace=HOUR if self.counter.step else 0.0,
            derived=self.counter.derived,
            wraps=self.counter.wraps,
        )

    @property
    def due(self) -> float:
        """Seconds until the next reading."""
        if self.ledger.pending:
            return 30.0
        return min(self.cycle, 300.0) if self.ledger.in_doubt else self.cycle

    def wait(self) -> None:
        """Let the time until the next reading pass."""
        self.seconds += self.due

    def good(self, *, seconds: float = 0.0, polls: int = 0) -> None:
        """Read a gateway in order for so long, or so often."""
        end = self.seconds + seconds
        while polls > 0 or self.seconds < end:
            self.poll()
            self.wait()
            polls -= 1

    def bad(self, lie: Callable[[World, int], Said], *, polls: int) -> int:
        """Read so many wrong answers, within a quarter of an hour at most, and return how many it were."""
        begin = self.seconds
        for poll in range(polls):
            if self.seconds - begin >= QUARTER:
                return poll
            self.poll(lie(self, poll))
            self.wait()
        return polls

    def away(self, seconds: float) -> None:
        """Let time pass in which nobody reads."""
        self.seconds += seconds

    def restart(self) -> None:
        """Store the ledger and read it again."""
        self.ledger, broken = Ledger.from_dict(json.loads(json.dumps(self.ledger.to_dict())))
        assert not broken

    def replace_meter(self, at: float = 0.0) -> None:
        """Have the counter show another figure since the last reading, and count on from it."""
        self.shift += at - (self.truth + self.shift)

    def story(self, last: int = 12) -> str:
        """Return the last polls as text, for whoever reads a failure."""
        rows = [
            f"{row.seconds / HOUR:9.3f} h {'good' if row.good else 'BAD '} said {row.said.energy:.1f} Wh"
            f" {row.said.power} W shown {row.total} truth {row.truth:.1f}"
            f" ahead {(row.total or 0) - row.truth:.1f}{' ANEW' if row.began else ''}"
            for row in self.log[-last:]
        ]
        return "\n".join(["", *rows, f"changes {dict(self.ledger.changes)} standing {dict(self.ledger.standing)}"])
