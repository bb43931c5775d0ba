"""The inventory: which sites are asked for it, so that the others pay nothing."""

from typing import Any, Final

import pytest

from custom_components.iq_gateway.site import Part, SiteCollar, SiteSystemController

from .answers import inverter, live, meter, site

LISTED: Final = [{"type": "C6 RGM", "devices": [{"serial_num": "482523040550"}]}]
ON_GRID: Final = {"main_relay_state": 1, "gen_relay_state": 5}


@pytest.mark.parametrize(
    ("told", "asked"),
    [
        pytest.param({"unsettled": ["live"]}, False, id="nothing is known"),
        pytest.param({}, True, id="no live data"),
        pytest.param({"inventory": []}, True, id="no live data, and an inventory of nothing"),
        pytest.param({"live": live()}, False, id="no relay is told of"),
        pytest.param({"live": live(**ON_GRID)}, True, id="a relay is told of, and no inventory was read"),
        pytest.param({"live": live(**ON_GRID), "inventory": []}, False, id="an inventory of nothing"),
        pytest.param({"live": live(**ON_GRID), "inventory": LISTED}, True, id="an inventory of something"),
        pytest.param({"live": live(**ON_GRID | {"main_relay_state": 0}), "inventory": []}, True, id="off the grid"),
        pytest.param({"live": live(**ON_GRID, soc=40), "inventory": []}, True, id="a battery with charge"),
        pytest.param({"meters": [meter("storage")], "inventory": []}, True, id="a meter of batteries"),
        pytest.param({"inverters": [inverter("1", kind=11)], "inventory": []}, True, id="an AC battery"),
        pytest.param({"live": live(gen_relay_state=6), "inventory": []}, True, id="a generator"),
    ],
)
def test_it_is_learnt_where_something_hints_at_it(told: dict[str, Any], asked: bool) -> None:
    """Every gateway tells of a main relay: where that is all, one answer is enough."""
    assert ("inventory" in site(**told).learn) is asked


def test_what_was_seen_before_hints_at_it_too() -> None:
    """A battery that is empty after a restart."""
    assert "inventory" in site(seen=[Part.BATTERY], inventory=[]).learn


@pytest.mark.parametrize(("fahrenheit", "celsius"), [(32, 0.0), (83, 28.33), (-4, -20.0), ("unknown", None)])
def test_a_system_controller_measures_in_fahrenheit(fahrenheit: object, celsius: float | None) -> None:
    """As no other device does."""
    devices = [{"serial_num": "1", "temperature": fahrenheit}]
    built = site(inventory=[{"type": "ENPOWER", "devices": devices}, {"type": "COLLAR", "devices": devices}])
    assert built.system_controllers["1"].temperature == pytest.approx(celsius, abs=0.01)
    assert built.collars["1"].temperature == (None if celsius is None else fahrenheit)


def test_devices_stay_while_the_inventory_is_silent() -> None:
    """Without a figure; what they are is known."""
    told = {"serial_num": "1", "part_num": "865-00378-r27", "temperature": 83, "communicating": True}
    state = {"admin_state_str": "ENPWR_STATE_OPER_CLOSED", "last_rpt_date": 1722967000}
    groups = [{"type": kind, "devices": [told | state]} for kind in ("ENPOWER", "COLLAR")]
    built = site(inventory=groups, stale=["inventory"])
    assert built.system_controllers["1"] == SiteSystemController(
        part_number="865-00378-r27",
        grid_connected=None,
        temperature=None,
        communicating=None,
        state=None,
        last_report=None,
    )
    assert built.collars["1"] == SiteCollar(
        part_number="865-00378-r27", temperature=None, communicating=None, state=None
    )
