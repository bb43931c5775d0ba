"""Readings that follow from each other: what can be the next one, and when they have lasted."""

from dataclasses import replace

import pytest

from custom_components.iq_gateway.totals import Reading
from custom_components.iq_gateway.totals.series import Series

from .watch import BEGIN, HOUR


def reading(energy: float, seconds: float = 0.0, **changes: object) -> Reading:
    """Return a reading so many seconds after the beginning."""
    return replace(Reading(energy=energy, source="meter", at=BEGIN + seconds), **changes)  # type: ignore[arg-type]


def series(*readings: tuple[float, float], derived: bool = False) -> Series:
    """Return a series of energies and the seconds at which they were read."""
    first, *others = (reading(energy, seconds, derived=derived) for energy, seconds in readings)
    begun = Series.begin(first)
    for other in others:
        begun = begun.with_reading(other)
    return begun


def test_a_series_begins_with_one_reading() -> None:
    """Of which nothing is known yet."""
    begun = series((1_000.0, 5.0))
    assert (begun.source, begun.begun, begun.energy, begun.level) == ("meter", 1_000.0, 1_000.0, 1_000.0)
    assert {begun.begun_at, begun.at, begun.moved_at, begun.level_at} == {BEGIN + 5}
    assert (begun.readings, begun.floor, begun.proved) == (1, None, False)


@pytest.mark.parametrize(
    ("readings", "proved"),
    [
        (((1_000.0, 0), (1_000.0, 900)), False),
        (((1_000.0, 0), (1_000.0, 450), (1_000.0, 899)), False),
        (((1_000.0, 0), (1_000.0, 450), (1_000.0, 900)), True),
        (((1_000.0, 0), (1_100.0, 450), (1_200.0, 900)), True),
        (((1_000.0, 0), (1_100.0, 300), (999.0, 900)), True),
        (((1_000.0, 0), (1_100.0, 300), (998.9, 900)), False),
        (((1_000.0, 0), (998.0, 300), (998.0, 600), (998.0, 900)), False),
        (((1_000.0, 0), (998.0, 300), (998.0, 600), (998.0, 1_200)), True),
        (((1_000.0, 0), (998.0, 300), (998.0, 1_200)), False),
    ],
)
def test_three_readings_over_a_quarter_of_an_hour_prove_a_level(
    readings: tuple[tuple[float, float], ...], proved: bool
) -> None:
    """None of which was more than a Wh below it; otherwise the lower one is the next to be proved."""
    assert series(*readings).proved is proved


def test_what_was_proved_becomes_the_floor_with_the_next_reading() -> None:
    """And the last reading before that is what is next to be proved."""
    proved = series((1_000.0, 0), (1_100.0, 450), (1_200.0, 900))
    assert proved.floor is None
    settled = proved.with_reading(reading(1_300.0, 1_200))
    assert (settled.floor, settled.level, settled.level_at, settled.readings) == (1_000.0, 1_200.0, BEGIN + 900, 2)
    assert settled.proved


def test_a_floor_never_falls() -> None:
    """A lower level may last, and is still no floor."""
    settled = series((1_000.0, 0), (1_100.0, 450), (1_200.0, 900), (1_300.0, 1_200))
    for at in (1_500, 1_800, 2_100, 2_400, 2_700):
        settled = settled.with_reading(reading(999.5, at, derived=False))
    assert settled.floor == 1_000.0
    for at in (3_000, 3_300, 3_600, 3_900, 4_200, 4_500):
        settled = settled.with_reading(reading(1_500.0, at))
    assert settled.floor == 1_500.0


def test_a_series_moves_when_it_rises() -> None:
    """Not when it stands or falls."""
    moved = series((1_000.0, 0), (1_001.0, 300), (1_001.0, 600), (1_000.5, 900))
    assert (moved.moved_at, moved.at, moved.energy) == (BEGIN + 300, BEGIN + 900, 1_000.5)


@pytest.mark.parametrize(
    ("energy", "seconds", "changes", "goes_on"),
    [
        (1_000.0, 300, {}, True),
        (999.0, 300, {}, True),
        (998.9, 300, {}, False),
        (0.0, 300, {"derived": True}, True),
        (-0.1, 300, {"derived": True}, False),
        # 12 kW for as long as from one to the next, or for as long as the counter's pace, and a Wh.
        (2_001.0, 300, {}, True),
        (2_001.1, 300, {}, False),
        (3_001.0, 600, {}, True),
        (3_001.1, 600, {}, False),
        (13_001.0, 300, {"pace": HOUR}, True),
        (13_001.1, 300, {"pace": HOUR}, False),
        (2_001.1, 300, {"pace": 299.0}, False),
        # Nothing over an absence, of more than three cycles, than a pace, or than a quarter of an hour.
        (1_000.0, 900, {"cycle": 30.0}, True),
        (1_000.0, 901, {"cycle": 30.0}, False),
        (1_000.0, 1_200, {"cycle": 400.0}, True),
        (1_000.0, 1_201, {"cycle": 400.0}, False),
        (1_000.0, 3_600, {"pace": HOUR}, True),
        (1_000.0, 3_601, {"pace": HOUR}, False),
        (1_000.0, 300, {"source": "another"}, False),
    ],
)
def test_what_can_be_the_next_reading(energy: float, seconds: float, changes: dict[str, object], goes_on: bool) -> None:
    """Of a counter of so many W."""
    assert series((1_000.0, 0)).goes_on(reading(energy, seconds, **changes), power=12_000.0) is goes_on


@pytest.mark.parametrize(
    ("after", "pace", "seconds"),
    [
        (300, 0.0, 300),
        (900, 0.0, 900),
        (901, 0.0, 900),
        (300, 3_600.0, 1_200),
        (300, 1_000.0, 1_000),
        (901, 500.0, 900),
    ],
)
def test_for_how_long_a_counter_may_have_risen(after: float, pace: float, seconds: float) -> None:
    """Since the last reading, three cycles at most; since the last step, where it moves in steps, its pace at most."""
    stood = series((1_000.0, 0), (1_000.0, 900))
    assert stood.rising_seconds(reading(2_000.0, 900 + after, pace=pace)) == seconds


@pytest.mark.parametrize(
    ("moved", "pace", "until"),
    [(True, 0.0, 900), (True, 3_600.0, 600), (False, 0.0, 900), (False, 3_600.0, -2_400), (False, 100.0, 0)],
)
@pytest.mark.parametrize("power", [0.0, 500.0])
def test_up_to_when_energy_is_in_the_last_reading(moved: bool, pace: float, until: float, power: float) -> None:
    """Up to its last step where it moves in steps; while the first is to come, up to a pace ago."""
    stood = series((999.0 if moved else 1_000.0, 0), (1_000.0, 600), (1_000.0, 900))
    assert stood.counted_until(reading(1_000.0, 1_200, pace=pace, power=power)) == BEGIN + until


@pytest.mark.parametrize(("pace", "until"), [(0.0, 600), (3_600.0, 600)])
def test_without_a_power_energy_is_in_a_reading_up_to_the_last_rise(pace: float, until: float) -> None:
    """Nobody can tell a counter at rest from one that was frozen."""
    stood = series((999.0, 0), (1_000.0, 600), (1_000.0, 900))
    assert stood.counted_until(reading(1_000.0, 1_200, pace=pace)) == BEGIN + until


def test_a_clock_that_was_set_back_leaves_no_moment_in_the_future() -> None:
    """Time begins anew; what was read stays."""
    was = series((1_000.0, 0), (1_100.0, 300), (1_200.0, 900))
    assert was.as_of(BEGIN + 900) == was
    assert was.as_of(BEGIN + 1_000) == was
    back = was.as_of(BEGIN + 600)
    assert (back.at, back.moved_at, back.begun_at, back.level_at) == (BEGIN + 600, BEGIN + 600, BEGIN, BEGIN)
    assert was.as_of(BEGIN - 5) == replace(
        was, at=BEGIN - 5, moved_at=BEGIN - 5, begun_at=BEGIN - 5, level_at=BEGIN - 5
    )
    assert back.energy == 1_200.0


def test_a_reading_is_one_of_a_meter_unless_told_otherwise() -> None:
    """That counts live, in Wh without end, and is read every five minutes."""
    plain = reading(0.0)
    assert (plain.power, plain.cycle, plain.pace, plain.derived, plain.wraps) == (None, 300.0, 0.0, False, False)


@pytest.mark.parametrize(("derived", "slack"), [(False, 1.0), (True, 1_000.0)])
def test_only_a_balance_may_fall_a_little(derived: bool, slack: float) -> None:
    """A computed load falls while the battery charges, if the clamps differ by a percent."""
    assert reading(0.0, derived=derived).slack == slack
