"""What comes while the integration runs appears by itself; what one answer leaves out is not gone."""

from collections.abc import Callable
from typing import Any

from homeassistant.const import STATE_OFF, STATE_UNAVAILABLE, STATE_UNKNOWN
import pytest

from tests.doubles import sites
from tests.doubles.conftest import Home
from tests.doubles.double import SERIAL

INVENTORY = "/ivp/ensemble/inventory"
LAST = list(sites.BATTERIES)[-1]


def without(kind: str) -> Callable[[Any], Any]:
    """Return an edit of the inventory that leaves a group out."""
    return lambda groups: [group for group in groups if group["type"] != kind]


async def test_a_battery_is_added(home: Home) -> None:
    """Within two hours, without a reload."""
    home.gateway.edits[INVENTORY] = lambda groups: [groups[0] | {"devices": groups[0]["devices"][:2]}, groups[1]]
    home.gateway.edits["/ivp/ensemble/power"] = lambda told: {"devices:": told["devices:"][:2]}
    await home.start(sites.controlled)
    assert LAST not in home.devices()
    home.gateway.edits.clear()
    await home.until(lambda: LAST in home.devices() and home.figure("level", LAST) == 62)


async def test_everything_is_added(home: Home) -> None:
    """A plain home gets a System Controller, batteries, contacts and a generator."""
    await home.start(sites.base)
    home.gateway.site = sites.controlled
    await home.until(lambda: len(home.ending("_contact")) == 2 and len(home.ending("_running")) == 1)
    await home.wait(times=4)
    assert home.figure("level", LAST) == 62
    assert home.figure("temperature", sites.CONTROLLER) == pytest.approx(30)
    assert home.figure("battery_level") == 61
    assert home.figure("battery_capacity") == 13500


async def test_a_contact_is_configured(home: Home) -> None:
    """A third load: without a reload."""
    await home.start(sites.controlled)
    settings = "/ivp/ss/dry_contact_settings"
    home.gateway.edits[settings] = lambda told: {
        "dry_contacts": [
            *told["dry_contacts"][:2],
            sites.contact("NO1", "3RD-PV", "Old panels"),
            told["dry_contacts"][3],
        ]
    }
    await home.until(lambda: len(home.ending("_contact")) == 3)
    assert STATE_OFF in [home.shown(one) for one in home.ending("_contact")]


@pytest.mark.parametrize("kind", ["ENCHARGE", "ENPOWER"])
@pytest.mark.parametrize("empty", [True, False])
async def test_one_inventory_leaves_something_out(home: Home, kind: str, empty: bool) -> None:
    """Nothing is removed and nothing is made up: a figure is right, or is not shown; and then it is back."""
    await home.start(sites.controlled)
    before = home.registered()
    right = {one: home.figure("level", one) for one in sites.BATTERIES}
    home.gateway.edits[INVENTORY] = (
        (lambda groups: [group | {"devices": []} if group["type"] == kind else group for group in groups])
        if empty
        else without(kind)
    )
    for _ in range(2):
        await home.wait()
        assert home.registered() == before
        for serial, level in right.items():
            assert home.figure("level", serial) in (level, None)
            assert home.figure("power", serial) in (-500, None)
        assert home.shown(f"{SERIAL}_grid_outage") in (STATE_OFF, STATE_UNKNOWN, STATE_UNAVAILABLE)
        assert home.figure("battery_capacity") in (13500, None)
        assert home.figure("battery_level") == 61
        assert home.figure("battery_power") == pytest.approx(-1500, abs=20)
    home.gateway.edits.clear()
    await home.wait(times=4)
    assert {one: home.figure("level", one) for one in sites.BATTERIES} == right
    assert home.figure("temperature", sites.CONTROLLER) == pytest.approx(30)


async def test_a_battery_that_is_not_reached_is_not_at_rest(home: Home) -> None:
    """The power of a unit that is missing is not 0 W, nor is the sum of the others the sum of all."""
    await home.start(sites.controlled)
    home.gateway.edits["/ivp/ensemble/power"] = lambda told: {"devices:": told["devices:"][:2]}
    await home.wait(times=4)
    assert home.figure("power", LAST) is None
    assert home.figure("power", next(iter(sites.BATTERIES))) == -500


async def test_only_the_inventory_is_left(home: Home) -> None:
    """After a reboot of the gateway everything is there again, without a reload and without an entity more."""
    await home.start(sites.controlled)
    before = home.registered()
    blank = dict.fromkeys(sites.base(0), 503)
    home.gateway.refused = {path: 503 for path in blank if path != INVENTORY}
    await home.wait(times=4)
    assert home.figure("production_power") is None
    assert home.registered() == before
    home.gateway.refused.clear()
    await home.wait(times=4)
    assert home.figure("production_power") == pytest.approx(4000, abs=20)
    assert home.figure("level", LAST) == 62


async def test_a_retired_inverter_is_none(home: Home) -> None:
    """A row of details that the list of inverters lacks makes no device, and adds to no sum."""

    def retired(told: dict[str, Any]) -> dict[str, Any]:
        gone = {"devName": "pcu", "sn": "122299999999", "active": False, "modGone": True}
        channel = {"created": 0, "watts": {"now": 0}, "lastReading": {}, "lifetime": {}}
        return told | {"553999999": gone | {"channels": [channel]}}

    home.gateway.edits["/ivp/pdm/device_data"] = retired
    await home.start(sites.crowded)
    await home.wait(times=4)
    assert "122299999999" not in home.devices()
    assert home.figure("inverters_reporting") == 55
