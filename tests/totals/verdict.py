"""What the promise says of a course of good and wrong answers, each of a quarter of an hour at most."""

from collections.abc import Iterator
from dataclasses import dataclass

from .lies import Lie
from .world import DAY, HOUR, KEY, MIDNIGHT, World

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


def faults(world: World) -> Iterator[str]:
    """Yield what a course shows against the promise; the first readings of the course were good ones."""
    counter = world.counter
    tolerance = 90.0 if counter.derived else 1.0
    shown = [row for row in world.log if row.total is not None]
    if not shown:
        yield "never shown"
        return
    base = shown[0].total - shown[0].truth if counter.wraps or counter.start < 0 else 0.0  # type: ignore[operator]
    odd, since, last, before, at_bad, wrong_at = world.log[0].seconds, 0, world.log[0].seconds, None, 0.0, -DAY
    for row in world.log:
        if row.total is None:
            if before is not None:
                yield f"{row.seconds / HOUR:.3f} h: shown no more"
            continue
        if before is not None and row.total < before and not row.began:
            yield f"{row.seconds / HOUR:.3f} h: fell by {before - row.total:.1f} Wh"
        before = row.total
        ahead = row.total - row.truth - base
        slack = most_ahead(world, row.seconds) + tolerance
        if ahead > slack:
            yield f"{row.seconds / HOUR:.3f} h: ahead by {ahead:.1f} Wh, slack {slack:.1f}"
        catching_up = ahead > 0 and row.total <= at_bad + tolerance
        if not row.good:
            odd, since, at_bad = row.seconds, 0, row.total
        elif abs(ahead) <= tolerance or catching_up or row.seconds - last > max(HOUR, world.cycle):
            odd, since = row.seconds, 0
        else:
            since += 1
        last = row.seconds
        wrong_at = wrong_at if row.good else row.seconds
        if row.stands and row.seconds - wrong_at > HOUR:
            yield f"{row.seconds / HOUR:.3f} h: said to stand"
        settled = row.seconds - odd >= HOUR and since >= 4
        if settled:
            yield f"{row.seconds / HOUR:.3f} h: off by {ahead:.1f} Wh for an hour of good answers"
        yield from _today(world, row, slack, settled=abs(ahead) <= tolerance)
    if world.ledger.changes:
        yield f"a change is told: {world.ledger.changes}"


def most_ahead(world: World, seconds: float) -> float:
    """Return a few cycles' worth of what the site really does, in Wh, and for sums that lag one step of theirs too."""
    power = 1.5 * max(3_000.0, world.counter.most(seconds))
    return (3 * max(world.cycle, 300.0) + (HOUR if world.counter.step else 0.0)) * power / HOUR


def _today(world, row, slack, *, settled):
    if row.today is None:
        return
    counter = world.counter
    midnight = row.seconds // DAY * DAY
    if midnight < counter.begin:
        yield f"{row.seconds / HOUR:.3f} h: today is {row.today:.1f} where nobody read around midnight"
        return
    truth = counter.energy(row.seconds) - counter.energy(midnight)
    near = counter.energy(midnight + world.cycle) - counter.energy(max(counter.begin, midnight - world.cycle))
    if counter.step:
        near += counter.energy(midnight + counter.step) - counter.energy(max(counter.begin, midnight - counter.step))
    if row.today < 0:
        yield f"{row.seconds / HOUR:.3f} h: today is negative"
    if row.today > truth + near + slack + 1:
        yield f"{row.seconds / HOUR:.3f} h: today is {row.today:.1f}, truth {truth:.1f}"
    if settled and abs(row.today - truth) > near + slack + 1 + (180 if counter.derived else 0):
        yield f"{row.seconds / HOUR:.3f} h: today is {row.today:.1f}, truth {truth:.1f}, although settled"
