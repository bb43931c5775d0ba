"""The Energy panel, filled in: with Home Assistant's own energy integration and recorder."""

from collections.abc import Iterable
import logging
from typing import Any, cast

from homeassistant.components.energy.data import EnergyManager, EnergyPreferencesUpdate, async_get_manager
from homeassistant.components.energy.validate import async_validate
from homeassistant.components.recorder.core import Recorder
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError, Unauthorized
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
    do_adhoc_statistics,
    get_start_time,
)

from custom_components.iq_gateway.const import CONF_ENERGY_PANEL, CONF_KEEP_LIVE_DATA, DOMAIN
from tests.conftest import EntrySetUp
from tests.flow_steps import finish, shown, submit, token_form
from tests.simulator import PROFILES, Clock, Fault, GatewaySimulator

type Sources = list[dict[str, Any]]

SOLAR = {
    "type": "solar",
    "stat_energy_from": "sensor.iq_gateway_production_energy",
    "stat_rate": "sensor.iq_gateway_production_power",
    "config_entry_solar_forecast": None,
}
GRID = {
    "type": "grid",
    "stat_energy_from": "sensor.iq_gateway_grid_import_energy",
    "stat_energy_to": "sensor.iq_gateway_grid_export_energy",
    "stat_rate": "sensor.iq_gateway_grid_power",
    "stat_cost": None,
    "entity_energy_price": None,
    "number_energy_price": None,
    "stat_compensation": None,
    "entity_energy_price_export": None,
    "number_energy_price_export": None,
    "cost_adjustment_day": 0.0,
}
BATTERY = {
    "type": "battery",
    "stat_energy_from": "sensor.iq_gateway_battery_discharged_energy",
    "stat_energy_to": "sensor.iq_gateway_battery_charged_energy",
    "stat_rate": "sensor.iq_gateway_battery_power",
    "stat_soc": "sensor.iq_gateway_battery_level",
}
OTHER_SOLAR = {"type": "solar", "stat_energy_from": "sensor.shed", "config_entry_solar_forecast": None, "name": "Shed"}
WATER = {"type": "water", "stat_energy_from": "sensor.water", "number_energy_price": 1.5}


@pytest.fixture
async def manager(recorder_mock: Recorder, hass: HomeAssistant) -> EnergyManager:
    """The Energy panel's preferences, in a Home Assistant where nobody has filled them in."""
    # Each statement of the recorder in the log takes longer than the statement itself.
    logging.getLogger("sqlalchemy.engine").setLevel(logging.WARNING)
    assert await async_setup_component(hass, "energy", {})
    return await async_get_manager(hass)


async def prefer(manager: EnergyManager, *sources: dict[str, Any]) -> None:
    """Have the user fill in sources."""
    await manager.async_update(cast("EnergyPreferencesUpdate", {"energy_sources": list(sources)}))


def saved(manager: EnergyManager) -> Sources:
    """Return the panel's sources."""
    assert manager.data is not None
    return cast("Sources", manager.data["energy_sources"])


async def request(hass: HomeAssistant, entry: MockConfigEntry, *, context: Context | None = None) -> dict[str, Any]:
    """Call the action and return its response."""
    response = await hass.services.async_call(
        DOMAIN,
        "set_up_energy_panel",
        {"config_entry_id": entry.entry_id},
        blocking=True,
        return_response=True,
        context=context,
    )
    assert response is not None
    return response


def disable(hass: HomeAssistant, *entity_ids: str) -> None:
    """Have the user disable entities."""
    for entity_id in entity_ids:
        er.async_get(hass).async_update_entity(entity_id, disabled_by=er.RegistryEntryDisabler.USER)


def statistics(source: dict[str, Any]) -> dict[str, Any]:
    """Return a source's statistics without what else it holds."""
    return {key: value for key, value in source.items() if key.startswith("stat_") and value is not None}


async def test_an_empty_panel_gets_all_that_the_site_has(
    manager: EnergyManager, hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """Solar, grid and battery, each with its power; the response says the same as what is saved."""
    entry = await setup_entry(gateway)
    assert await request(hass, entry) == {
        "added": {"solar": statistics(SOLAR), "grid": statistics(GRID), "battery": statistics(BATTERY)},
        "completed": {},
        "left": {},
    }
    assert saved(manager) == [SOLAR, GRID, BATTERY]


async def test_home_assistant_has_nothing_to_complain_of(
    manager: EnergyManager, hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
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
    manager: EnergyManager, hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """What is there already is not added twice."""
    entry = await setup_entry(gateway)
    await request(hass, entry)
    left = dict.fromkeys(("solar", "grid", "battery"), "already_there")
    assert await request(hass, entry) == {"added": {}, "completed": {}, "left": left}
    assert saved(manager) == [SOLAR, GRID, BATTERY]


async def test_what_the_user_filled_in_stays(
    manager: EnergyManager, hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """Other sources, their order, prices, names and devices are as before."""
    grid = GRID | {"name": "Street", "number_energy_price": 0.31, "entity_energy_price_export": "sensor.price"}
    device = {"stat_consumption": "sensor.fridge_energy"}
    await prefer(manager, WATER, OTHER_SOLAR, grid)
    await manager.async_update(cast("EnergyPreferencesUpdate", {"device_consumption": [device]}))
    response = await request(hass, await setup_entry(gateway))
    assert response["left"] == {"grid": "already_there"}
    assert saved(manager) == [WATER, OTHER_SOLAR, grid, SOLAR, BATTERY]
    assert manager.data is not None
    assert manager.data["device_consumption"] == [device]


async def test_a_source_with_our_energy_gets_what_it_lacks(
    manager: EnergyManager, hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """Only empty fields are filled; the user's own power meter stays."""
    old: Sources = [
        {key: value for key, value in SOLAR.items() if key != "stat_rate"} | {"name": "Roof"},
        GRID | {"stat_energy_to": None, "stat_rate": "sensor.meter_power", "number_energy_price": 0.31},
        {key: value for key, value in BATTERY.items() if key != "stat_soc"} | {"capacity": 10.0},
    ]
    await prefer(manager, *old)
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
    assert saved(manager) == [
        SOLAR | {"name": "Roof"},
        GRID | {"stat_rate": "sensor.meter_power", "number_energy_price": 0.31},
        BATTERY | {"capacity": 10.0},
    ]


async def test_a_power_that_the_user_composed_is_not_replaced(
    manager: EnergyManager, hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """Home Assistant makes such a power of two sensors by itself."""
    composed = {key: value for key, value in BATTERY.items() if key != "stat_rate"} | {
        "power_config": {"stat_rate_from": "sensor.discharge", "stat_rate_to": "sensor.charge"}
    }
    entry = await setup_entry(gateway)
    manager.data = cast("Any", {"energy_sources": [composed], "device_consumption": []})
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
    manager: EnergyManager,
    hass: HomeAssistant,
    setup_entry: EntrySetUp,
    gateway: GatewaySimulator,
    split: Sources,
    expected: dict[str, Any],
) -> None:
    """Home Assistant refuses a grid meter in two sources."""
    await prefer(manager, *split)
    response = await request(hass, await setup_entry(gateway))
    assert {outcome: kinds["grid"] for outcome, kinds in response.items() if "grid" in kinds} == expected
    assert saved(manager)[: len(split)] == split


async def test_each_gateway_adds_its_own(
    manager: EnergyManager, hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator, clock: Clock
) -> None:
    """The second gateway of a house stands beside the first."""
    await request(hass, await setup_entry(gateway))
    async with GatewaySimulator("net_single", clock=clock, serial="122333444999") as second:
        response = await request(hass, await setup_entry(second))
    assert response["added"].keys() == {"solar", "grid"}
    assert response["left"] == {"battery": "not_measured"}
    assert saved(manager)[:3] == [SOLAR, GRID, BATTERY]
    assert saved(manager)[3]["stat_energy_from"] == "sensor.iq_gateway_production_energy_2"


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
    manager: EnergyManager,
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
    assert [source["type"] for source in saved(manager)] == kinds


async def test_disabled_entities_stay_out(
    manager: EnergyManager, hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """They have no statistics; a source that needs one of them is left out whole."""
    entry = await setup_entry(gateway)
    disable(hass, BATTERY["stat_energy_to"], SOLAR["stat_rate"], GRID["stat_energy_to"])  # type: ignore[arg-type]
    response = await request(hass, entry)
    assert response["left"] == {"battery": "disabled"}
    assert [statistics(source) for source in saved(manager)] == [
        {"stat_energy_from": SOLAR["stat_energy_from"]},
        {"stat_energy_from": GRID["stat_energy_from"], "stat_rate": GRID["stat_rate"]},
    ]


async def test_renamed_entities_are_found(
    manager: EnergyManager, hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """Entities are looked up by what they are, not by their ids."""
    entry = await setup_entry(gateway)
    er.async_get(hass).async_update_entity("sensor.iq_gateway_production_energy", new_entity_id="sensor.roof")
    response = await request(hass, entry)
    assert response["added"]["solar"]["stat_energy_from"] == "sensor.roof"


async def test_sources_of_a_kind_we_do_not_know_stay(
    manager: EnergyManager,
    hass: HomeAssistant,
    setup_entry: EntrySetUp,
    gateway: GatewaySimulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Home Assistant 2026.11 has one more kind of source, "home"; its schema knows it, and we pass it on."""
    home = {"type": "home", "stat_energy": "sensor.house"}

    def newer_schema(sources: Iterable[dict[str, Any]]) -> Sources:
        return list(sources)

    monkeypatch.setattr("custom_components.iq_gateway.energy_dashboard.ENERGY_SOURCE_SCHEMA", newer_schema)
    manager.data = cast("Any", {"energy_sources": [home], "device_consumption": [], "something_new": 1})
    await request(hass, await setup_entry(gateway))
    assert saved(manager) == [home, SOLAR, GRID, BATTERY]
    assert cast("dict[str, Any]", manager.data)["something_new"] == 1


async def test_preferences_that_are_broken_already_are_left_alone(
    manager: EnergyManager, hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """The user is told, and nothing is saved."""
    broken = {"energy_sources": [{"type": "grid", "flow_from": []}], "device_consumption": []}
    entry = await setup_entry(gateway)
    manager.data = cast("Any", broken)
    with pytest.raises(HomeAssistantError) as caught:
        await request(hass, entry)
    assert caught.value.translation_key == "energy_preferences_invalid"
    assert saved(manager) == [{"type": "grid", "flow_from": []}]


async def test_without_an_energy_panel_the_action_says_so(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """Home Assistant may run without it."""
    entry = await setup_entry(gateway)
    with pytest.raises(ServiceValidationError) as caught:
        await request(hass, entry)
    assert caught.value.translation_key == "energy_not_loaded"


async def test_the_action_wants_a_gateway_that_is_set_up(
    manager: EnergyManager, hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """Neither one that is not loaded, nor one that does not exist."""
    entry = await setup_entry(gateway)
    await hass.config_entries.async_unload(entry.entry_id)
    with pytest.raises(ServiceValidationError):
        await request(hass, entry)
    with pytest.raises(ServiceValidationError):
        await request(hass, MockConfigEntry(domain=DOMAIN))


async def test_the_action_is_for_administrators(
    manager: EnergyManager,
    hass: HomeAssistant,
    setup_entry: EntrySetUp,
    gateway: GatewaySimulator,
    hass_read_only_user: MockUser,
) -> None:
    """So is what the panel itself saves."""
    entry = await setup_entry(gateway)
    with pytest.raises(Unauthorized):
        await request(hass, entry, context=Context(user_id=hass_read_only_user.id))
    assert manager.data is None


async def test_a_wish_is_fulfilled_once(
    manager: EnergyManager, hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """It is forgotten then, the other options are not; what the user removes later stays removed."""
    entry = await setup_entry(gateway, options={CONF_ENERGY_PANEL: True, CONF_KEEP_LIVE_DATA: False})
    assert saved(manager) == [SOLAR, GRID, BATTERY]
    assert entry.options == {CONF_KEEP_LIVE_DATA: False}
    await prefer(manager)
    await hass.config_entries.async_reload(entry.entry_id)
    assert saved(manager) == []


async def test_a_new_gateway_is_put_into_the_panel(
    manager: EnergyManager, hass: HomeAssistant, gateway: GatewaySimulator
) -> None:
    """The flow's last step is all it takes."""
    result = await submit(hass, await token_form(hass, gateway), token=gateway.mint())
    result = await finish(hass, result, energy_panel=True)
    assert saved(manager) == [SOLAR, GRID, BATTERY]
    assert result["result"].options == {}


async def test_the_options_put_a_gateway_into_the_panel(
    manager: EnergyManager, hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """Each time they are asked to; the switch is off again afterwards."""
    entry = await setup_entry(gateway)
    for _ in range(2):
        await prefer(manager)
        result = await hass.config_entries.options.async_init(entry.entry_id)
        assert CONF_ENERGY_PANEL not in shown(result)
        await hass.config_entries.options.async_configure(result["flow_id"], {CONF_ENERGY_PANEL: True})
        await hass.async_block_till_done()
        assert saved(manager) == [SOLAR, GRID, BATTERY]
    assert CONF_ENERGY_PANEL not in entry.options


async def test_without_a_wish_the_panel_is_not_touched(
    manager: EnergyManager, hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """Nothing happens unasked."""
    await setup_entry(gateway)
    assert manager.data is None


async def test_a_wish_outlives_a_gateway_that_is_away(
    manager: EnergyManager, hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """It waits for the first set-up that succeeds."""
    gateway.fault("*", Fault.UNAVAILABLE)
    entry = await setup_entry(gateway, options={CONF_ENERGY_PANEL: True})
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert manager.data is None
    gateway.clear_faults()
    await hass.config_entries.async_reload(entry.entry_id)
    assert saved(manager) == [SOLAR, GRID, BATTERY]
    assert not entry.options


async def test_a_wish_stands_until_every_endpoint_has_answered(
    manager: EnergyManager, hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """What a silent endpoint keeps away is added at a later start."""
    gateway.fault("meters", Fault.UNAVAILABLE)
    entry = await setup_entry(gateway, options={CONF_ENERGY_PANEL: True})
    assert entry.state is ConfigEntryState.LOADED
    assert "grid" not in [source["type"] for source in saved(manager)]
    gateway.clear_faults()
    await hass.config_entries.async_reload(entry.entry_id)
    assert saved(manager) == [SOLAR, GRID, BATTERY]
    assert not entry.options


async def test_a_wish_that_cannot_be_fulfilled_is_given_up_and_logged(
    hass: HomeAssistant,
    setup_entry: EntrySetUp,
    gateway: GatewaySimulator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The gateway works without an Energy panel."""
    entry = await setup_entry(gateway, options={CONF_ENERGY_PANEL: True})
    assert entry.state is ConfigEntryState.LOADED
    assert not entry.options
    assert "the Energy panel was not set up: This Home Assistant has no Energy panel" in caplog.text
