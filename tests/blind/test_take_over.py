"""Years of the built-in integration, in all the shapes in which a user's may be, and a step across."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from homeassistant.components.recorder import get_instance
from homeassistant.components.recorder.util import session_scope
from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.iq_gateway.const import DOMAIN

from .home import Home, home

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
IDS = {
    "production_energy": "sensor.envoy_lifetime_energy_production",
    "consumption_energy": "sensor.envoy_lifetime_energy_consumption",
    "grid_import_energy": "sensor.envoy_lifetime_net_energy_consumption",
    "grid_export_energy": "sensor.envoy_lifetime_net_energy_production",
    "battery_charged_energy": "sensor.envoy_lifetime_battery_energy_charged",
    "battery_discharged_energy": "sensor.envoy_lifetime_battery_energy_discharged",
}
SAME = [key for key in IDS if key != "consumption_energy"]


async def held(here: Home, *, since: int = 0, ids: dict[str, str] | None = None, slack: float = 3.0) -> dict[str, Any]:
    """Return what is wrong with the statistics' hours from that one on, beside the house's own counters."""
    wrong: dict[str, Any] = {}
    for key, entity_id in (ids or IDS).items():
        hours = (await here.hours(entity_id)).get(entity_id)
        periods = await here.periods(entity_id) if hours else []
        if not hours:
            wrong[key] = "no statistics"
            continue
        truth = sum(here.true_hours(key)[since:])
        full = len(here.true_hours(key))
        got = sum(hours[since:full])
        if key != "consumption_energy" and abs(got - truth) > slack:
            wrong[key] = f"sum {got:.0f}, truth {truth:.0f}"
        if min(periods) < -1.5:
            wrong[f"{key} fell"] = min(periods)
    return wrong


async def all_ours(here: Home) -> None:
    for key, entity_id in IDS.items():
        entity = here.registered(entity_id)
        assert (entity.platform, entity.unique_id) == (DOMAIN, f"{here.gateway.serial}_{key}"), entity_id


async def change_unit(here: Home, unit: str) -> None:
    for entity_id in IDS.values():
        er.async_get(here.hass).async_update_entity_options(entity_id, "sensor", {"unit_of_measurement": unit})
    await here.hass.async_block_till_done()


async def run_sql(here: Home, table: Any, *, everything: bool = True) -> None:
    """Have rows of statistics deleted."""
    await here.flushed()
    here.statistics.compile_until(datetime.now(UTC))
    await here.flushed()

    def delete() -> None:
        with session_scope(hass=here.hass) as session:
            session.query(table).delete()

    await get_instance(here.hass).async_add_executor_job(delete)


async def adjusted(here: Home) -> None:
    """A user who has corrected a sum, up and down."""
    await here.flushed()
    hour = here.statistics.begin.replace(minute=0)
    for entity_id, by in zip(IDS.values(), (500.0, -500.0, 12.5, -3000.0, 1e6, -1.0), strict=True):
        get_instance(here.hass).async_adjust_statistics(entity_id, hour, by, "kWh")
    await here.flushed()


async def off(here: Home, length: timedelta, *, every: timedelta = 6 * HOUR) -> None:
    """The built-in integration is off for a while."""
    # Not at the same moment as its last reading: which of two states of one moment is the later one nobody could tell.
    here.frozen.tick(timedelta(seconds=10))
    await here.flushed()
    here.statistics.compile_until(datetime.now(UTC))
    await here.hass.config_entries.async_set_disabled_by(here.built_in.entry_id, ConfigEntryDisabler.USER)
    await here.live(length, every=every)


async def purge(here: Home, days: int = 10) -> None:
    """Have the recorder forget, as it does each night."""
    here.statistics.compile_until(datetime.now(UTC))
    await here.flushed()
    await here.hass.services.async_call("recorder", "purge", {"keep_days": days}, blocking=True)
    await here.flushed()
    await here.flushed()


@pytest.mark.parametrize("unit", ["Wh", "kWh", "MWh", "GWh", "MJ", "kcal"])
@pytest.mark.parametrize("when", ["first", "later"])
async def test_units(socket_enabled: None, tmp_path: Path, unit: str, when: str) -> None:
    async with home(tmp_path) as here:
        if when == "first":
            await change_unit(here, unit)
        await here.live(HOUR)
        if when == "later":
            await change_unit(here, unit)
        await here.live(HOUR)
        await here.take_over_in_flow(only_energies=False, keep_running=False)
        await all_ours(here)
        for entity_id in IDS.values():
            state = here.hass.states.get(entity_id)
            assert state and state.attributes["unit_of_measurement"] == unit
        await here.live(2 * HOUR)
        assert await held(here) == {}
        assert sum((await here.hours(IDS["consumption_energy"]))[IDS["consumption_energy"]][2:]) == pytest.approx(
            sum(here.true_hours("consumption_energy")[2:]), rel=0.1
        )


async def test_adjusted(socket_enabled: None, tmp_path: Path) -> None:
    async with home(tmp_path) as here:
        await here.live(2 * HOUR)
        await adjusted(here)
        await here.take_over_in_flow(only_energies=False, keep_running=False)
        await here.live(2 * HOUR)
        hours = await here.hours(*IDS.values())
        for key in SAME:
            assert hours[IDS[key]][1:] == pytest.approx(here.true_hours(key)[1:], abs=3)
