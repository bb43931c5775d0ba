"""What is there to see: devices, an entity, the Energy panel, histories."""

from datetime import UTC, datetime, timedelta
import re
import time
from typing import Final
from urllib.parse import urlencode

from playwright.async_api import Locator, expect

from scripts.lib.browser.frontend import Frontend
from scripts.lib.browser.stage import INTEGRATION, Stage
from scripts.lib.develop.history import DAYS, backfill
from scripts.lib.develop.report import settled_rows

_SOURCES: Final = (
    "Production energy",
    "Grid import energy",
    "Grid export energy",
    "Battery charged energy",
    "Battery discharged energy",
)

_NOISE: Final = 100.0
"""W by which the house's load trembles."""
_SECONDS: Final = 10
"""Within which something moves that is live."""
_CHANGES: Final = 3
"""Different values that are seen by then."""
_LOOK_EVERY: Final = 200
"""Milliseconds."""

_HOME_SINCE: Final = (2026, 11)
_SOME_ENERGY: Final = re.compile(r"(?<![\d.])(?=[\d.,]*[1-9])[\d.,]+\s?kWh")
"""An energy of today that is not 0. Which blank stands before the unit differs by Home Assistant's version."""


async def look_at_device(stage: Stage, frontend: Frontend) -> None:
    """Look at the integration's page and at the gateway's device page."""
    await frontend.open(INTEGRATION)
    await frontend.see("IQ Gateway grid meter")
    await frontend.picture("integration")
    await frontend.go(await stage.device_page())
    await frontend.see(f"Firmware: {stage.home.firmware}")
    for name in ("Production power", "Grid import energy", "Battery level", "Grid relay", "Token expires"):
        await frontend.see(name)
    async with stage.api.websocket() as websocket:
        rows = await settled_rows(websocket, reason=None)
    if missing := [row.entity_id for row in rows if row.is_wrong]:
        raise AssertionError(f"without a value: {missing}")
    await frontend.see_no("Unavailable")
    await frontend.picture("device")


async def watch_live_power(stage: Stage, frontend: Frontend) -> None:
    """Turn live power on, on the device's page, and see powers there change within seconds; then turn it off again."""
    stage.home.house.noise = _NOISE
    switch = frontend.page.locator("hui-toggle-entity-row").filter(has_text="Live power").locator("ha-switch")
    await switch.click()
    for name in ("Production power", "Consumption power"):
        row = frontend.page.locator("hui-sensor-entity-row").filter(has=frontend.page.get_by_text(name, exact=True))
        state = row.locator("hui-generic-entity-row")
        await expect(state).to_contain_text("W")
        shown, began = {await state.text_content()}, time.monotonic()
        while len(shown) < _CHANGES:
            if time.monotonic() - began > _SECONDS:
                raise AssertionError(f"{name} stands still at {shown}")
            await frontend.page.wait_for_timeout(_LOOK_EVERY)
            shown.add(await state.text_content())
    await frontend.picture("live-power")
    await switch.click()


async def look_at_entity(_stage: Stage, frontend: Frontend) -> None:
    """Open an entity from its device's page, with its history.

    One without statistics: for those that have some, the first five minutes are empty there.
    """
    await frontend.page.get_by_text("Battery mode", exact=True).first.click()
    more = frontend.page.locator("ha-more-info-dialog")
    await expect(more.get_by_text("History", exact=True)).to_be_visible()
    await _see_graph(more)
    await frontend.picture("entity")


async def look_at_energy(stage: Stage, frontend: Frontend) -> None:
    """Look at the Energy panel, which the set-up has filled in, with fourteen days of data in it."""
    await backfill(stage.api, stage.home.house.profile.name, zone=stage.home_assistant.zone)
    await frontend.open("/energy/electricity")
    totals = frontend.page.locator("hui-energy-sources-table-card")
    for name in _SOURCES:
        await expect(totals.locator("tr").filter(has_text=name)).to_contain_text(_SOME_ENERGY)
    await expect(frontend.page.locator("hui-error-card, hui-warning")).to_have_count(0)
    await frontend.picture("energy")
    await frontend.page.evaluate("localStorage.setItem('energy-default-period-_energy_dashboard', 'now-30d')")
    await frontend.open("/energy/overview")
    await frontend.see("Energy distribution")
    await frontend.picture("energy-days")


async def look_at_energy_settings(stage: Stage, frontend: Frontend) -> None:
    """See that neither the Energy panel's settings nor its own validation complain of anything."""
    await frontend.open("/config/energy")
    await frontend.see("IQ Gateway Production energy")
    await expect(frontend.page.locator("ha-alert .info")).to_have_count(1)
    await expect(frontend.page.locator("ha-alert .warning, ha-alert .error")).to_have_count(0)
    await frontend.picture("energy-settings")
    async with stage.api.websocket() as websocket:
        issues = (await websocket.query("energy/validate"))["energy_sources"]
        sources = [source["type"] for source in (await websocket.query("energy/get_prefs"))["energy_sources"]]
        version = (await websocket.query("get_config"))["version"]
    if sources != ["solar", "grid", "battery", *(["home"] if takes_home(version) else [])]:
        raise AssertionError(f"the Energy panel has {sources}")
    if any(issues):
        raise AssertionError(f"the Energy panel's validation says {issues}")


def takes_home(version: str) -> bool:
    """Tell whether the Energy panel of this Home Assistant knows the house's own meter as a source."""
    year, month = (int(part) for part in version.split(".")[:2])
    return (year, month) >= _HOME_SINCE


async def look_at_history(_stage: Stage, frontend: Frontend) -> None:
    """Look back on the days before the integration was set up."""
    begin = datetime.now(UTC) - timedelta(days=DAYS)
    entities = ("production_power", "consumption_power", "battery_level")
    query = {
        "entity_id": ",".join(f"sensor.iq_gateway_{key}" for key in entities),
        "start_date": begin.isoformat(),
        "end_date": datetime.now(UTC).isoformat(),
    }
    await frontend.open(f"/history?{urlencode(query)}")
    await _see_graph(frontend.page.locator("state-history-charts"))
    await frontend.picture("history")


async def _see_graph(place: Locator) -> None:
    """Wait until a graph is drawn."""
    await expect(place.locator("canvas").first).to_be_visible()
