"""When live powers are written: news at once, the rest now and then, and never more than was saved up."""

from collections.abc import Sequence
from itertools import count

import pytest

from custom_components.iq_gateway.live.budget import WriteBudget

INTERVAL = 5.0


def _written(budget: WriteBudget, powers: Sequence[float | None], *, start: int = 0) -> list[int]:
    """Return in which seconds a power that is this in each is written."""
    moments = []
    for second, power in zip(count(start), powers, strict=False):
        if budget.allows({"grid_power": power}, second):
            budget.wrote({"grid_power": power}, second)
            moments.append(second)
    return moments


@pytest.mark.parametrize(
    ("before", "now", "is_news"),
    [
        (100.0, 124.0, False),
        (100.0, 125.0, True),
        (-100.0, -126.0, True),
        (5000.0, 5099.0, False),
        (5000.0, 5100.0, True),
        (0.0, 25.0, True),
        (10.0, -15.0, True),
    ],
)
def test_news_is_what_somebody_would_notice(before: float, now: float, is_news: bool) -> None:
    """25 W and 2 %."""
    assert _written(WriteBudget(INTERVAL, now=0), [before, now]) == ([0, 1] if is_news else [0])


def test_a_quiet_power_is_written_now_and_then() -> None:
    """Each second interval."""
    assert _written(WriteBudget(INTERVAL, now=0), [100.0] * 61) == [0, 10, 20, 30, 40, 50, 60]


def test_a_busy_minute_is_written_whole_and_paid_for_later() -> None:
    """Twelve seconds in a row; from then on one write an interval."""
    restless = [1000.0 * (second % 2) for second in range(3600)]
    moments = _written(WriteBudget(INTERVAL, now=0), restless)
    assert moments[:12] == list(range(12))
    assert len(moments) <= 3600 / INTERVAL + 12


def test_what_is_lost_is_written_at_once() -> None:
    """And so is what is back, whatever is saved up."""
    budget = WriteBudget(60.0, now=0)
    restless: list[float | None] = [1000.0 * (second % 2) for second in range(30)]
    _written(budget, restless)
    assert _written(budget, [None, None, 5.0, 5.0], start=30) == [30, 32]


def test_the_first_write_waits_for_nothing() -> None:
    """Whoever turns the switch on sees it."""
    assert WriteBudget(60.0, now=0).allows({"grid_power": 1.0}, 0.0)
