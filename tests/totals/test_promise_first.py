"""Nothing is decided by one answer: not what a total begins with, whatever is said first."""

from itertools import pairwise

import pytest

from custom_components.iq_gateway.totals import Reading

from .lies import ENERGIES, Lie
from .world import DAY, HOUR, KEY, MIDNIGHT, OTHER, QUARTER, WRAP, Counter, Said, World, constant, sun

CYCLES = (30.0, 300.0, 3600.0)


@pytest.mark.parametrize("cycle", CYCLES)
def test_a_total_is_shown_once_a_second_reading_agrees_within_a_minute(cycle: float) -> None:
    """And not before."""
    world = World(Counter(constant(2_000.0)), cycle=cycle)
    world.poll()
    assert world.total is None
    assert world.due <= 60.0
    world.wait()
    world.poll()
    assert world.total == pytest.approx(world.truth)


@pytest.mark.parametrize("cycle", CYCLES)
@pytest.mark.parametrize("wrong", ENERGIES)
@pytest.mark.parametrize("size", [900.0, 47_000.0])
@pytest.mark.parametrize("polls", [1, 2, 30])
@pytest.mark.parametrize("power", ["true", "none"])
@pytest.mark.parametrize("counter", ["meter", "resting"])
def test_wrong_answers_at_the_first_start_leave_no_trace(
    *, cycle: float, wrong: str, size: float, polls: int, power: str, counter: str
) -> None:
    """Of a quarter of an hour at most: an hour after them the total is what the gateway says; nobody was bothered."""
    counters = {
        "meter": Counter(constant(2_000.0)),
        "resting": Counter(constant(0.0), start=300_000.0),
    }
    world = World(counters[counter], cycle=cycle)
    world.bad(Lie(wrong, power, size), polls=polls)
    world.good(seconds=HOUR, polls=4)
    assert world.total == pytest.approx(world.truth, abs=1.0), world.story(20)
    assert KEY not in world.ledger.changes, world.story(20)
    shown = [(row.total, row.began) for row in world.log if row.total is not None]
    assert all(b >= a or began for (a, _), (b, began) in pairwise(shown)), world.story(20)


@pytest.mark.parametrize("polls", [1, 3, 20])
@pytest.mark.parametrize("how", ["other key", "has counted"])
def test_zeros_are_no_beginning_where_anything_else_has_counted(*, polls: int, how: str) -> None:
    """As of a gateway that has just booted."""
    world = World(Counter(constant(0.0)), other=how == "other key")
    for _ in range(polls):
        reading = world.reading(Said(0.0, 0.0))
        readings = {KEY: reading}
        if world.other:
            readings[OTHER] = Reading(energy=9_000_000.0, source="net", at=world.now)
        world.ledger.observe(readings, midnight=world.midnight, has_counted=how == "has counted")
        assert world.total is None
        world.seconds += 30.0
    world.good(seconds=HOUR / 2, polls=4)
    assert world.total == world.truth


def test_zeros_are_a_beginning_of_a_new_site() -> None:
    """Nothing has counted, so there is nothing to doubt."""
    world = World(Counter(constant(0.0), start=0.0), other=False)
    world.good(polls=3)
    assert world.total == 0.0


def test_all_totals_that_are_zero_begin_when_one_counts() -> None:
    """A new battery in an old site, say: its first Wh are counted."""
    world = World(Counter(lambda seconds: 3_000.0 if seconds > 13 * HOUR else 0.0, start=0.0))
    world.good(seconds=2 * HOUR)
    assert world.total == pytest.approx(world.truth, abs=1.0), world.story()
    assert KEY not in world.ledger.changes


@pytest.mark.parametrize("cycle", CYCLES)
@pytest.mark.parametrize("first", [0.0, 0.5, 2.0])
def test_a_total_that_began_wrongly_is_begun_anew_not_stacked_on(*, cycle: float, first: float) -> None:
    """Two equal wrong answers at set-up; nobody has a history to protect."""
    world = World(Counter(constant(2_000.0)), cycle=cycle)
    for _ in range(2):
        world.poll(Said(max(1.0, 20_000_000.0 * first), 2_000.0))
        world.wait()
    world.good(seconds=QUARTER + HOUR, polls=4)
    assert world.total == pytest.approx(world.truth, abs=1.0), world.story()
    assert KEY not in world.ledger.changes


@pytest.mark.parametrize("cycle", CYCLES)
def test_another_source_at_the_first_start_leaves_no_trace(cycle: float) -> None:
    """A list of meters that fails once: the microinverters stand in for two answers."""
    world = World(Counter(constant(2_000.0)), cycle=cycle)
    world.source, world.shift = "microinverters", 200_000.0
    world.good(polls=2)
    world.source, world.shift = "production delivered", 0.0
    world.good(seconds=HOUR, polls=4)
    assert world.total == pytest.approx(world.truth, abs=1.0), world.story()
    assert KEY not in world.ledger.changes, world.story()


@pytest.mark.parametrize("wrong", ["zero", "half", "value", "more", "plus 2^32 J"])
@pytest.mark.parametrize("restart_after", [1, 2, 3])
def test_a_restart_amid_wrong_first_answers_leaves_no_trace(*, wrong: str, restart_after: int) -> None:
    """What was stored of them is no history either."""
    world = World(Counter(constant(2_000.0)))
    for poll in range(3):
        world.poll(Lie(wrong, size=47_000.0)(world, poll))
        world.wait()
        if poll + 1 == restart_after:
            world.restart()
    world.good(seconds=HOUR, polls=4)
    assert world.total == pytest.approx(world.truth, abs=1.0), world.story()
    assert KEY not in world.ledger.changes, world.story()


def test_a_counter_of_32_bits_begins_with_what_the_gateway_says() -> None:
    """How often it has wrapped before nobody knows."""
    world = World(Counter(sun(3_000.0), start=3 * WRAP + 5_000.0, wraps=True), hour=10.0)
    world.good(seconds=HOUR)
    assert world.total == pytest.approx(world.truth - 3 * WRAP, abs=1.0)
    assert MIDNIGHT % DAY == 0.0
