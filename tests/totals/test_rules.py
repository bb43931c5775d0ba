"""How a total follows its counter, reading by reading, with the very limits of what is believed."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import pytest

from custom_components.iq_gateway.totals import Change, LifetimeTotal, Origin
from custom_components.iq_gateway.totals.rules import follow, resume

from .watch import BEGIN, CYCLE, DAY, HOUR, MOST_AT_FIRST, Watch

OLD: Final = 1_000_000.0
PEAK: Final = 3_000.0
WRAP: Final = 4_294_967_296 / 3_600  # Wh that 32 bits of J hold


@pytest.fixture
def watch() -> Watch:
    """A meter that has not been read yet."""
    return Watch()


@pytest.fixture
def proved(watch: Watch) -> Watch:
    """A meter that has shown 1 MWh for a quarter of an hour."""
    watch.settle(OLD)
    return watch


# The beginning


def test_a_total_is_shown_once_a_second_reading_agrees(watch: Watch) -> None:
    """Whatever the first one was; nothing is added to the counter."""
    assert watch.read(OLD) is None
    assert watch.read(OLD + 20) == OLD + 20
    assert (watch.offset, watch.counts, watch.total.held_since) == (0.0, True, None)
    assert watch.total.base is not None
    assert watch.total.base.since is None


def test_first_readings_that_do_not_agree_are_no_beginning(watch: Watch) -> None:
    """Two that agree prove nothing then: the counter begins with what lasts a quarter of an hour."""
    assert watch.read(OLD, 500.0, 500.0, 500.0) is None
    assert watch.read(500.0) == 500.0


@pytest.mark.parametrize(("rise", "agrees"), [(1_876.0, True), (1_876.1, False)])
def test_first_readings_agree_that_a_house_can_tell_apart(watch: Watch, rise: float, agrees: bool) -> None:
    """15 kW for five minutes, and half more; or a Wh less, but no more."""
    watch.read(OLD)
    assert (watch.read(OLD + rise) is not None) is agrees
    assert Watch().read(OLD, OLD - 1.0) == OLD - 1.0
    assert Watch().read(OLD, OLD - 1.1) is None


def test_first_readings_of_a_counter_that_moves_in_steps_may_be_a_step_apart(watch: Watch) -> None:
    """Which holds the energy of a whole pace."""
    watch.pace = HOUR
    assert watch.read(OLD, OLD + 22_501.0) == OLD + 22_501.0
    assert Watch(pace=HOUR).read(OLD, OLD + 22_501.1) is None


@pytest.mark.parametrize(("after", "begins"), [(3 * CYCLE, True), (3 * CYCLE + 1, False)])
def test_the_second_reading_is_no_absence_later(watch: Watch, after: float, begins: bool) -> None:
    """The next one after it agrees with that one."""
    watch.read(OLD)
    assert (watch.read(OLD, after=after) is not None) is begins
    assert watch.read(OLD) == OLD


@pytest.mark.parametrize(
    ("energy", "derived", "others", "at_once"),
    [
        (0.0, False, False, True),
        (0.0, False, True, False),
        (0.0, True, True, False),
        (-5.0, True, True, True),
        (0.5, False, True, True),
    ],
)
def test_a_zero_is_no_beginning_where_others_have_counted(
    watch: Watch, energy: float, derived: bool, others: bool, at_once: bool
) -> None:
    """A gateway that is just starting shows zeros, and no meter is below; what lasts a quarter of an hour is true."""
    watch.derived, watch.others_counted = derived, others
    watch.read(energy, energy)
    assert (watch.total.total is not None) is at_once
    watch.read(energy)
    assert (watch.total.total is not None) is at_once
    assert watch.read(energy) == max(energy, 0.0)


def test_a_balance_below_zero_begins_at_zero(watch: Watch) -> None:
    """Meters that were replaced one by one may come to that; it counts from there."""
    watch.derived = True
    assert watch.read(-700.0, -700.0) == 0.0
    assert watch.read(-600.0) == 100.0
    assert watch.total.base is not None
    assert watch.total.base.since == BEGIN + CYCLE


def test_doubts_about_a_beginning_are_not_shown(watch: Watch) -> None:
    """Which of the readings is true is not known once two agree, and nobody has seen any of them for long."""
    watch.read(OLD, OLD)
    assert watch.read(500.0, 500.0) == OLD
    assert watch.read(500.0) is None
    assert watch.read(OLD) == OLD


def test_what_was_below_zero_is_no_beginning(proved: Watch) -> None:
    """A meter that comes back from there has not counted the way up."""
    proved.read(*[-1_800.0] * 4)
    assert proved.prove(0.5) == OLD
    assert proved.read(100.5) == OLD + 100


def test_a_young_total_begins_anew_with_what_lasts(watch: Watch) -> None:
    """There is no history to protect yet, and nobody is asked."""
    watch.read(OLD, OLD, OLD)
    assert watch.prove(500.0) == 500.0
    assert (watch.total.change, watch.total.former, watch.offset) == (None, None, 0.0)


@pytest.mark.parametrize(
    ("rise", "anew"), [(1_876.0, False), (1_876.1, True), (-2.0, True), (-4_500.0, True), (-4_501.0, True)]
)
def test_a_young_total_begins_anew_with_what_is_lower_or_beyond_reach(watch: Watch, rise: float, anew: bool) -> None:
    """What the counter can have come to is the same one, further on, and shows what it can do."""
    watch.power = 0.0
    watch.read(OLD, OLD)
    assert watch.prove(OLD + rise) == OLD + rise
    assert (watch.offset, watch.total.change, watch.total.former) == (0.0, None, None)
    assert watch.total.peak == (PEAK if anew else 15_000.0)


def test_a_total_that_nothing_was_counted_of_begins_anew(watch: Watch) -> None:
    """However long it was zero: the gateway was just starting."""
    watch.settle(0.0)
    assert watch.prove(OLD) == OLD
    assert watch.total.change is None
    assert watch.total.base is not None
    assert watch.total.base.since is None


# What counts at once


@pytest.mark.parametrize(
    ("rise", "after", "counts"),
    [
        (MOST_AT_FIRST, CYCLE, True),
        (MOST_AT_FIRST + 0.01, CYCLE, False),
        (3 * 375 + 1, 3 * CYCLE, True),
        (3 * 375 + 2, 3 * CYCLE, False),
        (3 * 375 + 1, DAY, True),
        (3 * 375 + 2, DAY, False),
        (0.0, CYCLE, True),
        (-1.0, CYCLE, True),
    ],
)
def test_a_counter_may_rise_by_half_more_than_ever(proved: Watch, rise: float, after: float, counts: bool) -> None:
    """For as long as it was not read, three cycles at most: after a longer absence one reading proves nothing."""
    shown = proved.read(OLD + rise, after=after)
    assert proved.counts is counts
    assert shown == (OLD + max(rise, 0.0) if counts else OLD)


def test_a_cycle_is_as_long_as_was_chosen(watch: Watch) -> None:
    """Somebody who reads once an hour has three hours."""
    watch.cycle = HOUR
    watch.settle(OLD)
    assert watch.read(OLD + 3 * 4_500 + 1, after=5 * HOUR) == OLD + 3 * 4_500 + 1


@pytest.mark.parametrize(
    ("rise", "power", "peak"),
    [
        (MOST_AT_FIRST, 0.0, 4_500.0),
        (300.0, 0.0, 3_600.0),
        (249.0, 0.0, PEAK),
        # 7200 W flow by both of the last two answers: 600 Wh, and half more.
        (901.0, 7_200.0, 10_800.0),
        (500.0, 7_200.0, 6_000.0),
        # 15 kW at most, and half more.
        (1_876.0, 96_000.0, 22_500.0),
        # Without a power, the rise may have come at any time since the one before.
        (MOST_AT_FIRST, None, PEAK),
    ],
)
def test_the_most_that_a_counter_was_seen_to_do_grows(
    proved: Watch, rise: float, power: float | None, peak: float
) -> None:
    """By half at a time, or to half more than the power that flowed by two answers in a row."""
    proved.power = power
    proved.read(OLD, OLD, OLD + rise)
    assert proved.counts
    assert proved.total.peak == peak


def test_without_a_power_a_rise_is_from_the_one_before(proved: Watch) -> None:
    """A counter that moved in the last cycle has done what it did since in this one."""
    proved.read(OLD + 2, OLD + 302)
    assert proved.total.peak == 3_600.0


def test_a_second_is_long_enough_to_tell_a_power(proved: Watch) -> None:
    """Half more than before, at most."""
    proved.power = 0.0
    proved.read(OLD + 2, after=1.0)
    assert proved.total.peak == 4_500.0


def test_a_rise_of_a_counter_behind_its_total_is_none_of_the_total(proved: Watch) -> None:
    """Its power is not known by it."""
    proved.power = 0.0
    proved.total = replace(proved.total, total=OLD + 300)
    proved.read(OLD + 300)
    assert proved.total.peak == PEAK


@pytest.mark.parametrize(
    ("power", "rise", "counts"),
    [
        (14_400.0, 299.9, True),
        (14_400.0, 1_801.0, True),
        (14_400.0, 1_801.1, False),
        (2_999.0, MOST_AT_FIRST, True),
        (96_000.0, 1_876.0, True),
        (96_000.0, 1_876.1, False),
    ],
)
def test_a_counter_may_rise_by_what_the_powers_come_to(watch: Watch, power: float, rise: float, counts: bool) -> None:
    """Half more than what flows by two answers in a row, and no house has more than 15 kW."""
    watch.power = 0.0
    watch.settle(OLD)
    watch.power = power
    watch.read(OLD)
    watch.read(OLD + rise)
    assert watch.counts is counts


def test_one_power_makes_no_counter_rise(proved: Watch) -> None:
    """It may be as wrong as the figure beside it."""
    proved.power = 0.0
    proved.read(OLD)
    proved.power = 14_400.0
    proved.read(OLD + MOST_AT_FIRST + 0.1)
    assert not proved.counts


def test_a_counter_that_was_seen_to_count_more_may_again(proved: Watch) -> None:
    """Whatever flows now: half more than 20 kW for a cycle."""
    proved.total = replace(proved.total, peak=20_000.0)
    proved.power = 1_000.0
    assert proved.read(OLD + 2_501.0) == OLD + 2_501.0
    assert proved.total.peak == 30_000.0
    proved.read(OLD + 2_501.0 + 3_751.1)
    assert not proved.counts


@pytest.mark.parametrize(("rise", "is_same"), [(3_976.0, True), (3_976.1, False)])
def test_what_was_missed_may_come_later_once_it_lasts(proved: Watch, rise: float, is_same: bool) -> None:
    """A counter that stood while 1200 W flowed has 1400 Wh to make up for, beside a burst of 1250 Wh."""
    proved.power = 1_200.0
    proved.read(*[OLD] * 11)
    assert proved.total.witness.missed == 1_000.0
    proved.read(*[OLD + rise] * 3)
    assert proved.total.witness.missed == 1_300.0
    proved.read(OLD + rise)
    assert proved.total.shown == OLD + (rise if is_same else 0.0)
    assert (proved.total.change is None) is is_same
    assert proved.total.witness.missed == 0.0


@pytest.mark.parametrize("rise", [0.1, 200.0])
def test_what_flowed_is_forgotten_once_the_counter_moved(proved: Watch, rise: float) -> None:
    """It is not counted twice."""
    proved.power = 1_200.0
    proved.read(OLD, OLD, OLD)
    assert proved.total.witness.missed == 200.0
    proved.read(OLD + rise)
    assert proved.total.witness.missed == 0.0
    proved.read(OLD + rise)
    assert proved.total.witness.missed == 100.0


@pytest.mark.parametrize(("energy", "missed"), [(OLD - 0.5, 300.0), (OLD, 300.0), (OLD + 0.1, 0.0)])
def test_a_counter_moves_when_it_rises_by_itself(proved: Watch, energy: float, missed: float) -> None:
    """Its total may be ahead of it, and a fall is no movement."""
    proved.power = 1_200.0
    proved.total = replace(proved.total, total=OLD + 50)
    proved.read(OLD, OLD, OLD)
    proved.read(energy)
    assert proved.total.shown == OLD + 50
    assert proved.total.witness.missed == missed


def test_a_total_that_rises_again_has_missed_nothing(proved: Watch) -> None:
    """After a fall the counter has moved if the total has: by what is above the last that counted."""
    proved.power = 1_200.0
    proved.read(OLD, OLD + 100, OLD + 90)
    assert proved.total.witness.missed == 100.0
    proved.read(OLD + 95)
    assert proved.total.witness.missed == 0.0


@pytest.mark.parametrize(
    ("stood", "after", "rise", "counts"),
    [
        (11, CYCLE, MOST_AT_FIRST, True),
        (11, CYCLE, MOST_AT_FIRST + 0.1, False),
        (11, CYCLE - 1, 748.5, True),
        (11, CYCLE - 1, 748.6, False),
        (11, CYCLE / 5, 151.0, True),
        (12, CYCLE / 5, 76.0, True),
        (12, CYCLE / 5, 76.1, False),
        (12, 3 * CYCLE, MOST_AT_FIRST, True),
        (12, 3 * CYCLE, MOST_AT_FIRST + 0.1, False),
    ],
)
def test_a_counter_at_rest_does_little_while_nothing_flows(
    watch: Watch, stood: int, after: float, rise: float, counts: bool
) -> None:
    """Solar production at night: after an hour without power, 3 kW for five minutes, whatever it was seen to do."""
    watch.power = 0.0
    watch.read(*[OLD] * (stood + 1))
    watch.total = replace(watch.total, peak=6_000.0)
    watch.read(OLD + rise, after=after)
    assert watch.counts is counts


def test_a_counter_that_power_flows_into_is_not_at_rest(watch: Watch) -> None:
    """In the last two answers."""
    watch.power = 1.0
    watch.read(*[OLD] * 20)
    watch.total = replace(watch.total, peak=6_000.0)
    watch.power = 0.0
    assert watch.read(OLD + 751) == OLD + 751


def test_a_counter_at_rest_may_rise_where_nobody_tells_its_power(watch: Watch) -> None:
    """There is no witness against it."""
    watch.read(*[OLD] * 20)
    assert watch.read(OLD + MOST_AT_FIRST) == OLD + MOST_AT_FIRST


def test_what_goes_on_from_a_doubt_is_part_of_the_doubt(proved: Watch) -> None:
    """A lie does not become true by what would have been possible by then; one that is taken back does no harm."""
    assert proved.read(OLD + 1_000) == OLD
    assert proved.read(OLD + 1_000, OLD + 1_000) == OLD
    assert proved.read(OLD + 10) == OLD + 10
    assert (proved.total.candidate, proved.total.held_since, proved.total.change) == (None, None, None)


def test_a_doubt_stays_one_though_power_flows(proved: Watch) -> None:
    """Of which the next answer tells as much: the figure came before it."""
    proved.power = 12_000.0
    assert proved.read(OLD + 1_400, OLD + 1_400, OLD + 1_400) == OLD
    assert proved.read(OLD + 1_400) == OLD + 1_400
    assert proved.total.change is None


@pytest.mark.parametrize(("low", "rise", "counts"), [(2.0, 751.0, True), (2.0, 751.1, False), (-751.0, 751.0, False)])
def test_what_goes_on_from_below_may_count(proved: Watch, low: float, rise: float, counts: bool) -> None:
    """A figure that was too low holds no true one back; too high, it does."""
    proved.read(OLD - low)
    assert not proved.counts
    proved.read(OLD + rise)
    assert proved.counts is counts


@pytest.mark.parametrize(("rise", "counts"), [(1.0, True), (1.1, False)])
def test_a_balance_is_back_from_a_doubt_where_it_was(watch: Watch, rise: float, counts: bool) -> None:
    """Though it may have fallen there from the doubt."""
    watch.derived = True
    watch.settle(OLD)
    watch.read(OLD + 1_000)
    watch.read(OLD + rise)
    assert watch.counts is counts


@pytest.mark.parametrize(
    ("power", "peak", "rise", "joins"),
    [
        # 150 kW where no power is told, else half more than 15 kW, or what it was seen to do, or flows.
        (None, PEAK, 12_501.0, True),
        (None, PEAK, 12_501.1, False),
        (0.0, PEAK, 1_876.0, True),
        (0.0, PEAK, 1_876.1, False),
        (0.0, 20_000.0, 2_501.0, True),
        (0.0, 20_000.0, 2_501.1, False),
        (24_000.0, PEAK, 3_001.0, True),
        (24_000.0, PEAK, 3_001.1, False),
    ],
)
def test_a_doubt_goes_on_as_far_as_a_house_can(
    proved: Watch, power: float | None, peak: float, rise: float, joins: bool
) -> None:
    """Else it is another doubt."""
    proved.total = replace(proved.total, peak=peak)
    proved.power = power
    proved.read(500.0, 500.0 + rise)
    assert proved.total.candidate is not None
    assert proved.total.candidate.readings == (2 if joins else 1)


@pytest.mark.parametrize(("after", "lasts"), [(3 * CYCLE, True), (3 * CYCLE + 1, False)])
def test_no_doubt_lasts_over_an_absence(proved: Watch, after: float, lasts: bool) -> None:
    """Of more than three cycles: nobody knows what was there meanwhile, and nothing was held back."""
    proved.read(500.0)
    first = proved.now
    proved.read(500.0, 500.0, after=after)
    assert (proved.total.change is not None) is lasts
    assert proved.total.held_since == (None if lasts else proved.now)
    assert first == BEGIN + 6 * CYCLE


def test_a_doubt_is_as_old_as_its_first_reading_after_an_absence(proved: Watch) -> None:
    """Whatever else was read meanwhile."""
    proved.read(500.0, 9_000.0)
    assert proved.total.held_since == proved.now - CYCLE
    proved.read(500.0, after=HOUR)
    back = proved.now
    proved.read(9_000.0, 500.0)
    assert proved.total.held_since == back


@pytest.mark.parametrize(("derived", "fall"), [(False, 1.0), (True, 1_000.0)])
def test_what_was_proved_is_not_fallen_below(watch: Watch, derived: bool, fall: float) -> None:
    """But for what a balance of meters may fall; the total stands meanwhile."""
    watch.derived = derived
    watch.settle(OLD)
    assert watch.read(OLD - fall) == OLD
    assert watch.counts
    assert watch.read(OLD - fall - 0.1) == OLD
    assert not watch.counts


def test_what_was_counted_since_may_be_taken_back(proved: Watch) -> None:
    """The total stands until the counter is there again, and nothing is counted twice."""
    proved.read(OLD + 300)
    assert proved.read(OLD + 50) == OLD + 300
    assert proved.counts
    assert proved.read(OLD + 250) == OLD + 300
    assert proved.read(OLD + 350) == OLD + 350


def test_before_a_floor_is_proved_no_reading_falls(watch: Watch) -> None:
    """The last reading is all there is."""
    watch.read(OLD, OLD + 100)
    watch.read(OLD + 98.9)
    assert not watch.counts
    watch.read(OLD + 99)
    assert watch.counts


# Counters that move in steps


@pytest.mark.parametrize(
    ("rise", "after", "counts"), [(4_501.0, HOUR, True), (4_502.0, HOUR, False), (4_501.0, 12 * CYCLE, True)]
)
def test_a_counter_that_moves_in_steps_may_have_risen_since_the_last(
    watch: Watch, rise: float, after: float, counts: bool
) -> None:
    """Microinverters report once an hour at worst: an hour's energy comes at once."""
    watch.pace = HOUR
    watch.settle(OLD)
    watch.now = BEGIN + CYCLE + after - CYCLE
    watch.read(OLD + rise)
    assert watch.counts is counts


@pytest.mark.parametrize(("first_step", "peak"), [(True, PEAK), (False, 3_600.0)])
def test_the_power_of_a_step_is_that_since_the_step_before(watch: Watch, first_step: bool, peak: float) -> None:
    """The first one may hold energy of a whole pace."""
    watch.pace = HOUR
    watch.settle(OLD)
    if not first_step:
        watch.read(OLD + 2)
    watch.read(OLD + 302)
    assert watch.total.peak == peak


@pytest.mark.parametrize(
    ("powers", "rise", "counts"),
    [
        # 1.5 kW, and half more, for an hour.
        ((1_000.0, 0.0), 2_251.0, True),
        ((0.0, 1_000.0), 2_251.0, True),
        ((1_000.0, 0.0), 2_251.1, False),
        ((0.0, 1_000.0), 2_251.1, False),
        ((1.0, 1.0), MOST_AT_FIRST, True),
        ((1.0, 1.0), MOST_AT_FIRST + 0.1, False),
        ((2_000.0, 0.0), 4_501.0, True),
        ((2_000.0, 4_000.0), 4_501.1, False),
        ((1.0, None), 4_501.0, True),
    ],
)
def test_a_step_is_what_the_reports_have_told(
    watch: Watch, powers: tuple[float, float | None], rise: float, counts: bool
) -> None:
    """The power of a sum over reports is that of its last steps: half more than the higher one of two, if not known."""
    watch.pace = HOUR
    watch.settle(OLD)
    watch.now += 10 * CYCLE
    watch.power = powers[0]
    watch.read(OLD)
    watch.power = powers[1]
    watch.read(OLD + rise)
    assert watch.counts is counts


# 32 bits of J


@pytest.mark.parametrize(
    ("energy", "wraps", "counts"),
    [
        (276.0, True, True),
        (276.1, True, False),
        (0.0, True, False),
        (-0.5, True, False),
        (276.0, False, False),
        (0.5, True, True),
    ],
)
def test_a_counter_of_32_bits_begins_anew(watch: Watch, energy: float, wraps: bool, counts: bool) -> None:
    """At 1.19 MWh, by as much as it can have risen to beyond that; zero tells nothing."""
    watch.wraps = wraps
    watch.settle(WRAP - 100)
    shown = watch.read(energy)
    assert watch.counts is counts
    assert shown == pytest.approx(WRAP + energy if counts else WRAP - 100)
    if counts:
        assert watch.read(energy + 100) == pytest.approx(WRAP + energy + 100)


def test_after_it_began_anew_a_counter_does_not_fall_back(watch: Watch) -> None:
    """What it showed then is its floor."""
    watch.wraps = True
    watch.settle(WRAP - 100)
    watch.read(100.0, 200.0, 150.0)
    assert watch.counts
    assert watch.total.base is not None
    assert watch.total.base.since == BEGIN + 6 * CYCLE
    watch.read(98.0)
    assert not watch.counts


def test_a_counter_may_begin_anew_more_than_once_in_an_absence(watch: Watch) -> None:
    """Each time 32 bits; a large site has that in two months."""
    watch.wraps = True
    watch.total = replace(watch.total, peak=10_000.0)
    watch.settle(WRAP - 100)
    watch.now += 20 * DAY
    assert watch.prove(50.0) == pytest.approx(WRAP + 50)
    watch.now += 13 * DAY
    watch.read(49.0)
    assert watch.total.change is None


# What lasts


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


def _adopt(watch: Watch, energy: float) -> None:
    watch.prove(energy)
    assert watch.counts


def test_a_wrapped_counter_after_an_absence_is_the_same(watch: Watch) -> None:
    """Further on by 32 bits."""
    watch.wraps = True
    watch.settle(WRAP - 5_000)
    watch.now += 4 * HOUR
    assert watch.prove(2_000.0) == pytest.approx(WRAP + 2_000)
    assert watch.total.change is None
    assert watch.total.base is not None
    assert watch.total.base.since is not None


# What returns


@pytest.mark.parametrize(
    ("rise", "grown", "away", "returns"),
    [
        (0.0, 0.0, 0.0, True),
        (-1_000.0, 0.0, 0.0, True),
        (-1_000.1, 0.0, 0.0, False),
        (1_876.0, 0.0, 0.0, True),
        (1_876.1, 0.0, 0.0, False),
        (0.0, 0.0, DAY - 5 * CYCLE, True),
        (0.0, 0.0, DAY - 5 * CYCLE + 1, False),
        (0.0, 4_500.0, 12 * HOUR, True),
        (0.0, 4_501.0, 12 * HOUR, False),
    ],
)
def test_the_former_counter_takes_its_place_again(
    proved: Watch, rise: float, grown: float, away: float, returns: bool
) -> None:
    """A meter that was disabled for a while: within a day, and the total no more than an hour and a half ahead."""
    proved.prove(500_000.0)
    proved.total = replace(proved.total, total=OLD + grown, peak=PEAK)
    change = proved.total.change
    proved.now += away
    _adopt(proved, OLD + rise)
    assert proved.total.shown == OLD + max(rise if returns else 0.0, grown)
    if returns:
        assert (proved.total.change, proved.total.former, proved.offset) == (None, None, 0.0)
    else:
        assert proved.total.change not in (None, change)
        assert proved.total.former is not None


def test_what_the_other_one_counted_meanwhile_is_not_counted_again(proved: Watch) -> None:
    """The total stands until the former counter is there."""
    proved.prove(500_000.0)
    assert proved.read(500_300.0) == OLD + 300
    _adopt(proved, OLD + 100)
    assert proved.total.shown == OLD + 300
    assert proved.read(OLD + 350) == OLD + 350


def test_another_source_is_not_the_former_counter(proved: Watch) -> None:
    """Even if it shows the same."""
    proved.prove(500_000.0)
    proved.read(*[OLD] * 4, source="other")
    assert proved.total.change is not None
    assert proved.total.former is not None


# Decisions


def test_following_takes_the_gateways_own_figure(proved: Watch) -> None:
    """At once, also where that is a fall; what the counter can do is not forgotten."""
    proved.power = 0.0
    proved.read(OLD + MOST_AT_FIRST)
    proved.prove(500.0)
    proved.read(600.0)
    proved.total = follow(proved.total)
    assert proved.total.shown == 600.0
    assert (proved.offset, proved.total.change, proved.total.former) == (0.0, None, None)
    assert proved.total.peak == 4_500.0
    assert proved.read(700.0) == 700.0


def test_following_takes_what_is_in_doubt(proved: Watch) -> None:
    """The user says that it is true."""
    proved.pace = 60.0
    proved.read(500.0)
    proved.total = follow(proved.total)
    assert (proved.total.shown, proved.total.held_since, proved.total.pace) == (500.0, None, 60.0)
    assert proved.total.witness.at == proved.now


def test_nothing_that_was_read_is_nothing_to_follow() -> None:
    """There is no figure."""
    assert follow(LifetimeTotal()) == LifetimeTotal()


# What is known from elsewhere


@pytest.mark.parametrize(
    ("origin", "energy", "offset"),
    [
        # An hour at 15 kW, and half more.
        ({"offset": 10_000.0}, 90_000.0, 10_000.0),
        ({"offset": 10_000.0}, 112_501.0, 10_000.0),
        ({"offset": 10_000.0}, 112_502.0, 0.0),
        ({"offset": 10_000.0}, 122_502.0, 100_000.0 - 122_502.0),
        ({"offset": 10_000.0}, 89_000.0, 10_000.0),
        ({"offset": 10_000.0}, 88_999.0, 100_000.0 - 88_999.0),
        ({"offset": 10_000.0}, 99_500.0, 10_000.0),
        ({"offset": 90_000.0}, 99_500.0, 0.0),
        ({"offset": None}, 122_501.0, 0.0),
        ({"offset": None}, 122_502.0, 100_000.0 - 122_502.0),
        ({"offset": None}, 99_000.0, 0.0),
        ({"offset": 10_000.0, "same_counter": False}, 90_000.0, 10_000.0),
        ({"offset": 10_000.0, "same_counter": False}, 95_000.0, 5_000.0),
        ({"offset": None, "same_counter": False}, 100_500.0, -500.0),
        ({"at": BEGIN + DAY}, 100_001.0, 0.0),
        ({"at": BEGIN + DAY}, 100_002.0, -2.0),
    ],
)
def test_a_total_goes_on_from_what_is_known_of_it(
    watch: Watch, origin: dict[str, float | bool | None], energy: float, offset: float
) -> None:
    """With what was added then, or with nothing, if the counter can have come that far; if not, from there."""
    known = replace(Origin(total=100_000.0, at=BEGIN + 2 * CYCLE - HOUR), **origin)  # type: ignore[arg-type]
    watch.total = resume(watch.total, known)
    assert watch.read(energy) is None
    assert watch.read(energy) == max(energy + offset, 100_000.0)
    assert watch.offset == pytest.approx(offset)


def test_a_large_site_may_have_counted_more_meanwhile(watch: Watch) -> None:
    """By what it was seen to do."""
    watch.total = LifetimeTotal(origin=Origin(total=100_000.0, at=BEGIN + 2 * CYCLE - HOUR), peak=20_000.0)
    watch.read(130_001.0, 130_001.0)
    assert watch.offset == 0.0


def test_what_was_read_already_goes_on_at_once(proved: Watch) -> None:
    """A ledger that is older than what the recorder knows: its counter is the same."""
    proved.read(OLD + 100)
    proved.total = resume(proved.total, Origin(total=OLD + 5_000, at=proved.now, offset=4_900.0))
    assert proved.total.shown == OLD + 5_000
    assert proved.read(OLD + 200) == OLD + 5_100


def test_two_readings_are_enough_to_go_on_from(watch: Watch) -> None:
    """They have agreed."""
    watch.read(400.0, 500.0)
    watch.total = resume(watch.total, Origin(total=OLD, at=BEGIN, offset=OLD - 500))
    assert watch.total.shown == OLD
    assert watch.read(600.0) == OLD + 100


def test_one_reading_is_not_enough_to_go_on_from(watch: Watch) -> None:
    """More of them have to agree."""
    watch.total = resume(watch.total, Origin(total=100_000.0, at=BEGIN))
    watch.read(100_010.0)
    watch.total = resume(watch.total, Origin(total=100_005.0, at=BEGIN))
    assert watch.total.shown is None
    assert watch.read(100_020.0, 100_020.0, 100_020.0) == 100_020.0


def test_another_gateways_total_goes_on_with_its_first_readings(proved: Watch) -> None:
    """What the old one has shown is no part of that; a fall of it is none."""
    proved.pace = 60.0
    proved.read(OLD)
    proved.total = resume(proved.total, Origin(total=OLD, at=proved.now, same_counter=False))
    assert (proved.total.base, proved.total.candidate) == (None, None)
    assert (proved.total.pace, proved.total.witness.at) == (60.0, proved.now)
    assert proved.read(300.0) is None
    assert proved.read(400.0) == OLD + 100


def test_an_origin_is_kept_until_its_base_is_proved(watch: Watch) -> None:
    """What turns out wrong until then begins anew from there, and the total is shown all the while."""
    watch.total = resume(watch.total, Origin(total=100_000.0, at=BEGIN, offset=0.0))
    assert watch.read(100_010.0, 100_010.0) == 100_010.0
    assert watch.read(400_000.0) == 100_010.0
    watch.read(400_000.0, 400_000.0)
    assert watch.read(400_000.0) == 100_000.0
    assert watch.total.origin is not None
    watch.read(400_000.0)
    assert watch.total.origin is None


# The clock


@pytest.mark.parametrize("back", [HOUR, DAY])
def test_a_clock_that_was_set_back_loses_nothing(proved: Watch, back: float) -> None:
    """The total stands for a quarter of an hour, until time has gone on for long enough."""
    proved.read(OLD + 100)
    proved.now -= back
    assert proved.read(OLD + 200, OLD + 300, OLD + 400) == OLD + 100
    assert proved.read(OLD + 500) == OLD + 500
    assert (proved.total.change, proved.offset) == (None, 0.0)


def test_a_doubt_is_none_the_older_for_a_clock_that_was_set_back(proved: Watch) -> None:
    """Nor the younger: what was first seen in the future was seen now."""
    proved.read(500.0)
    proved.now -= HOUR
    proved.read(500.0, 500.0)
    assert proved.total.held_since == proved.now - CYCLE
    assert proved.total.change is None
    proved.read(500.0)
    assert proved.total.change is None
    proved.read(500.0)
    assert proved.total.change is not None


@pytest.mark.parametrize("garbage", [0.0, -4.0, 2**32 - 4, 2 * OLD, OLD / 2])
@pytest.mark.parametrize("times", [1, 2, 3])
@pytest.mark.parametrize("edit", [lambda energy: energy, lambda energy: energy + 1], ids=["stands", "counts"])
def test_a_reading_that_cannot_be_true_moves_no_total(
    proved: Watch, garbage: float, times: int, edit: Callable[[float], float]
) -> None:
    """Zero, below zero, 32 bits of nonsense, double and half; the next true one counts at once."""
    for _ in range(times):
        garbage = edit(garbage)
        assert proved.read(garbage) == OLD
    assert proved.read(OLD + 300) == OLD + 300
    assert proved.total.change is None
