"""What is known of one total: what is shown of it, and what is told of it while it stands."""

from dataclasses import replace

import pytest

from custom_components.iq_gateway.totals import LifetimeTotal, Origin
from custom_components.iq_gateway.totals.lifetime import Base
from custom_components.iq_gateway.totals.series import Series

from .watch import BEGIN, CYCLE, HOUR, Watch

OLD = 1_000_000.0


@pytest.fixture
def proved() -> Watch:
    """A meter that has shown 1 MWh for long enough."""
    watch = Watch()
    watch.settle(OLD)
    return watch


def test_nothing_is_known_of_what_was_not_read() -> None:
    """Nor shown."""
    total = LifetimeTotal()
    assert (total.shown, total.read_at, total.is_young, total.level, total.last_series) == (
        None,
        None,
        False,
        0.0,
        None,
    )
    assert (total.is_held, total.stands_still, total.peak, total.pace) == (False, False, 3_000.0, 0.0)


def test_a_doubt_is_shown_of_no_total_but_a_young_one(proved: Watch) -> None:
    """Which has no history, and nothing known of it from elsewhere."""
    young = Watch()
    young.read(OLD, OLD)
    assert young.total.is_young
    assert young.read(5.0, 5.0) == OLD
    assert young.read(5.0) is None
    assert replace(young.total, origin=Origin(total=1.0, at=BEGIN)).shown == OLD
    assert not proved.total.is_young
    assert proved.read(5.0, 5.0) == OLD
    assert replace(proved.total, total=0.0).is_young


@pytest.mark.parametrize(
    ("rise", "pace", "is_shown"),
    [
        (12_500.0, 0.0, True),
        (12_500.1, 0.0, False),
        (150_000.0, HOUR, True),
        (150_000.1, HOUR, False),
        (-1.1, 0.0, False),
    ],
)
def test_a_young_total_is_shown_beside_what_can_follow(rise: float, pace: float, is_shown: bool) -> None:
    """150 kW for a cycle, or for the pace of a step: then both may be true."""
    young = Watch(pace=pace)
    young.read(OLD, OLD)
    assert young.read(OLD + rise, OLD + rise) == OLD
    assert not young.counts
    assert young.total.may_be_wrong is not is_shown
    assert young.read(OLD + rise) == (OLD if is_shown else None)


def test_a_young_total_is_shown_beside_another_source_of_the_same_figure() -> None:
    """Neither can be wrong."""
    young = Watch()
    young.read(OLD, OLD)
    assert young.read(OLD, OLD, source="other") == OLD
    assert not young.counts


def test_what_no_doubt_is_beside_cannot_be_wrong(proved: Watch) -> None:
    """Nor what has not begun."""
    assert not proved.total.may_be_wrong
    watch = Watch()
    watch.read(OLD)
    assert not watch.total.may_be_wrong


@pytest.mark.parametrize(("cycles", "held"), [(9, False), (10, True)])
def test_a_total_is_held_once_nothing_has_counted_for_three_quarters_of_an_hour(
    proved: Watch, cycles: int, held: bool
) -> None:
    """Whatever was read meanwhile."""
    for place in range(cycles):
        proved.read(5_000.0 * (place % 2))
    assert proved.total.is_held is held
    assert proved.total.read_at == BEGIN + 5 * CYCLE
    proved.read(OLD)
    assert not proved.total.is_held


@pytest.mark.parametrize(("pace", "cycles"), [(0.0, 9), (HOUR, 21)])
def test_a_counter_stands_still_while_power_flows(proved: Watch, pace: float, cycles: int) -> None:
    """For three quarters of an hour after the first answer that tells it, and a pace."""
    proved.power, proved.pace = 1_000.0, pace
    proved.read(*[OLD] * cycles)
    assert not proved.total.stands_still
    alive = Watch(total=proved.total, now=proved.now, power=1_000.0, pace=pace)
    alive.read(OLD + 200)
    for watch, stands in ((proved, True), (alive, False)):
        watch.read(watch.total.level)
        assert watch.total.stands_still is stands


def test_a_counter_that_moves_does_not_stand_still_though_its_total_does(proved: Watch) -> None:
    """The total waits for it, after something wrong was counted; once the counter halts, it stands still."""
    proved.power = 1_000.0
    proved.total = replace(proved.total, total=OLD + 10_000)
    proved.read(*[OLD + 2 * place for place in range(1, 20)])
    assert proved.total.total == OLD + 10_000
    assert not proved.total.stands_still
    proved.read(*[OLD + 38] * 9)
    assert proved.total.stands_still


def test_what_is_not_believed_yet_does_not_stand_still(proved: Watch) -> None:
    """The counter has moved, by more than one reading alone can tell."""
    proved.power = 2_000.0
    proved.read(*[OLD] * 9)
    proved.read(OLD + 6_000)
    assert not proved.counts
    assert proved.total.witness.stands_still(0.0)
    assert not proved.total.stands_still


def test_nothing_stands_still_that_was_not_read(proved: Watch) -> None:
    """After hours of absence nobody knows how long it has stood."""
    proved.power = 2_000.0
    proved.read(*[OLD] * 5)
    proved.read(OLD, after=3 * HOUR)
    assert not proved.total.stands_still


def test_a_level_is_what_the_counter_showed_when_the_total_was_as_it_is(proved: Watch) -> None:
    """The total less what is added."""
    proved.prove(400.0)
    proved.read(500.0)
    assert (proved.total.total, proved.total.level) == (OLD + 100, 500.0)


def test_the_last_series_begins_with_the_last_reading(proved: Watch) -> None:
    """Of the doubt, if there is one."""
    proved.read(OLD + 100)
    last = proved.total.last_series
    assert last is not None
    assert (last.begun, last.begun_at, last.energy) == (OLD + 100, proved.now, OLD + 100)
    proved.read(7.0)
    last = proved.total.last_series
    assert last is not None
    assert (last.begun, last.begun_at) == (7.0, proved.now)


def test_a_clock_that_was_set_back_leaves_no_moment_in_the_future(proved: Watch) -> None:
    """Of the base, of the doubt, and of how long it has lasted."""
    proved.read(7.0)
    now = proved.now
    assert proved.total.as_of(now) is proved.total
    back = proved.total.as_of(now - HOUR)
    assert back.base is not None
    assert back.candidate is not None
    assert {back.base.series.at, back.candidate.at, back.held_since} == {now - HOUR}
    assert LifetimeTotal(witness=proved.total.witness).as_of(now - HOUR).base is None


def test_a_kept_change_is_forgotten(proved: Watch) -> None:
    """And nothing else."""
    proved.prove(400.0)
    assert proved.total.change is not None
    assert proved.total.kept() == replace(proved.total, change=None)


def test_a_total_can_be_set_to_another_figure(proved: Watch) -> None:
    """It goes on counting from there; what was to be asked is settled."""
    proved.prove(400.0)
    proved.total = proved.total.set_to(2_000.0, at=proved.now + 5)
    assert (proved.total.shown, proved.offset, proved.total.change, proved.total.former) == (
        2_000.0,
        1_600.0,
        None,
        None,
    )
    assert proved.total.base is not None
    assert proved.total.base.since == proved.now + 5
    assert proved.read(500.0) == 2_100.0


def test_a_total_that_was_not_read_yet_can_be_set() -> None:
    """It goes on from there, wherever the counter is."""
    watch = Watch()
    watch.read(400.0)
    watch.total = watch.total.set_to(2_000.0, at=watch.now)
    watch.read(450.0)
    assert watch.total.shown == 2_050.0


@pytest.mark.parametrize(("added", "since"), [(0.0, 5.0), (10.0, BEGIN)])
def test_a_base_that_moves_tells_since_when_something_is_added(added: float, since: float) -> None:
    """No later than the last time that something was."""
    watch = Watch(now=BEGIN - CYCLE)
    watch.read(50.0)
    series = watch.total.candidate
    assert isinstance(series, Series)
    moved = Base(series=replace(series, energy=1.0), offset=7.0, since=5.0).moved(series, added)
    assert (moved.series, moved.offset, moved.since) == (series, 7.0 + added, since)
