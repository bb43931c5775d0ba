"""Inverters, told apart from what else the gateway lists with them."""

from datetime import UTC, datetime

import pytest

from .answers import NOW, inverter, site


@pytest.mark.parametrize(
    ("kind", "there"), [(1, True), (None, True), (99, True), (11, False), (12, False), (13, False)]
)
def test_only_microinverters_are_inverters(kind: int | None, there: bool) -> None:
    """AC batteries, relays and IQ batteries stand in the same list; old firmware names no kinds."""
    built = site(inverters=[inverter("1"), inverter("2", kind=kind)])
    assert ("2" in built.inverters) is there
    assert built.inverters_reporting == 1 + there
    assert built.production.power == 100.0 + 100.0 * there


def test_an_inverter_shows_its_last_report() -> None:
    """Power, most power, and when."""
    shown = site(inverters=[inverter("1", 42.0, age=90)]).inverters["1"]
    assert (shown.power, shown.max_power) == (42.0, 300.0)
    assert shown.last_report == datetime.fromtimestamp(NOW - 90, UTC)


def test_of_two_reports_the_newer_counts() -> None:
    """One serial number is one inverter, listed twice or not."""
    built = site(inverters=[inverter("1", 10.0, age=300), inverter("1", 20.0, age=5), inverter("1", 30.0, age=900)])
    assert (built.inverters["1"].power, built.inverters_reporting) == (20.0, 1)
    assert built.production.power == 20.0


def test_the_reporting_are_those_of_the_last_two_hours() -> None:
    """The slowest pace of reports is an hour; at night none report."""
    ages = {"1": 60, "2": 7_200, "3": 7_201, "4": NOW}
    assert site(inverters=[inverter(serial, age=age) for serial, age in ages.items()]).inverters_reporting == 2


@pytest.mark.parametrize(("age", "power"), [(60, 100.0), (7_200, 100.0), (7_201, 0.0)])
def test_an_inverter_that_has_fallen_silent_gives_nothing(age: int, power: float) -> None:
    """What it last reported, at dusk or before it broke, is not what it gives now; its best stays its best."""
    shown = site(inverters=[inverter("1", age=age)]).inverters["1"]
    assert (shown.power, shown.max_power) == (power, 300.0)


@pytest.mark.parametrize("moment", [0, "unknown", 10**30])
def test_a_moment_that_is_none_is_not_known(moment: object) -> None:
    """The inverter itself is, and so is its power: nothing says that it is of long ago."""
    shown = site(inverters=[inverter("1") | {"lastReportDate": moment}]).inverters["1"]
    assert (shown.power, shown.last_report) == (100.0, None)


def test_inverters_stay_while_their_list_is_silent() -> None:
    """Without a figure."""
    built = site(inverters=[inverter("1")], stale=["inverters"])
    assert built.inverters["1"].power is None
    assert built.inverters["1"].last_report is None
    assert built.inverters_reporting is None


def test_no_inverters_are_not_zero_watts() -> None:
    """An empty list tells nothing of the production."""
    built = site(inverters=[])
    assert (built.production.power, built.inverters_reporting) == (None, 0)
