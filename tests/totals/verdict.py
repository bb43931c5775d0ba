"""What the promise says of a course of good and wrong answers, each of a quarter of an hour at most."""

from collections.abc import Iterator
from dataclasses import dataclass

from .lies import Lie
from .world import DAY, HOUR, Shown, World

type Leg = Good | Bad | Away | Restart


@dataclass(frozen=True, slots=True)
class Good:
    """A gateway in order, for so long and so often at least."""

    seconds: float = 0.0
    polls: int = 0


@dataclass(frozen=True, slots=True)
class Bad:
    """So many wrong answers, within a quarter of an hour."""

    lie: Lie
    polls: int = 1


@dataclass(frozen=True, slots=True)
class Away:
    """Nobody reads."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Restart:
    """The ledger is stored and read again."""


def live(world: World, course: list[Leg]) -> World:
    """Live through a course."""
    for leg in course:
        match leg:
            case Good(seconds, polls):
                world.good(seconds=seconds, polls=polls)
            case Bad(lie, polls):
                world.bad(lie, polls=polls)
            case Away(seconds):
                world.away(seconds)
            case Restart():
                world.restart()
    return world


@dataclass(slots=True)
class _Since:
    """What was read since something was not as it should be."""

    at: float
    good: int = 0

    def anew(self, at: float) -> None:
        """It is now."""
        self.at, self.good = at, 0

    def for_an_hour(self, at: float) -> bool:
        """Whether an hour of good answers and four of them at least have passed."""
        return at - self.at >= HOUR and self.good >= 4


def faults(world: World) -> Iterator[str]:
    """Yield what a course shows against the promise; the first readings of the course were good ones."""
    base = _base(world)
    if base is None:
        yield "never shown"
        return
    total: float | None = None
    for row in world.log:
        at = f"{row.seconds / HOUR:.3f} h: "
        if row.total is None:
            if total is not None:
                yield f"{at}shown no more"
            continue
        if total is not None and row.total < total and not row.began:
            yield f"{at}fell by {total - row.total:.1f} Wh"
        total = row.total
        ahead = row.total - row.truth - base
        if ahead > (most := most_ahead(world, row.seconds)):
            yield f"{at}ahead by {ahead:.1f} Wh, {most:.1f} at most"
        yield from (f"{at}{fault}" for fault in _today(world, row))
    yield from _later(world, base)
    if world.ledger.changes:
        yield f"a change is told: {world.ledger.changes}"


def _base(world: World) -> float | None:
    """Return what a total is above its counter from the beginning: nobody knows how often it has wrapped."""
    total, truth = next(((row.total, row.truth) for row in world.log if row.total is not None), (None, 0.0))
    if total is None:
        return None
    return total - truth if world.counter.wraps or world.counter.start < 0 else 0.0


def _tolerance(world: World) -> float:
    return 90.0 if world.counter.derived else 1.0


def _later(world: World, base: float) -> Iterator[str]:
    """Yield what is not in order although answers have been for an hour."""
    tolerance, begin = _tolerance(world), world.log[0].seconds
    off, wrong, at_wrong, last = _Since(begin), _Since(begin - DAY, 4), 0.0, begin
    for row in world.log:
        if not row.good:
            off.anew(row.seconds)
            wrong.anew(row.seconds)
            at_wrong = row.total or 0.0
            continue
        wrong.good += 1
        off.good += 1
        ahead = (row.total or 0.0) - row.truth - base
        catching_up = tolerance < ahead and (row.total or 0.0) <= at_wrong + tolerance
        if abs(ahead) <= tolerance or catching_up or row.seconds - last > max(HOUR, world.cycle):
            off.anew(row.seconds)
        last = row.seconds
        if off.for_an_hour(row.seconds):
            yield f"{row.seconds / HOUR:.3f} h: off by {ahead:.1f} Wh for an hour of good answers"
        if row.stands and wrong.for_an_hour(row.seconds):
            yield f"{row.seconds / HOUR:.3f} h: said to stand"


def most_ahead(world: World, seconds: float) -> float:
    """Return a few cycles' worth of what the site really does, in Wh, and for sums that lag one step of theirs too."""
    power = 1.5 * max(3_000.0, world.counter.most(seconds))
    return (3 * max(world.cycle, 300.0) + (HOUR if world.counter.step else 0.0)) * power / HOUR + _tolerance(world)


def _today(world: World, row: Shown) -> Iterator[str]:
    """Yield what is wrong with the figure of today: to what flows around midnight, nobody reads at its very second."""
    if row.today is None:
        return
    counter, midnight = world.counter, row.seconds // DAY * DAY
    if midnight < counter.begin:
        yield f"today is {row.today:.1f} where nobody read around midnight"
        return
    around = max(world.cycle, counter.step)
    near = counter.energy(midnight + around) - counter.energy(max(counter.begin, midnight - around))
    truth = counter.energy(row.seconds) - counter.energy(midnight)
    if not 0.0 <= row.today <= truth + near + most_ahead(world, row.seconds) + _tolerance(world):
        yield f"today is {row.today:.1f}, truth {truth:.1f}"
