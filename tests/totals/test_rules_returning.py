"""A former counter that comes back, and what a person decides."""

from dataclasses import replace

import pytest

from custom_components.iq_gateway.totals import LifetimeTotal
from custom_components.iq_gateway.totals.rules import WRAP, follow

from .watch import CYCLE, DAY, HOUR, MOST_AT_FIRST, OLD, PEAK, Watch

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
    proved.adopt(OLD + rise)
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
    proved.adopt(OLD + 100)
    assert proved.total.shown == OLD + 300
    assert proved.read(OLD + 350) == OLD + 350


def test_a_counter_back_from_a_lie_of_2_to_the_32_j_loses_nothing(proved: Watch) -> None:
    """It has not begun anew: what it counted while the lie was taken for another counter is counted, too."""
    proved.wraps = True
    proved.prove(OLD + 200 + WRAP)
    proved.adopt(OLD + 400)
    assert proved.total.shown == OLD + 400
    assert (proved.offset, proved.total.change, proved.total.former) == (0.0, None, None)


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
