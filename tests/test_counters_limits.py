"""What a site can do at most, by what is known of it."""

from typing import Any, Final

import pytest

from custom_components.iq_gateway.counters import WRAPPING, limit, limits
from tests.site.answers import inverter, meter, period, reading, site

SERVICE: Final = 200 * 240.0


def net_reading(*voltages: float | None) -> dict[str, Any]:
    """Return the net meter's reading with a voltage for each phase."""
    known = [voltage or 0.0 for voltage in voltages]
    phases = [{"eid": number, "voltage": voltage} for number, voltage in enumerate(voltages)]
    return {**reading("net-consumption", 0.0), "voltage": sum(known), "channels": phases}


@pytest.mark.parametrize(
    ("voltages", "expected"),
    [
        ((230.0,), 200 * 230.0),
        ((121.0, 119.5), 2 * 200 * 121.0),
        ((228.0, 231.0, 230.0), 3 * 200 * 231.0),
        ((0.0, 0.0), 2 * 200 * 240.0),
        ((4_294_967.0, 120.0), 2 * 200 * 120.0),
        ((None, None), 2 * 200 * 240.0),
    ],
)
def test_the_grid_carries_what_its_breaker_does(voltages: tuple[float | None, ...], expected: float) -> None:
    """On every phase; a voltage that no grid has is taken for none."""
    meters = [meter("net-consumption", len(voltages))]
    bounds = limits(site(meters=meters, readings=[net_reading(*voltages)]))
    assert limit(bounds, "grid_import_energy") == expected
    assert limit(bounds, "grid_export_energy") == expected
    assert limit(bounds, "battery_charged_energy") == expected


def test_inverters_give_twice_what_they_ever_gave_and_never_less_than_the_largest_there_are() -> None:
    """Their highest report is an average, and low in the first winter."""
    inverters = [inverter("1"), inverter("2"), {**inverter("3"), "maxReportWatts": 380}]
    assert limit(limits(site(inverters=inverters)), "production_energy") == 600 + 600 + 760


def test_a_production_meter_may_see_more_than_the_gateways_inverters() -> None:
    """A second brand on the same roof, for instance."""
    metered = site(meters=[meter("production")], readings=[reading("production", 9_000.0)], inverters=[inverter("1")])
    assert limit(limits(metered), "production_energy") == SERVICE


def test_a_list_of_inverters_that_is_too_old_still_tells_how_many_there_are() -> None:
    """Their figures are gone then."""
    known = site(inverters=[inverter("1"), inverter("2")], stale=["inverters"])
    assert limit(limits(known), "production_energy") == 1_200


def test_a_site_of_which_nothing_is_known_can_do_what_a_large_house_can() -> None:
    """So that nothing true is taken for wrong."""
    bounds = limits(site())
    assert limit(bounds, "production_energy") == SERVICE
    assert limit(bounds, "grid_import_energy") == SERVICE


def test_a_house_can_use_all_that_comes_in() -> None:
    """Sun, grid and battery together; and so can a total that nobody has thought of."""
    bounds = limits(site(inverters=[inverter("1")]))
    assert limit(bounds, "consumption_energy") == 600 + 2 * SERVICE
    assert limit(bounds, "something_energy") == 600 + 2 * SERVICE


def test_sums_over_microinverters_are_those_that_wrap() -> None:
    """By the names that the site gives its sources."""
    energy = {"production": {"pcu": period(10, 70, 9_100, 5)}}
    assert site(energy=energy).totals["production_energy"].source in WRAPPING
    unmetered = site(metered=False, production=period(13, 73, 9_200, 6))
    assert unmetered.totals["production_energy"].source in WRAPPING
    metered = site(meters=[meter("production")], readings=[reading("production", 1.0)])
    assert metered.totals["production_energy"].source not in WRAPPING
