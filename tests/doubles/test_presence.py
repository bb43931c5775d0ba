"""What a site has is there, with its figures, under the ids that are promised; what it has not, is not."""

from typing import Any

from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE, STATE_UNKNOWN
import pytest

from tests.doubles import sites
from tests.doubles.conftest import Home
from tests.doubles.double import SERIAL

HIDDEN = (STATE_UNAVAILABLE, STATE_UNKNOWN)


async def test_a_system_controller_with_all_that_hangs_on_it(home: Home) -> None:
    """Three batteries, two contacts of four, and a generator that rests although it is "present"."""
    await home.start(sites.controlled)
    for n, (serial, capacity) in enumerate(sites.BATTERIES.items()):
        keys = {"level": 60 + n, "power": -500, "temperature": 25 + n, "capacity": capacity}
        assert {key: home.figure(key, serial) for key in keys} == keys
        assert home.figure("available_energy", serial) == pytest.approx(capacity * (60 + n) / 100, rel=0.02)
        assert home.shown(f"{serial}_communicating") == STATE_ON
        assert home.shown(f"{serial}_problem") == STATE_OFF
    models = {
        one.model for one in home.listed_devices() if {name for _, name in one.identifiers} & set(sites.BATTERIES)
    }
    assert len(models) == 3, models
    assert home.figure("temperature", sites.CONTROLLER) == pytest.approx(30)
    contacts = {home.registered()[one]: home.shown(one) for one in home.ending("_contact")}
    assert sorted(contacts.values()) == [STATE_OFF, STATE_ON]
    assert any("water_heater" in one for one in contacts)
    assert [home.shown(one) for one in home.ending("_running")] == [STATE_OFF]
    (running,) = home.ending("_running")
    serial = running.removesuffix("_running")
    assert home.shown(f"{serial}_mode") == "auto"
    assert [home.figure(key, serial) for key in ("start_level", "stop_level")] == [30, 70]
    whole = {"battery_capacity": 13500, "battery_health": 99, "battery_level": 61, "battery_reserve": 20,
             "battery_stored_energy": 8235}  # fmt: skip
    assert {key: home.figure(key) for key in whole} == whole
    assert home.shown(f"{SERIAL}_grid_outage") == STATE_OFF
    assert home.shown(f"{SERIAL}_battery_charging") == STATE_ON
    assert home.figure("battery_power") == pytest.approx(-1500, abs=20)


async def test_placeholders_are_nobody(home: Home) -> None:
    """Four contacts of type NONE, a closed relay, a generator that is "present", zeros: nothing of it, ever."""
    await home.start(sites.base)
    await home.wait(times=14)
    assert (
        home.ending("_contact", "_running", "_grid_outage", "_relay", "_battery_level", "_reserve", "_capacity") == []
    )
    assert [one for one in home.registered() if "battery" in one or "generator" in one] == []
    assert home.ending("_energy"), "the rest is there"
    home.gateway.restart()
    await home.wait(times=14)
    asked = [
        path for path in home.gateway.asked if path.startswith(("/ivp/ss", "/ivp/sc")) or path == "/inventory.json"
    ]
    assert len(asked) <= 3, asked


async def test_a_collar_and_a_combiner(home: Home) -> None:
    """Temperature in °C, reached or not; no relay is made up of the one that every gateway answers."""
    await home.start(sites.collared)
    assert home.figure("temperature", sites.COLLAR) == 42
    for serial in (sites.COLLAR, sites.COMBINER):
        assert home.shown(f"{serial}_communicating") == STATE_ON
    assert home.shown(f"{SERIAL}_grid_outage") == STATE_OFF
    assert home.ending("_contact", "_running") == []
    assert sites.RGM not in home.devices()


async def test_a_field_that_does_not_fit_into_the_details(home: Home) -> None:
    """Every inverter has its power; AC batteries and the Q-relay are not inverters, and have what is theirs."""
    await home.start(sites.crowded)
    assert home.figure("inverters_reporting") == 55
    assert [home.figure("power", sites.inverter(n)) for n in (0, 46, 47, 54)] == [200, 246, 247, 254]
    for serial in sites.ACS:
        assert {key: home.figure(key, serial) for key in ("level", "temperature", "health")} == {
            "level": 42, "temperature": 32, "health": 86,
        }  # fmt: skip
        assert home.figure("discharged_energy", serial) == pytest.approx(211982428 / 3600, abs=1)
        assert home.figure("charged_energy", serial) == pytest.approx(257766067 / 3600, abs=1)
        assert home.shown(f"{serial}_charge_status") == "idle"
    assert home.figure("temperature", sites.Q_RELAY) == 51
    assert home.figure("frequency", sites.Q_RELAY) == pytest.approx(50.003)
    assert home.shown(f"{sites.Q_RELAY}_relay") == STATE_ON
    assert f"{sites.inverter(46)}_temperature" in home.registered(), "off, but there"
    assert f"{sites.inverter(54)}_temperature" not in home.registered(), "no details are known of it"
    assert f"{sites.ACS[0]}_max_power" not in home.registered()


async def test_old_firmware_tells_by_its_controller(home: Home) -> None:
    """Live data answers 404: level, stored energy, reserve and the grid's state come from elsewhere."""
    home.gateway.refused = {"/ivp/livedata/status": 404, "/ivp/livedata/stream": 404, "/ivp/sc/sched": 404}
    home.gateway.refused["/ivp/pdm/device_data"] = 404

    def old(now: float) -> dict[str, Any]:
        return sites.controlled(now) | {"/info": sites.info("D7.3.517", "800-00555-r03")}

    await home.start(old)
    known = {"battery_level": 61, "battery_stored_energy": 8235, "battery_reserve": 20}
    assert {key: home.figure(key) for key in known} == known
    assert home.shown(f"{SERIAL}_grid_state") not in HIDDEN
    assert home.shown(f"{SERIAL}_grid_relay") == STATE_ON
    assert home.shown(f"{SERIAL}_grid_outage") == STATE_OFF


@pytest.mark.parametrize(
    "path",
    ["/ivp/ensemble/secctrl", "/ivp/ensemble/relay", "/ivp/ss/dry_contact_settings", "/ivp/livedata/status"],
)
async def test_one_path_that_is_not_for_everybody(home: Home, path: str) -> None:
    """401 with a page: no new sign-in, no error, and all else is shown."""
    home.gateway.refused[path] = 401
    await home.start(sites.controlled)
    await home.wait(times=3)
    assert not home.hass.config_entries.flow.async_progress()
    assert home.figure("production_power") == pytest.approx(4000, abs=20)
    assert home.figure("level", next(iter(sites.BATTERIES))) == 60
    assert home.figure("battery_level") == 61
    assert home.shown(f"{SERIAL}_grid_outage") == STATE_OFF
