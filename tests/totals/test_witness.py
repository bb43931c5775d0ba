"""The powers in the same answers as a counter: what flowed, and when counter and powers no longer agree."""

from dataclasses import replace
from typing import Final

import pytest

from custom_components.iq_gateway.totals import Reading
from custom_components.iq_gateway.totals.witness import Witness

from .watch import BEGIN, HOUR

PEAK: Final = 3_000.0


def witness(*powers: tuple[float | None, float], cycle: float = 300.0, pace: float = 0.0) -> Witness:
    """Return a witness that was told these powers, so many seconds after the beginning."""
    told = Witness()
    for power, seconds in powers:
        reading = Reading(energy=0.0, source="meter", at=BEGIN + seconds, power=power, cycle=cycle, pace=pace)
        told = told.with_power(reading, peak=PEAK)
    return told


def test_the_first_power_says_nothing_yet() -> None:
    """But since when there is a witness."""
    assert witness((600.0, 0)) == Witness(power=600.0, at=BEGIN, flows_since=BEGIN)
    assert witness((-5.0, 0)) == witness((None, 0)) == Witness(at=BEGIN, flows_since=BEGIN)


@pytest.mark.parametrize(
    ("powers", "sustained", "highest", "missed"),
    [
        (((600.0, 0), (1_200.0, 300)), 600.0, 1_200.0, 50.0),
        (((1_200.0, 0), (600.0, 300)), 600.0, 1_200.0, 50.0),
        (((600.0, 0), (600.0, 900)), 600.0, 600.0, 150.0),
        (((600.0, 0), (600.0, 9_000)), 600.0, 600.0, 150.0),
        (((600.0, 0), (600.0, 300), (1_200.0, 600)), 600.0, 1_200.0, 100.0),
        (((0.6, 0), (0.6, 300)), 0.6, 0.6, 0.05),
        (((600.0, 0), (-600.0, 300)), 0.0, 600.0, 0.0),
        (((600.0, 300), (600.0, 0)), 600.0, 600.0, 0.0),
    ],
)
def test_what_flows_is_the_lower_of_two_powers(
    powers: tuple[tuple[float, float], ...], sustained: float, highest: float, missed: float
) -> None:
    """For as long as between the two, three cycles at most; nothing where it flows back."""
    told = witness(*powers)
    assert (told.sustained, told.highest) == (sustained, highest)
    assert told.missed == pytest.approx(missed)


@pytest.mark.parametrize(("cycle", "missed"), [(60.0, 30.0), (180.0, 90.0), (HOUR, 100.0)])
def test_an_absence_is_as_long_as_the_chosen_cycle_makes_it(cycle: float, missed: float) -> None:
    """What flows in three cycles of it is known."""
    assert witness((600.0, 0), (600.0, 600), cycle=cycle).missed == missed


def test_a_power_that_is_not_told_is_none() -> None:
    """An absurd one must not be remembered."""
    told = witness((600.0, 0), (None, 300), (None, 600))
    assert (told.power, told.sustained, told.highest, told.missed) == (0.0, 0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("power", "pace", "missed", "flowed"),
    [(150.0, HOUR, 12.5, 12.5), (149.9, HOUR, 0.0, 0.0), (12.0, 0.0, 1.0, 1.0), (0.0, 0.0, 0.0, 0.0)],
)
def test_what_reports_tell_all_night_is_nothing(power: float, pace: float, missed: float, flowed: float) -> None:
    """Less than a twentieth of the highest power, of a counter that moves in steps."""
    told = witness((power, 0), (power, 300), pace=pace)
    assert (told.missed, told.flowed) == (missed, flowed)


@pytest.mark.parametrize(("power", "flowed"), [(250.0, 250.0 / 12), (249.9, 0.0)])
def test_what_the_inverters_have_reported_tells_how_much_is_nothing(power: float, flowed: float) -> None:
    """In its first evening nobody has seen yet how much the counter counts at most."""
    reading = Reading(energy=0.0, source="meter", at=BEGIN, power=power, highest=5_000.0, pace=HOUR)
    told = Witness().with_power(reading, peak=PEAK)
    assert told.with_power(replace(reading, at=BEGIN + 300), peak=PEAK).flowed == flowed


@pytest.mark.parametrize(
    ("powers", "idle"),
    [
        ((0.0, 0.0), True),
        ((-5.0, -5.0), True),
        ((0.0, 1.0), False),
        ((1.0, 0.0), False),
        ((0.0, None), False),
        ((None, None), False),
        ((None, 0.0), True),
    ],
)
def test_idle_is_what_no_power_flows_into_twice_in_a_row(powers: tuple[float | None, float | None], idle: bool) -> None:
    """By what is known of it now."""
    assert witness((powers[0], 0), (powers[1], 300)).idle is idle


@pytest.mark.parametrize(
    ("seconds", "unseen", "back_at"),
    [
        ((300, 1_200), 0.0, 0.0),
        ((300, 1_201), 901.0, BEGIN + 1_201),
        ((300, 1_400, 1_700), 1_100.0, BEGIN + 1_400),
        ((1_000, 2_100), 2_100.0, BEGIN + 2_100),
        ((1_000, 400), 1_000.0, BEGIN + 400),
    ],
)
def test_absences_add_up(seconds: tuple[float, ...], unseen: float, back_at: float) -> None:
    """Of more than three cycles each; a clock that was set back leaves none in the future."""
    told = witness((600.0, 0), *((600.0, second) for second in seconds))
    assert (told.unseen, told.back_at) == (unseen, back_at)


def test_what_flows_without_a_break_adds_up() -> None:
    """Since the first of its powers but one; what was missed is all that flowed."""
    told = witness((0.0, 0), (600.0, 300), (600.0, 600), (1_200.0, 900))
    assert (told.flowed, told.flows_since) == (100.0, BEGIN + 300)
    for broken in (witness((600.0, 0), (600.0, 300), (0.0, 600)), witness((600.0, -700), (600.0, -400), (600.0, 600))):
        assert (broken.flowed, broken.flows_since) == (0.0, BEGIN + 600)
        assert broken.missed >= 50.0


def test_a_counter_that_moves_has_missed_nothing() -> None:
    """All that flowed is in it."""
    told = witness((600.0, 0), (600.0, 300), (1_200.0, 600))
    assert told.moved() == replace(told, missed=0.0, flowed=0.0, flows_since=BEGIN + 600)


@pytest.mark.parametrize(("later", "unseen"), [(0, 2_000.0), (900, 2_000.0), (901, 0.0)])
def test_an_absence_is_forgotten_a_quarter_of_an_hour_after_its_end(later: float, unseen: float) -> None:
    """Once the counter moves: the first readings after it may be wrong."""
    told = Witness(at=BEGIN + later, back_at=BEGIN, unseen=2_000.0)
    assert told.unseen == 2_000.0
    assert told.moved().unseen == unseen


@pytest.mark.parametrize(
    ("flowed", "seconds", "pace", "still"),
    [
        (100.0, 2_700, 0.0, True),
        (99.9, 2_700, 0.0, False),
        (100.0, 2_699, 0.0, False),
        (100.0, 6_299, 3_600.0, False),
        (100.0, 6_300, 3_600.0, True),
    ],
)
def test_a_counter_stands_still_that_energy_flows_past(flowed: float, seconds: float, pace: float, still: bool) -> None:
    """A tenth of a kWh over three quarters of an hour, and over a pace more where it moves in steps."""
    told = Witness(flowed=flowed, at=BEGIN + seconds, flows_since=BEGIN, missed=1_000.0)
    assert told.stands_still(pace) is still


def test_a_clock_that_was_set_back_does_not_make_a_counter_stand() -> None:
    """What flows has flowed since now, not since a moment in the future."""
    told = witness((600.0, 3_600), (600.0, 0))
    assert (told.at, told.flows_since) == (BEGIN, BEGIN)
    assert witness((600.0, 0), (600.0, 300)).flows_since == BEGIN
