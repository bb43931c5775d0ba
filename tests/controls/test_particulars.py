"""What is particular to single controls: what has to be so first, and what only some of them do."""

from collections.abc import Callable
from dataclasses import replace
import logging
from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.homeassistant.exposed_entities import async_should_expose
from homeassistant.const import CONF_TOKEN, STATE_OFF, STATE_ON, STATE_UNKNOWN, EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.setup import async_setup_component
import pytest

from custom_components.iq_gateway.controls import CONTROLS
from custom_components.iq_gateway.controls.checks import has_new_gaps, says_yes
from custom_components.iq_gateway.devices import KINDS
from tests import states
from tests.conftest import EntrySetUp, second_cycle
from tests.controls.allowed import ALLOWED, refused
from tests.controls.conftest import Waits, at, begin
from tests.controls.table import BATTERY, CASES, CONTROLLER, controller, limit, set_to
from tests.simulator import PROFILES, GatewaySimulator, Obedience
from tests.simulator.answers.switching import contact_settings, first_schedule
from tests.simulator.reply import Json
from tests.simulator.switchboard import Rejected

LEAVES: Final = PROFILES["system_controller"]


def edit(gateway: GatewaySimulator, name: str, **changed: Json) -> None:
    """Have an answer say something else."""

    def change(payload: Json) -> Json:
        assert isinstance(payload, dict)
        return {**payload, **changed}

    gateway.override(name, change)


def _silent(payload: Any) -> Json:  # noqa: ANN401 (an inventory)
    return [
        {**group, "devices": [{**device, "communicating": False} for device in group["devices"]]} for group in payload
    ]


HINDRANCES: Final[dict[str, Callable[[GatewaySimulator], None]]] = {
    "control_battery_low": lambda gateway: edit(gateway, "secctrl", agg_soc=49, configured_backup_soc=20),
    "control_busy": lambda gateway: edit(gateway, "secctrl", ESS_in_progress=True),
    "control_generator_runs": lambda gateway: edit(gateway, "relay", Enchg_grid_mode="multimode-generator"),
    "control_grid_moving": lambda gateway: edit(gateway, "relay", mains_oper_state="open synchronizing"),
    "control_controller_silent": lambda gateway: gateway.override("inventory", _silent),
    "control_controller_unknown": lambda gateway: gateway.override("inventory", []),
    "control_battery_unknown": lambda gateway: edit(gateway, "secctrl", configured_backup_soc=None),
    "control_busy_unknown": lambda gateway: edit(gateway, "secctrl", ESS_in_progress="?"),
    "control_grid_unknown": lambda gateway: edit(gateway, "relay", mains_oper_state=None),
}


@at(LEAVES)
@pytest.mark.parametrize("key", HINDRANCES)
async def test_a_house_leaves_its_grid_only_where_that_is_safe(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator, key: str
) -> None:
    """The error says what is in the way, and nothing is sent."""
    await begin(setup_entry, gateway)
    HINDRANCES[key](gateway)
    with pytest.raises(HomeAssistantError) as raised:
        await set_to(hass, states.entity_id(hass, controller(gateway), "grid_connection", "switch"), "off")
    assert raised.value.translation_key == key
    assert gateway.switchboard.taken == []


@at(LEAVES)
async def test_a_house_may_always_return(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator, waits: Waits
) -> None:
    """However empty its batteries are by then; on its way it is not yet there."""
    await begin(setup_entry, gateway)
    entity_id = states.entity_id(hass, controller(gateway), "grid_connection", "switch")
    await set_to(hass, entity_id, "off")
    assert gateway.house.power.grid == 0.0
    edit(gateway, "secctrl", agg_soc=11, configured_backup_soc=None, ESS_in_progress="?")
    seen: set[str] = set()

    def look() -> None:
        at = hass.states.get(entity_id)
        assert at is not None
        seen.update({at.state} if at.attributes["change"] == "pending" else ())

    waits.look = look
    await set_to(hass, entity_id, "on")
    assert seen == {STATE_OFF}
    assert states.state(hass, controller(gateway), "grid_connection", "switch") == STATE_ON


@at(CONTROLLER)
async def test_contacts_that_read_open_after_new_settings_are_not(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator, freezer: FrozenDateTimeFactory
) -> None:
    """They are left alone until they have settled; a contact that is switched meanwhile waits for that."""
    entry = await begin(setup_entry, gateway)
    serial = controller(gateway)
    await set_to(hass, states.entity_id(hass, serial, "nc1_soc_low", "number"), "20")
    for _ in range(3):
        freezer.tick(20)
        await states.coordinator(entry).async_refresh()
        await hass.async_block_till_done()
        assert states.state(hass, serial, "nc2", "switch") == STATE_ON
        assert states.state(hass, serial, "nc2_contact", "binary_sensor") == STATE_ON
    await set_to(hass, states.entity_id(hass, serial, "nc2", "switch"), "off")
    assert states.state(hass, serial, "nc2", "switch") == STATE_OFF
    assert states.state(hass, serial, "nc1", "switch") == STATE_ON
    first, second = (request.at for request in gateway.requests if request.path.count("dry_contact") and request.body)
    assert second - first >= 90


@at(LEAVES)
async def test_a_relay_that_is_slow_to_close_is_no_outage_yet(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """Wanted closed, and open: what is read for a change is one look, and two cycles have to tell of an outage."""
    await begin(setup_entry, gateway)
    relay = states.entity_id(hass, controller(gateway), "grid_connection", "switch")
    await set_to(hass, relay, "off")
    edit(gateway, "relay", mains_admin_state="closed", mains_oper_state="open")
    with pytest.raises(HomeAssistantError):
        await set_to(hass, relay, "on")
    assert states.state(hass, gateway.serial, "grid_outage", "binary_sensor") == STATE_OFF


@at(CONTROLLER)
async def test_levels_stay_in_their_order(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """Neither of a contact nor of a generator."""
    await second_cycle(hass, await begin(setup_entry, gateway))
    serial = controller(gateway)
    for owner, key, wanted in (
        (serial, "nc1_soc_low", "40"),
        (serial, "nc1_soc_high", "30"),
        (gateway.serial, "generator_start_level", "70"),
        (gateway.serial, "generator_stop_level", "30"),
    ):
        with pytest.raises(HomeAssistantError) as raised:
            await set_to(hass, states.entity_id(hass, owner, key, "number"), wanted)
        assert raised.value.translation_key == "control_levels"
    assert gateway.switchboard.taken == []


EXERCISE: Final = ("select", "day"), ("time", "start"), ("select", "duration"), ("number", "interval")


@at(CONTROLLER)
async def test_an_exercise_that_cannot_be_chosen_is_changed_as_any_other(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """Somebody has set a length that is not among those to choose from; all goes back in the types that it came in."""
    told: dict[str, Json] = {"freq_in_weeks": "3", "start": 5.0, "duration": 25, "day": "Xyz", "more": [1.0]}
    gateway.switchboard.state.house.generator_schedule = {**first_schedule(), "exercise_config": told}
    await second_cycle(hass, await begin(setup_entry, gateway))
    ids = [states.entity_id(hass, gateway.serial, f"generator_exercise_{key}", on) for on, key in EXERCISE]
    assert _shown(hass, ids) == [STATE_UNKNOWN, "00:05:00", STATE_UNKNOWN, "3.0"]
    wanted = ("sunday", "23:59:59", "30", "2")
    changed: dict[str, Json] = {"day": "Sun", "start": 1439.0, "duration": 30, "freq_in_weeks": "2"}
    for entity_id, to, key in zip(ids, wanted, changed, strict=True):
        await set_to(hass, entity_id, to)
        told[key] = changed[key]
        sent = gateway.switchboard.taken[-1][2]
        assert repr(sent) == repr({**first_schedule(), "exercise_config": told})
    assert _shown(hass, ids) == ["sunday", "23:59:00", "30", "2.0"]


@pytest.mark.parametrize("told", [None, {"start": 945, "duration": 20, "day": "Sat"}, {"start": "noon"}])
@at(CONTROLLER)
async def test_an_exercise_that_is_not_understood_is_left_alone(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator, told: Json
) -> None:
    """A key that the gateway does not have is not added."""
    gateway.switchboard.state.house.generator_schedule = {**first_schedule(), "exercise_config": told}
    await second_cycle(hass, await begin(setup_entry, gateway))
    assert states.find(hass, gateway.serial, "generator_mode", "select")
    assert [key for on, key in EXERCISE if states.find(hass, gateway.serial, f"generator_exercise_{key}", on)] == []


@at(CONTROLLER)
async def test_an_exercise_that_went_away_is_not_brought_back(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """What counts is what is read just before."""
    await second_cycle(hass, await begin(setup_entry, gateway))
    gateway.switchboard.state.house.generator_schedule = {**first_schedule(), "exercise_config": {"day": "Sat"}}
    with pytest.raises(HomeAssistantError) as raised:
        await set_to(hass, states.entity_id(hass, gateway.serial, "generator_exercise_start", "time"), "07:00:00")
    assert raised.value.translation_key == "control_not_there"
    assert gateway.switchboard.taken == []


def _shown(hass: HomeAssistant, ids: list[str]) -> list[str]:
    return [state.state for one in ids if (state := hass.states.get(one))]


@at(CONTROLLER)
def test_a_gateway_crashes_over_settings_that_are_not_whole(gateway: GatewaySimulator) -> None:
    """So the simulated one does, for the tests to notice."""
    with pytest.raises(Rejected) as raised:
        gateway.switchboard.send(
            "POST", "/ivp/ss/dry_contact_settings", {"dry_contacts": {"id": "NC1", "mode": "manual"}}, 0.0
        )
    assert raised.value.crashes


@at(CONTROLLER)
async def test_contacts_of_inverters_are_not_switched(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """Opening one would cut an inverter off."""
    settings = contact_settings(CONTROLLER, "NC2") | {"type": "3RD-PV"}
    gateway.switchboard.state.house.contact_settings["NC2"] = settings
    await begin(setup_entry, gateway)
    assert states.find(hass, controller(gateway), "nc1", "switch")
    assert not states.find(hass, controller(gateway), "nc2", "switch")


@at(PROFILES["net_split"])
async def test_a_limit_that_is_off_is_chosen_first_and_sent_with_the_switch(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """There is nothing to send before, and the entity says so."""
    await begin(setup_entry, gateway, "installer")
    number = states.entity_id(hass, gateway.serial, "export_limit", "number")
    await set_to(hass, number, "1500")
    assert gateway.switchboard.taken == []
    shown = hass.states.get(number)
    assert shown is not None
    assert (shown.state, shown.attributes["change"]) == ("1500.0", "kept")
    await set_to(hass, states.entity_id(hass, gateway.serial, "export_limit_enabled", "switch"), "on")
    ((_, _, body),) = gateway.switchboard.taken
    assert isinstance(body, dict)
    settings = body["dynamic_pel_settings"]
    assert isinstance(settings, dict)
    assert settings["limit_value_W"] == 1500.0
    assert gateway.house.power.grid >= -1500.1
    await set_to(hass, states.entity_id(hass, gateway.serial, "export_limit_enabled", "switch"), "off")
    assert gateway.switchboard.taken[-1][2] == {
        "dynamic_pel_settings": {"enable": False},
        "filename": "site_settings",
        "version": "00.00.01",
    }


@at(PROFILES["net_split"])
async def test_a_limit_of_nothing_is_not_switched_on(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """Where the gateway tells none, one has to be chosen."""
    gateway.override("power_limit", {"dynamic_pel_settings": {"enable": False}})
    await begin(setup_entry, gateway, "installer")
    with pytest.raises(HomeAssistantError) as raised:
        await set_to(hass, states.entity_id(hass, gateway.serial, "export_limit_enabled", "switch"), "on")
    assert raised.value.translation_key == "control_limit_first"
    assert gateway.switchboard.taken == []


@at(PROFILES["net_split"])
async def test_controls_of_installers_stay_when_the_token_is_an_owners(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator, caplog: pytest.LogCaptureFixture
) -> None:
    """They show nothing and say why; the log tells of the role once."""
    limit(gateway, enable=True, limit_value_W=5000.0)
    entry = await begin(setup_entry, gateway, "installer")
    hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_TOKEN: gateway.mint("owner")})
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    for _ in range(3):
        await states.coordinator(entry).async_refresh()
        await hass.async_block_till_done()
    for key, platform in (("export_limit", "number"), ("production", "switch")):
        shown = hass.states.get(states.entity_id(hass, gateway.serial, key, platform))
        assert shown is not None
        assert (shown.state, shown.attributes["change"]) == (STATE_UNKNOWN, "role_missing")
    assert len([one for one in caplog.records if "token's role is now" in one.getMessage()]) == 1


@pytest.mark.parametrize(
    ("gateway", "there"),
    [
        (BATTERY, True),
        (replace(BATTERY, firmware="D8.3.5169", plans=False), True),
        (replace(BATTERY, firmware="D8.3.5169", plans=True), False),
        (replace(BATTERY, firmware="D8.3.6086", plans=False), False),
        (replace(BATTERY, battery=None, meters=("production",)), False),
    ],
    indirect=["gateway"],
    ids=["old", "not planned", "planned", "newest", "no battery"],
)
async def test_batteries_are_steered_only_where_the_firmware_obeys(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator, there: bool
) -> None:
    """By what the gateway says of itself."""
    await begin(setup_entry, gateway)
    for key, platform in (("storage_mode", "select"), ("reserve", "number"), ("charge_from_grid", "switch")):
        assert (states.find(hass, gateway.serial, key, platform) is not None) is there
    if gateway.house.profile.battery:
        shown = hass.states.get(states.entity_id(hass, gateway.serial, "battery_mode"))
        assert shown is not None
        assert ("changed_in" in shown.attributes) is not there


@at(BATTERY)
async def test_what_the_cloud_takes_back_is_told(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator, caplog: pytest.LogCaptureFixture
) -> None:
    """The entity shows what is in force, and that it was changed by somebody else; the log has a line."""
    await begin(setup_entry, gateway)
    gateway.switchboard.obedience["/admin/lib/tariff"] = Obedience.IS_OVERRULED
    number = states.entity_id(hass, gateway.serial, "reserve", "number")
    await set_to(hass, number, "45")
    await hass.async_block_till_done(wait_background_tasks=True)
    shown = hass.states.get(number)
    assert shown is not None
    assert (shown.state, shown.attributes["change"], shown.attributes["wanted"]) == ("10.0", "overwritten", 45.0)
    ours = [one for one in caplog.records if one.name.startswith("custom_components")]
    warnings = [one for one in ours if one.levelno == logging.WARNING and "reserve" in one.getMessage()]
    assert len(warnings) == 1


def test_nothing_but_what_is_allowed_can_be_sent() -> None:
    """Not to any of the places that no control may touch; a test that lets something else through is none."""
    assert {(control.method, control.path) for control in CONTROLS.values()} | {
        (control.off_method, control.path) for control in CONTROLS.values() if control.off_method
    } == {one for one in ALLOWED if one[1] != "/ivp/livedata/stream"}
    for method, path, body in (
        ("POST", "/ivp/ensemble/reset_device", "{}"),
        ("PUT", "/installer/agf/set_profile.json", '{"selected_profile":"a:1"}'),
        ("POST", "/ivp/ss/pcs_settings", "{}"),
        ("POST", "/ivp/ss/dpel", '{"dynamic_pel_settings":{"enable":true},"filename":"x","version":"1"}'),
        ("POST", "/ivp/ensemble/dry_contacts", '{"dry_contacts":{"id":"NC1","status":"none"}}'),
    ):
        assert refused([(method, path, body)]) != []


@pytest.mark.parametrize("told", [True, "TRUE", 1, "1", 2.0])
def test_a_gateway_may_say_in_many_ways_that_it_is_busy(told: Json) -> None:
    """Whatever means yes does."""
    assert says_yes(told) is True


@pytest.mark.parametrize(
    ("read", "body", "is_odd"),
    [
        ({"a": {"b": 1.0, "c": None}}, {"a": {"b": 2.0, "c": None}}, False),
        ({"a": {"b": 1.0}}, {"a": {"b": None}}, True),
        ({"a": {"b": 1.0}}, {"a": {"b": float("nan")}}, True),
        ([{"b": [1, 2]}], {"b": [1, None]}, True),
    ],
)
def test_nothing_is_sent_with_a_gap_that_was_not_there(read: Json, body: Json, is_odd: bool) -> None:
    """What the gateway itself says nothing of goes back so."""
    assert has_new_gaps(body, None, read) is is_odd


def test_every_control_is_tried() -> None:
    """In all that may become of a change."""
    names = {(case.platform, case.key) for case in CASES}
    of_kind = {"dry_contacts": "nc1_", "generators": "generator_"}
    for kind in KINDS:
        for one in kind.entities:
            if one.control:
                key = "nc2" if one.is_device else f"{of_kind.get(kind.name, '')}{one.key}"
                assert [name for _, name in names if name == key], key


@at(PROFILES["net_split"])
async def test_no_voice_assistant_and_no_area_changes_anything_by_default(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """All controls are configuration, which is neither exposed nor part of what an area switches."""
    assert await async_setup_component(hass, "homeassistant", {})
    controls = [one for kind in KINDS for one in kind.entities if one.control]
    assert controls
    assert {one.entity_category for one in controls} == {EntityCategory.CONFIG}
    await begin(setup_entry, gateway, "installer")
    entity_id = states.entity_id(hass, gateway.serial, "production", "switch")
    assert not async_should_expose(hass, "conversation", entity_id)


@at(CONTROLLER)
async def test_nothing_is_there_without_the_option(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """Nothing that could be switched but what is Home Assistant's own, and nothing is asked for it."""
    await setup_entry(gateway, token=gateway.mint("installer"))
    assert hass.states.async_entity_ids(("number", "select")) == []
    assert {one.rsplit("_", 2)[-2:][0] for one in hass.states.async_entity_ids("switch")} <= {"live"}
    asked = {request.path for request in gateway.requests}
    assert not {"/ivp/ss/dpel", "/ivp/mod/603980032/mode/power", "/admin/lib/tariff"} & asked
