"""Counters that move in steps, and those of 32 bits of J."""

from dataclasses import replace

import pytest

from .watch import BEGIN, CYCLE, DAY, HOUR, MOST_AT_FIRST, OLD, PEAK, WRAP, Watch

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


def test_a_step_within_a_doubt_is_that_of_a_whole_pace(watch: Watch) -> None:
    """Not of the few minutes between two readings: the highest power would be one that no house reaches."""
    watch.pace, watch.power = HOUR, 2_600.0
    watch.settle(OLD)
    watch.now += DAY
    watch.read(OLD - 2_000, OLD - 2_000, OLD - 2_000, OLD + 14_000)
    assert (watch.total.shown, watch.total.peak) == (OLD + 14_000, 16_000.0)


def test_what_nobody_has_seen_proved_does_not_begin_anew(watch: Watch) -> None:
    """Two readings that were 2^32 J too high: the total begins with what lasts, and nothing is added to that."""
    watch.wraps = True
    watch.read(OLD + WRAP, OLD + WRAP)
    watch.prove(OLD)
    assert (watch.total.shown, watch.offset) == (OLD, 0.0)


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
