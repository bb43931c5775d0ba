"""History that goes on: over gaps, purges and units, in the Energy panel and in what is reckoned from states."""

from datetime import UTC, datetime, timedelta
from unittest.mock import patch

from homeassistant.components.recorder import get_instance
from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.iq_gateway.const import DOMAIN
from custom_components.iq_gateway.takeover import reconciler
from tests.energy_panel import prefer
from tests.proof.verdict import limits

from .world import CONSUMPTION, HOUR, PRODUCTION, World

HALF_HOUR = timedelta(minutes=30)
CLOSE = 2.0
# As of the owner of a large site, whose database is small.
KEEP_DAYS = 1
LONGER = timedelta(hours=30)


async def purge(here: World, keep_days: int = KEEP_DAYS) -> None:
    """Have the recorder forget what is older than it keeps."""
    get_instance(here.hass).keep_days = keep_days
    await here.hass.services.async_call("recorder", "purge", {"keep_days": keep_days}, blocking=True)
    await get_instance(here.hass).async_block_till_done()


async def switch_off(here: World) -> None:
    """Have the user disable the built-in integration; two states of the same moment are one in statistics."""
    here.frozen.tick(1)
    await here.hass.config_entries.async_set_disabled_by(here.built_in.entry_id, ConfigEntryDisabler.USER)


@pytest.mark.parametrize(
    ("gap", "purged"), [(timedelta(minutes=40), False), (timedelta(days=9), False), (timedelta(days=12), True)]
)
async def test_what_nobody_showed_comes_at_once(here: World, gap: timedelta, *, purged: bool) -> None:
    """Nothing is lost, and no hour is below zero, also where the recorder knows no sum any more."""
    await here.live(HOUR)
    await switch_off(here)
    here.frozen.tick(gap)
    here.statistics.skip_until(datetime.now(UTC))
    await here.poll()
    if purged:
        await purge(here, keep_days=10)
    await here.take_over_in_flow(only_energies=False, keep_running=False)
    await here.live(2 * HOUR)
    hours = (await here.hours(PRODUCTION))[PRODUCTION]
    assert min(hours) >= 0
    assert sum(hours) == pytest.approx(sum(here.true_hours("production_energy")), abs=CLOSE)


async def test_without_putting_back_what_was_purged_it_would_show(here: World) -> None:
    """All that was ever counted, taken off in one hour."""
    await here.live(HOUR)
    await switch_off(here)
    here.frozen.tick(LONGER)
    await here.poll()
    await purge(here)
    with patch.object(reconciler, "async_mend", return_value={}):
        await here.take_over_in_flow(only_energies=False, keep_running=False)
    await here.live(2 * HOUR)
    assert min((await here.hours(PRODUCTION))[PRODUCTION]) < -1_000


@pytest.mark.parametrize("purged", [True, False])
async def test_hours_that_only_ours_counted_are_filled_in(here: World, *, purged: bool) -> None:
    """Each hour has its own energy, by the same counter and by another one."""
    await here.set_up_ours()
    await here.live(HOUR)
    await switch_off(here)
    await here.slow_down(HALF_HOUR)
    await here.live(LONGER, every=HALF_HOUR)
    if purged:
        await purge(here)
    await here.choose("take_over", only_energies=False, keep_running=False)
    await here.live(HOUR)
    hours = await here.hours(PRODUCTION, CONSUMPTION)
    true = here.true_hours("production_energy")
    assert len(true) == 32
    assert hours[PRODUCTION] == pytest.approx(true, abs=CLOSE)
    # Its first hour was counted otherwise, by the built-in integration; what came between its last figure and the
    # first full hour of ours is not told by another counter.
    assert hours[CONSUMPTION][2:] == pytest.approx(here.true_hours("consumption_energy")[2:], abs=CLOSE)
    assert min(hours[CONSUMPTION]) >= 0


@pytest.mark.parametrize("unit", ["Wh", "kWh", "MWh"])
async def test_the_user_s_unit_stays(here: World, unit: str) -> None:
    """In the state, so that what is reckoned from it goes on; statistics are the same."""
    er.async_get(here.hass).async_update_entity_options(PRODUCTION, "sensor", {"unit_of_measurement": unit})
    await here.hass.async_block_till_done()
    await here.live(HOUR)
    before = here.hass.states.get(PRODUCTION)
    await here.take_over_in_flow(only_energies=False, keep_running=False)
    after = here.hass.states.get(PRODUCTION)
    assert before is not None
    assert after is not None
    assert after.attributes["unit_of_measurement"] == before.attributes["unit_of_measurement"] == unit
    assert float(after.state) == pytest.approx(float(before.state), rel=1e-5)
    await here.live(HOUR)
    assert (await here.hours(PRODUCTION))[PRODUCTION] == pytest.approx(here.true_hours("production_energy"), abs=CLOSE)


async def test_costs_and_meters_of_the_user_go_on(here: World) -> None:
    """The Energy panel's own cost sensor, and a utility meter: both reckon from what is shown."""
    source = {"type": "grid", "stat_energy_from": "sensor.envoy_lifetime_net_energy_production", "stat_energy_to": None}
    price = {"stat_cost": None, "entity_energy_price": None, "number_energy_price": 0.5, "cost_adjustment_day": 0.0}
    await prefer(await here.panel(), {**source, **price})
    assert await async_setup_component(here.hass, "sensor", {"sensor": {"platform": "energy"}})
    meter = MockConfigEntry(
        domain="utility_meter",
        title="Sun",
        options={
            "cycle": "none",
            "delta_values": False,
            "name": "Sun",
            "net_consumption": False,
            "offset": 0,
            "periodically_resetting": True,
            "source": here.registered(PRODUCTION).id,
            "tariffs": [],
            "always_available": False,
        },
    )
    meter.add_to_hass(here.hass)
    assert await here.hass.config_entries.async_setup(meter.entry_id)
    await here.live(HOUR)
    begin = here.truth[min(here.truth)]
    await here.take_over_in_flow(only_energies=False, keep_running=False)
    await here.live(HOUR)
    end = here.truth[max(here.truth)]
    shown = here.hass.states.get("sensor.envoy_sun")
    assert shown is not None
    assert float(shown.state) * 1_000_000 == pytest.approx(
        end["production_energy"] - begin["production_energy"], abs=CLOSE + 750
    )
    cost = here.hass.states.get("sensor.envoy_lifetime_net_energy_production_cost")
    assert cost is not None
    assert float(cost.state) == pytest.approx(
        (end["grid_export_energy"] - begin["grid_export_energy"]) / 1000 * 0.5, abs=0.01
    )


async def test_figures_of_today_begin_anew_at_midnight(here: World) -> None:
    """Unless they agree: a drop within the day would count as a new day's whole energy."""
    today = str(here.id_of("daily_production"))
    await here.live(HOUR)
    await here.take_over_in_flow(only_energies=False, keep_running=False)
    assert here.registered(today).platform == DOMAIN
    shown = here.hass.states.get(today)
    assert shown is not None
    assert shown.state == "unknown"
    # The house's day begins at seven o'clock UTC.
    await here.slow_down(HALF_HOUR)
    await here.live(timedelta(hours=22), every=HALF_HOUR)
    shown = here.hass.states.get(today)
    assert shown is not None
    now = datetime.now(UTC)
    assert now.hour == 8
    counted = [here.truth[moment]["production_energy"] for moment in (now - HOUR, now)]
    assert float(shown.state) * 1000 == pytest.approx(counted[1] - counted[0], abs=150)
    most = limits(here.gateway.house)["production_energy"]
    assert all(0 <= hour <= most for hour in (await here.hours(today))[today])


async def test_counters_of_meters_and_microinverters_go_on(here: World) -> None:
    """They are read once their entities are there: by then, the ledger knows from where they go on."""
    registry = er.async_get(here.hass)
    inverter = next(
        one
        for one in er.async_entries_for_config_entry(registry, here.built_in.entry_id)
        if one.unique_id.endswith("_lifetime_energy")
    )
    registry.async_update_entity(inverter.entity_id, disabled_by=None)
    await here.hass.config_entries.async_reload(here.built_in.entry_id)
    await here.hass.async_block_till_done()
    meter = str(here.id_of("production_ct_energy_received"))
    await here.live(HOUR)
    before = {name: here.hass.states.get(name) for name in (inverter.entity_id, meter)}
    await here.take_over_in_flow(only_energies=False, keep_running=False)
    await here.live(HOUR)
    for name, was in before.items():
        assert here.registered(name).platform == DOMAIN
        state = here.hass.states.get(name)
        assert was is not None
        assert state is not None
        assert float(state.state) >= float(was.state)
        assert min(await here.periods(name)) >= 0
    assert sum((await here.hours(inverter.entity_id))[inverter.entity_id]) > 0
