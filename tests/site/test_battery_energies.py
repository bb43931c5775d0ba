"""Energies of batteries without a meter: their power added up, held against the truth."""

import random
from zoneinfo import ZoneInfo

import pytest

from custom_components.iq_gateway.site import BatteryEnergies
from tests.simulator import PROFILES
from tests.simulator.house import House

BEGIN = 1_775_000_000.0
PACE = 10.0
DAY = 86_400.0


def _after(*answers: tuple[float, float, float | None]) -> BatteryEnergies:
    """Return the energies after answers of a second, W and Wh stored each."""
    energies = BatteryEnergies()
    for at, power, stored in answers:
        energies = energies.observed(power=power, stored=stored, at=BEGIN + at)
    return energies


@pytest.mark.parametrize(
    ("answers", "charged", "discharged"),
    [
        # The first answer counts nothing.
        ([(0, 3600.0, None)], 0, 0),
        ([(0, 3600.0, None), (10, 3600.0, None)], 0, 10),
        ([(0, -3600.0, None), (10, -1800.0, None)], 7.5, 0),
        # From charging to discharging in a straight line.
        ([(0, -3600.0, None), (10, 3600.0, None)], 2.5, 2.5),
        # A gap counts what is stored since, less or more what the way costs.
        ([(0, 3600.0, 5000.0), (600, 3600.0, 4000.0)], 0, 950),
        ([(0, -3600.0, 5000.0), (600, 0.0, 5950.0)], 1000, 0),
        # Without that, nothing: a power of ten minutes ago tells nothing of now.
        ([(0, 3600.0, None), (600, 3600.0, None)], 0, 0),
        # Nor what no battery can have taken or given: a gateway that starts tells zero for a while.
        ([(0, 3600.0, 5000.0), (600, 0.0, 0.0), (610, 3600.0, 4000.0), (620, 3600.0, 3990.0)], 0, 960),
        # A clock that was set back begins anew.
        ([(100, 3600.0, 5000.0), (0, 3600.0, 5000.0), (10, 3600.0, 5000.0)], 0, 10),
    ],
)
def test_power_is_added_up(answers: list[tuple[float, float, float | None]], charged: float, discharged: float) -> None:
    """By its sign, as long as answers come one after the other."""
    energies = _after(*answers)
    assert energies.charged == pytest.approx(charged)
    assert energies.discharged == pytest.approx(discharged)


def test_a_battery_shows_what_it_loses() -> None:
    """From a kWh on its own losses count in a gap, and no longer those of a data sheet."""
    charging = [(10.0 * step, -3600.0, 2000.0 + 9.0 * step) for step in range(200)]
    gap = (charging[-1][0] + 600, -3600.0, charging[-1][2] + 450.0)
    before, after = _after(*charging), _after(*charging, gap)
    assert after.charged - before.charged == pytest.approx(500)


@pytest.mark.parametrize(("season", "step"), [(0.0, 1), (70 * DAY, 100), (250 * DAY, 1)])
def test_the_truth_is_met_over_days_with_faults(season: float, step: int) -> None:
    """Within two percent over ten days: each night ten minutes away, faults of minutes and some of hours.

    What is stored is told in whole percents by some firmware, and everything as zero for an answer now and then.
    """
    chance = random.Random(season)  # noqa: S311 (the same days each time)
    house = House(PROFILES["battery_no_meter"], start=BEGIN + season, zone=ZoneInfo("Europe/Amsterdam"))
    house.noise = 30.0
    energies, silent_until, now = BatteryEnergies(), 0.0, BEGIN + season
    start, end = house.totals, now + 10 * DAY
    while now < end:
        house.advance_to(now)
        if now % DAY < 600:
            silent_until = max(silent_until, now + 600)
        elif chance.random() < 50 / (DAY / PACE):
            silent_until = now + chance.choice((20, 60, 300, 900, 7200))
        if now >= silent_until:
            told = chance.random() > 0.002
            power, stored = sum(house.battery.power) * told, round(house.store.energy / step) * step * told
            energies = energies.observed(power=power, stored=stored, at=now)
        now += PACE
    truth = house.totals
    assert truth.battery_charged - start.battery_charged > 5_000
    assert energies.charged == pytest.approx(truth.battery_charged - start.battery_charged, rel=0.02)
    assert energies.discharged == pytest.approx(truth.battery_discharged - start.battery_discharged, rel=0.02)
