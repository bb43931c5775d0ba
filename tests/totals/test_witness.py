"""The powers in the same answers as a counter: what flowed, and when counter and powers no longer agree."""

from dataclasses import replace

import pytest

from custom_components.iq_gateway.totals import Reading
from custom_components.iq_gateway.totals.witness import Witness

from .watch import BEGIN

PEAK = 3_000.0


def witness(*powers: tuple[float | None, float], cycle: float = 300.0) -> Witness:
    """Return a witness that was told these powers, so many seconds after the beginning."""
    told = Witness()
    for power, seconds in powers:
        reading = Reading(energy=0.0, source="meter", at=BEGIN + seconds, power=power, cycle=cycle)
        told = told.with_power(reading, peak=PEAK)
    return told


def test_the_first_power_says_nothing_yet() -> None:
    """But since when there is a witness."""
    told = witness((600.0, 0))
    assert (told.power, told.at, told.alive_at) == (600.0, BEGIN, BEGIN)
    assert (told.sustained, told.missed, told.idle) == (0.0, 0.0, False)


@pytest.mark.parametrize(
    ("powers", "sustained", "missed"),
    [
        (((600.0, 0), (1_200.0, 300)), 600.0, 50.0),
        (((1_200.0, 0), (600.0, 300)), 600.0, 50.0),
        (((600.0, 0), (600.0, 900)), 600.0, 150.0),
        (((600.0, 0), (600.0, 9_000)), 600.0, 150.0),
        (((600.0, 0), (600.0, 300), (1_200.0, 600)), 600.0, 100.0),
        (((600.0, 0), (None, 300)), 0.0, 0.0),
        (((600.0, 0), (-600.0, 300)), 0.0, 0.0),
        (((600.0, 300), (600.0, 0)), 600.0, 0.0),
    ],
)
def test_what_flows_is_the_lower_of_two_powers(
    powers: tuple[tuple[float | None, float], ...], sustained: float, missed: float
) -> None:
    """For as long as between the two, three cycles at most; nothing where the power is not known, or flows back."""
    told = witness(*powers)
    assert (told.sustained, told.missed) == (sustained, missed)


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
    ("rise", "agrees"), [(49.9, False), (50.0, True), (100.0, True), (151.0, True), (151.1, False)]
)
def test_a_rise_agrees_with_what_flowed(rise: float, agrees: bool) -> None:
    """Half as much, to half as much again and a Wh: powers move between two readings."""
    assert replace(Witness(), missed=100.0).agrees(rise) is agrees


@pytest.mark.parametrize(("energy", "missed"), [(1.0, 100.0), (1.1, 0.0)])
def test_a_counter_that_moves_has_missed_nothing(energy: float, missed: float) -> None:
    """A Wh is no movement."""
    told = replace(Witness(), missed=100.0, alive_at=BEGIN).counted(energy, BEGIN + 300)
    assert told.missed == missed
    assert told.alive_at == (BEGIN if missed else BEGIN + 300)


@pytest.mark.parametrize(
    ("missed", "seconds", "pace", "still"),
    [
        (100.0, 2_700, 0.0, True),
        (99.9, 2_700, 0.0, False),
        (100.0, 2_699, 0.0, False),
        (100.0, 6_299, 3_600.0, False),
        (100.0, 6_300, 3_600.0, True),
    ],
)
def test_a_counter_stands_still_that_misses_energy_for_long(
    missed: float, seconds: float, pace: float, still: bool
) -> None:
    """A tenth of a kWh over three quarters of an hour, and over a pace more where it moves in steps."""
    assert Witness(missed=missed, at=BEGIN + seconds, alive_at=BEGIN).stands_still(pace) is still


def test_a_clock_that_was_set_back_does_not_make_a_counter_stand() -> None:
    """It was last alive now, not in the future."""
    told = witness((600.0, 3_600), (600.0, 0))
    assert (told.at, told.alive_at) == (BEGIN, BEGIN)
    assert witness((600.0, 0), (600.0, 300)).alive_at == BEGIN
