"""How often a gateway is asked for what moves each second, as a table of cases."""

import pytest

from custom_components.iq_gateway.live.rhythm import Rhythm, paces, slowed

READINGS = frozenset({"readings"})
LIVE = frozenset({"live"})
BOTH = READINGS | LIVE


@pytest.mark.parametrize(
    ("powers", "state", "moves", "expected"),
    [
        ([], False, True, {}),
        ([], True, True, {"live": 10}),
        ([READINGS], False, True, {"readings": 1}),
        ([READINGS, READINGS], True, True, {"readings": 1, "live": 10}),
        ([READINGS, LIVE, BOTH], True, True, {"readings": 2, "live": 2}),
        ([LIVE], True, True, {"live": 2}),
        # Live data that stands still is looked at now and then; the meters go on at their own pace.
        ([READINGS, LIVE, BOTH], True, False, {"readings": 1, "live": 10}),
        ([LIVE], False, False, {"live": 10}),
    ],
)
def test_each_endpoint_has_its_pace(
    powers: list[frozenset[str]], state: bool, moves: bool, expected: dict[str, float]
) -> None:
    """By what somebody looks at, and where it is read."""
    assert paces(powers, state=state, moves=moves) == expected


@pytest.mark.parametrize(
    ("every", "took", "pause"),
    [
        (1.0, 0.08, 0.92),
        (1.0, 0.32, 0.68),
        (1.0, 0.34, 0.68),
        (1.0, 0.6, 1.2),
        (1.0, 1.6, 3.2),
        (1.0, 5.0, 10.0),
        (2.0, 0.4, 1.6),
        (2.0, 0.9, 1.8),
        (10.0, 0.1, 9.9),
        (10.0, 4.0, 8.0),
    ],
)
def test_a_gateway_is_never_busy_for_more_than_a_third_of_the_time(every: float, took: float, pause: float) -> None:
    """A period from one tick to the next, but no less than twice what the tick took."""
    rhythm, paced = Rhythm(), {"readings": every}
    rhythm.told({"readings"}, (), paced, 100.0)
    assert rhythm.pause(paced, took, 100.0) == pytest.approx(pause)
    assert took / (took + pause) <= 1 / 3 + 1e-9


def test_what_fails_waits_longer_each_time() -> None:
    """Up to a minute; a good answer makes up for all."""
    rhythm, every, now = Rhythm(), {"readings": 1.0}, 0.0
    waits = []
    for failed in [{"readings"}] * 8 + [set()]:
        rhythm.told({"readings"}, failed, every, now)
        waits.append(rhythm.pause(every, 0.0, now))
        now += waits[-1]
    assert waits == [2, 4, 8, 16, 32, 60, 60, 60, 1]


def test_what_fails_keeps_nothing_else_waiting() -> None:
    """The meters go on while live data hangs, and are joined by it again."""
    rhythm, every, turns = Rhythm(), {"readings": 2.0, "live": 2.0}, []
    for second in range(0, 14, 2):
        turns.append(rhythm.turn(every, second))
        rhythm.told(turns[-1], {"live"} if second < 6 else (), every, second)
    assert turns == [BOTH, BOTH, READINGS, BOTH, BOTH, BOTH, BOTH]


def test_what_is_due_soon_goes_along() -> None:
    """So that two answers are of one moment."""
    rhythm, every = Rhythm(), {"readings": 2.0, "live": 2.0}
    rhythm.told(READINGS, (), every, 0.0)
    rhythm.told(LIVE, (), every, 0.9)
    assert rhythm.turn(every, 1.9) == frozenset()
    assert rhythm.turn(every, 2.0) == BOTH


def test_a_second_is_one_request() -> None:
    """In the tenth both are asked, and none in the one after it."""
    rhythm, every, turns = Rhythm(), {"readings": 1.0, "live": 10.0}, []
    for second in range(21):
        turns.append(rhythm.turn(every, second))
        rhythm.told(turns[-1], (), every, second)
    assert turns == [BOTH, frozenset(), *[READINGS] * 8] * 2 + [BOTH]


def test_a_strained_gateway_is_asked_slowly() -> None:
    """As one whose values stand still."""
    assert slowed({"readings": 1.0, "live": 10.0}, {"readings", "live"}) == {"readings": 10.0, "live": 10.0}
    assert slowed({"readings": 2.0, "live": 2.0}, {"readings"}) == {"readings": 10.0, "live": 2.0}
