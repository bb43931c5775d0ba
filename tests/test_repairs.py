"""Repairs that are opened at an odd moment."""

import ast
import json
import re
from unittest.mock import patch

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.iq_gateway.const import DOMAIN
from custom_components.iq_gateway.issues import Issue, async_raise
from custom_components.iq_gateway.tokens.renewal import Obstacle
from tests.conftest import EntrySetUp
from tests.fixes import open_fix
from tests.simulator import GatewaySimulator
from tests.states import FOLDER

# Those that something can be decided about.
TEXTS = {
    Issue.BESIDE: "beside",
    Issue.CERTIFICATE: "certificate_changed",
    Issue.TOKEN: "token_ends",
    Issue.TOTALS: "total_changed",
    Issue.TOTALS_HELD: "total_held",
}


def raise_issue(hass: HomeAssistant, entry: MockConfigEntry, issue: Issue) -> str:
    """Have the user asked to see to something; return the issue's id."""
    async_raise(hass, entry, issue, text=TEXTS[issue], expires="soon", changes="a lot")
    return f"{issue}_{entry.entry_id}"


@pytest.mark.parametrize("choice", ["keep", "follow"])
async def test_totals_cannot_be_decided_upon_while_the_gateway_does_not_run(
    hass: HomeAssistant, gateway: GatewaySimulator, setup_entry: EntrySetUp, choice: str
) -> None:
    """The dialog was opened before; it says so, and the question stays."""
    entry = await setup_entry(gateway)
    issue_id = raise_issue(hass, entry, Issue.TOTALS)
    manager, menu = await open_fix(hass, issue_id)
    assert (menu["type"], menu["step_id"]) == (FlowResultType.MENU, "init")
    await hass.config_entries.async_unload(entry.entry_id)
    result = await manager.async_configure(menu["flow_id"], {"next_step_id": choice})
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "not_loaded")
    assert result["description_placeholders"] == {"title": entry.title}
    assert ir.async_get(hass).async_get_issue(DOMAIN, issue_id)


async def test_totals_of_a_gateway_that_never_ran(
    hass: HomeAssistant, gateway: GatewaySimulator, setup_entry: EntrySetUp
) -> None:
    """As after a restart while the gateway is away."""
    await gateway.stop()
    entry = await setup_entry(gateway)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    _, result = await open_fix(hass, raise_issue(hass, entry, Issue.TOTALS))
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "not_loaded")


@pytest.mark.parametrize("issue", TEXTS)
async def test_the_repair_of_an_entry_that_is_gone_goes(
    hass: HomeAssistant, gateway: GatewaySimulator, setup_entry: EntrySetUp, issue: Issue
) -> None:
    """It can outlive its entry when that is removed while the integration does not load; then nothing is left to do."""
    entry = await setup_entry(gateway)
    await hass.config_entries.async_remove(entry.entry_id)
    issue_id = raise_issue(hass, entry, issue)
    manager, form = await open_fix(hass, issue_id)
    assert form["step_id"] == "confirm"
    known = form["description_placeholders"]
    assert known is not None
    for file in (FOLDER / "translations").glob("*.json"):
        step = json.loads(file.read_text(encoding="utf-8"))["issues"][TEXTS[issue]]["fix_flow"]["step"]["confirm"]
        assert set(re.findall(r"{(\w+)}", step["title"] + step["description"])) <= set(known)
    result = await manager.async_configure(form["flow_id"], {})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert ir.async_get(hass).async_get_issue(DOMAIN, issue_id) is None


async def test_nobody_signs_in_to_an_entry_that_was_removed_meanwhile(
    hass: HomeAssistant, gateway: GatewaySimulator, setup_entry: EntrySetUp
) -> None:
    """The dialog was open; what it led to is gone."""
    entry = await setup_entry(gateway)
    manager, form = await open_fix(hass, raise_issue(hass, entry, Issue.TOKEN))
    await hass.config_entries.async_remove(entry.entry_id)
    with patch.object(ConfigEntry, "async_start_reauth") as started:
        result = await manager.async_configure(form["flow_id"], {})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    started.assert_not_called()


def test_what_a_token_repair_tells_is_known() -> None:
    """Every reason has its text, whose placeholders are those that come with each of them."""
    issues = json.loads((FOLDER / "translations" / "en.json").read_text(encoding="utf-8"))["issues"]
    for reason in (*Obstacle, "gateway_clock", "not_renewed", "token_ends"):
        texts = issues[reason]
        shown = texts["title"] + texts["fix_flow"]["step"]["confirm"]["description"]
        assert {"title"} <= set(re.findall(r"{(\w+)}", shown)) <= {"title", "expires"}


def test_every_repair_can_be_confirmed_away() -> None:
    """Home Assistant asks that of each one while it does not load the integration."""
    for file in (FOLDER / "translations").glob("*.json"):
        issues = json.loads(file.read_text(encoding="utf-8"))["issues"]
        fixes = {key: texts["fix_flow"]["step"] for key, texts in issues.items() if "description" not in texts}
        assert {*TEXTS.values()} <= fixes.keys()
        assert [key for key, steps in fixes.items() if "confirm" not in steps] == []


def test_every_menu_says_which_step_it_is() -> None:
    """Home Assistant reports those that leave it out, from 2026.11 on."""
    nodes = [node for path in FOLDER.rglob("*.py") for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))]
    menus = [
        node
        for node in nodes
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "async_show_menu"
    ]
    assert len(menus) >= 3
    assert all("step_id" in {keyword.arg for keyword in menu.keywords} for menu in menus)
