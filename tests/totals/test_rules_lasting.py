"""What takes the place of a counter once it lasts: the same one further on, or another."""

from dataclasses import replace

import pytest

from custom_components.iq_gateway.totals import Change

from .watch import BEGIN, CYCLE, DAY, HOUR, OLD, PEAK, WRAP, Watch


def test_another_level_that_lasts_takes_the_counters_place(proved: Watch) -> None:
    """After a quarter of an hour; the total goes on from where it stands, with what was counted meanwhile."""
    proved.read(500.0, 600.0, 700.0)
    assert (proved.total.shown, proved.total.change) == (OLD, None)
    assert proved.read(800.0) == OLD + 300
    first_seen = BEGIN + 6 * CYCLE
    assert proved.total.change == Change(
        at=first_seen, old_energy=OLD, new_energy=500.0, old_source="meter", new_source="meter"
    )
    assert (proved.offset, proved.total.held_since, proved.counts) == (OLD - 500, None, True)
    assert proved.total.base is not None
    assert proved.total.base.since == first_seen
    assert proved.read(900.0) == OLD + 400


def test_another_source_never_counts_at_once(proved: Watch) -> None:
    """Not even where its figure could follow."""
    proved.read(OLD + 10, source="other")
    assert proved.total.candidate is not None
    proved.read(OLD + 10, OLD + 10, OLD + 10, source="other")
    assert proved.counts
    assert proved.total.shown == OLD + 10
    assert (proved.total.change, proved.offset) == (None, 0.0)


def test_another_source_is_told_with_both_names(proved: Watch) -> None:
    """Where its counter is another one."""
    proved.read(500.0, 500.0, 500.0, 500.0, source="other")
    assert proved.total.change is not None
    assert (proved.total.change.old_source, proved.total.change.new_source) == ("meter", "other")


@pytest.mark.parametrize(("energy", "derived"), [(0.0, False), (0.0, True), (-5.0, False)])
def test_a_counter_that_stays_at_zero_has_not_begun(proved: Watch, energy: float, derived: bool) -> None:
    """Nothing is lost by waiting for the old one, or for another; no meter is below zero."""
    proved.derived = derived
    assert proved.read(*[energy] * 30) == OLD
    assert proved.total.change is None
    assert proved.read(20_000.0, 20_000.0, 20_000.0) == OLD
    assert proved.total.change is None
    assert proved.read(20_100.0) == OLD + 100
    assert proved.total.change is not None


def test_a_counter_that_was_at_zero_begins_with_its_first_wh(proved: Watch) -> None:
    """It has been there for long enough."""
    proved.read(*[0.0] * 4)
    assert proved.read(0.5) == OLD + 0.5
    assert proved.total.change is not None


def test_a_balance_may_go_on_below_zero(proved: Watch) -> None:
    """Meters that were replaced one by one may come to that."""
    proved.derived = True
    assert proved.prove(-0.5) == OLD
    assert proved.read(99.5) == OLD + 100


@pytest.mark.parametrize(
    ("rise", "after", "is_same"),
    [
        # 15 kW for a cycle, and half more; or 3 kW for as long as nobody looked.
        (1_876.0, CYCLE, True),
        (1_876.1, CYCLE, False),
        (1_876.0, 1_500.0, True),
        (1_876.1, 1_500.0, False),
        (1_878.4, 1_502.0, True),
        (1_878.6, 1_502.0, False),
        (30 * 4_500.0 + 1, 30 * HOUR, True),
        (30 * 4_500.0 + 1.1, 30 * HOUR, False),
        (1_876.0, CYCLE / 2, True),
        (1_876.1, CYCLE / 2, False),
    ],
)
def test_the_same_counter_further_on(proved: Watch, rise: float, after: float, is_same: bool) -> None:
    """After an absence, a halt or a burst it is believed once it lasts."""
    proved.power = 0.0
    proved.read(OLD + rise, after=after)
    proved.read(*[OLD + rise] * 3)
    assert proved.counts
    assert (proved.total.change is None) is is_same
    assert proved.total.shown == (OLD + rise if is_same else OLD)
    assert proved.offset == pytest.approx(0.0 if is_same else -rise)


@pytest.mark.parametrize(("fall", "is_same"), [(1.1, True), (4_500.0, True), (4_500.1, False)])
def test_a_counter_a_little_lower_is_the_same_and_is_told(proved: Watch, fall: float, is_same: bool) -> None:
    """Never more than an hour and a half of what it was seen to do; the total stands until it is there again."""
    proved.prove(OLD - fall)
    assert proved.total.shown == OLD
    assert proved.offset == pytest.approx(0.0 if is_same else fall)
    assert proved.total.change == Change(
        at=BEGIN + 6 * CYCLE, old_energy=OLD, new_energy=OLD - fall, old_source="meter", new_source="meter"
    )
    assert (proved.total.former is None) is is_same
    assert proved.read(OLD - fall + 300) == pytest.approx(max(OLD, OLD - fall + 300) if is_same else OLD + 300)


def test_a_counter_that_has_come_up_to_its_total_again_has_lost_nothing(watch: Watch) -> None:
    """After an absence it told for some minutes what it had told before: nobody has to look at that."""
    watch.pace, watch.power = HOUR, 2_600.0
    watch.settle(OLD)
    watch.now += DAY
    watch.read(OLD - 2_000, OLD - 2_000, OLD - 2_000, OLD + 14_000)
    assert (watch.total.shown, watch.offset, watch.total.change) == (OLD + 14_000, 0.0, None)


def test_a_small_fall_forgets_no_counter_that_may_come_back(proved: Watch) -> None:
    """The one that was there before is still the former one."""
    proved.prove(500_000.0)
    former = proved.total.former
    assert former is not None
    proved.read(500_000.0, 500_000.0)
    proved.prove(498_000.0)
    assert proved.total.former == former
    assert proved.total.change is not None
    assert (proved.total.change.old_energy, proved.total.change.new_energy) == (500_000.0, 498_000.0)


def test_a_rise_keeps_the_change_that_waits(proved: Watch) -> None:
    """Nobody has looked at it yet."""
    proved.prove(500_000.0)
    change = proved.total.change
    proved.prove(501_000.0)
    assert proved.total.shown == OLD + 1_000
    assert proved.total.change == change
    assert change is not None


@pytest.mark.parametrize(
    ("cycle", "pace", "peak", "rise", "is_same"),
    [
        # A counter of 20 kW that was read twice within a cycle, as after a clock that was set back.
        (CYCLE, 0.0, 20_000.0, 2_501.0, True),
        (CYCLE, 0.0, 20_000.0, 2_501.1, False),
        # A burst is as long as a cycle, or as the pace of a step.
        (600.0, 0.0, PEAK, 3_751.0, True),
        (600.0, 0.0, PEAK, 3_751.1, False),
        (CYCLE, HOUR, PEAK, 22_501.0, True),
        (CYCLE, HOUR, PEAK, 22_501.1, False),
    ],
)
def test_how_far_a_counter_may_come_between_two_readings(
    watch: Watch, cycle: float, pace: float, peak: float, rise: float, is_same: bool
) -> None:
    """By a burst, or by what it was seen to do in no less than a cycle."""
    watch.power, watch.cycle, watch.pace = 0.0, cycle, pace
    watch.settle(OLD)
    watch.total = replace(watch.total, peak=peak)
    watch.read(OLD + rise, after=150.0)
    watch.prove(OLD + rise)
    assert (watch.total.change is None) is is_same


@pytest.mark.parametrize(("rise", "is_same"), [(18_001.0, True), (18_001.1, False)])
def test_without_a_power_a_counter_at_rest_may_have_been_frozen(watch: Watch, rise: float, is_same: bool) -> None:
    """Since it last rose: four hours of 3 kW, and half more."""
    watch.read(*[OLD] * 48)
    watch.prove(OLD + rise)
    assert (watch.total.change is None) is is_same


@pytest.mark.parametrize(
    ("later", "rise", "is_same"), [(3, 4 * 4_500.0 + 1, True), (3, 4 * 4_500.0 + 1.1, False), (4, 1_876.1, False)]
)
def test_what_was_counted_in_an_absence_may_come_a_little_later(
    proved: Watch, later: int, rise: float, is_same: bool
) -> None:
    """Within a quarter of an hour of its end, though the counter moved since."""
    proved.power = 0.0
    proved.read(OLD, after=4 * HOUR)
    proved.read(*[OLD + place for place in range(1, later + 1)])
    proved.prove(OLD + later + rise)
    assert (proved.total.change is None) is is_same


@pytest.mark.parametrize(
    ("rise", "peak"), [(1_876.0, 15_000.0), (1_000.0, 12_000.0), (-500.0, PEAK), (-6_000.0, PEAK), (5_000.0, PEAK)]
)
def test_what_lasts_shows_what_a_counter_can_do(proved: Watch, rise: float, peak: float) -> None:
    """As far as 15 kW; what lies between it and another counter was never counted."""
    proved.power = 0.0
    proved.prove(OLD + rise)
    assert proved.total.peak == peak


@pytest.mark.parametrize("begun", [500.0, OLD + 5_000])
def test_what_another_counter_does_while_it_is_in_doubt_is_seen(proved: Watch, begun: float) -> None:
    """6 kW, over a quarter of an hour; it may have as much power as a house has."""
    proved.power = 0.0
    proved.read(*[begun + 500 * place for place in range(4)])
    assert proved.total.shown == OLD + 1_500
    assert proved.total.peak == 6_000.0


@pytest.mark.parametrize(
    ("derived", "before", "fall", "told"),
    [(True, 500.0, 1_500.0, False), (True, 500.0, 1_500.1, True), (False, 0.5, 1.5, False), (False, 0.5, 1.6, True)],
)
def test_a_fall_within_the_drift_of_a_balance_is_nothing_to_tell(
    watch: Watch, derived: bool, before: float, fall: float, told: bool
) -> None:
    """Though it does not count; a meter may be a Wh lower."""
    watch.derived = derived
    watch.settle(OLD)
    watch.read(OLD - before)
    assert watch.prove(OLD - fall) == OLD
    assert watch.offset == 0.0
    assert (watch.total.change is not None) is told


@pytest.mark.parametrize(("rise", "told"), [(1_000.0, False), (1_000.1, True)])
def test_a_rise_within_the_drift_of_a_balance_is_nothing_to_tell(watch: Watch, rise: float, told: bool) -> None:
    """Though it cannot have flowed, in a cycle of a minute."""
    watch.power, watch.derived, watch.cycle = 0.0, True, 60.0
    watch.read(*[OLD] * 30)
    assert watch.read(*[OLD + rise] * 16) == OLD
    assert watch.offset == pytest.approx(-rise)
    assert (watch.total.change is not None) is told


def test_a_small_step_to_another_source_is_told(proved: Watch) -> None:
    """With the same figure, almost: a fall of two Wh."""
    proved.derived = True
    proved.read(*[OLD - 2.0] * 4, source="other")
    assert proved.total.change is not None
    assert proved.total.change.new_source == "other"


def test_a_change_that_waits_is_not_forgotten_for_a_step_that_is_nothing(watch: Watch) -> None:
    """Somebody has yet to look at it."""
    watch.power, watch.derived, watch.cycle = 0.0, True, 60.0
    watch.read(*[OLD] * 30)
    watch.read(*[OLD + 5_000] * 30)
    change = watch.total.change
    assert change is not None
    watch.read(*[OLD + 5_900] * 16)
    assert watch.offset == -5_900.0
    assert watch.total.change == change


def test_a_wrapped_counter_after_an_absence_is_the_same(watch: Watch) -> None:
    """Further on by 32 bits."""
    watch.wraps = True
    watch.settle(WRAP - 5_000)
    watch.now += 4 * HOUR
    assert watch.prove(2_000.0) == pytest.approx(WRAP + 2_000)
    assert watch.total.change is None
    assert watch.total.base is not None
    assert watch.total.base.since is not None
