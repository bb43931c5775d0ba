"""Figures of today are what the total has grown by since midnight, or unknown."""

import pytest

from .lies import Lie
from .world import DAY, HOUR, KEY, MIDNIGHT, Counter, World, bursts, constant, load, sun

CYCLES = (30.0, 300.0, 3600.0)


def since_midnight(world: World) -> float:
    """Return what has truly flowed since midnight, by the last reading."""
    row = world.log[-1]
    return row.truth - world.counter.energy(row.seconds // DAY * DAY)


@pytest.mark.parametrize("cycle", CYCLES)
@pytest.mark.parametrize("counter", ["load", "sun", "exports", "sums"])
@pytest.mark.parametrize("hour", [22.0, 22.013, 23.98])
def test_today_is_the_growth_since_midnight(*, cycle: float, counter: str, hour: float) -> None:
    """To what flows in a cycle at midnight, at any interval."""
    counters = {"load": Counter(load(5)), "sun": Counter(sun(5_000.0)), "exports": Counter(bursts(5))}
    world = World(counters.get(counter, Counter(sun(5_000.0), step=900.0)), cycle=cycle, hour=hour)
    world.good(seconds=16 * HOUR, polls=5)
    around = world.counter.energy(DAY + cycle + 60.0) - world.counter.energy(max(DAY - cycle, hour * HOUR))
    assert world.log[-1].today is not None, world.story()
    behind = world.truth - (world.total or 0.0)
    assert world.log[-1].today == pytest.approx(since_midnight(world) - behind, abs=around + 1.0), world.story()


@pytest.mark.parametrize("cycle", CYCLES)
@pytest.mark.parametrize("away", [(20.5, 24.5), (22.0, 33.0), (22.0, 24.0 * 3 + 10)])
def test_today_is_unknown_where_nobody_read_around_midnight(*, cycle: float, away: tuple[float, float]) -> None:
    """What flowed before midnight is not today's; from the next midnight on it is known again."""
    begin, end = away
    world = World(Counter(constant(2_000.0)), cycle=cycle, hour=18.0)
    world.good(seconds=(begin - 18.0) * HOUR - cycle)
    world.seconds = end * HOUR + 7.0
    world.good(seconds=HOUR, polls=3)
    if (24.0 - begin) * HOUR + (end - 24.0) * HOUR > 2 * cycle + HOUR:
        assert world.log[-1].today is None, world.story()
    world.good(seconds=DAY)
    assert world.log[-1].today == pytest.approx(since_midnight(world), abs=2_000.0 * cycle / HOUR + 1.0), world.story()


def test_today_is_not_of_yesterday_while_nobody_reads() -> None:
    """A gateway that is off for two days."""
    world = World(Counter(constant(500.0)), hour=22.0)
    world.good(seconds=6 * HOUR)
    assert world.log[-1].today is not None
    world.away(40 * HOUR)
    assert world.today is None
    world.poll(missing=True)
    assert world.today is None


@pytest.mark.parametrize("cycle", CYCLES)
def test_today_stands_over_a_restart(cycle: float) -> None:
    """With all that was counted."""
    world = World(Counter(constant(500.0)), cycle=cycle, hour=22.0)
    world.good(seconds=10 * HOUR, polls=3)
    before = world.today
    world.restart()
    assert world.today == before
    world.good(seconds=2 * HOUR, polls=3)
    assert world.log[-1].today == pytest.approx(since_midnight(world), abs=500.0 * cycle / HOUR + 1.0)


@pytest.mark.parametrize("hours", [23.0, 25.0])
def test_today_is_right_on_the_days_of_23_and_25_hours(hours: float) -> None:
    """Midnight is a time, not a multiple of days."""
    world = World(Counter(constant(500.0)), hour=12.0)
    first, second = MIDNIGHT + DAY, MIDNIGHT + DAY + hours * HOUR
    while world.now < second + 5 * HOUR:
        passed = [MIDNIGHT, *(at for at in (first, second) if at <= world.now)]
        world.ledger.observe({KEY: world.reading(world.in_order())}, midnight=passed[-1])
        today = world.ledger.published(KEY, midnight=passed[-1]).today
        if passed[-1] > MIDNIGHT:
            assert today == pytest.approx((world.now - passed[-1]) * 500.0 / HOUR, abs=45.0)
        world.wait()


@pytest.mark.parametrize("wrong", ["zero", "half", "more", "less", "ever more", "frozen", "turns"])
@pytest.mark.parametrize("power", ["true", "none", "telling"])
@pytest.mark.parametrize("polls", [1, 2, 3])
@pytest.mark.parametrize("hour", [23.8, 23.95, 24.0, 24.05])
def test_wrong_answers_at_midnight_are_neither_days(*, wrong: str, power: str, polls: int, hour: float) -> None:
    """An hour after them the figure of today is right, and it was never below zero."""
    world = World(Counter(constant(1_500.0)), hour=16.0)
    world.good(seconds=(hour - 16.0) * HOUR)
    world.bad(Lie(wrong, power, 47_000.0), polls=polls)
    world.good(seconds=2 * HOUR)
    assert all((row.today or 0.0) >= 0.0 for row in world.log)
    last = world.log[-1]
    assert last.today is None or last.today == pytest.approx(since_midnight(world), abs=2_250.0), world.story(30)


def test_setting_a_total_is_no_growth_of_today() -> None:
    """What a user sets has not flowed today."""
    world = World(Counter(constant(500.0)), hour=22.0)
    world.good(seconds=10 * HOUR)
    before = world.today
    assert before is not None
    for wh in (30_000_000.0, 5_000_000.0):
        world.ledger.set_to(KEY, wh, at=world.now)
        world.good(seconds=HOUR)
        today = world.log[-1].today
        assert today is None or 0.0 <= today <= since_midnight(world) + 50.0, world.story()


def test_following_the_gateway_is_no_growth_of_today() -> None:
    """Nor is a fall of the total one below zero."""
    world = World(Counter(constant(500.0)), hour=22.0)
    world.good(seconds=6 * HOUR)
    world.replace_meter(40_000_000.0)
    world.good(seconds=2 * HOUR)
    world.ledger.follow([KEY])
    world.good(seconds=HOUR)
    today = world.log[-1].today
    assert today is None or 0.0 <= today <= since_midnight(world) + 50.0, world.story()


def test_a_replaced_meter_counts_today() -> None:
    """The figure of today goes on as the total does."""
    world = World(Counter(constant(1_500.0)), hour=22.0)
    world.good(seconds=8 * HOUR)
    world.replace_meter(0.0)
    world.good(seconds=3 * HOUR)
    assert world.log[-1].today == pytest.approx(since_midnight(world), abs=500.0), world.story()
