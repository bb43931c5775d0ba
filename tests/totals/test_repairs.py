"""A counter of the gateway that lastingly goes elsewhere: what the user is told, and what can be chosen."""

from dataclasses import dataclass
import json
from pathlib import Path

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.repairs import RepairsFlowManager, RepairsFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.iq_gateway import totals
from custom_components.iq_gateway.const import DOMAIN
from tests.conftest import EntrySetUp
from tests.fixes import open_fix
from tests.meters import CYCLE, GRID_METER, Json, cycles, reset_meter, shown, stop_meter, totals_issue, unsteady_meter
from tests.simulator import GatewaySimulator


async def reset_for_good(
    hass: HomeAssistant, gateway: GatewaySimulator, freezer: FrozenDateTimeFactory
) -> tuple[float, float]:
    """Reset the production meter and wait until it is taken for lasting; return total and counter in Wh."""
    at = gateway.house.totals.production
    gateway.override("readings", reset_meter(at))
    await cycles(hass, freezer, 5)
    total = shown(hass, gateway)["production_energy"]
    assert total is not None
    return total, gateway.house.totals.production - at


@dataclass
class Change:
    """A repair that waits: what the total stands at, and the counter by then, in Wh."""

    entry: MockConfigEntry
    issue: ir.IssueEntry
    total: float
    counter: float
    at: float
    """Where the counter was reset."""


@pytest.fixture
async def change(
    hass: HomeAssistant, gateway: GatewaySimulator, setup_entry: EntrySetUp, freezer: FrozenDateTimeFactory
) -> Change:
    """A production meter that was reset for good, and nobody has looked at that yet."""
    entry = await setup_entry(gateway)
    await cycles(hass, freezer, 5)
    total, counter = await reset_for_good(hass, gateway, freezer)
    issue = totals_issue(hass, entry)
    assert issue is not None
    at = gateway.house.totals.production - counter
    return Change(entry=entry, issue=issue, total=total, counter=counter, at=at)


async def choose(manager: RepairsFlowManager, flow: RepairsFlowResult, option: str) -> None:
    """Choose from the menu, and be done."""
    assert flow["menu_options"] == ["keep", "follow"]
    result = await manager.async_configure(flow["flow_id"], {"next_step_id": option})
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_a_reset_meter_is_told_with_what_when_and_by_how_much(
    hass: HomeAssistant,
    gateway: GatewaySimulator,
    setup_entry: EntrySetUp,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """One repair, however long it goes on; the load is computed from production, and has changed with it."""
    entry = await setup_entry(gateway)
    await cycles(hass, freezer, 5)
    before = shown(hass, gateway)["production_energy"]
    assert before is not None
    first_seen = dt_util.now() + CYCLE
    total, _ = await reset_for_good(hass, gateway, freezer)
    assert before <= total < before + 4000
    issue = totals_issue(hass, entry)
    assert issue is not None
    assert issue.translation_placeholders is not None
    changes = issue.translation_placeholders["changes"]
    assert "Production energy" in changes
    assert f"{before / 1000:.1f} kWh" in changes
    assert f"{first_seen:%Y-%m-%d %H:%M}" in changes
    await cycles(hass, freezer, 3)
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert totals_issue(hass, entry) == issue
    assert sum("goes on from where it was" in record.message for record in caplog.records) == 2


async def test_a_further_change_joins_the_one_that_waits(
    hass: HomeAssistant,
    gateway: GatewaySimulator,
    freezer: FrozenDateTimeFactory,
    change: Change,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """In the same repair; only the new one is logged."""
    caplog.clear()
    production, grid = reset_meter(change.at), reset_meter(gateway.house.totals.grid_import, GRID_METER)
    gateway.override("readings", lambda rows: grid(production(rows)))
    await cycles(hass, freezer, 5)
    issue = totals_issue(hass, change.entry)
    assert issue is not None
    assert issue.translation_placeholders is not None
    told = issue.translation_placeholders["changes"]
    assert "Production energy" in told
    assert "Grid import energy" in told
    logged = [record.getMessage() for record in caplog.records if "goes on from where it was" in record.getMessage()]
    assert not [line for line in logged if "production_energy" in line]
    assert [line for line in logged if "grid_import_energy" in line]


async def test_keeping_the_total_leaves_it_as_it_is(
    hass: HomeAssistant,
    gateway: GatewaySimulator,
    freezer: FrozenDateTimeFactory,
    change: Change,
) -> None:
    """And the repair does not come back."""
    manager, flow = await open_fix(hass, change.issue.issue_id)
    await choose(manager, flow, "keep")
    assert shown(hass, gateway)["production_energy"] == change.total
    await cycles(hass, freezer, 1)
    assert totals_issue(hass, change.entry) is None


async def test_following_the_gateway_shows_its_own_figure(
    hass: HomeAssistant, gateway: GatewaySimulator, change: Change
) -> None:
    """At once, and over a restart."""
    assert change.total > change.counter * 10
    manager, flow = await open_fix(hass, change.issue.issue_id)
    await choose(manager, flow, "follow")
    await hass.async_block_till_done()
    assert shown(hass, gateway)["production_energy"] == pytest.approx(change.counter, abs=0.01)
    await hass.config_entries.async_reload(change.entry.entry_id)
    await hass.async_block_till_done()
    assert shown(hass, gateway)["production_energy"] == pytest.approx(change.counter, abs=0.01)
    assert totals_issue(hass, change.entry) is None


async def test_the_choice_waits_for_a_gateway_that_is_not_running(hass: HomeAssistant, change: Change) -> None:
    """There are no totals to decide on while the entry is unloaded."""
    await hass.config_entries.async_unload(change.entry.entry_id)
    _, flow = await open_fix(hass, change.issue.issue_id)
    assert (flow["type"], flow["reason"]) == ("abort", "not_loaded")


async def test_totals_without_a_true_reading_are_told(
    hass: HomeAssistant,
    gateway: GatewaySimulator,
    setup_entry: EntrySetUp,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """After three quarters of an hour; the user may wait on, or follow the gateway. It goes with the first true one."""
    entry = await setup_entry(gateway)
    await cycles(hass, freezer, 5)
    before = shown(hass, gateway)["production_energy"]
    gateway.override("readings", unsteady_meter())
    await cycles(hass, freezer, 9)
    assert _issue(hass, entry, "totals_held") is None
    await cycles(hass, freezer, 1)
    issue = _issue(hass, entry, "totals_held")
    assert issue is not None
    assert (issue.is_fixable, issue.translation_key) == (True, "total_held")
    assert issue.translation_placeholders is not None
    assert "- **Production energy**" in issue.translation_placeholders["changes"]
    assert "no reading of its counter can follow" in caplog.text
    manager, flow = await open_fix(hass, issue.issue_id)
    await choose(manager, flow, "keep")
    assert shown(hass, gateway)["production_energy"] == before
    gateway.override("readings", None)
    await cycles(hass, freezer, 5)
    assert _issue(hass, entry, "totals_held") is None
    assert shown(hass, gateway)["production_energy"] == pytest.approx(gateway.house.totals.production, abs=0.01)


async def test_totals_without_a_true_reading_may_follow_the_gateway(
    hass: HomeAssistant,
    gateway: GatewaySimulator,
    setup_entry: EntrySetUp,
    freezer: FrozenDateTimeFactory,
) -> None:
    """If the user knows that it is right."""
    entry = await setup_entry(gateway)
    await cycles(hass, freezer, 5)
    gateway.override("readings", unsteady_meter())
    await cycles(hass, freezer, 10)
    at = gateway.house.totals.production
    gateway.override("readings", reset_meter(at))
    await cycles(hass, freezer, 1)
    issue = _issue(hass, entry, "totals_held")
    assert issue is not None
    manager, flow = await open_fix(hass, issue.issue_id)
    await choose(manager, flow, "follow")
    await hass.async_block_till_done()
    assert shown(hass, gateway)["production_energy"] == pytest.approx(gateway.house.totals.production - at, abs=0.01)
    assert _issue(hass, entry, "totals_held") is None


async def test_a_counter_that_stands_while_power_flows_is_told(
    hass: HomeAssistant,
    gateway: GatewaySimulator,
    setup_entry: EntrySetUp,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """There is nothing to choose; it goes by itself when the counter moves."""
    entry = await setup_entry(gateway)
    await cycles(hass, freezer, 5)
    at = gateway.house.totals.production
    gateway.override("readings", stop_meter(at))
    await cycles(hass, freezer, 11)
    issue = _issue(hass, entry, "totals_still")
    assert issue is not None
    assert (issue.is_fixable, issue.translation_key) == (False, "total_still")
    assert issue.translation_placeholders is not None
    assert "- **Production energy**" in issue.translation_placeholders["changes"]
    assert "the gateway's counter does not move" in caplog.text
    assert _issue(hass, entry, "totals_held") is None
    gateway.override("readings", None)
    await cycles(hass, freezer, 5)
    assert _issue(hass, entry, "totals_still") is None
    assert shown(hass, gateway)["production_energy"] == pytest.approx(gateway.house.totals.production, abs=0.01)
    assert totals_issue(hass, entry) is None


def _issue(hass: HomeAssistant, entry: MockConfigEntry, name: str) -> ir.IssueEntry | None:
    return ir.async_get(hass).async_get_issue(DOMAIN, f"{name}_{entry.entry_id}")


def _texts(language: str) -> Json:
    folder = Path(totals.__file__).parents[1] / "translations"
    return json.loads((folder / f"{language}.json").read_text(encoding="utf-8"))["issues"]


@pytest.mark.parametrize("language", ["en", "de", "es", "fr", "nl"])
def test_every_repair_of_totals_has_its_texts(language: str) -> None:
    """Title, description and choices, with the totals that they are about."""
    texts = _texts(language)
    for name in ("total_changed", "total_held"):
        step = texts[name]["fix_flow"]["step"]["init"]
        assert step["menu_options"].keys() == step["menu_option_descriptions"].keys() == {"keep", "follow"}
        assert "{changes}" in step["description"]
        assert "{title}" in texts[name]["title"]
        assert texts[name]["fix_flow"]["abort"].keys() == {"not_loaded"}
    assert "{changes}" in texts["total_still"]["description"]
    assert "{title}" in texts["total_still"]["title"]
