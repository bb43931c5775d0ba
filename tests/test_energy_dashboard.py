"""The Energy panel, filled in: with Home Assistant's own energy integration and recorder."""

from collections.abc import Callable, Iterable
from pathlib import Path
import subprocess
import sys
from typing import Any, cast

from homeassistant.components.energy.data import EnergyManager, EnergyPreferencesUpdate
from homeassistant.components.energy.validate import async_validate
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError, Unauthorized
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
    do_adhoc_statistics,
    get_start_time,
)

from custom_components.iq_gateway.const import CONF_ENERGY_PANEL, DOMAIN
from tests import states
from tests.conftest import EntrySetUp
from tests.energy_panel import (
    BATTERY,
    GRID,
    OTHER_SOLAR,
    SOLAR,
    WATER,
    Sources,
    disable,
    prefer,
    request,
    saved,
    statistics,
)
from tests.simulator import PROFILES, Clock, GatewaySimulator


async def test_an_empty_panel_gets_all_that_the_site_has(
    energy_manager: EnergyManager, hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """Solar, grid and battery, each with its power; the response says the same as what is saved."""
    entry = await setup_entry(gateway)
    assert await request(hass, entry) == {
        "added": {"solar": statistics(SOLAR), "grid": statistics(GRID), "battery": statistics(BATTERY)},
        "completed": {},
        "left": {},
    }
    assert saved(energy_manager) == [SOLAR, GRID, BATTERY]


async def test_home_assistant_has_nothing_to_complain_of(
    energy_manager: EnergyManager, hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """What the panel itself checks finds no fault, once there are statistics."""
    begin = get_start_time(dt_util.utcnow())
    await request(hass, await setup_entry(gateway))
    assert any((await async_validate(hass)).as_dict()["energy_sources"]), "without statistics it has"
    await async_wait_recording_done(hass)
    do_adhoc_statistics(hass, start=begin)
    await async_wait_recording_done(hass)
    assert (await async_validate(hass)).as_dict() == {
        "energy_sources": [[], [], []],
        "device_consumption": [],
        "device_consumption_water": [],
    }


async def test_a_second_request_changes_nothing(
    energy_manager: EnergyManager, hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """What is there already is not added twice."""
    entry = await setup_entry(gateway)
    await request(hass, entry)
    left = dict.fromkeys(("solar", "grid", "battery"), "already_there")
    assert await request(hass, entry) == {"added": {}, "completed": {}, "left": left}
    assert saved(energy_manager) == [SOLAR, GRID, BATTERY]


async def test_what_the_user_filled_in_stays(
    energy_manager: EnergyManager, hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """Other sources, their order, prices, names and devices are as before."""
    grid = GRID | {"name": "Street", "number_energy_price": 0.31, "entity_energy_price_export": "sensor.price"}
    device = {"stat_consumption": "sensor.fridge_energy"}
    await prefer(energy_manager, WATER, OTHER_SOLAR, grid)
    await energy_manager.async_update(cast("EnergyPreferencesUpdate", {"device_consumption": [device]}))
    response = await request(hass, await setup_entry(gateway))
    assert response["left"] == {"grid": "already_there"}
    assert saved(energy_manager) == [WATER, OTHER_SOLAR, grid, SOLAR, BATTERY]
    assert energy_manager.data is not None
    assert energy_manager.data["device_consumption"] == [device]


async def test_a_source_with_our_energy_gets_what_it_lacks(
    energy_manager: EnergyManager, hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """Only empty fields are filled; the user's own power meter stays."""
    old: Sources = [
        {key: value for key, value in SOLAR.items() if key != "stat_rate"} | {"name": "Roof"},
        GRID | {"stat_energy_to": None, "stat_rate": "sensor.meter_power", "number_energy_price": 0.31},
        {key: value for key, value in BATTERY.items() if key != "stat_soc"} | {"capacity": 10.0},
    ]
    await prefer(energy_manager, *old)
    response = await request(hass, await setup_entry(gateway))
    assert response == {
        "added": {},
        "completed": {
            "solar": {"stat_rate": SOLAR["stat_rate"]},
            "grid": {"stat_energy_to": GRID["stat_energy_to"]},
            "battery": {"stat_soc": BATTERY["stat_soc"]},
        },
        "left": {},
    }
    assert saved(energy_manager) == [
        SOLAR | {"name": "Roof"},
        GRID | {"stat_rate": "sensor.meter_power", "number_energy_price": 0.31},
        BATTERY | {"capacity": 10.0},
    ]


async def test_a_power_that_the_user_composed_is_not_replaced(
    energy_manager: EnergyManager, hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """Home Assistant makes such a power of two sensors by itself."""
    composed = {key: value for key, value in BATTERY.items() if key != "stat_rate"} | {
        "power_config": {"stat_rate_from": "sensor.discharge", "stat_rate_to": "sensor.charge"}
    }
    entry = await setup_entry(gateway)
    energy_manager.data = cast("Any", {"energy_sources": [composed], "device_consumption": []})
    assert (await request(hass, entry))["left"] == {"battery": "already_there"}


@pytest.mark.parametrize(
    ("split", "expected"),
    [
        pytest.param(
            [
                GRID | {"stat_energy_to": None, "stat_rate": "sensor.import_power"},
                GRID | {"stat_energy_from": None, "stat_rate": "sensor.export_power"},
            ],
            {"left": "already_there"},
            id="import and export as two sources",
        ),
        pytest.param(
            [GRID | {"stat_energy_from": "sensor.utility", "stat_energy_to": None}],
            {
                "added": {
                    "stat_energy_from": "sensor.iq_gateway_grid_import_energy",
                    "stat_energy_to": "sensor.iq_gateway_grid_export_energy",
                }
            },
            id="our power beside another meter's energy",
        ),
    ],
)
async def test_no_statistic_is_used_twice(
    energy_manager: EnergyManager,
    hass: HomeAssistant,
    setup_entry: EntrySetUp,
    gateway: GatewaySimulator,
    split: Sources,
    expected: dict[str, Any],
) -> None:
    """Home Assistant refuses a grid meter in two sources."""
    await prefer(energy_manager, *split)
    response = await request(hass, await setup_entry(gateway))
    assert {outcome: kinds["grid"] for outcome, kinds in response.items() if "grid" in kinds} == expected
    assert saved(energy_manager)[: len(split)] == split


async def test_each_gateway_adds_its_own(
    energy_manager: EnergyManager, hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator, clock: Clock
) -> None:
    """The second gateway of a house stands beside the first."""
    await request(hass, await setup_entry(gateway))
    async with GatewaySimulator("net_single", clock=clock, serial="122333444999") as second:
        response = await request(hass, await setup_entry(second))
    assert response["added"].keys() == {"solar", "grid"}
    assert response["left"] == {"battery": "not_measured"}
    assert saved(energy_manager)[:3] == [SOLAR, GRID, BATTERY]
    assert saved(energy_manager)[3]["stat_energy_from"] == "sensor.iq_gateway_production_energy_2"


@pytest.mark.parametrize(
    ("profile", "kinds"),
    [
        ("standard", ["solar"]),
        ("production_only", ["solar"]),
        ("net_three", ["solar", "grid"]),
        ("battery_no_meter", ["solar", "grid"]),
    ],
)
async def test_only_what_the_site_measures_is_added(
    energy_manager: EnergyManager,
    hass: HomeAssistant,
    setup_entry: EntrySetUp,
    socket_enabled: None,
    clock: Clock,
    profile: str,
    kinds: list[str],
) -> None:
    """A battery without a meter, for instance, has a power but no energies."""
    assert profile in PROFILES
    async with GatewaySimulator(profile, clock=clock) as gateway:
        response = await request(hass, await setup_entry(gateway))
    assert list(response["added"]) == kinds
    assert set(response["left"].values()) == {"not_measured"}
    assert [source["type"] for source in saved(energy_manager)] == kinds


async def test_disabled_entities_stay_out(
    energy_manager: EnergyManager, hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """They have no statistics; a source that needs one of them is left out whole."""
    entry = await setup_entry(gateway)
    disable(hass, BATTERY["stat_energy_to"], SOLAR["stat_rate"], GRID["stat_energy_to"])  # type: ignore[arg-type]
    response = await request(hass, entry)
    assert response["left"] == {"battery": "disabled"}
    assert [statistics(source) for source in saved(energy_manager)] == [
        {"stat_energy_from": SOLAR["stat_energy_from"]},
        {"stat_energy_from": GRID["stat_energy_from"], "stat_rate": GRID["stat_rate"]},
    ]


async def test_renamed_entities_are_found(
    energy_manager: EnergyManager, hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """Entities are looked up by what they are, not by their ids."""
    entry = await setup_entry(gateway)
    er.async_get(hass).async_update_entity("sensor.iq_gateway_production_energy", new_entity_id="sensor.roof")
    response = await request(hass, entry)
    assert response["added"]["solar"]["stat_energy_from"] == "sensor.roof"


async def test_sources_of_a_kind_we_do_not_know_stay(
    energy_manager: EnergyManager,
    hass: HomeAssistant,
    setup_entry: EntrySetUp,
    gateway: GatewaySimulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Home Assistant 2026.11 has one more kind of source, "home"; its schema knows it, and we pass it on."""
    home = {"type": "home", "stat_energy": "sensor.house"}

    def newer_schema(sources: Iterable[dict[str, Any]]) -> Sources:
        return list(sources)

    monkeypatch.setattr("homeassistant.components.energy.data.ENERGY_SOURCE_SCHEMA", newer_schema)
    energy_manager.data = cast("Any", {"energy_sources": [home], "device_consumption": [], "something_new": 1})
    await request(hass, await setup_entry(gateway))
    assert saved(energy_manager) == [home, SOLAR, GRID, BATTERY]
    assert cast("dict[str, Any]", energy_manager.data)["something_new"] == 1


async def test_preferences_that_are_broken_already_are_left_alone(
    energy_manager: EnergyManager, hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """The user is told, and nothing is saved."""
    broken = {"energy_sources": [{"type": "grid", "flow_from": []}], "device_consumption": []}
    entry = await setup_entry(gateway)
    energy_manager.data = cast("Any", broken)
    with pytest.raises(HomeAssistantError) as caught:
        await request(hass, entry)
    assert caught.value.translation_key == "energy_preferences_invalid"
    assert saved(energy_manager) == [{"type": "grid", "flow_from": []}]


@pytest.mark.parametrize(
    "change",
    [
        lambda patch, _: patch.setitem(sys.modules, "homeassistant.components.energy.data", None),
        lambda patch, _: patch.delattr("homeassistant.components.energy.data.ENERGY_SOURCE_SCHEMA"),
        lambda patch, _: patch.setattr("homeassistant.components.energy.data.ENERGY_SOURCE_SCHEMA", "something else"),
        lambda patch, manager: patch.setattr(manager, "data", ["something else"]),
    ],
    ids=["no module", "no schema", "another schema", "other preferences"],
)
async def test_an_energy_panel_that_has_changed_takes_nothing_down(
    energy_manager: EnergyManager,
    hass: HomeAssistant,
    setup_entry: EntrySetUp,
    gateway: GatewaySimulator,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    change: Callable[[pytest.MonkeyPatch, EnergyManager], None],
) -> None:
    """What is used of it is its own affair: the gateway works without it, and the log says so once."""
    change(monkeypatch, energy_manager)
    entry = await setup_entry(gateway, options={CONF_ENERGY_PANEL: True})
    assert entry.state is ConfigEntryState.LOADED
    assert states.without_value(hass, entry) == []
    assert caplog.text.count("the Energy panel was not set up") == 1
    with pytest.raises(HomeAssistantError) as caught:
        await request(hass, entry)
    assert caught.value.translation_key == "energy_changed"


def test_the_integration_needs_nothing_of_the_energy_panel_to_be_imported() -> None:
    """A Home Assistant in which its internals are somewhere else still reads the gateway."""
    code = f"import sys; sys.modules['homeassistant.components.energy.data'] = None; import custom_components.{DOMAIN}"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[1])  # noqa: S603


async def test_without_an_energy_panel_the_action_says_so(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """Home Assistant may run without it."""
    entry = await setup_entry(gateway)
    with pytest.raises(ServiceValidationError) as caught:
        await request(hass, entry)
    assert caught.value.translation_key == "energy_not_loaded"


async def test_the_action_wants_a_gateway_that_is_set_up(
    energy_manager: EnergyManager, hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """Neither one that is not loaded, nor one that does not exist."""
    entry = await setup_entry(gateway)
    await hass.config_entries.async_unload(entry.entry_id)
    with pytest.raises(ServiceValidationError):
        await request(hass, entry)
    with pytest.raises(ServiceValidationError):
        await request(hass, MockConfigEntry(domain=DOMAIN))


async def test_the_action_is_for_administrators(
    energy_manager: EnergyManager,
    hass: HomeAssistant,
    setup_entry: EntrySetUp,
    gateway: GatewaySimulator,
    hass_read_only_user: MockUser,
) -> None:
    """So is what the panel itself saves."""
    entry = await setup_entry(gateway)
    with pytest.raises(Unauthorized):
        await request(hass, entry, context=Context(user_id=hass_read_only_user.id))
    assert energy_manager.data is None


async def test_the_newer_panel_gets_the_house_as_a_source(
    energy_manager: EnergyManager,
    hass: HomeAssistant,
    setup_entry: EntrySetUp,
    gateway: GatewaySimulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Home Assistant 2026.11 takes one; that of somebody else stays, and a second request changes nothing."""
    monkeypatch.setattr("homeassistant.components.energy.data.ENERGY_SOURCE_SCHEMA", list)
    entry = await setup_entry(gateway)
    home = {
        "stat_energy_to": "sensor.iq_gateway_consumption_energy",
        "stat_rate": "sensor.iq_gateway_consumption_power",
    }
    assert (await request(hass, entry))["added"]["home"] == home
    assert saved(energy_manager)[-1] == {"type": "home", **home}
    before = saved(energy_manager)
    assert set((await request(hass, entry))["left"].values()) == {"already_there"}
    assert saved(energy_manager) == before

    other = {"type": "home", "stat_energy_to": "sensor.main"}
    energy_manager.data = cast("Any", {"energy_sources": [other], "device_consumption": []})
    assert (await request(hass, entry))["left"] == {"home": "another_there"}


async def test_a_forecast_is_linked_where_it_is_asked_for(
    energy_manager: EnergyManager,
    hass: HomeAssistant,
    setup_entry: EntrySetUp,
    gateway: GatewaySimulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """To a solar source that has none, and none that another source has."""

    async def forecasts(_: HomeAssistant) -> list[str]:
        return ["of the shed", "of the roof"]

    monkeypatch.setattr("custom_components.iq_gateway.energy_dashboard.async_solar_forecasts", forecasts)
    await prefer(energy_manager, OTHER_SOLAR | {"config_entry_solar_forecast": ["of the shed"]})
    entry = await setup_entry(gateway)
    await request(hass, entry)
    assert saved(energy_manager)[1] == SOLAR, "nobody asked for it"
    wanted = {"config_entry_id": entry.entry_id, "solar_forecast": True}
    for _ in range(2):
        await hass.services.async_call(DOMAIN, "set_up_energy_panel", wanted, blocking=True)
        assert saved(energy_manager)[1] == SOLAR | {"config_entry_solar_forecast": ["of the roof"]}


async def test_batteries_with_energies_of_their_own_are_sources_one_by_one(
    energy_manager: EnergyManager, hass: HomeAssistant, setup_entry: EntrySetUp, socket_enabled: None, clock: Clock
) -> None:
    """And then not all of them together as well."""
    async with GatewaySimulator("ac_batteries", clock=clock) as gateway:
        entry = await setup_entry(gateway)
        added = (await request(hass, entry))["added"]
        sources = [source for source in saved(energy_manager) if source["type"] == "battery"]
        assert [key for key in added if key.startswith("battery")] == ["battery_1", "battery_2"]
        assert len({source["stat_energy_from"] for source in sources}) == 2
        left = (await request(hass, entry))["left"]
        assert (left["battery_1"], left["battery_2"]) == ("already_there", "already_there")
        assert [source for source in saved(energy_manager) if source["type"] == "battery"] == sources
