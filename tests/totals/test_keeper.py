"""The totals in a whole Home Assistant that reads a simulated gateway: stored, restored, held, published."""

from datetime import datetime, timedelta
import json
from typing import Any
from zoneinfo import ZoneInfo

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest

from custom_components.iq_gateway.const import CONF_SERIAL, DOMAIN
from tests import states
from tests.conftest import EntryMaker, EntrySetUp, second_cycle
from tests.meters import TOTALS, cycles, reset_meter, shown, totals_issue, truth, unsteady_meter
from tests.simulator import Clock, Fault, GatewaySimulator
from tests.time_lapse import pass_time

type Storage = dict[str, Any]


async def test_all_totals_are_those_of_the_gateway(
    hass: HomeAssistant, gateway: GatewaySimulator, setup_entry: EntrySetUp, freezer: FrozenDateTimeFactory
) -> None:
    """Cycle after cycle, while nothing is wrong."""
    await setup_entry(gateway)
    for _ in range(3):
        assert shown(hass, gateway) == pytest.approx(truth(gateway), abs=0.01)
        await cycles(hass, freezer, 1)


@pytest.mark.parametrize("fault", [Fault.ZEROS, Fault.STORAGE_LEG_LOST, Fault.NULLS, Fault.NAN, Fault.UNKNOWN_TEXT])
async def test_one_answer_of_nonsense_moves_no_total(
    hass: HomeAssistant,
    gateway: GatewaySimulator,
    setup_entry: EntrySetUp,
    freezer: FrozenDateTimeFactory,
    fault: Fault,
) -> None:
    """The last good totals stand through it, and the next answer is believed at once."""
    entry = await setup_entry(gateway)
    await cycles(hass, freezer, 1)
    before = shown(hass, gateway)
    gateway.fault("readings", fault, times=1)
    await cycles(hass, freezer, 1)
    charged = "battery_charged_energy", "battery_discharged_energy"
    stands = charged if fault is Fault.STORAGE_LEG_LOST else TOTALS
    assert {key: shown(hass, gateway)[key] for key in stands} == {key: before[key] for key in stands}
    await cycles(hass, freezer, 1)
    assert shown(hass, gateway) == pytest.approx(truth(gateway), abs=0.01)
    assert totals_issue(hass, entry) is None


async def test_figures_that_stay_away_are_not_shown_for_ever(
    hass: HomeAssistant, gateway: GatewaySimulator, setup_entry: EntrySetUp, freezer: FrozenDateTimeFactory
) -> None:
    """A total stands for two cycles in which its endpoint answers without it."""
    await setup_entry(gateway)
    before = shown(hass, gateway)["production_energy"]
    gateway.fault("readings", Fault.NULLS)
    await cycles(hass, freezer, 2)
    assert shown(hass, gateway)["production_energy"] == before
    await cycles(hass, freezer, 1)
    assert shown(hass, gateway)["production_energy"] is None
    gateway.clear_faults()
    await cycles(hass, freezer, 1)
    assert shown(hass, gateway) == pytest.approx(truth(gateway), abs=0.01)


async def test_an_answer_that_only_stands_is_not_read_again_as_its_own_proof(
    hass: HomeAssistant, gateway: GatewaySimulator, setup_entry: EntrySetUp, freezer: FrozenDateTimeFactory
) -> None:
    """One odd answer, then an endpoint that hangs or fails: one reading stays one reading."""
    entry = await setup_entry(gateway, options={"update_interval": 3600})
    before = shown(hass, gateway)["production_energy"]
    gateway.override("readings", reset_meter(gateway.house.totals.production - 1000.0))
    await pass_time(hass, freezer, timedelta(hours=1, seconds=1))
    gateway.fault("readings", Fault.SERVER_ERROR)
    await pass_time(hass, freezer, timedelta(hours=1, seconds=1))
    await pass_time(hass, freezer, timedelta(hours=1, seconds=1))
    assert shown(hass, gateway)["production_energy"] in (before, None)
    assert totals_issue(hass, entry) is None


async def test_a_restart_forgets_nothing_and_adds_what_was_counted_meanwhile(
    hass: HomeAssistant,
    hass_storage: Storage,
    gateway: GatewaySimulator,
    setup_entry: EntrySetUp,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The base is of a reset long ago; the store is written when the entry is unloaded."""
    gateway.override("readings", reset_meter(0.0))
    entry = await setup_entry(gateway)
    await cycles(hass, freezer, 5)
    lost = gateway.house.totals.production
    gateway.override("readings", reset_meter(lost))
    await cycles(hass, freezer, 6)
    before = shown(hass, gateway)["production_energy"]
    assert before is not None
    at = gateway.house.totals.production

    assert await hass.config_entries.async_unload(entry.entry_id)
    freezer.tick(timedelta(hours=3))
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert shown(hass, gateway)["production_energy"] == before
    await cycles(hass, freezer, 4)
    more = gateway.house.totals.production - at
    assert more > 1000
    assert shown(hass, gateway)["production_energy"] == pytest.approx(before + more, abs=0.01)
    assert f"{DOMAIN}.{entry.entry_id}" in hass_storage
    assert gateway.serial not in json.dumps(hass_storage[f"{DOMAIN}.{entry.entry_id}"])


async def test_the_store_is_written_every_quarter_of_an_hour_and_not_with_every_cycle(
    hass: HomeAssistant,
    hass_storage: Storage,
    gateway: GatewaySimulator,
    setup_entry: EntrySetUp,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Cycles must not put the write off either."""
    entry = await setup_entry(gateway, options={"update_interval": 60})
    key = f"{DOMAIN}.{entry.entry_id}"

    async def writes_within(minutes: int) -> int:
        written, last = 0, json.dumps(hass_storage.get(key))
        for _ in range(minutes):
            await pass_time(hass, freezer, timedelta(seconds=61))
            now = json.dumps(hass_storage.get(key))
            written, last = written + (now != last), now
        return written

    await writes_within(1)
    assert await writes_within(45) == 3


async def test_another_gateway_goes_on_with_the_totals(
    hass: HomeAssistant, gateway: GatewaySimulator, clock: Clock, setup_entry: EntrySetUp
) -> None:
    """The entry carries another serial number since: its totals go on with its second reading, and nobody is asked."""
    entry = await setup_entry(gateway)
    before = shown(hass, gateway)
    await hass.config_entries.async_unload(entry.entry_id)
    async with GatewaySimulator("net_single", clock=clock, serial="122999000111") as another:
        data = {**entry.data, CONF_SERIAL: another.serial, "host": another.host, "token": another.mint()}
        data["fingerprint"] = another.fingerprint
        hass.config_entries.async_update_entry(entry, data=data, unique_id=another.serial)
        assert await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
        await second_cycle(hass, entry)
        for key in ("production_energy", "grid_import_energy", "grid_export_energy"):
            assert states.figure(hass, another.serial, key) == pytest.approx(before[key])
        assert totals_issue(hass, entry) is None
        await hass.config_entries.async_unload(entry.entry_id)


async def test_a_total_is_shown_half_a_minute_after_the_first_cycle(
    hass: HomeAssistant, gateway: GatewaySimulator, add_entry: EntryMaker, freezer: FrozenDateTimeFactory
) -> None:
    """Once a second reading agrees; from then on the gateway is read at the chosen pace."""
    entry = add_entry(gateway)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert set(shown(hass, gateway).values()) == {None}
    assert states.coordinator(entry).totals.pending
    assert states.coordinator(entry).update_interval == timedelta(seconds=30)
    await pass_time(hass, freezer, timedelta(seconds=31))
    assert shown(hass, gateway) == pytest.approx(truth(gateway), abs=0.01)
    assert not states.coordinator(entry).totals.pending
    assert states.coordinator(entry).update_interval == timedelta(seconds=300)


async def test_a_doubt_is_looked_into_soon(
    hass: HomeAssistant, gateway: GatewaySimulator, setup_entry: EntrySetUp, freezer: FrozenDateTimeFactory
) -> None:
    """Whatever the chosen pace is: after five minutes."""
    entry = await setup_entry(gateway, options={"update_interval": 3600})
    assert states.coordinator(entry).update_interval == timedelta(hours=1)
    gateway.override("readings", unsteady_meter())
    await pass_time(hass, freezer, timedelta(hours=1, seconds=1))
    assert states.coordinator(entry).update_interval == timedelta(seconds=300)
    gateway.override("readings", None)
    await cycles(hass, freezer, 4)
    assert states.coordinator(entry).update_interval == timedelta(hours=1)


async def test_the_totals_are_read_at_midnight(
    hass: HomeAssistant, gateway: GatewaySimulator, setup_entry: EntrySetUp, freezer: FrozenDateTimeFactory
) -> None:
    """A second after it, here, so that the figures of today begin with the day."""
    await hass.config.async_set_time_zone("Europe/Amsterdam")
    ahead = datetime(2026, 12, 31, 23, 50, tzinfo=ZoneInfo("Europe/Amsterdam")) - dt_util.utcnow()
    freezer.tick(ahead)
    entry = await setup_entry(gateway, options={"update_interval": 3600})
    due = states.coordinator(entry).update_interval
    assert due is not None
    assert timedelta(minutes=9) < due <= timedelta(minutes=10, seconds=1)
    await pass_time(hass, freezer, due + timedelta(seconds=1))
    assert states.figure(hass, gateway.serial, "grid_import_energy_today") == pytest.approx(0, abs=5)
    assert states.coordinator(entry).update_interval == timedelta(hours=1)


async def test_no_figure_of_today_is_shown_before_a_midnight_was_seen(
    hass: HomeAssistant, gateway: GatewaySimulator, setup_entry: EntrySetUp
) -> None:
    """Of any total; the gateway's own sums are not trusted with it."""
    await setup_entry(gateway)
    assert [states.state(hass, gateway.serial, f"{key}_today") for key in TOTALS] == [STATE_UNKNOWN] * len(TOTALS)


async def test_a_first_zero_is_waited_out_where_inverters_have_produced(
    hass: HomeAssistant, socket_enabled: None, clock: Clock, setup_entry: EntrySetUp, freezer: FrozenDateTimeFactory
) -> None:
    """Only a gateway that is just starting shows none; the total is there with two readings after it."""
    async with GatewaySimulator("production_only", clock=clock) as gateway:
        at = gateway.house.totals.production
        gateway.fault("readings", Fault.ZEROS)
        entry = await setup_entry(gateway)
        assert states.figure(hass, gateway.serial, "production_energy") is None
        gateway.clear_faults()
        await pass_time(hass, freezer, timedelta(seconds=31))
        assert states.figure(hass, gateway.serial, "production_energy") is None
        await pass_time(hass, freezer, timedelta(seconds=31))
        assert states.figure(hass, gateway.serial, "production_energy") == pytest.approx(at, rel=0.01)
        await hass.config_entries.async_unload(entry.entry_id)


async def test_a_total_can_be_set(
    hass: HomeAssistant, hass_storage: Storage, gateway: GatewaySimulator, setup_entry: EntrySetUp
) -> None:
    """It is stored at once, and shown with the next cycle."""
    entry = await setup_entry(gateway)
    await states.coordinator(entry).totals.async_set_total("grid_import_energy", 5_000.0)
    assert hass_storage[f"{DOMAIN}.{entry.entry_id}"]["data"]["totals"]["grid_import_energy"]["total"] == 5_000.0
    await states.coordinator(entry).async_refresh()
    assert shown(hass, gateway)["grid_import_energy"] == pytest.approx(5_000.0, abs=5)
    known = states.coordinator(entry).totals._ledger.total("grid_import_energy")
    assert known is not None
    assert known.base is not None
    assert known.base.offset < -1_000_000


async def test_diagnostics_have_each_total_as_it_stands(
    hass: HomeAssistant, gateway: GatewaySimulator, setup_entry: EntrySetUp
) -> None:
    """With its readings and what is added to them."""
    totals = states.coordinator(await setup_entry(gateway)).totals
    stored = totals.as_dict()["totals"]
    assert isinstance(stored, dict)
    assert stored.keys() == {*TOTALS, "consumption_energy"}
    assert stored["production_energy"]["base"]["offset"] == 0.0
