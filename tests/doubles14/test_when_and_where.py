"""Who may change what, where it is offered, and what happens when several things happen at once."""

import asyncio
from typing import Any

from homeassistant.core import State
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import mock_restore_cache

from . import documents as docs
from .conftest import House
from .table import CONTROLS, Control
from .test_done_and_not_done import begin

OF_ALL = {(one.platform, one.key) for one in CONTROLS} | {("number", "export_limit"), ("select", "limit_mode")}
STORAGE = {("select", "storage_mode"), ("number", "reserve"), ("switch", "charge_from_grid")}
LIMITS = {
    ("switch", "export_limit_enabled"),
    ("number", "export_limit"),
    ("select", "limit_mode"),
    ("switch", "production"),
}

TOGETHER = {"nc1", "generator_mode", "nc1_soc_low", "nc1_soc_high", "reserve", "charge_from_grid"}
BROKEN_OFF = {"nc1", "grid_connection", "reserve", "nc1_soc_low", "sleep", "production", "export_limit_enabled"}


def offered(house: House) -> set[tuple[str, str]]:
    """What is there and can be used."""
    found = {one: house.find(*one) for one in OF_ALL}
    return {
        one for one, name in found.items() if name and (at := house.hass.states.get(name)) and at.state != "unavailable"
    }


async def test_all_is_offered_and_nothing_is_written_by_itself(house: House) -> None:
    """Not at set-up, not over hours, not at a reload, not when options change, not by what is restored."""
    names = ["switch.iq_gateway_production", "switch.water_heater_contact", "switch.ac_battery_000004_sleep"]
    mock_restore_cache(house.hass, [State(one, "on") for one in names])
    await begin(house)
    assert offered(house) == OF_ALL
    entry = house.entry
    await house.pace.until(house.hass.config_entries.async_reload(entry.entry_id))
    for options in ({"controls": False}, {"controls": True}):
        house.hass.config_entries.async_update_entry(entry, options={**entry.options, **options})
        await house.pace.until(house.hass.config_entries.async_reload(entry.entry_id))
        await house.pace.passes(7000)
        await house.settle()
    assert house.double.writes == []
    assert offered(house) == OF_ALL


async def test_without_the_option_there_is_nothing_to_change(house: House) -> None:
    """Nor a request that changes anything; with it taken back later, what was offered goes."""
    await house.move_in(controls=False)
    await house.pace.passes(4000)
    await house.settle()
    assert offered(house) == set()
    assert house.double.writes == []


async def test_taking_the_option_back_takes_every_control(house: House) -> None:
    """None of them stays usable."""
    await begin(house)
    house.hass.config_entries.async_update_entry(house.entry, options={**house.entry.options, "controls": False})
    await house.pace.until(house.hass.config_entries.async_reload(house.entry.entry_id))
    await house.pace.passes(100)
    assert offered(house) == set()


async def test_contacts_of_others_and_unused_ones_are_not_offered(house: House) -> None:
    """Somebody's roof hangs on NC2; NO2 is a placeholder."""
    await begin(house)
    registry = er.async_entries_for_config_entry(er.async_get(house.hass), house.entry.entry_id)
    mine = {one.unique_id.partition("_")[2] for one in registry if one.domain in ("switch", "select", "number", "time")}
    assert not {one for one in mine if one.startswith(("nc2", "no2"))}


@pytest.mark.parametrize(
    ("path", "keys", "value"),
    [
        (docs.INVENTORY, (1, "devices", 0, "communicating"), False),
        (docs.RELAY, ("mains_oper_state",), "open synchronizing"),
        (docs.RELAY, ("mains_admin_state",), "open"),
        (docs.GENERATOR, ("oper_state",), "closed"),
        (docs.SECCTRL, ("agg_soc",), 29),
        (docs.SECCTRL, ("Commission_in_progress",), True),
        (docs.SECCTRL, ("ESS_in_progress",), True),
    ],
)
async def test_the_grid_is_not_left_while_something_speaks_against_it(
    house: House, path: str, keys: tuple[Any, ...], value: object
) -> None:
    """What is so at that moment counts, not what was read minutes ago."""
    await begin(house)
    house.double.put(path, *keys, value=value)
    assert str(await house.fails("switch", "grid_connection", False))
    assert house.double.writes == []


async def test_the_way_back_to_the_grid_is_open_with_an_empty_battery(house: House) -> None:
    """That is when it is needed most."""
    await begin(house)
    await house.set("switch", "grid_connection", False)
    house.double.put(docs.SECCTRL, "agg_soc", value=6)
    await house.pace.passes(31)
    await house.set("switch", "grid_connection", True)
    assert house.state("switch", "grid_connection").state == "on"


async def test_what_the_relay_says_of_its_way_back_is_not_taken_for_the_grid(house: House) -> None:
    """It is on when it is closed."""
    await begin(house)
    house.double.controller(mains_admin_state="open", mains_oper_state="open")
    await house.pace.passes(700)
    await house.settle()
    assert house.state("switch", "grid_connection").state == "off"
    house.double.ignores = {docs.RELAY}
    house.double.controller(mains_oper_state="open synchronizing", mains_admin_state="closed")
    await house.pace.passes(700)
    await house.settle()
    assert house.state("switch", "grid_connection").state != "on"


@pytest.mark.parametrize(
    ("firmware", "storage", "there"),
    [
        ("D7.3.130", {}, True),
        ("D8.2.127", {}, True),
        ("D8.2.127", {"mode": "savings-mode"}, True),
        ("D8.2.200", {}, False),
        ("D8.2.4264", {"opt_schedules": False}, True),
        ("D8.2.4264", {}, False),
        ("D8.2.4286", {"opt_schedules": True}, False),
        ("D8.3.5289", {"opt_schedules": True}, False),
        ("D8.3.6086", {"opt_schedules": False}, False),
    ],
)
async def test_storage_settings_are_offered_where_the_firmware_obeys(
    house: House, firmware: str, storage: dict[str, Any], there: bool
) -> None:
    """Elsewhere nothing is written, whatever the file says."""
    house.double.firmware = firmware
    house.double.documents[docs.TARIFF]["tariff"]["storage_settings"].update(storage)
    await begin(house)
    assert offered(house) & STORAGE == (STORAGE if there else set())
    assert offered(house) - STORAGE == OF_ALL - STORAGE


async def test_storage_settings_need_a_battery_and_no_controller(house: House) -> None:
    """European systems have no System Controller; a plain solar system has the file all the same."""
    house.double.documents[docs.INVENTORY] = house.double.documents[docs.INVENTORY][:1]
    await begin(house)
    there = offered(house)
    assert there >= STORAGE
    assert ("switch", "grid_connection") not in there
    assert ("switch", "nc1") not in there


async def test_a_collar_offers_no_grid_switch(house: House) -> None:
    """Nobody has published what a write does there."""
    collar = {"part_num": "865-00400-r22", "serial_num": docs.CONTROLLER, "communicating": True, "mid_state": "close",
              "grid_state": "on_grid", "admin_state_str": "ENCMN_MDE_ON_GRID", "temperature": 42}  # fmt: skip
    house.double.documents[docs.INVENTORY][1] = {"type": "COLLAR", "devices": [collar]}
    await begin(house)
    assert not offered(house) & {("switch", "grid_connection"), ("switch", "nc1")}


async def test_without_exercise_nothing_of_the_generators_schedule_is_offered(house: House) -> None:
    """The document may lack it; then it is left alone."""
    del house.double.documents[docs.GEN_SCHEDULE]["exercise_config"]
    await begin(house)
    assert {key for _, key in offered(house) if key.startswith("generator_")} == {"generator_mode"}


async def test_an_owner_is_told_that_his_role_is_too_low(house: House) -> None:
    """The entities of an installer stay, say so, and send nothing."""
    await begin(house)
    double, entry = house.double, house.entry
    double.refuses, double.only_writes_refused = {docs.DPEL: 401, docs.POWER: 401}, False
    house.hass.config_entries.async_update_entry(entry, data={**entry.data, "token": double.mint("owner")})
    await house.pace.until(house.hass.config_entries.async_reload(entry.entry_id))
    await house.pace.passes(100)
    await house.settle()
    for control in (one for one in CONTROLS if one.installer):
        assert house.find(control.platform, control.key)
        error = await house.fails(control.platform, control.key, control.value)
        assert "role" in str(error) or "installer" in str(error), str(error)
    assert double.writes == []
    assert offered(house) >= OF_ALL - LIMITS


async def test_an_owner_from_the_first_day_has_no_use_for_an_installers_controls(house: House) -> None:
    """Nothing of it is usable, and the rest is."""
    double = house.double
    double.refuses, double.only_writes_refused = {docs.DPEL: 401, docs.POWER: 401}, False
    await begin(house, token=double.mint("owner"))
    assert offered(house) - LIMITS == OF_ALL - LIMITS
    for one in offered(house) & LIMITS:
        assert house.state(*one).state == "unknown"


@pytest.mark.parametrize(
    ("platform", "key", "value"),
    [("number", "nc1_soc_low", 70), ("number", "nc1_soc_low", 71), ("number", "nc1_soc_high", 30),
     ("number", "generator_start_level", 70), ("number", "generator_stop_level", 10)],
)  # fmt: skip
async def test_levels_that_cross_are_not_sent(house: House, platform: str, key: str, value: float) -> None:
    """They are an error at the action."""
    await begin(house)
    assert str(await house.fails(platform, key, value))
    assert house.double.writes == []


async def test_a_busy_gateway_is_left_alone(house: House) -> None:
    """While it sets up its batteries, whatever the control."""
    await begin(house)
    for flag in ("Commission_in_progress", "ESS_in_progress"):
        house.double.put(docs.SECCTRL, flag, value=True)
        for control in CONTROLS:
            assert str(await house.fails(control.platform, control.key, control.value))
        house.double.put(docs.SECCTRL, flag, value=False)
    assert house.double.writes == []


async def test_two_users_at_two_controls_come_one_after_the_other(house: House) -> None:
    """Never two writes under way, and both are done."""
    await begin(house)
    wanted = [one for one in CONTROLS if one.key in TOGETHER]
    calls = [house.call(one.platform, one.key, one.value) for one in wanted]
    results = await house.pace.until(asyncio.gather(*calls, return_exceptions=True))
    await house.settle()
    assert results == [None] * len(TOGETHER)
    assert [one.truth(house.double) for one in wanted] == [one.done for one in wanted]
    assert [house.state(one.platform, one.key).state for one in wanted] == [one.shown for one in wanted]


async def test_two_users_at_the_same_control_end_in_what_the_gateway_says(house: House) -> None:
    """One wants this and one that: whoever is not obeyed is told."""
    await begin(house)
    calls = house.call("select", "generator_mode", "on"), house.call("select", "generator_mode", "off")
    results = await house.pace.until(asyncio.gather(*calls, return_exceptions=True))
    await house.settle()
    assert house.state("select", "generator_mode").state == house.double.documents[docs.GEN_MODE]["gen_cmd"]
    assert len(house.double.writes) == len([one for one in results if one is None])
    assert house.double.writes


@pytest.mark.parametrize("control", [one for one in CONTROLS if one.key in BROKEN_OFF], ids=str)
async def test_a_restart_in_the_middle_ends_in_the_truth(house: House, control: Control) -> None:
    """Sent, and then Home Assistant is gone for a moment; it is not sent again."""
    await begin(house)
    acting = asyncio.ensure_future(house.call(control.platform, control.key, control.value))
    while not house.double.writes:
        await house.pace.step()
    await house.pace.until(house.hass.config_entries.async_reload(house.entry.entry_id))
    await house.pace.until(asyncio.gather(acting, return_exceptions=True))
    await house.pace.passes(2500)
    await house.settle()
    assert house.state(control.platform, control.key).state == control.shown
    assert len(house.double.writes) == 1


async def test_changes_while_live_power_runs(house: House) -> None:
    """Each waits for the other: one request at a time, powers go on each second, and every change is confirmed."""
    await begin(house)
    await house.set("switch", "live_power", True)
    for control in (one for one in CONTROLS if one.key in TOGETHER | {"grid_connection", "export_limit_enabled"}):
        before = house.double.asked[docs.READINGS] + house.double.asked["/ivp/livedata/status"]
        await house.set(control.platform, control.key, control.value)
        assert house.state(control.platform, control.key).state == control.shown, str(control)
        assert house.state(control.platform, control.key).attributes["change"] == "confirmed", str(control)
        ticks = house.double.asked[docs.READINGS] + house.double.asked["/ivp/livedata/status"] - before
        assert ticks > (3 if control.key == "grid_connection" else 0), str(control)
    power = await _power_after(house, seconds=30)
    house.double.watts = 900.0
    assert await _power_after(house, seconds=30) != power
    await house.set("switch", "live_power", False)
    assert house.double.most_at_once == 1


async def _power_after(house: House, *, seconds: int) -> float:
    """Return what is shown of production when so many seconds have passed, each with time enough for an answer."""
    for _ in range(seconds):
        await house.pace.step()
        await asyncio.sleep(0.01)
    await house.settle()
    return float(house.state("sensor", "production_power").state)


async def test_numbers_as_text_are_numbers(house: House) -> None:
    """As some firmware says them; a reserve is confirmed by such a one too."""
    house.double.text_numbers = True
    await begin(house)
    await house.set("number", "reserve", 45)
    assert house.state("number", "reserve").state == "45.0"
    await house.set("switch", "grid_connection", False)
    assert house.state("switch", "grid_connection").state == "off"


async def test_a_settings_write_does_not_show_contacts_open_that_are_not(house: House) -> None:
    """For a minute after it the gateway says so of all that are closed by nature; nor has anybody opened them."""
    await begin(house)
    await house.set("switch", "nc1", False)
    await house.set("switch", "nc1", True)
    await house.pace.passes(160)
    seen: set[str] = set()
    name = house.find("switch", "nc1")
    stop = house.hass.bus.async_listen(
        "state_changed",
        lambda event: seen.add(event.data["new_state"].state) if event.data["entity_id"] == name else None,
    )
    await house.set("select", "nc1_gen_action", "none")
    await house.pace.passes(900)
    await house.settle()
    stop()
    assert "off" not in seen
    assert house.state("switch", "nc1").state == "on"
    assert house.state("switch", "nc1").attributes["change"] == "confirmed"


async def test_what_nobody_knows_of_a_limit_survives(house: House) -> None:
    """And its date does no harm."""
    limit = house.double.documents[docs.DPEL]
    limit["date"] = "2026-01-02 03:04:05"
    limit["dynamic_pel_settings"]["zz"] = [1, 2.5]
    await begin(house)
    await house.set("switch", "export_limit_enabled", True)
    assert house.double.writes[-1][2]["dynamic_pel_settings"]["zz"] == [1, 2.5]
    assert house.state("switch", "export_limit_enabled").state == "on"


async def test_a_limit_that_the_gateway_keeps_and_the_house_ignores_is_no_success(house: House) -> None:
    """The measured power tells."""
    house.double.limit_applies = False
    await begin(house)
    await house.set("switch", "export_limit_enabled", True)
    assert house.state("switch", "export_limit_enabled").attributes["change"] == "pending"
    await house.pace.passes(400)
    assert house.state("switch", "export_limit_enabled").attributes["change"] == "no_effect"


async def test_what_is_overwritten_from_elsewhere_is_told(house: House) -> None:
    """Two minutes later the old reserve is back: shown, and named."""
    await begin(house)
    await house.set("number", "reserve", 55)

    def overwrite() -> None:
        house.double.documents[docs.TARIFF]["tariff"]["storage_settings"]["reserved_soc"] = 20.0
        house.double.documents[docs.TARIFF]["schedule"]["reserved_soc"] = 20.0
        house.double.documents[docs.SECCTRL]["configured_backup_soc"] = 20

    house.double.later(90, overwrite)
    await house.pace.passes(900)
    await house.settle()
    assert house.state("number", "reserve").state == "20.0"
    assert house.state("number", "reserve").attributes["change"] == "overwritten"
