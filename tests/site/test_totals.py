"""Energies: lifetime counters with their source, and the gateway's own sums of today and of seven days."""

from typing import Any, Final

import pytest

from custom_components.iq_gateway.site import Part, Total

from .answers import inverter, live, meter, period, reading, site

type Answers = dict[str, Any]

METERED: Final[Answers] = {
    "meters": [meter("production"), meter("net-consumption")],
    "readings": [
        reading("production", 1.0, energy=(9_000.5, 20.25)),
        reading("net-consumption", 1.0, energy=(4_000.0, 6_000.0)),
    ],
}
STORED: Final[Answers] = {
    "meters": [*METERED["meters"], meter("storage")],
    "readings": [*METERED["readings"], reading("storage", 1.0, energy=(800.0, 1_000.0))],
}
LOAD: Final[Answers] = {
    "meters": [meter("production"), meter("total-consumption")],
    "readings": [
        reading("production", 1.0, energy=(9_000.5, 20.25)),
        reading("total-consumption", 1.0, energy=(7_500.0, 0.0)),
    ],
}
ENERGY: Final[Answers] = {
    "energy": {
        "production": {"pcu": period(10, 70, 9_100, 5), "eim": period(11, 71, 9_000, 4)},
        "consumption": {"eim": period(12, 72, 42_700, 3)},
    }
}
V1: Final[Answers] = {"production": period(13, 73, 9_200, 6)}
UNMETERED: Final[Answers] = V1 | {"metered": False}
LARGE: Final[Answers] = {"inverters": [inverter(str(number)) for number in range(100)]}
UNKEPT: Final[Answers] = {"energy": {"production": {"pcu": period(10, 70, 9_100, 5), "eim": period(0, 0, 0, 0)}}}
ZEROS: Final[Answers] = {"production": period(0, 0, 0, 0)}


@pytest.mark.parametrize(
    ("answers", "total"),
    [
        pytest.param(METERED | ENERGY | V1, (9_000.5, "production delivered"), id="meter"),
        pytest.param(ENERGY | UNMETERED, (9_100.0, "microinverters"), id="microinverters' sum"),
        pytest.param(UNMETERED, (9_200.0, "production api"), id="v1 without meters"),
        pytest.param(V1, None, id="v1 is rubbish where meters could be"),
        pytest.param(UNMETERED | ZEROS, None, id="v1 is all zeros (8.3.5422)"),
        pytest.param({}, None, id="nothing answered yet"),
        pytest.param(METERED | ENERGY | {"stale": ["readings"]}, (None, "production delivered"), id="meter is silent"),
        pytest.param(ENERGY | UNMETERED | {"stale": ["energy"]}, (None, "microinverters"), id="sum is silent"),
        pytest.param(UNMETERED | {"stale": ["production"]}, (None, "production api"), id="v1 is silent"),
    ],
)
def test_production(answers: Answers, total: tuple[float | None, str] | None) -> None:
    """One source for ever: while it is silent no other counter takes its place."""
    expected = Total(energy=total[0], source=total[1]) if total else None
    assert site(**answers).totals.get("production_energy") == expected


@pytest.mark.parametrize(
    ("answers", "energies"),
    [
        pytest.param(METERED, {"grid_import_energy": 4_000.0, "grid_export_energy": 6_000.0}, id="net meter"),
        pytest.param(
            STORED,
            {
                "grid_import_energy": 4_000.0,
                "grid_export_energy": 6_000.0,
                "battery_charged_energy": 1_000.0,
                "battery_discharged_energy": 800.0,
            },
            id="storage meter: delivered is discharged",
        ),
        pytest.param(LOAD | ENERGY, {}, id="a load meter tells nothing of the grid"),
        pytest.param(ENERGY | {"live": live(soc=50, grid=5.0, storage=5.0)}, {}, id="live data counts nothing"),
    ],
)
def test_grid_and_battery(answers: Answers, energies: dict[str, float]) -> None:
    """Only meters of their own are trusted with these."""
    totals = site(**answers).totals
    assert {key: total.energy for key, total in totals.items() if key.startswith(("grid", "battery"))} == energies


@pytest.mark.parametrize(
    ("answers", "energy"),
    [
        pytest.param(LOAD, 7_500.0, id="load meter"),
        pytest.param(METERED, 9_000.5 - 20.25 + 4_000.0 - 6_000.0, id="production and net"),
        pytest.param(STORED, 9_000.5 - 20.25 + 4_000.0 - 6_000.0 + 800.0 - 1_000.0, id="production, net and storage"),
        pytest.param(METERED | {"stale": ["readings"]}, None, id="meters are silent"),
        pytest.param(METERED | {"readings": METERED["readings"][:1]}, None, id="a part is missing"),
    ],
)
def test_consumption(answers: Answers, energy: float | None) -> None:
    """The load's counter is what came in less what went out, of each meter."""
    assert site(**answers).totals["consumption_energy"].energy == energy


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param(METERED | {"live": live(soc=50)}, id="battery that nobody meters"),
        pytest.param({"meters": [meter("production")], **ENERGY}, id="nothing meters the load"),
        pytest.param({"meters": [meter("net-consumption")], **ENERGY}, id="nothing meters the production"),
    ],
)
def test_consumption_that_nobody_counts(answers: Answers) -> None:
    """No total is better than a wrong one; the gateway's own lifetime of consumption is wrong."""
    assert "consumption_energy" not in site(**answers).totals


@pytest.mark.parametrize(
    ("answers", "shown"),
    [
        pytest.param(METERED | ENERGY | V1, (11, 71), id="of the meter"),
        pytest.param(ENERGY | V1, (10, 70), id="of the microinverters"),
        pytest.param(UNMETERED, (13, 73), id="v1 without meters"),
        pytest.param(METERED | V1, (13, 73), id="v1 of the meter"),
        pytest.param(V1, (None, None), id="v1 is rubbish where meters could be"),
        pytest.param(METERED | UNKEPT | V1, (13, 73), id="v1 of the meter, where the other is not kept"),
        pytest.param(METERED | UNKEPT | ZEROS, (None, None), id="both are not kept"),
        pytest.param(METERED | ZEROS, (None, None), id="zeros (8.3.1598)"),
        pytest.param(METERED | {"production": period(0, 3, 3_999, 9)}, (None, None), id="of days ago (8.3.5433)"),
        pytest.param(METERED | {"production": period(5, 3, 4_001, 9)}, (5, 3), id="of a quarter of an hour ago"),
        pytest.param(METERED | LARGE | {"production": period(5, 3, 1, 9)}, (5, 3), id="the same of a large site"),
        pytest.param(METERED | ENERGY | {"stale": ["energy"]}, (None, None), id="silent"),
    ],
)
def test_production_of_today_and_seven_days(answers: Answers, shown: tuple[float | None, float | None]) -> None:
    """The gateway's own sums, of the meter where there is one."""
    production = site(**answers).production
    assert (production.today, production.last_seven_days) == shown


@pytest.mark.parametrize(
    ("answers", "shown"),
    [
        pytest.param(METERED | ENERGY, (12, 72), id="net meter"),
        pytest.param(LOAD | ENERGY, (12, 72), id="load meter"),
        pytest.param(ENERGY, (None, None), id="no meter: zeros that mean nothing"),
        pytest.param(METERED | V1, (None, None), id="v1 has none"),
        pytest.param(METERED | ENERGY | {"stale": ["energy"]}, (None, None), id="silent"),
    ],
)
def test_consumption_of_today_and_seven_days(answers: Answers, shown: tuple[float | None, float | None]) -> None:
    """Only where a meter measures the load."""
    consumption = site(**answers).consumption
    assert (consumption.today, consumption.last_seven_days) == shown


@pytest.mark.parametrize(
    ("answers", "parts"),
    [
        (METERED | ENERGY, {Part.PRODUCTION_PERIOD, Part.CONSUMPTION_PERIOD}),
        (METERED | ENERGY | {"stale": ["energy"]}, {Part.PRODUCTION_PERIOD, Part.CONSUMPTION_PERIOD}),
        (ENERGY, {Part.PRODUCTION_PERIOD}),
        (UNMETERED, {Part.PRODUCTION_PERIOD}),
        (METERED | V1, {Part.PRODUCTION_PERIOD}),
        (V1, set()),
        (UNMETERED | ZEROS, set()),
        (METERED | ZEROS, set()),
        (METERED | {"energy": {"production": {"pcu": ENERGY["energy"]["production"]["pcu"]}}}, set()),
    ],
)
def test_sums_are_a_part_of_sites_that_keep_them(answers: Answers, parts: set[Part]) -> None:
    """A sensor that would never have a value is not made."""
    assert site(**answers).parts & {Part.PRODUCTION_PERIOD, Part.CONSUMPTION_PERIOD} == parts


@pytest.mark.parametrize(
    ("answers", "key", "names"),
    [
        (METERED | ENERGY, "production_energy", {"readings"}),
        (METERED, "grid_import_energy", {"readings"}),
        (LOAD, "consumption_energy", {"readings"}),
        (ENERGY, "production_energy", {"energy"}),
        (UNMETERED, "production_energy", {"production"}),
        (METERED | ENERGY, "production_period", {"energy"}),
        (METERED | V1, "production_period", {"production"}),
        (METERED | UNKEPT | V1, "production_period", {"production"}),
        (METERED | UNKEPT | ZEROS, "production_period", {"energy", "production"}),
        (UNMETERED, "production_period", {"production"}),
        (V1, "production_period", {"energy"}),
    ],
)
def test_what_an_energy_is_read_from(answers: Answers, key: str, names: set[str]) -> None:
    """A figure asks for the endpoints of the source that is there, and for no others."""
    assert site(**answers).needs[key] == names
