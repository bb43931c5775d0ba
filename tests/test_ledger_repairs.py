"""A counter of the gateway that lastingly goes elsewhere: what the user is told, and what can be chosen."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from aiohttp.test_utils import TestClient
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.iq_gateway.const import DOMAIN
from tests.conftest import EntrySetUp
from tests.simulator import Clock, GatewaySimulator
from tests.totals import CYCLE, Json, cycles, noon, reset_meter, shown, totals_issue


@pytest.fixture
def clock() -> Clock:
    """A gateway at noon of a summer day."""
    return noon()


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


@pytest.fixture
async def change(
    hass: HomeAssistant, gateway: GatewaySimulator, setup_entry: EntrySetUp, freezer: FrozenDateTimeFactory
) -> Change:
    """A production meter that was reset for good, and nobody has looked at that yet."""
    entry = await setup_entry(gateway)
    total, counter = await reset_for_good(hass, gateway, freezer)
    issue = totals_issue(hass, entry)
    assert issue is not None
    return Change(entry=entry, issue=issue, total=total, counter=counter)


async def start_fix(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, issue: ir.IssueEntry
) -> tuple[TestClient[Any, Any], Json]:
    """Open the repair as the frontend does."""
    assert await async_setup_component(hass, "repairs", {})
    client = await hass_client()
    body = {"handler": DOMAIN, "issue_id": issue.issue_id}
    response = await client.post("/api/repairs/issues/fix", json=body)
    assert response.status == HTTPStatus.OK
    return client, await response.json()


async def choose(client: TestClient[Any, Any], flow: Json, option: str) -> Json:
    """Choose from the menu."""
    response = await client.post(f"/api/repairs/issues/fix/{flow['flow_id']}", json={"next_step_id": option})
    assert response.status == HTTPStatus.OK
    return await response.json()


async def test_a_reset_meter_is_told_with_what_when_and_by_how_much(
    hass: HomeAssistant,
    gateway: GatewaySimulator,
    setup_entry: EntrySetUp,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """One repair, however long it goes on; the load is computed from production, and has changed with it."""
    entry = await setup_entry(gateway)
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


async def test_keeping_the_total_leaves_it_as_it_is(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    gateway: GatewaySimulator,
    freezer: FrozenDateTimeFactory,
    change: Change,
) -> None:
    """And the repair does not come back."""
    client, flow = await start_fix(hass, hass_client, change.issue)
    assert flow["menu_options"] == ["keep", "follow"]
    result = await choose(client, flow, "keep")
    assert result["type"] == "create_entry"
    assert shown(hass, gateway)["production_energy"] == change.total
    await cycles(hass, freezer, 1)
    assert totals_issue(hass, change.entry) is None


async def test_following_the_gateway_shows_its_own_figure(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, gateway: GatewaySimulator, change: Change
) -> None:
    """At once, and over a restart."""
    assert change.total > change.counter * 10
    client, flow = await start_fix(hass, hass_client, change.issue)
    assert (await choose(client, flow, "follow"))["type"] == "create_entry"
    await hass.async_block_till_done()
    assert shown(hass, gateway)["production_energy"] == pytest.approx(change.counter, abs=0.01)
    await hass.config_entries.async_reload(change.entry.entry_id)
    await hass.async_block_till_done()
    assert shown(hass, gateway)["production_energy"] == pytest.approx(change.counter, abs=0.01)
    assert totals_issue(hass, change.entry) is None


async def test_the_choice_waits_for_a_gateway_that_is_not_running(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, change: Change
) -> None:
    """There are no totals to decide on while the entry is unloaded."""
    await hass.config_entries.async_unload(change.entry.entry_id)
    _, flow = await start_fix(hass, hass_client, change.issue)
    assert (flow["type"], flow["reason"]) == ("abort", "not_loaded")
