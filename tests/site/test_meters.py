"""Meters: joined with their readings by eid, only enabled ones, only wired phases."""

from typing import Any, Final

import pytest

from custom_components.iq_gateway.site import MeterPhase, Total

from .answers import meter, reading, site

MEASURED: Final[dict[str, Any]] = {
    "voltage": 240.0,
    "current": 5.0,
    "freq": 60.0,
    "pwrFactor": 0.5,
    "apparentPower": 1_200.0,
    "reactivePower": -30.0,
}


def test_the_order_of_readings_does_not_matter() -> None:
    """Nor do readings of meters that nobody lists."""
    listed = [meter("production"), meter("net-consumption"), meter("storage")]
    readings = [
        reading("storage", 3.0),
        {"eid": 1023410688, "activePower": 99.0},
        reading("net-consumption", 2.0),
        reading("production", 1.0),
    ]
    built = site(meters=listed, readings=readings)
    assert (built.production.power, built.grid.power, built.battery.power) == (1.0, 2.0, 3.0)
    assert set(built.meters) == {"production", "net-consumption", "storage"}


def test_a_disabled_meter_is_none() -> None:
    """Its readings are noise."""
    built = site(
        meters=[meter("production"), meter("net-consumption", state="disabled")],
        readings=[reading("production", 1.0), reading("net-consumption", 99.0)],
    )
    assert set(built.meters) == {"production"}
    assert built.grid.power is None
    assert "grid_import_energy" not in built.totals


def test_of_two_meters_of_a_kind_the_first_enabled_counts() -> None:
    """A kind is a device, and can be one only once."""
    built = site(
        meters=[meter("production", state="disabled", eid=1), meter("production", eid=2), meter("production", eid=3)],
        readings=[reading("production", 1.0) | {"eid": eid, "activePower": float(eid)} for eid in (1, 2, 3)],
    )
    assert built.production.power == 2.0
    assert built.oddities == {"second meter production"}


def test_which_of_two_meters_counts_does_not_depend_on_their_order() -> None:
    """A total would jump to and fro; a meter that is listed twice is still one."""
    listed = [meter("production", eid=3), meter("production", eid=2)]
    readings = [reading("production", 1.0) | {"eid": eid, "activePower": float(eid)} for eid in (2, 3)]
    assert [site(meters=rows, readings=readings).production.power for rows in (listed, listed[::-1])] == [2.0, 2.0]
    assert site(meters=[listed[0], listed[0]], readings=readings).oddities == set()


@pytest.mark.parametrize(
    ("status", "flags", "problem"),
    [
        ("normal", [], False),
        ("check-wiring", [], True),
        ("not-metering", [], True),
        ("sparkling", [], True),
        ("normal", ["negative-production"], True),
    ],
)
def test_a_meter_with_a_problem(status: str, flags: list[str], problem: bool) -> None:
    """Any status but normal, or any flag."""
    built = site(meters=[meter("production", meteringStatus=status, statusFlags=flags)])
    assert built.meters["production"].problem is problem


def test_a_status_of_long_ago_is_not_known() -> None:
    """The meter is still there."""
    assert site(meters=[meter("production")], stale=["meters"]).meters["production"].problem is None


def test_a_meter_measures_in_all_and_by_phase() -> None:
    """As it is read; of split phases the sum of the voltages is the one between them."""
    channels = [{"eid": number, **MEASURED, "voltage": 120.0} for number in (1, 2, 3)]
    built = site(
        meters=[meter("production", 2)],
        readings=[reading("production", 1.0) | MEASURED | {"channels": channels}],
    )
    shown = built.meters["production"]
    expected = MeterPhase(
        voltage=240.0,
        current=5.0,
        frequency=60.0,
        power_factor=0.5,
        apparent_power=1_200.0,
        reactive_power=-30.0,
        power=1.0,
        delivered=Total(energy=0.0, source="delivered", power=1.0),
        received=Total(energy=0.0, source="received", power=0.0),
    )
    assert shown.whole == expected
    assert [phase.voltage for phase in shown.phases] == [120.0, 120.0]


@pytest.mark.parametrize(("phases", "voltage"), [(1, 690.0), (2, 690.0), (3, 230.0)])
def test_the_voltage_of_three_phases_is_their_mean(phases: int, voltage: float) -> None:
    """The gateway adds them up to what nobody can measure anywhere."""
    built = site(meters=[meter("production", phases)], readings=[reading("production", 1.0) | {"voltage": 690.0}])
    assert built.meters["production"].whole.voltage == voltage


@pytest.mark.parametrize(("told", "factor"), [(1.0, 1.0), (-1.0, -1.0), (1.94, None), (-1.55, None), (None, None)])
def test_a_power_factor_beyond_one_is_not_known(told: float | None, factor: float | None) -> None:
    """Some firmware adds up those of the phases."""
    built = site(meters=[meter("production", 2)], readings=[reading("production", 1.0) | {"pwrFactor": told}])
    assert built.meters["production"].whole.power_factor == factor


@pytest.mark.parametrize(
    "answers", [{}, {"readings": []}, {"readings": [reading("production", 5.0)], "stale": ["readings"]}]
)
def test_a_meter_that_does_not_read_is_still_there(answers: dict[str, Any]) -> None:
    """Without a figure."""
    shown = site(meters=[meter("production", 3)], **answers).meters["production"]
    assert (shown.whole, shown.phases, shown.phase_count) == (MeterPhase(), (), 3)
