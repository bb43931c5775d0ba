"""Which readings are doubted, and what a total may not fall below."""

from dataclasses import replace

import pytest

from .watch import BEGIN, CYCLE, HOUR, OLD, PEAK, Watch


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


@pytest.mark.parametrize(
    ("doubt", "rise", "counts"),
    [
        (1_000.0, 1.0, True),
        # 1.5 x 3000 W for two cycles, and 1 Wh.
        (1_000.0, 751.0, True),
        (1_000.0, 751.1, False),
        # A Wh below the doubt is rounding: it goes on from that.
        (752.0, 751.0, False),
        (752.0, 750.9, True),
    ],
)
def test_a_balance_is_back_from_a_doubt_where_it_was(watch: Watch, doubt: float, rise: float, counts: bool) -> None:
    """Though it may have fallen there from the doubt, by what a balance may drift."""
    watch.derived = True
    watch.settle(OLD)
    watch.read(OLD + doubt)
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
