"""Today's growth of a total: told from what it was at midnight, not told where nobody looked."""

from custom_components.iq_gateway.counters.day import Day, observe_day

MIDNIGHT = 1_782_000_000.0
CYCLE = 300.0


def _day(*looks: tuple[float, float], midnight: float = MIDNIGHT) -> Day:
    """Look at a total some seconds after midnight, and return the day."""
    day: Day | None = None
    for seconds, total in looks:
        at = MIDNIGHT + seconds
        day = observe_day(day, total, at=at, midnight=midnight if at >= midnight else midnight - 86400)
    assert day is not None
    return day


def test_a_day_that_nobody_saw_begin_is_not_told() -> None:
    """The integration was installed at noon."""
    assert _day((43_200, 5_000), (43_500, 5_100)).energy is None


def test_a_day_counts_from_its_midnight() -> None:
    """Midnight lies between two cycles; what flowed between them is shared out by time."""
    day = _day((-100, 5_000), (200, 5_030), (36_000, 9_010))
    assert day.start == 5_010
    assert day.energy == 4_000


def test_a_midnight_in_an_absence_is_not_guessed() -> None:
    """Home Assistant was off from the evening until the morning."""
    assert _day((-7_200, 5_000), (25_200, 8_000)).energy is None


def test_the_next_midnight_is_seen_again() -> None:
    """One unseen day is not for ever."""
    day = _day((43_200, 5_000), (86_300, 9_000))
    day = observe_day(day, 9_100, at=MIDNIGHT + 86_500, midnight=MIDNIGHT + 86_400)
    assert day.energy == 50


def test_a_clock_that_was_set_back_begins_anew() -> None:
    """The same midnight twice is no day of 48 hours."""
    day = _day((-100, 5_000), (200, 5_030))
    assert observe_day(day, 5_040, at=MIDNIGHT - 86_400, midnight=MIDNIGHT - 86_400).energy is None
