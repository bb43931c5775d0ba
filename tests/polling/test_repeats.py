"""Values that stand still under a clock that goes on."""

from typing import Any

import pytest

from custom_components.iq_gateway.client.endpoints import LIVE, READINGS, Answer, Endpoint
from custom_components.iq_gateway.polling.repeats import Repeats, values_of
from tests.site.answers import live, reading


def _answer(endpoint: Endpoint[Any], payload: object) -> Answer[object]:
    return Answer(data=endpoint.parse(payload)[0], dropped=0, time=0.0, received=0.0, raw=b"")


@pytest.mark.parametrize(
    ("answers", "every", "needed", "frozen"),
    [
        # A single repeat means nothing, nor do many within ten seconds.
        (2, 1, 5, False),
        (9, 1, 5, False),
        (11, 1, 5, True),
        # Nor do few that are far apart, of what is asked each second.
        (3, 5, 5, False),
        (5, 5, 5, True),
        (2, 10, 2, True),
    ],
)
def test_repetition_tells_that_values_stand_still(answers: int, every: int, needed: int, frozen: bool) -> None:
    """Ten seconds of it, and enough answers."""
    repeats = Repeats(answers=needed)
    for number in range(answers):
        repeats.note((1273.456, 230.001), 100.0 + number * every)
    assert repeats.frozen is frozen
    assert repeats.since == 100.0


def test_a_change_makes_up_for_it() -> None:
    """Of one value."""
    repeats = Repeats(answers=5)
    for second in range(60):
        repeats.note((1273.456, 230.001), second)
    repeats.note((1273.456, 230.002), 60)
    assert not repeats.frozen
    assert repeats.since == 60


def test_zeros_may_repeat_for_ever() -> None:
    """As those of an idle battery, without clamps."""
    repeats = Repeats(answers=2)
    for second in range(60):
        repeats.note((0.0, None, 0.0), second)
    assert not repeats.frozen
    assert repeats.since == 59


def test_a_clock_proves_nothing() -> None:
    """It goes on while the values do not; the values are all that is looked at."""
    assert values_of(_answer(LIVE, live(age=0, grid=1.5))) == values_of(_answer(LIVE, live(age=60, grid=1.5)))
    assert values_of(_answer(LIVE, live(grid=1.5))) != values_of(_answer(LIVE, live(grid=1.501)))
    rows = [reading("production", 5.0, phases=[2.0, 3.0])]
    assert values_of(_answer(READINGS, rows)) != values_of(_answer(READINGS, [reading("production", 5.001)]))
    assert values_of(_answer(READINGS, rows)) == values_of(_answer(READINGS, [*rows]))
