"""Ways into a taking over and out of it: beside, kept running, removed, undone."""

from collections.abc import Callable
from dataclasses import replace
import re
from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryDisabler, ConfigEntryState
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import ConfigEntryNotReady
from homeassistant.helpers import entity_registry as er, issue_registry as ir
import pytest

from custom_components.iq_gateway.const import DOMAIN
from custom_components.iq_gateway.coordinator import IQGatewayCoordinator
from custom_components.iq_gateway.takeover import reconciler
from custom_components.iq_gateway.takeover.journal import BUILT_IN, Journal, Stage
from tests.energy_panel import prefer, saved
from tests.fixes import open_fix
from tests.flow.steps import submit, token_form
from tests.proof.contenders import IQ_GATEWAY
from tests.proof.days import set_up
from tests.proof.verdict import limits

from .world import CONSUMPTION, HOUR, PRODUCTION, World, platforms, reload, stage

OURS = "sensor.iq_gateway_production_energy"
CLOSE = 2.0
MANY = 50


async def test_after_months_side_by_side(here: World) -> None:
    """Ours make room, the panel names what stays, nothing is counted twice; all of it comes back on the way back."""
    await here.set_up_ours()
    await here.live(2 * HOUR)
    manager = await here.panel()
    solar = {"type": "solar", "config_entry_solar_forecast": None}
    await prefer(manager, {**solar, "stat_energy_from": PRODUCTION}, {**solar, "stat_energy_from": OURS})
    uuid = here.registered(OURS).id
    await here.choose("take_over", only_energies=False, keep_running=False)
    assert here.id_of("production_energy", DOMAIN) == PRODUCTION
    assert er.async_get(here.hass).async_get(OURS) is None
    assert here.hass.states.get(OURS) is None
    assert [source["stat_energy_from"] for source in saved(manager)] == [PRODUCTION]
    await here.live(HOUR)
    await here.choose("give_back")
    assert (platforms(here), here.registered(OURS).id) == ({PRODUCTION: BUILT_IN, CONSUMPTION: BUILT_IN}, uuid)
    assert [source["stat_energy_from"] for source in saved(manager)] == [PRODUCTION, OURS]
    await here.live(HOUR)
    own = "sensor.iq_gateway_consumption_energy"
    hours = await here.hours(own, CONSUMPTION)
    most = limits(here.gateway.house)["consumption_energy"]
    assert all(0 <= hour <= 2 * most for hour in hours[own]), "what was counted meanwhile comes at once, and no more"
    assert sum(hours[own]) == pytest.approx(sum(here.true_hours("consumption_energy")), rel=0.1)


async def test_the_options_offer_it_only_while_there_is_somebody_to_take_over_from(here: World) -> None:
    """With the built-in integration's entry goes the menu."""
    await here.set_up_ours()
    options = here.hass.config_entries.options
    assert (await options.async_init(here.ours.entry_id))["menu_options"] == ["settings", "take_over"]
    await here.hass.config_entries.async_remove(here.built_in.entry_id)
    assert (await options.async_init(here.ours.entry_id))["step_id"] == "init"


async def test_settings_are_changed_as_ever(here: World) -> None:
    """The menu leads to the form, which takes them."""
    await here.set_up_ours()
    options = here.hass.config_entries.options
    menu = await options.async_init(here.ours.entry_id)
    form = await options.async_configure(menu["flow_id"], {"next_step_id": "settings"})
    assert form["step_id"] == "init"
    await options.async_configure(form["flow_id"], {"update_interval": 60, "keep_live_data": False})
    assert (here.ours.options["update_interval"], here.ours.options["keep_live_data"]) == (60, False)
    await here.hass.async_block_till_done()


async def test_a_repair_leads_there_as_well(here: World) -> None:
    """Two integrations that read one gateway; it goes once that is settled."""
    await here.set_up_ours()
    issue_id = f"beside_{here.ours.entry_id}"
    issue = ir.async_get(here.hass).async_get_issue(DOMAIN, issue_id)
    assert issue is not None
    assert (issue.is_fixable, issue.severity) == (True, ir.IssueSeverity.WARNING)
    manager, form = await open_fix(here.hass, issue_id)
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "take_over")
    assert PRODUCTION in (form["description_placeholders"] or {})["moves"]
    assert OURS in (form["description_placeholders"] or {})["vanish"]
    await manager.async_configure(form["flow_id"], {"only_energies": False, "keep_running": False})
    await here.hass.async_block_till_done()
    assert platforms(here) == {PRODUCTION: DOMAIN, CONSUMPTION: DOMAIN}
    assert ir.async_get(here.hass).async_get_issue(DOMAIN, issue_id) is None


async def test_in_its_first_minute_the_preview_says_what_will_be(here: World) -> None:
    """Totals are shown once a second reading agrees: the offer sees to it. Values stand beside each other as alike."""
    await set_up(here.hass, here.gateway, IQ_GATEWAY)
    _, form = await open_fix(here.hass, f"beside_{here.ours.entry_id}")
    texts = form["description_placeholders"] or {}
    assert PRODUCTION in texts["moves"]
    assert PRODUCTION not in texts["left"]
    pairs = re.findall(r": ([-.\d]+) (\S+) → ([-.\d]+) ([^\s;]+)", texts["moves"])
    assert len(pairs) > MANY
    for before, unit, after, other in pairs:
        assert (len(before.partition(".")[2]), unit) == (len(after.partition(".")[2]), other)


async def test_what_is_gone_meanwhile_is_not_taken_over(here: World) -> None:
    """The flow goes on, and adds the gateway."""
    form = await submit(here.hass, await token_form(here.hass, here.gateway), token=here.gateway.mint())
    assert form["step_id"] == "built_in"
    await here.hass.config_entries.async_remove(here.built_in.entry_id)
    form = await submit(here.hass, form, next_step_id="take_over")
    assert form["step_id"] == "finish"
    assert (await submit(here.hass, form))["type"] is FlowResultType.CREATE_ENTRY
    await here.settle()


async def test_beside_it_nothing_changes(here: World) -> None:
    """Until it is confirmed, the form was only looked at."""
    await here.set_up_ours()
    before = dict(here.ours.data)
    options = here.hass.config_entries.options
    menu = await options.async_init(here.ours.entry_id)
    await options.async_configure(menu["flow_id"], {"next_step_id": "take_over"})
    assert here.ours.data == before
    assert here.built_in.state is ConfigEntryState.LOADED
    assert platforms(here) == {PRODUCTION: BUILT_IN, CONSUMPTION: BUILT_IN}


async def test_it_may_be_kept_running(here: World) -> None:
    """For what ours does not show: nothing is shown twice, also after a restart, and all of it comes back."""
    lacking = str(here.id_of("lifetime_balanced_net_consumption"))
    er.async_get(here.hass).async_update_entity(lacking, disabled_by=None)
    await here.hass.config_entries.async_reload(here.built_in.entry_id)
    await here.take_over_in_flow(only_energies=False, keep_running=True)
    assert here.built_in.state is ConfigEntryState.LOADED
    assert platforms(here) == {PRODUCTION: DOMAIN, CONSUMPTION: DOMAIN}
    stands_in = str(here.id_of("lifetime_production"))
    assert here.registered(stands_in).disabled_by is er.RegistryEntryDisabler.USER
    assert here.hass.states.get(stands_in) is None
    assert (shown := here.hass.states.get(lacking))
    assert shown.state not in ("unknown", "unavailable")
    await here.hass.config_entries.async_reload(here.built_in.entry_id)
    await reload(here)
    assert platforms(here) == {PRODUCTION: DOMAIN, CONSUMPTION: DOMAIN}
    await here.choose("give_back")
    assert here.id_of("lifetime_production") == PRODUCTION
    assert er.async_get(here.hass).async_get(stands_in) is None
    await here.live(HOUR / 12)
    assert (shown := here.hass.states.get(PRODUCTION))
    assert shown.state not in ("unknown", "unavailable")


async def test_energies_alone(here: World) -> None:
    """Powers stay with the built-in integration."""
    await here.take_over_in_flow(only_energies=True, keep_running=True)
    assert platforms(here) == {PRODUCTION: DOMAIN, CONSUMPTION: DOMAIN}
    assert here.registered(str(here.id_of("production"))).platform == BUILT_IN
    assert here.hass.states.get(str(here.id_of("production")))


async def test_removing_ours_hands_everything_back(here: World) -> None:
    """Ids, names and history are the built-in integration's again, which goes on."""
    await here.live(HOUR)
    uuid = here.registered(PRODUCTION).id
    await here.take_over_in_flow(only_energies=False, keep_running=False)
    await here.live(HOUR)
    await here.hass.config_entries.async_remove(here.ours.entry_id)
    await here.hass.async_block_till_done()
    await here.live(HOUR)
    assert (platforms(here), here.registered(PRODUCTION).id) == ({PRODUCTION: BUILT_IN, CONSUMPTION: BUILT_IN}, uuid)
    assert (await here.hours(PRODUCTION))[PRODUCTION] == pytest.approx(here.true_hours("production_energy"), abs=CLOSE)


async def _disabled(here: World) -> None:
    await here.hass.config_entries.async_set_disabled_by(here.built_in.entry_id, ConfigEntryDisabler.USER)


async def _retrying(here: World) -> None:
    await here.hass.config_entries.async_unload(here.built_in.entry_id)
    with patch("pyenphase.Envoy.setup", side_effect=TimeoutError):
        await here.hass.config_entries.async_setup(here.built_in.entry_id)
    assert here.built_in.state in (ConfigEntryState.SETUP_RETRY, ConfigEntryState.SETUP_ERROR)


@pytest.mark.parametrize(("state", "was_disabled"), [(_disabled, True), (_retrying, False)])
async def test_the_built_in_integration_need_not_be_loaded(
    here: World, state: Callable[[World], Any], *, was_disabled: bool
) -> None:
    """Disabled, or waiting for the gateway: its history goes on all the same, and comes back as it was."""
    await here.live(HOUR)
    await state(here)
    await here.take_over_in_flow(only_energies=False, keep_running=False)
    assert platforms(here) == {PRODUCTION: DOMAIN, CONSUMPTION: DOMAIN}
    assert here.registered(PRODUCTION).disabled_by is None
    await here.live(HOUR)
    assert (await here.hours(PRODUCTION))[PRODUCTION] == pytest.approx(here.true_hours("production_energy"), abs=CLOSE)
    await here.choose("give_back")
    assert (here.built_in.disabled_by is not None) is was_disabled


async def test_one_that_cannot_be_unloaded_waits_for_a_restart(here: World) -> None:
    """It is disabled by then, and the rest is done by itself."""
    polling = here.built_in.runtime_data
    with patch("homeassistant.components.enphase_envoy.async_unload_entry", return_value=False):
        await here.take_over_in_flow(only_energies=False, keep_running=False)
    polling.async_cancel_token_refresh()
    polling.async_cancel_firmware_refresh()
    polling.async_cancel_mac_verification()
    await polling.async_shutdown()
    assert (here.ours.state, stage(here)) == (ConfigEntryState.LOADED, Stage.WANTED)
    assert platforms(here) == {PRODUCTION: BUILT_IN, CONSUMPTION: BUILT_IN}
    issue_id = f"takeover_waits_{here.ours.entry_id}"
    assert ir.async_get(here.hass).async_get_issue(DOMAIN, issue_id)
    # What a restart is for it.
    here.built_in._async_set_state(here.hass, ConfigEntryState.NOT_LOADED, None)
    for entity in er.async_entries_for_config_entry(er.async_get(here.hass), here.built_in.entry_id):
        here.hass.data["entity_info"].pop(entity.entity_id, None)
    await reload(here)
    assert platforms(here) == {PRODUCTION: DOMAIN, CONSUMPTION: DOMAIN}
    assert ir.async_get(here.hass).async_get_issue(DOMAIN, issue_id) is None


async def test_there_is_a_way_back_while_the_gateway_is_away(here: World) -> None:
    """Whoever cannot set ours up needs it most."""
    await here.take_over_in_flow(only_energies=False, keep_running=False)
    with patch.object(IQGatewayCoordinator, "async_config_entry_first_refresh", side_effect=ConfigEntryNotReady):
        await here.hass.config_entries.async_reload(here.ours.entry_id)
        assert here.ours.state is ConfigEntryState.SETUP_RETRY
        options = here.hass.config_entries.options
        menu = await options.async_init(here.ours.entry_id)
        form = await options.async_configure(menu["flow_id"], {"next_step_id": "give_back"})
        await options.async_configure(form["flow_id"], {})
        await here.hass.async_block_till_done()
    assert platforms(here) == {PRODUCTION: BUILT_IN, CONSUMPTION: BUILT_IN}
    assert (here.built_in.state, stage(here)) == (ConfigEntryState.LOADED, Stage.BACK)
    await reload(here)
    assert here.hass.states.get(OURS)


async def test_what_belongs_to_another_gateway_stays(here: World) -> None:
    """It is not tried again at each start, and nothing else is kept from moving."""
    inverter = next(
        one.entity_id
        for one in er.async_entries_for_config_entry(er.async_get(here.hass), here.built_in.entry_id)
        if one.domain == "sensor" and one.unique_id.isdigit()
    )
    with patch.object(reconciler, "async_register", return_value=False):
        await here.take_over_in_flow(only_energies=False, keep_running=False)
    assert platforms(here) == {PRODUCTION: DOMAIN, CONSUMPTION: DOMAIN}
    journal = Journal.of(here.ours)
    assert journal is not None
    assert inverter not in {move.entity_id for move in journal.moves}
    assert here.registered(inverter).platform == BUILT_IN


async def test_enabled_again_by_the_user_it_does_not_fight(here: World) -> None:
    """Nor does ours: whoever does that means it."""
    await here.take_over_in_flow(only_energies=False, keep_running=False)
    await here.hass.config_entries.async_set_disabled_by(here.built_in.entry_id, None)
    await here.hass.async_block_till_done()
    await reload(here)
    assert here.built_in.state is ConfigEntryState.LOADED
    assert platforms(here) == {PRODUCTION: DOMAIN, CONSUMPTION: DOMAIN}
    assert here.id_of("lifetime_production") != PRODUCTION


async def test_deleted_after_the_move_it_takes_nothing_along(here: World) -> None:
    """There is no way back then, and nothing else changes."""
    await here.take_over_in_flow(only_energies=False, keep_running=False)
    await here.hass.config_entries.async_remove(here.built_in.entry_id)
    await reload(here)
    assert platforms(here) == {PRODUCTION: DOMAIN, CONSUMPTION: DOMAIN}
    assert (await here.hass.config_entries.options.async_init(here.ours.entry_id))["step_id"] == "init"


@pytest.mark.parametrize("who", list(er.RegistryEntryDisabler))
async def test_what_somebody_disabled_stays_behind(here: World, who: er.RegistryEntryDisabler) -> None:
    """Ours is shown under its own id then; only what went down with the whole entry is in use."""
    er.async_get(here.hass).async_update_entity(PRODUCTION, disabled_by=who)
    await here.hass.async_block_till_done()
    await here.take_over_in_flow(only_energies=False, keep_running=False)
    moved = here.id_of("production_energy", DOMAIN) == PRODUCTION
    assert moved is (who is er.RegistryEntryDisabler.CONFIG_ENTRY)


async def test_a_new_sign_in_does_not_forget_it(here: World) -> None:
    """The entry's data are written anew then."""
    await here.take_over_in_flow(only_energies=False, keep_running=False)
    before = here.ours.data["takeover"]
    flow = here.hass.config_entries.flow
    form = await flow.async_init(
        DOMAIN, context={"source": SOURCE_REAUTH, "entry_id": here.ours.entry_id}, data=dict(here.ours.data)
    )
    form = await flow.async_configure(form["flow_id"], {})
    form = await flow.async_configure(form["flow_id"], {"next_step_id": "token"})
    await flow.async_configure(form["flow_id"], {"token": here.gateway.mint()})
    await here.hass.async_block_till_done()
    assert here.ours.data["takeover"] == before


async def test_what_was_deleted_before_it_came_to_that_is_not_waited_for(here: World) -> None:
    """The wish goes with the entry of the built-in integration."""
    with patch.object(reconciler, "async_is_ready", return_value=False):
        await here.take_over_in_flow(only_energies=False, keep_running=False)
    await here.hass.config_entries.async_remove(here.built_in.entry_id)
    await reload(here)
    assert stage(here) is None
    await here.hass.config_entries.async_remove(here.ours.entry_id)


async def test_there_is_no_way_back_to_what_is_deleted(here: World) -> None:
    """Ours keeps all that it has, and the journal ends."""
    await here.take_over_in_flow(only_energies=False, keep_running=False)
    journal = Journal.of(here.ours)
    assert journal is not None
    await here.hass.config_entries.async_remove(here.built_in.entry_id)
    replace(journal, stage=Stage.UNDO).async_write(here.hass, here.ours)
    await reload(here)
    assert stage(here) is None
    assert platforms(here) == {PRODUCTION: DOMAIN, CONSUMPTION: DOMAIN}


async def test_an_entity_that_the_user_removed_is_not_missed(here: World) -> None:
    """Neither on a later set-up nor on the way back."""
    await here.take_over_in_flow(only_energies=False, keep_running=False)
    er.async_get(here.hass).async_remove(PRODUCTION)
    await reload(here)
    await here.choose("give_back")
    assert here.registered(CONSUMPTION).platform == BUILT_IN
    assert here.built_in.state is ConfigEntryState.LOADED
