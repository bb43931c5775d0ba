"""What a total has grown by since midnight: told where it was read around midnight, and not told elsewhere."""

import pytest

from custom_components.iq_gateway.totals.day import Day, observe_day

MIDNIGHT = 1_782_000_000.0
DAY = 86_400.0


def looks(*seen: tuple[float, float], cycle: float = 300.0) -> Day:
    """Look at a total some seconds after midnight, and return the day."""
    day: Day | None = None
    for seconds, total in seen:
        midnight = MIDNIGHT + seconds // DAY * DAY
        day = observe_day(day, total, at=MIDNIGHT + seconds, midnight=midnight, cycle=cycle)
    assert day is not None
    return day


def test_a_day_that_nobody_saw_begin_is_not_told() -> None:
    """The integration was installed at noon."""
    assert looks((43_200, 5_000)).energy is None
    assert looks((43_200, 5_000), (43_500, 5_100)).energy is None


def test_a_day_counts_from_its_midnight() -> None:
    """Midnight lies between two cycles; what flowed between them is shared out by time."""
    day = looks((-100, 5_000), (200, 5_030))
    assert (day.start, day.energy) == (5_010, 20)
    day = looks((-100, 5_000), (200, 5_030), (36_000, 9_010))
    assert (day.start, day.energy, day.at, day.total) == (5_010, 4_000, MIDNIGHT + 36_000, 9_010)


def test_a_reading_at_midnight_itself_is_the_days_beginning() -> None:
    """Nothing is guessed then."""
    assert looks((-300, 5_000), (0, 5_030)).start == 5_030


@pytest.mark.parametrize(
    ("gap", "cycle", "told"),
    [(3_600, 300, True), (3_601, 300, False), (3_601, 1_200, False), (3_601, 1_201, True), (3_600, 1, True)],
)
def test_a_midnight_in_an_absence_is_not_guessed(gap: float, cycle: float, told: bool) -> None:
    """More than an hour and more than three cycles between the readings around it."""
    day = looks((-1_000, 5_000), (gap - 1_000, 8_000), cycle=cycle)
    assert (day.energy is not None) is told


def test_a_midnight_at_the_last_reading_begins_there() -> None:
    """Its figure is the day's start."""
    day = Day(midnight=MIDNIGHT - DAY, total=5_000, at=MIDNIGHT)
    assert observe_day(day, 5_030, at=MIDNIGHT + 300, midnight=MIDNIGHT, cycle=300).start == 5_000
    assert observe_day(day, 5_030, at=MIDNIGHT, midnight=MIDNIGHT, cycle=300).start == 5_030


def test_a_midnight_before_the_last_reading_was_not_seen() -> None:
    """The zone was changed: another midnight than the one that was waited for."""
    day = Day(midnight=MIDNIGHT, total=5_000, at=MIDNIGHT + 9_000, start=4_000)
    day = observe_day(day, 5_030, at=MIDNIGHT + 9_300, midnight=MIDNIGHT + 7_200, cycle=300)
    assert (day.start, day.midnight) == (None, MIDNIGHT + 7_200)


def test_a_midnight_to_come_was_not_seen() -> None:
    """It cannot be told what it will show."""
    day = Day(midnight=MIDNIGHT, total=5_000, at=MIDNIGHT + 9_000, start=4_000)
    assert observe_day(day, 5_030, at=MIDNIGHT + 9_300, midnight=MIDNIGHT + 9_400, cycle=300).start is None


def test_the_next_midnight_is_seen_again() -> None:
    """One unseen day is not for ever."""
    assert looks((43_200, 5_000), (86_300, 9_000), (86_500, 9_100)).energy == 50


def test_a_clock_that_was_set_back_begins_anew() -> None:
    """The same midnight twice is no day of 48 hours."""
    day = looks((-100, 5_000), (200, 5_030))
    assert observe_day(day, 5_040, at=MIDNIGHT - DAY, midnight=MIDNIGHT - DAY, cycle=300).energy is None
    again = observe_day(day, 5_040, at=MIDNIGHT + 199, midnight=MIDNIGHT, cycle=300)
    assert (again.energy, again.total) == (None, 5_040)
    assert observe_day(day, 5_040, at=MIDNIGHT + 200, midnight=MIDNIGHT, cycle=300).energy == 30


def test_an_earlier_midnight_begins_anew() -> None:
    """The zone was changed."""
    day = looks((-100, 5_000), (200, 5_030))
    assert observe_day(day, 5_040, at=MIDNIGHT + 500, midnight=MIDNIGHT - 3_600, cycle=300).energy is None


def test_a_total_that_was_set_has_not_grown() -> None:
    """Neither up nor down; and a fall is no growth."""
    day = looks((-100, 5_000), (200, 5_030))
    assert day.shifted(-4_000).energy == day.energy
    assert day.shifted(-4_000).total == 1_030
    assert looks((300, 5_000)).shifted(100).start is None
    assert looks((-100, 5_000), (200, 5_030), (500, 4_000)).energy == 0
