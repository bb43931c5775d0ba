"""Energies: lifetime counters with source and power, and the gateway's own sums of seven days."""

from dataclasses import replace
from typing import Any, Final

import pytest

from custom_components.iq_gateway.site import BatteryEnergies, Part, Total, build_site

from .answers import inverter, live, meter, period, reading, site, snapshot

type Answers = dict[str, Any]


def metered(energy: float | None, power: float | None) -> Total:
    """Return a production meter's counter."""
    return Total(energy=energy, source="production delivered", power=power)


def summed(energy: float | None, power: float | None, source: str = "microinverters", highest: float = 0.0) -> Total:
    """Return the counter of a sum over microinverters, which report once an hour at worst, in 32 bits of J."""
    return Total(energy=energy, source=source, power=power, highest=highest, pace=3_600.0, wraps=True)


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
LARGE: Final[Answers] = {"inverters": [inverter(str(number)) for number in range(1, 101)]}
ROOF_OF_12_KW: Final[Answers] = {"inverters": [inverter(str(number)) for number in range(1, 41)]}
UNKEPT: Final[Answers] = {"energy": {"production": {"pcu": period(10, 70, 9_100, 5), "eim": period(0, 0, 0, 0)}}}
ALL_DAYS: Final[Answers] = {"production": period(200, 899_800, 900_000, 9)}
METERED_FOR_YEARS: Final[Answers] = ALL_DAYS | {
    "meters": [meter("production")],
    "readings": [reading("production", 1.0, energy=(900_000.0, 0.0))],
}
OLD: Final[Answers] = {
    "energy": {"production": {"eim": period(0, 3, 3_999, 4)}, "consumption": {"eim": period(12, 72, 42_700, 3)}}
}
NOTHING: Final[Answers] = {
    "energy": {"production": {"eim": period(11, 71, 9_000, 4)}, "consumption": {"eim": period(12, 0, 42_700, 3)}}
}
ZEROS: Final[Answers] = {"production": period(0, 0, 0, 0)}


@pytest.mark.parametrize(
    ("answers", "total"),
    [
        pytest.param(METERED | ENERGY | V1, metered(9_000.5, 1.0), id="meter"),
        pytest.param(ENERGY | UNMETERED, summed(9_100.0, 5.0), id="microinverters' sum"),
        pytest.param(UNMETERED, summed(9_200.0, 6.0, "production api"), id="v1 without meters"),
        pytest.param(V1, None, id="v1 is rubbish where meters could be"),
        pytest.param(UNMETERED | ZEROS, None, id="v1 is all zeros (8.3.5422)"),
        pytest.param({}, None, id="nothing answered yet"),
        pytest.param(ENERGY | UNMETERED | {"unsettled": ["meters"]}, None, id="there may be a meter"),
        pytest.param(
            ENERGY | UNMETERED | {"meters": [], "unsettled": ["meters"]}, summed(9_100.0, 5.0), id="there is no meter"
        ),
        pytest.param(METERED | ENERGY | {"stale": ["readings"]}, metered(None, None), id="meter is silent"),
        pytest.param(ENERGY | UNMETERED | {"stale": ["energy"]}, summed(None, None), id="sum is silent"),
        pytest.param(UNMETERED | {"stale": ["production"]}, summed(None, None, "production api"), id="v1 is silent"),
    ],
)
def test_production(answers: Answers, total: Total | None) -> None:
    """One source for ever: while it is silent no other counter takes its place."""
    assert site(**answers).totals.get("production_energy") == total


@pytest.mark.parametrize("watts", [250.0, -250.0, 0.0])
def test_a_counter_tells_the_power_that_flows_into_it(watts: float) -> None:
    """Of one meter one counter moves at a time: delivered with power above zero, received with power below."""
    answers: Answers = {
        "meters": [meter("production"), meter("net-consumption"), meter("storage")],
        "readings": [reading("production", watts), reading("net-consumption", watts), reading("storage", watts)],
    }
    powers = {key: total.power for key, total in site(**answers).totals.items()}
    into, out_of = max(watts, 0.0), max(-watts, 0.0)
    assert powers == {
        "production_energy": into,
        "grid_import_energy": into,
        "grid_export_energy": out_of,
        "battery_discharged_energy": into,
        "battery_charged_energy": out_of,
        "consumption_energy": 3 * watts,
    }


def test_a_sum_of_reports_tells_the_most_that_the_inverters_have_reported() -> None:
    """However old their list is: at night it tells what is much, and what is none."""
    answers = ENERGY | UNMETERED | {"inverters": [inverter("1"), inverter("2")]}
    expected = summed(9_100.0, 5.0, highest=600.0)
    assert site(**answers).totals["production_energy"] == expected
    assert site(**answers, stale=["inverters"]).totals["production_energy"] == expected


def test_every_counter_tells_how_large_the_site_is() -> None:
    """As large as its inverters make it, meters or not."""
    found = site(**METERED, inverters=[inverter("1"), inverter("2")]).totals
    assert {total.highest for total in found.values()} == {600.0}


def test_the_loads_counter_tells_the_loads_power() -> None:
    """Of its own meter, where there is one; only a balance of meters may fall a little."""
    balance, load = (site(**answers).totals["consumption_energy"] for answers in (METERED, LOAD))
    assert (balance.power, balance.derived, balance.source) == (2.0, True, "production + net-consumption")
    assert (load.power, load.derived, load.source) == (1.0, False, "total-consumption delivered")
    stored = site(**STORED).totals["consumption_energy"]
    assert (stored.power, stored.source) == (3.0, "production + net-consumption + storage")


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
        pytest.param(ENERGY | {"live": live(grid=5.0)}, {}, id="live data counts nothing"),
        pytest.param(
            METERED | {"live": live(soc=50, storage=5.0)},
            {
                "grid_import_energy": 4_000.0,
                "grid_export_energy": 6_000.0,
                "battery_charged_energy_estimated": None,
                "battery_discharged_energy_estimated": None,
            },
            id="a battery without a meter: not before somebody has its power added up",
        ),
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


@pytest.mark.parametrize("age", [0, 9_999])
def test_a_battery_without_a_meter_is_estimated(age: int) -> None:
    """Its energies are what its power adds up to, and the load is what they leave of the balance of the meters."""
    answers = METERED | {"live": live(age=age, soc=50, storage=-300.0)}
    assert site(**answers).totals["consumption_energy_estimated"].energy is None
    shot = snapshot(**answers)
    read_at = shot.answers["live"].received
    energies = BatteryEnergies(charged=1_000.0, discharged=800.0, at=read_at - 30)
    totals = build_site(replace(shot, energies=energies)).totals
    assert totals["battery_charged_energy_estimated"].energy == 1_000.0
    assert totals["battery_discharged_energy_estimated"].energy == 800.0
    assert totals["consumption_energy_estimated"].energy == 9_000.5 - 20.25 + 4_000.0 - 6_000.0 + 800.0 - 1_000.0
    keys = ("battery_charged_energy_estimated", "battery_discharged_energy_estimated", "consumption_energy_estimated")
    assert all(totals[key].estimated for key in keys)
    assert not any(total.estimated for key, total in totals.items() if key not in keys)
    still = build_site(replace(shot, energies=energies, meters_stand_still=True)).totals
    assert still["consumption_energy_estimated"].energy is None, "the battery has moved on beside the meters"
    assert still["battery_charged_energy_estimated"].energy == 1_000.0
    behind = build_site(replace(shot, energies=replace(energies, at=read_at - 90))).totals
    assert {behind[key].energy for key in keys} == {None}, "what is missed is yet to be made good"


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param(METERED | {"unsettled": ["live"]}, id="there may be a battery"),
        pytest.param({"meters": [meter("production")], **ENERGY}, id="nothing meters the load"),
        pytest.param({"meters": [meter("net-consumption")], **ENERGY}, id="nothing meters the production"),
    ],
)
def test_consumption_that_nobody_counts(answers: Answers) -> None:
    """No total is better than a wrong one; the gateway's own lifetime of consumption is wrong."""
    assert "consumption_energy" not in site(**answers).totals


@pytest.mark.parametrize(
    ("answers", "seven_days"),
    [
        pytest.param(METERED | ENERGY | V1, 71, id="of the meter"),
        pytest.param(ENERGY | V1, 70, id="of the microinverters"),
        pytest.param(UNMETERED, 73, id="v1 without meters"),
        pytest.param(METERED | V1, 73, id="v1 of the meter"),
        pytest.param(V1, None, id="v1 is rubbish where meters could be"),
        pytest.param(METERED | UNKEPT | V1, 73, id="v1 of the meter, where the other is not kept"),
        pytest.param(METERED | UNKEPT | ZEROS, None, id="both are not kept"),
        pytest.param(METERED | ZEROS, None, id="zeros (8.3.1598)"),
        pytest.param(METERED_FOR_YEARS, None, id="all days before (8.2.4286)"),
        pytest.param(UNMETERED | ALL_DAYS, None, id="the same without meters"),
        pytest.param(UNMETERED | {"production": period(200, 8_800, 9_000, 9)}, 8_800, id="the first week"),
        pytest.param(METERED | {"production": period(0, 3, 3_999, 9)}, None, id="of days ago (8.3.5433)"),
        pytest.param(METERED | {"production": period(5, 3, 4_001, 9)}, 3, id="of a quarter of an hour ago"),
        pytest.param(METERED | LARGE | {"production": period(5, 3, 1, 9)}, 3, id="the same of a large site"),
        pytest.param(METERED | ROOF_OF_12_KW | {"production": period(5, 3, 3_001, 9)}, 3, id="half an hour behind"),
        pytest.param(METERED | ROOF_OF_12_KW | {"production": period(5, 3, 2_999, 9)}, None, id="further behind"),
        pytest.param(METERED | ENERGY | {"stale": ["energy"]}, None, id="silent"),
        pytest.param(METERED | ENERGY | {"stale": ["readings"]}, None, id="of whenever: the meter is silent"),
        pytest.param({"meters": METERED["meters"]} | ENERGY | V1, None, id="of whenever: the meter was never read"),
    ],
)
def test_production_of_seven_days(answers: Answers, seven_days: float | None) -> None:
    """The gateway's own sum, of the meter where there is one."""
    assert site(**answers).production.last_seven_days == seven_days


@pytest.mark.parametrize(
    ("answers", "seven_days"),
    [
        pytest.param(METERED | ENERGY, 72, id="net meter"),
        pytest.param(LOAD | ENERGY, 72, id="load meter"),
        pytest.param(ENERGY, None, id="no meter: zeros that mean nothing"),
        pytest.param(METERED | V1, None, id="v1 has none"),
        pytest.param(METERED | ENERGY | {"stale": ["energy"]}, None, id="silent"),
        pytest.param(METERED | ENERGY | {"stale": ["readings"]}, None, id="of whenever: the meter is silent"),
        pytest.param(METERED | OLD, None, id="of days ago, as those of production"),
        pytest.param(METERED | NOTHING, None, id="nothing in seven days (8.3.5169)"),
    ],
)
def test_consumption_of_seven_days(answers: Answers, seven_days: float | None) -> None:
    """Only where a meter measures the load."""
    assert site(**answers).consumption.last_seven_days == seven_days


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
