"""How a total begins: with readings that agree, and anew with what lasts."""

import pytest

from .watch import BEGIN, CYCLE, HOUR, OLD, PEAK, Watch


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


@pytest.mark.parametrize("highest", [110_000.0, 0.0])
def test_a_large_site_begins_and_counts_as_any_other(watch: Watch, highest: float) -> None:
    """A hundred kilowatts, by the powers of both readings; whether its inverters tell how large it is or not."""
    watch.power, watch.highest = 100_000.0, highest
    watch.read(OLD)
    begun = OLD + 833.3
    assert watch.read(begun, after=30.0) == begun
    for cycles in range(1, 5):
        energy = begun + cycles * 8_333.3
        assert watch.read(energy) == pytest.approx(energy)
        assert watch.total.candidate is None


@pytest.mark.parametrize(("highest", "agrees"), [(110_000.0, True), (0.0, False)])
def test_a_cloud_goes_from_a_large_site(watch: Watch, highest: float, agrees: bool) -> None:
    """A counter that was seen to do little goes up to what the inverters tell; a house does not."""
    watch.power, watch.highest = 100_000.0, highest
    watch.read(OLD, OLD)
    watch.read(OLD + 8_333.3)
    assert (watch.total.candidate is None) is agrees


def test_what_lasts_from_the_beginning_shows_what_the_counter_can_do(watch: Watch) -> None:
    """No power is told with it, and its first two readings are too far apart to agree."""
    watch.read(*(OLD + cycle * 2_500.0 for cycle in range(4)))
    assert watch.total.peak == 30_000.0
    assert watch.read(OLD + 10_000.0) == OLD + 10_000.0


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
