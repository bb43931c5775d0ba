"""Which rises of a counter count at once, with the very limits of what is believed."""

from dataclasses import replace

import pytest

from .watch import CYCLE, DAY, HOUR, MOST_AT_FIRST, OLD, PEAK, Watch


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
