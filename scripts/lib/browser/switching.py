"""Changing over from the built-in integration, with its own code: what is asked, what is there afterwards, and back."""

import asyncio
from collections.abc import Awaitable, Callable
from importlib.metadata import PackageNotFoundError, version
import re
from typing import Final

from playwright.async_api import expect

from scripts.lib.browser.frontend import Frontend, LeftOut
from scripts.lib.browser.stage import INTEGRATION, Stage
from scripts.lib.develop.api import Json
from scripts.lib.develop.history import backfill
from scripts.lib.develop.report import WITHOUT_VALUE
from scripts.lib.develop.set_up import DOMAIN
from scripts.lib.requirement_of import requirements_of

_BUILT_IN: Final = "enphase_envoy"
_INTEGRATIONS: Final = "/config/integrations/dashboard"
# By the ends of their unique ids, what the built-in integration's sensors show.
_KEYS: Final = {
    "lifetime_production": "production_energy",
    "lifetime_consumption": "consumption_energy",
    "lifetime_net_consumption": "grid_import_energy",
    "lifetime_net_production": "grid_export_energy",
    "lifetime_battery_charged": "battery_charged_energy",
    "lifetime_battery_discharged": "battery_discharged_energy",
    "production": "production_power",
    "consumption": "consumption_power",
    "net_consumption": "grid_power",
    "battery_discharge": "battery_power",
    "battery_level": "battery_level",
}
_TRIES, _PAUSE = 100, 0.3
"""How often something is looked for, and after how many seconds again."""
_TALL: Final = 2_600
"""Height of a window in which the whole form is seen, in pixels."""
_SOME_ENERGY: Final = re.compile(r"(?<![\d.])(?=[\d.,]*[1-9])[\d.,]+\s?[kM]Wh")


async def take_over(stage: Stage, frontend: Frontend) -> None:
    """Have the built-in integration read a gateway, add this one beside it, take over, look at the panel, go back."""
    _check_library()
    ids = await _built_in(stage)
    await _add_beside(stage, frontend)
    await _repair(frontend)
    await _until(lambda: _belong_to(stage, ids, DOMAIN))
    await _look_at_panel(stage, frontend, ids)
    await _go_back(stage, frontend)
    await _until(lambda: _belong_to(stage, ids, _BUILT_IN))
    await frontend.open(f"/config/integrations/integration/{_BUILT_IN}")
    await frontend.see(f"Envoy {stage.farm.serial}")
    await frontend.picture("switch-back-done")


def _check_library() -> None:
    """Leave the step out where the built-in integration's library is not there in the version that it wants."""
    for requirement in requirements_of(_BUILT_IN):
        name, _, wanted = requirement.partition("==")
        try:
            there = version(name)
        except PackageNotFoundError:
            there = "nothing"
        if there != wanted:
            raise LeftOut(f"the built-in integration wants {requirement}, and {there} is installed")


async def _built_in(stage: Stage) -> dict[str, str]:
    """Have the built-in integration run, with a past and in the Energy panel; its ids by what they show."""
    farm = stage.farm
    entry = {"host": farm.host, "serial": farm.serial, "token": farm.mint()}
    await stage.api.request("POST", "/api/events/browser_test_built_in", entry)
    await _until(lambda: _has_values(stage))
    await backfill(stage.api, farm.house.profile, zone=stage.home_assistant.zone, domain=_BUILT_IN, keys=_KEYS)
    ids = {
        _KEYS[name]: entity["entity_id"]
        for entity in await _entities(stage)
        if (name := str(entity["unique_id"]).removeprefix(f"{farm.serial}_")) in _KEYS
    }
    async with stage.api.websocket() as websocket:
        await websocket.query("energy/save_prefs", energy_sources=_sources(ids))
    return ids


def _sources(ids: dict[str, str]) -> list[Json]:
    """What somebody has chosen in the Energy panel."""
    return [
        {"type": "solar", "stat_energy_from": ids["production_energy"], "config_entry_solar_forecast": None},
        {
            "type": "grid",
            "stat_energy_from": ids["grid_import_energy"],
            "stat_energy_to": ids["grid_export_energy"],
            "stat_cost": None,
            "entity_energy_price": None,
            "number_energy_price": None,
            "stat_compensation": None,
            "entity_energy_price_export": None,
            "number_energy_price_export": None,
            "cost_adjustment_day": 0.0,
        },
        {
            "type": "battery",
            "stat_energy_from": ids["battery_discharged_energy"],
            "stat_energy_to": ids["battery_charged_energy"],
        },
    ]


async def _add_beside(stage: Stage, frontend: Frontend) -> None:
    """Take the gateway up where it is discovered, and let both integrations run for now."""
    await frontend.open(_INTEGRATIONS)
    await stage.announce(stage.farm)
    card = frontend.page.locator("ha-config-flow-card").filter(has_text=stage.farm.serial[-4:])
    await frontend.click("Add", within=card)
    await frontend.see_dialog("Add this IQ Gateway?")
    await frontend.submit()
    await frontend.choose("Paste a token")
    await frontend.fill("token", stage.farm.mint())
    await frontend.submit()
    await frontend.see_dialog("Enphase Envoy reads this gateway")
    await frontend.picture("switch-menu", of=frontend.window)
    await frontend.choose("Run beside it")
    await frontend.see_dialog("Energy panel")
    await frontend.submit()
    await frontend.see_dialog("Name and assign")
    await frontend.click("Skip and finish", within=frontend.dialog)
    await expect(frontend.window).to_be_hidden()


async def _repair(frontend: Frontend) -> None:
    """Take over by the repair: what it says, what it would do, and that it is done."""
    await frontend.open("/config/repairs")
    notice = frontend.page.get_by_text("read the same gateway").first
    await expect(notice).to_be_visible()
    await frontend.picture("switch-repair", of=frontend.page.locator("ha-config-repairs"))
    await notice.click()
    await expect(frontend.dialog).to_contain_text("Nothing has changed yet.")
    await frontend.page.set_viewport_size({"width": 1280, "height": _TALL})
    await frontend.picture("switch-preview", of=frontend.window)
    await frontend.page.set_viewport_size({"width": 1280, "height": 1000})
    await frontend.submit()
    await frontend.see("repaired")
    await frontend.picture("switch-done", of=frontend.window)


async def _look_at_panel(stage: Stage, frontend: Frontend, ids: dict[str, str]) -> None:
    """See that the Energy panel names the same ids, with their past; and whose they are now."""
    async with stage.api.websocket() as websocket:
        preferences = await websocket.query("energy/get_prefs")
    if preferences["energy_sources"] != _sources(ids):
        raise AssertionError(f"the Energy panel has {preferences['energy_sources']}")
    await frontend.open("/energy/electricity")
    totals = frontend.page.locator("hui-energy-sources-table-card")
    for name in ("Production energy", "Grid import energy", "Battery discharged energy"):
        await expect(totals.locator("tr").filter(has_text=name)).to_contain_text(_SOME_ENERGY)
    await expect(frontend.page.locator("hui-error-card, hui-warning")).to_have_count(0)
    await frontend.picture("switch-energy")
    await frontend.open(await stage.device_page(stage.farm))
    await frontend.see("Production power")
    await frontend.see_no("Unavailable")
    await frontend.page.get_by_text("Production energy", exact=True).first.click()
    more = frontend.page.locator("ha-more-info-dialog")
    await more.get_by_role("button", name="Settings").click()
    await expect(more.locator("entity-registry-settings-editor")).to_be_visible()
    await frontend.picture("switch-entity", of=more.locator("dialog[part=dialog]"))


async def _go_back(stage: Stage, frontend: Frontend) -> None:
    """Go back by the options."""
    await frontend.open(INTEGRATION)
    title = frontend.page.get_by_text(f"IQ Gateway {stage.farm.serial[-4:]}", exact=True)
    row = frontend.page.locator("ha-config-entry-row").filter(has=title).first
    await row.locator("ha-icon-button[title=Configure], ha-icon-button").nth(1).click()
    await frontend.see_dialog("Options")
    await frontend.picture("switch-options", of=frontend.window)
    await frontend.choose("Go back to Enphase Envoy")
    await expect(frontend.dialog).to_contain_text("return to Enphase Envoy")
    await frontend.picture("switch-back", of=frontend.window)
    await frontend.submit()
    await frontend.see("Options successfully saved")


async def _entities(stage: Stage) -> list[Json]:
    """The enabled entities of the built-in integration."""
    async with stage.api.websocket() as websocket:
        entities = await websocket.command("config/entity_registry/list")
    return [one for one in entities if one["platform"] == _BUILT_IN and not one["disabled_by"]]


async def _states(stage: Stage) -> dict[str, str]:
    """What all entities show."""
    async with stage.api.websocket() as websocket:
        return {state["entity_id"]: state["state"] for state in await websocket.command("get_states")}


async def _has_values(stage: Stage) -> bool:
    """Whether the built-in integration shows all that the Energy panel wants."""
    states = await _states(stage)
    ids = {one["unique_id"]: one["entity_id"] for one in await _entities(stage)}
    wanted = [ids.get(f"{stage.farm.serial}_{name}", "") for name in _KEYS]
    return all(states.get(one, "unknown") not in WITHOUT_VALUE for one in wanted)


async def _belong_to(stage: Stage, ids: dict[str, str], domain: str) -> bool:
    """Whether all of these are an integration's, and show something."""
    async with stage.api.websocket() as websocket:
        entities = await websocket.command("config/entity_registry/list")
    platforms = {one["entity_id"]: one["platform"] for one in entities}
    states = await _states(stage)
    return all(platforms[one] == domain and states.get(one, "unknown") not in WITHOUT_VALUE for one in ids.values())


async def _until(is_so: Callable[[], Awaitable[bool]]) -> None:
    """Wait until something is so."""
    for _ in range(_TRIES):
        if await is_so():
            return
        await asyncio.sleep(_PAUSE)
    raise AssertionError("what was waited for did not come")
