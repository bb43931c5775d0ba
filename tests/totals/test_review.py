"""What made totals of 1.0 untrue, as somebody found who tried to; one test a way."""

import pytest

from custom_components.iq_gateway.totals import Ledger, Origin

from .lies import Lie
from .world import DAY, HOUR, KEY, MIDNIGHT, WRAP, Counter, Power, Said, World, constant, sun


def rises(at: float, watts: float) -> Power:
    """Return a power that begins at an hour, as the sun does."""
    return lambda seconds: watts if seconds >= at * HOUR else 0.0


def exact(world: World) -> None:
    """The total is the true one, and nobody was bothered."""
    assert world.total == pytest.approx(world.truth, abs=1.0), world.story(20)
    assert KEY not in world.ledger.changes, world.story(20)
    assert KEY not in world.ledger.standing, world.story(20)


@pytest.mark.parametrize("first", [0.0, 2_705_000.0])
def test_a_first_reading_of_zero_or_a_half_is_not_the_lifetime(first: float) -> None:
    """1.0 took it for one, and counted the rest a cycle later."""
    world = World(Counter(constant(1_200.0), start=5_410_000.0))
    world.poll(Said(first, 0.0))
    world.wait()
    world.good(seconds=HOUR)
    exact(world)


def test_a_first_reading_of_the_microinverters_is_not_the_meters_lifetime() -> None:
    """As where the list of meters is empty, or fails, once at the first start."""
    world = World(Counter(constant(1_200.0), start=11_567_966.0), source="microinverters")
    world.poll(Said(11_764_258.0, 1_200.0))
    world.wait()
    world.source = "production delivered"
    world.good(seconds=HOUR)
    exact(world)


@pytest.mark.parametrize("cycle", [30.0, 300.0])
@pytest.mark.parametrize("wrong", [300_000.0, 400_000.0, WRAP, 20_000_000.0])
@pytest.mark.parametrize("polls", [1, 2, 3])
def test_equal_odd_readings_after_a_quiet_night_add_nothing(*, cycle: float, wrong: float, polls: int) -> None:
    """1.0 counted all of it at dawn, and nothing for months after."""
    world = World(Counter(rises(29.0, 600.0)), cycle=cycle, hour=17.0)
    world.good(seconds=12 * HOUR)
    world.bad(Lie("more", size=wrong), polls=polls)
    world.good(seconds=14 * HOUR)
    exact(world)
    assert all((row.total or 0.0) <= row.truth + 1.0 for row in world.log)
    world.good(seconds=2 * DAY)
    exact(world)


@pytest.mark.parametrize("wrong", [45_000.0, 47_000.0])
@pytest.mark.parametrize("still", [1.2, 7.0])
def test_one_odd_reading_of_a_resting_counter_adds_nothing(*, wrong: float, still: float) -> None:
    """At half past one at night, after one hour or seven without a step."""
    world = World(Counter(rises(25.5, 1_200.0)), hour=25.0 - still)
    world.good(seconds=still * HOUR)
    world.bad(Lie("more", size=wrong), polls=1)
    world.good(seconds=16 * HOUR)
    exact(world)


@pytest.mark.parametrize("still", [0.0, 0.4])
@pytest.mark.parametrize("witness", ["true", "none"])
def test_hours_of_power_that_nobody_thought_possible_are_counted(*, still: float, witness: str) -> None:
    """60 kW for three hours."""
    world = World(Counter(rises(12.0 + still, 60_000.0)), witness=witness)
    world.good(seconds=(3.0 + still) * HOUR)
    told = KEY in world.ledger.changes or KEY in world.ledger.standing
    assert (told and witness == "none") or world.total == pytest.approx(world.truth, abs=1.0), world.story()


def test_a_balance_below_zero_counts_on_and_is_told() -> None:
    """Where the production meter was replaced."""
    world = World(Counter(constant(1_000.0), derived=True))
    world.good(seconds=HOUR)
    world.replace_meter(-7_000_000.0)
    world.good(seconds=HOUR)
    assert KEY in world.ledger.changes
    before, truth = world.total, world.truth
    world.good(seconds=DAY)
    assert (world.total or 0.0) - (before or 0.0) == pytest.approx(world.truth - truth, abs=80.0), world.story()


def test_a_first_balance_below_zero_is_not_unknown_for_ever() -> None:
    """Of a first installation with such meters."""
    world = World(Counter(constant(1_000.0), start=-7_000_000.0, derived=True))
    world.good(seconds=HOUR)
    before, truth = world.total, world.truth
    assert before is not None
    world.good(seconds=DAY)
    assert (world.total or 0.0) - before == pytest.approx(world.truth - truth, abs=80.0), world.story()


def test_a_wrap_in_an_absence_of_three_days_loses_nothing() -> None:
    """Of twenty inverters, which make 60 kWh a day."""
    world = World(Counter(sun(8_000.0), start=WRAP - 43_000.0, wraps=True, step=300.0), hour=12.0)
    world.good(seconds=HOUR)
    world.away(3 * DAY)
    world.good(seconds=HOUR)
    assert world.truth > WRAP
    exact(world)


@pytest.mark.parametrize("witness", ["true", "none"])
def test_a_list_of_one_inverter_of_thirty_costs_nothing(witness: str) -> None:
    """Only the power of one is known, while the sum goes on at 8 kW."""
    world = World(Counter(constant(8_000.0), step=300.0), witness=witness)
    world.good(seconds=2 * HOUR)
    end = world.seconds + 3 * HOUR
    while world.seconds < end:
        said = world.in_order()
        world.poll(Said(said.energy, None if said.power is None else said.power / 30))
        world.wait()
    world.good(seconds=HOUR)
    exact(world)


def test_an_older_ledger_beside_a_newer_recorder_does_not_fall() -> None:
    """As after a backup of the files alone."""
    world = World(Counter(constant(1_200.0)))
    world.good(seconds=HOUR)
    old = world.ledger.to_dict()
    world.replace_meter(0.0)
    world.good(seconds=7 * DAY)
    shown, at = world.total, MIDNIGHT + world.log[-1].seconds
    assert shown is not None
    world.ledger = Ledger.from_dict(old)[0]
    world.ledger.resume(KEY, Origin(total=shown, at=at))
    before = len(world.log)
    world.good(seconds=HOUR)
    assert all((row.total or shown) >= shown for row in world.log[before:]), world.story()
    assert (world.total or 0.0) - shown == pytest.approx(1_200.0, abs=300.0), world.story()


@pytest.mark.parametrize("offset", [None, 20_294_000.0])
def test_an_entry_that_is_added_again_goes_on_where_it_was(offset: float | None) -> None:
    """Of a meter that was once replaced; the same where the file is lost: 1.0 fell from 20,298 kWh to 4."""
    world = World(Counter(constant(1_200.0), start=4_200.0))
    world.ledger.resume(KEY, Origin(total=20_298_200.0, at=world.now - 300.0, offset=offset))
    world.good(seconds=HOUR)
    assert all((row.total or 2e7) >= 2e7 for row in world.log), world.story()
    assert world.total == pytest.approx(20_294_000.0 + world.truth, abs=300.0), world.story()


def test_a_counter_that_falls_by_900_wh_each_day_does_not_stand_in_silence() -> None:
    """4.5 kWh in five days."""
    world = World(Counter(constant(0.0), start=1_000_000.0))
    world.good(seconds=HOUR)
    for _ in range(5):
        world.shift -= 900.0
        world.good(seconds=DAY)
    assert KEY in world.ledger.changes or KEY in world.ledger.standing, world.story()


def test_a_figure_of_today_does_not_outlive_the_gateway() -> None:
    """Neither the rest of the day's, nor 0.0 kWh of the next day."""
    world = World(Counter(constant(700.0)), hour=20.5)
    world.good(seconds=8 * HOUR)
    world.away(40 * HOUR)
    assert world.today is None


def test_a_silence_over_midnight_puts_nothing_of_yesterday_into_today() -> None:
    """20:30 to 00:30: 1.0 showed 7,156 Wh where 2,782 were true."""
    world = World(Counter(constant(1_100.0)), hour=17.5)
    world.good(seconds=3 * HOUR)
    while world.seconds < 24.5 * HOUR:
        world.poll(missing=True)
        world.wait()
    world.good(seconds=HOUR)
    today = world.log[-1].today
    assert today is None or today == pytest.approx(world.log[-1].seconds % DAY * 1_100.0 / HOUR, abs=100.0)


@pytest.mark.parametrize("late", [0.0, 0.3, 8.0])
def test_today_is_right_at_an_interval_of_an_hour(late: float) -> None:
    """And of an hour and what a cycle takes: 1.0 showed 26.4 kWh where 12.7 were true."""
    world = World(Counter(constant(700.0)), cycle=3600.0, hour=18.5)
    while world.seconds < 40 * HOUR:
        world.poll()
        world.seconds += world.due + late
    assert world.log[-1].today == pytest.approx(world.log[-1].seconds % DAY * 700.0 / HOUR, abs=702.0), world.story()


@pytest.mark.parametrize("wrong", ["double", "plus 2^32 J"])
@pytest.mark.parametrize("step", [0.0, 900.0])
def test_doubled_and_jumped_answers_of_winter_mornings_add_nothing(*, wrong: str, step: float) -> None:
    """Each fault of the simulator on two answers, after fifteen hours of rest, at every kind of site."""
    world = World(Counter(rises(31.5, 300.0), step=step), hour=14.0)
    world.good(seconds=17 * HOUR)
    world.bad(Lie(wrong), polls=2)
    world.good(seconds=9 * HOUR)
    exact(world)
