"""Nothing true is lost: what was used is counted, or a repair says within the hour what is not."""

import pytest

from custom_components.iq_gateway.totals import Standing

from .world import DAY, HOUR, KEY, WRAP, Counter, Power, Said, World, bursts, constant, load, sun

CYCLES = (30.0, 300.0, 3600.0)


def from_then_on(hour: float, before: Power, after: Power) -> Power:
    """Return a power that is another one from an hour on."""
    return lambda seconds: before(seconds) if seconds < hour * HOUR else after(seconds)


def told(world: World) -> bool:
    """Whether a repair is shown."""
    return KEY in world.ledger.changes or KEY in world.ledger.standing


def exact(world: World) -> bool:
    """Whether the total is the true one."""
    return world.total is not None and abs(world.total - world.truth) <= 1.0


@pytest.mark.parametrize("cycle", CYCLES)
@pytest.mark.parametrize("watts", [15_000.0, 60_000.0, 250_000.0])
@pytest.mark.parametrize("before", [constant(0.0), constant(400.0), sun(3_000.0)])
def test_power_far_above_what_was_seen_is_counted(*, cycle: float, watts: float, before: Power) -> None:
    """A farm's chargers, a gateway of which half of the panels were off, a counter that has rested for a day."""
    world = World(Counter(from_then_on(34.0, before, constant(watts))), cycle=cycle, hour=10.0)
    world.good(seconds=DAY + HOUR)
    world.good(seconds=3 * HOUR, polls=5)
    assert exact(world), world.story()
    assert not told(world), world.story()


@pytest.mark.parametrize("cycle", CYCLES)
@pytest.mark.parametrize("watts", [15_000.0, 60_000.0])
def test_power_far_above_what_was_seen_is_counted_or_told_where_the_gateway_says_nothing_of_power(
    *, cycle: float, watts: float
) -> None:
    """Within the hour."""
    world = World(Counter(from_then_on(34.0, sun(3_000.0), constant(watts))), cycle=cycle, hour=10.0, witness="none")
    world.good(seconds=DAY)
    world.good(seconds=2 * HOUR, polls=5)
    assert exact(world) or told(world), world.story()


@pytest.mark.parametrize("cycle", CYCLES)
@pytest.mark.parametrize("days", [600 / DAY, 5 / 24, 21])
@pytest.mark.parametrize("witness", ["true", "none"])
@pytest.mark.parametrize("counter", ["sun", "load", "exports", "sums", "rest first", "derived"])
def test_what_flowed_in_an_absence_is_counted(*, cycle: float, days: float, witness: str, counter: str) -> None:
    """Of ten minutes or of weeks, also where the counter has been seen at rest only."""
    counters = {
        "sun": Counter(sun(6_000.0)),
        "load": Counter(load(1)),
        "exports": Counter(bursts(2, share=0.3)),
        "sums": Counter(sun(6_000.0), step=900.0),
        "rest first": Counter(from_then_on(16.0, constant(0.0), sun(8_000.0))),
        "derived": Counter(load(3), start=-4_000_000.0, derived=True),
    }
    world = World(counters[counter], cycle=cycle, hour=12.0, witness=witness)
    world.good(seconds=4 * HOUR, polls=5)
    base = (world.total or 0.0) - world.truth if counter == "derived" else 0.0
    world.away(days * DAY)
    before = len(world.log)
    world.good(seconds=HOUR, polls=5)
    tolerance = 60.0 if counter == "derived" else 1.0
    back = world.log[before:]
    assert any(row.total == pytest.approx(row.truth + base, abs=tolerance) for row in back), world.story()
    assert not told(world), world.story()


@pytest.mark.parametrize("cycle", CYCLES)
@pytest.mark.parametrize("step", [0.0, 900.0])
@pytest.mark.parametrize("days", [0.0, 3.0, 14.0])
@pytest.mark.parametrize("witness", ["true", "none"])
def test_a_counter_that_wraps_loses_nothing(*, cycle: float, step: float, days: float, witness: str) -> None:
    """While it is being read, or in an absence."""
    world = World(Counter(sun(6_000.0), WRAP - 16_000.0, step=step, wraps=True), cycle=cycle, hour=9.0, witness=witness)
    world.good(seconds=2 * HOUR, polls=5)
    world.away(days * DAY)
    world.good(seconds=6 * HOUR, polls=5)
    assert world.truth > WRAP
    assert exact(world), world.story()
    assert not told(world), world.story()


@pytest.mark.parametrize("cycle", CYCLES)
@pytest.mark.parametrize("hours", [0.2, 0.5, 2.0, 6.0])
@pytest.mark.parametrize("watts", [400.0, 5_000.0, 20_000.0])
@pytest.mark.parametrize("witness", ["true", "none"])
def test_a_frozen_counter_that_catches_up_is_counted(*, cycle: float, hours: float, watts: float, witness: str) -> None:
    """As those of microinverters do, and meters of which the gateway's process hangs."""
    world = World(Counter(constant(watts)), cycle=cycle, hour=10.0, witness=witness)
    world.good(seconds=2 * HOUR, polls=5)
    stuck = world.log[-1].said.energy
    end = world.seconds + hours * HOUR
    while world.seconds < end:
        world.poll(Said(stuck, world.in_order().power))
        world.wait()
    world.good(seconds=HOUR, polls=5)
    assert exact(world), world.story()
    assert KEY not in world.ledger.standing, world.story()


@pytest.mark.parametrize("cycle", CYCLES)
@pytest.mark.parametrize("watts", [400.0, 5_000.0])
def test_a_counter_that_freezes_while_power_flows_is_told_within_the_hour(*, cycle: float, watts: float) -> None:
    """And no more once it counts again."""
    world = World(Counter(constant(watts)), cycle=cycle, hour=10.0)
    world.good(seconds=2 * HOUR, polls=5)
    stuck = world.log[-1].said.energy
    end = world.seconds + HOUR + cycle
    while world.seconds <= end:
        world.poll(Said(stuck, watts))
        world.wait()
    assert world.ledger.standing == {KEY: Standing.STANDS_STILL}, world.story()


@pytest.mark.parametrize("cycle", CYCLES)
@pytest.mark.parametrize("watts", [0.0, 20.0, 20_000.0])
@pytest.mark.parametrize("witness", ["true", "none"])
@pytest.mark.parametrize("step", [0.0, 900.0, 3600.0])
def test_nothing_is_told_of_a_counter_in_order(*, cycle: float, watts: float, witness: str, step: float) -> None:
    """However little flows, or much."""
    world = World(Counter(constant(watts), step=step), cycle=cycle, hour=22.0, witness=witness)
    for _ in range(8):
        world.good(seconds=HOUR)
        assert not told(world), world.story()
    assert world.total == pytest.approx(world.truth, abs=1.0 + watts * max(cycle, step) / HOUR), world.story()


@pytest.mark.parametrize("cycle", CYCLES)
@pytest.mark.parametrize("start", [30_000.0, 20_000_000.0])
@pytest.mark.parametrize("share", [0.0, 0.5, 3.0])
@pytest.mark.parametrize("watts", [0.0, 6_000.0])
@pytest.mark.parametrize("witness", ["true", "none"])
def test_what_a_replaced_meter_counts_is_counted_and_told(
    *, cycle: float, start: float, share: float, watts: float, witness: str
) -> None:
    """From zero, or from what it has counted elsewhere; by night too."""
    world = World(Counter(constant(watts), start=start), cycle=cycle, hour=10.0, witness=witness)
    world.good(seconds=3 * HOUR, polls=5)
    world.replace_meter(share * start)
    since, before = world.truth, world.total
    assert before is not None
    world.good(seconds=HOUR, polls=4)
    assert KEY in world.ledger.changes or (told(world) and watts == 0.0 == share), world.story()
    world.good(seconds=3 * HOUR, polls=5)
    assert world.total is not None
    lost = (world.truth - since) - (world.total - before)
    assert abs(lost) <= 2 * watts * max(cycle, 300.0) / HOUR + 1.0, world.story(30)


@pytest.mark.parametrize("cycle", CYCLES)
def test_readings_that_never_agree_are_told_within_the_hour(cycle: float) -> None:
    """From the first start on, and later."""
    for begun in (False, True):
        world = World(Counter(constant(1_000.0)), cycle=cycle, hour=10.0)
        if begun:
            world.good(seconds=2 * HOUR, polls=5)
        end = world.seconds + HOUR + cycle
        while world.seconds <= end:
            world.poll(Said(world.rng.uniform(0.0, 5e7), 1_000.0))
            world.wait()
        assert world.ledger.standing == {KEY: Standing.ODD_READINGS}, world.story()


@pytest.mark.parametrize("cycle", CYCLES)
@pytest.mark.parametrize("differs", [-200_000.0, 0.0, 500.0, 200_000.0])
@pytest.mark.parametrize("minutes", [4, 14, 29, 55])
def test_a_source_that_changes_and_comes_back_within_an_hour_is_exact(
    *, cycle: float, differs: float, minutes: int
) -> None:
    """As where a list of meters fails for a while and the microinverters stand in."""
    world = World(Counter(constant(4_000.0)), cycle=cycle, hour=10.0)
    world.good(seconds=3 * HOUR, polls=5)
    world.source, world.shift = "microinverters", differs
    world.good(seconds=minutes * 60.0, polls=0)
    world.source, world.shift = "production delivered", 0.0
    world.good(seconds=HOUR, polls=4)
    assert exact(world), world.story()
    assert KEY not in world.ledger.standing, world.story()


@pytest.mark.parametrize("cycle", CYCLES)
@pytest.mark.parametrize("differs", [-200_000.0, -40_000.0, 40_000.0, 200_000.0])
def test_another_source_that_stays_is_counted_and_told(*, cycle: float, differs: float) -> None:
    """The total goes on from where it was: the difference of the sources never flowed."""
    world = World(Counter(constant(4_000.0)), cycle=cycle, hour=10.0)
    world.good(seconds=3 * HOUR, polls=5)
    world.source, world.shift = "microinverters", differs
    world.good(seconds=2 * HOUR, polls=5)
    assert KEY in world.ledger.changes, world.story()
    assert world.total == pytest.approx(world.truth, abs=2 * 4_000.0 * max(cycle, 300.0) / HOUR + 1.0), world.story(40)


@pytest.mark.parametrize("cycle", CYCLES)
@pytest.mark.parametrize("share", [1 / 30, 0.5, 29 / 30])
@pytest.mark.parametrize("minutes", [4, 14])
def test_a_list_of_inverters_that_is_cut_short_for_a_while_costs_nothing(
    *, cycle: float, share: float, minutes: int
) -> None:
    """The sum falls by what the others have counted, and is back."""
    world = World(Counter(constant(4_000.0), start=3_000_000.0, step=900.0), cycle=cycle, hour=10.0)
    world.good(seconds=3 * HOUR, polls=5)
    end = world.seconds + minutes * 60.0
    while world.seconds < end:
        world.poll(Said(world.in_order().energy * share, 4_000.0 * share))
        world.wait()
    world.good(seconds=HOUR, polls=4)
    assert exact(world), world.story()
    assert not told(world), world.story()


@pytest.mark.parametrize("cycle", CYCLES)
@pytest.mark.parametrize("joined", [0.0, 2_000.0, 350_000.0])
@pytest.mark.parametrize("witness", ["true", "none"])
def test_an_inverter_that_joins_brings_nothing_of_its_past(*, cycle: float, joined: float, witness: str) -> None:
    """What it counts from then on is counted, or a repair says so."""
    world = World(Counter(constant(2_000.0), start=3_000_000.0, step=900.0), cycle=cycle, hour=10.0, witness=witness)
    world.good(seconds=3 * HOUR, polls=5)
    world.shift = joined
    world.good(seconds=2 * HOUR, polls=5)
    assert world.total == pytest.approx(world.truth, abs=4_500.0), world.story(20)
    if joined == 350_000.0:
        assert KEY in world.ledger.changes, world.story()


@pytest.mark.parametrize("start", [-7_000_000.0, 20_000_000.0])
def test_a_balance_below_zero_counts_on(start: float) -> None:
    """As the load of a house that has exported more than it imported, when its production meter is replaced."""
    world = World(Counter(constant(800.0), start=start, derived=True), hour=10.0)
    world.good(seconds=2 * HOUR)
    if start > 0:
        world.replace_meter(-7_000_000.0)
        world.good(seconds=HOUR)
        assert KEY in world.ledger.changes
    before, truth = world.total, world.truth
    assert before is not None
    world.good(seconds=8 * HOUR)
    assert (world.total or 0.0) - before == pytest.approx(world.truth - truth, abs=80.0), world.story()


@pytest.mark.parametrize("cycle", CYCLES)
@pytest.mark.parametrize("watts", [300.0, 4_000.0])
def test_a_counter_of_which_the_power_is_always_said_to_be_zero_is_counted_or_told(
    *, cycle: float, watts: float
) -> None:
    """A witness that says nothing true is no reason to lose anything."""
    world = World(Counter(constant(watts)), cycle=cycle, hour=10.0, witness="zero")
    world.good(seconds=5 * HOUR, polls=5)
    behind = world.truth - (world.total or 0.0)
    assert behind <= watts * (cycle + 900.0) / HOUR + 1.0 or told(world), world.story()


@pytest.mark.parametrize("cycle", CYCLES)
@pytest.mark.parametrize("loses", [300.0, 900.0])
def test_a_counter_that_falls_a_little_each_day_is_told_in_the_end(*, cycle: float, loses: float) -> None:
    """What it counted anew was counted before: the total never falls, and must not stand for days in silence."""
    world = World(Counter(constant(50.0)), cycle=cycle, hour=10.0)
    world.good(seconds=3 * HOUR, polls=5)
    before, truth = world.total, world.truth
    for _ in range(5):
        world.shift -= loses
        world.good(seconds=DAY)
    assert before is not None
    assert world.total is not None
    ahead = (world.total - before) - (world.truth - truth + world.shift)
    assert told(world) or ahead <= loses + 1.0, world.story()
