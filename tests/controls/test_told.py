"""What is told of a change: in whose words, by how many witnesses, in repairs, after a restart."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.iq_gateway.client import endpoints
from custom_components.iq_gateway.const import DOMAIN
from tests import states
from tests.conftest import EntrySetUp
from tests.controls.conftest import Waits, at, begin
from tests.controls.table import BATTERY, CONTROLLER, controller, limit, set_to
from tests.simulator import PROFILES, GatewaySimulator, Obedience
from tests.simulator.endpoints import POWER_LIMIT, TARIFF

SITE = PROFILES["net_split"]


def shown(hass: HomeAssistant, entity_id: str) -> tuple[str, dict[str, Any]]:
    """Return what an entity shows, and what it tells beside that."""
    state = hass.states.get(entity_id)
    assert state is not None
    return state.state, dict(state.attributes)


def repair(hass: HomeAssistant, entry: MockConfigEntry) -> ir.IssueEntry | None:
    """Return what the user is asked to see to."""
    return ir.async_get(hass).async_get_issue(DOMAIN, f"change_{entry.entry_id}")


@at(BATTERY)
async def test_why_it_failed_is_told_in_the_language_of_home_assistant(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """With its figures, and not by a key."""
    hass.config.language = "de"
    await begin(setup_entry, gateway, "installer")
    gateway.switchboard.obedience[TARIFF] = Obedience.ECHOES
    number = states.entity_id(hass, gateway.serial, "reserve", "number")
    with pytest.raises(HomeAssistantError):
        await set_to(hass, number, "45")
    reason = str(shown(hass, number)[1]["reason"])
    assert "Gateway" in reason
    assert "Sekunden" in reason
    assert "90" in reason


@at(BATTERY)
@pytest.mark.parametrize(
    ("key", "platform", "name", "answer"),
    [
        ("reserve", "number", "secctrl", lambda told: {**told, "configured_backup_soc": 10}),
        ("charge_from_grid", "switch", "storage_schedule", lambda told: {**told, "Charge From Grid Allowed": False}),
    ],
)
async def test_a_tariff_that_is_contradicted_is_not_believed(
    hass: HomeAssistant,
    setup_entry: EntrySetUp,
    gateway: GatewaySimulator,
    key: str,
    platform: str,
    name: str,
    answer: Any,  # noqa: ANN401
) -> None:
    """What the batteries themselves go by has to say the same; where that is not told the tariff alone is believed."""
    entry = await begin(setup_entry, gateway, "installer")
    gateway.override(name, answer)
    entity_id = states.entity_id(hass, gateway.serial, key, platform)
    wanted = "45" if platform == "number" else "on"
    await set_to(hass, entity_id, wanted)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert shown(hass, entity_id)[1]["change"] == "no_effect"
    assert repair(hass, entry)
    gateway.override(name, {})
    await set_to(hass, entity_id, "10" if platform == "number" else "off")
    await hass.async_block_till_done(wait_background_tasks=True)
    assert shown(hass, entity_id)[1]["change"] == "confirmed"


@at(SITE)
async def test_a_repair_that_was_passed_over_comes_back_for_the_next_failure_alone(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """It names the entity, survives other changes, and goes with the same one that succeeds, or with the option."""
    limit(gateway, enable=True, limit_value_W=90_000.0)
    entry = await begin(setup_entry, gateway, "installer")
    gateway.switchboard.obedience[POWER_LIMIT] = Obedience.ECHOES
    number = states.entity_id(hass, gateway.serial, "export_limit", "number")
    await set_to(hass, number, "700")
    await hass.async_block_till_done(wait_background_tasks=True)
    found = repair(hass, entry)
    assert found
    assert found.translation_placeholders
    assert "Power limit value" in found.translation_placeholders["changes"]
    assert not found.is_fixable
    ir.async_ignore_issue(hass, DOMAIN, found.issue_id, ignore=True)
    await set_to(hass, number, "600")
    await hass.async_block_till_done(wait_background_tasks=True)
    again = repair(hass, entry)
    assert again
    assert again.dismissed_version is None
    await set_to(hass, states.entity_id(hass, gateway.serial, "production", "switch"), "off")
    await hass.async_block_till_done(wait_background_tasks=True)
    assert repair(hass, entry)
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert repair(hass, entry)
    gateway.switchboard.obedience.clear()
    await set_to(hass, number, "500")
    await hass.async_block_till_done(wait_background_tasks=True)
    assert repair(hass, entry) is None


@at(SITE)
async def test_what_is_chosen_for_later_outlives_a_restart(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """And a limit that was switched off once more meanwhile; it is sent with the switch and confirmed with it."""
    entry = await begin(setup_entry, gateway, "installer")
    number = states.entity_id(hass, gateway.serial, "export_limit", "number")
    switch = states.entity_id(hass, gateway.serial, "export_limit_enabled", "switch")
    await set_to(hass, number, "1500")
    await set_to(hass, switch, "off")
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert (shown(hass, number)[0], shown(hass, number)[1]["change"]) == ("1500.0", "kept")
    await set_to(hass, switch, "on")
    assert gateway.house.power.grid >= -1500.1
    assert (shown(hass, number)[0], shown(hass, number)[1]["change"]) == ("1500.0", "confirmed")


@at(SITE)
async def test_what_is_chosen_for_later_is_not_shown_for_what_somebody_else_has_set(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator, waits: Waits
) -> None:
    """Once a limit is in force, that one is shown."""
    entry = await begin(setup_entry, gateway, "installer")
    number = states.entity_id(hass, gateway.serial, "export_limit", "number")
    await set_to(hass, number, "1500")
    assert shown(hass, number)[0] == "1500.0"
    limit(gateway, enable=True, limit_value_W=700.0)
    await waits(1000)
    await states.coordinator(entry).poller.read_now(endpoints.POWER_LIMIT)
    await states.coordinator(entry).async_refresh()
    await hass.async_block_till_done()
    assert shown(hass, number)[0] == "700.0"


@at(SITE)
async def test_what_the_gateway_says_before_it_is_measured_is_not_shown(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator, waits: Waits
) -> None:
    """Its own word comes at once, the inverters' silence minutes later: a cycle in between changes nothing."""
    entry = await begin(setup_entry, gateway, "installer")
    switch = states.entity_id(hass, gateway.serial, "production", "switch")
    await set_to(hass, switch, "off")
    waits.hold = True
    await states.coordinator(entry).poller.read_now(endpoints.POWER_MODE)
    await states.coordinator(entry).async_refresh()
    assert gateway.switchboard.read("/ivp/mod/603980032/mode/power") == {"powerForcedOff": True}
    assert (shown(hass, switch)[0], shown(hass, switch)[1]["change"]) == ("on", "pending")


@at(CONTROLLER)
async def test_contacts_that_settle_stay_unread_over_a_restart(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator, waits: Waits
) -> None:
    """They read open for a minute after new settings: better nothing is shown than that."""
    entry = await begin(setup_entry, gateway, "installer")
    serial = controller(gateway)
    await set_to(hass, states.entity_id(hass, serial, "nc1_soc_low", "number"), "20")
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert states.state(hass, serial, "nc2", "switch") != "off"
    await waits(120)
    await states.coordinator(entry).async_refresh()
    await hass.async_block_till_done()
    assert states.state(hass, serial, "nc2", "switch") == "on"


@at(CONTROLLER)
async def test_a_file_that_nobody_understands_is_passed_over(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator, hass_storage: dict[str, Any]
) -> None:
    """Of another version, or written by hand: the controls are there, and work."""
    entry = await begin(setup_entry, gateway, "installer")
    rows = [1, {}, {"control": "dry_contact", "device": 5, "wanted": [], "stage": "pending"}, {"control": "x"}]
    await hass.config_entries.async_unload(entry.entry_id)
    hass_storage[f"{DOMAIN}.{entry.entry_id}.changes"] = {
        "version": 1,
        "minor_version": 1,
        "key": f"{DOMAIN}.{entry.entry_id}.changes",
        "data": {"changes": rows, "late": "none"},
    }
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    switch = states.entity_id(hass, controller(gateway), "nc2", "switch")
    await set_to(hass, switch, "off")
    assert shown(hass, switch)[0] == "off"
