"""The totals in a whole Home Assistant that reads a simulated gateway: stored, restored, held, published."""

from collections.abc import Callable
from datetime import timedelta
import json
from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.iq_gateway.const import CONF_SERIAL, DOMAIN
from tests import states
from tests.conftest import EntrySetUp
from tests.simulator import Clock, Fault, GatewaySimulator
from tests.time_lapse import pass_time
from tests.totals import TOTALS, Json, cycles, noon, reset_meter, shown, totals_issue, truth

type Storage = dict[str, Any]


@pytest.fixture
def clock() -> Clock:
    """A gateway at noon of a summer day."""
    return noon()


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


@pytest.mark.parametrize("stored", ["nonsense", {"counters": []}, {"counters": {"production_energy": {"total": "1"}}}])
async def test_a_damaged_store_is_told_in_one_line_and_the_totals_begin_anew(
    hass: HomeAssistant,
    hass_storage: Storage,
    gateway: GatewaySimulator,
    add_entry: Callable[[GatewaySimulator], MockConfigEntry],
    caplog: pytest.LogCaptureFixture,
    stored: Json,
) -> None:
    """Without a traceback, and without a repair."""
    entry = add_entry(gateway)
    key = f"{DOMAIN}.{entry.entry_id}"
    hass_storage[key] = {"version": 1, "minor_version": 1, "key": key, "data": stored}
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert shown(hass, gateway) == pytest.approx(truth(gateway), abs=10)
    lines = [record for record in caplog.records if record.levelname in ("WARNING", "ERROR") and DOMAIN in record.name]
    assert ["damaged" in line.getMessage() for line in lines] == [True]
    assert not [record for record in caplog.records if record.exc_info]


async def test_a_store_of_a_later_version_is_not_trusted(
    hass: HomeAssistant,
    hass_storage: Storage,
    gateway: GatewaySimulator,
    add_entry: Callable[[GatewaySimulator], MockConfigEntry],
) -> None:
    """After going back to an older release of the integration."""
    entry = add_entry(gateway)
    key = f"{DOMAIN}.{entry.entry_id}"
    hass_storage[key] = {"version": 9, "minor_version": 1, "key": key, "data": {"counters": {}}}
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert shown(hass, gateway) == pytest.approx(truth(gateway), abs=10)


async def test_removing_the_gateway_removes_its_totals(
    hass: HomeAssistant, hass_storage: Storage, gateway: GatewaySimulator, setup_entry: EntrySetUp
) -> None:
    """Nothing stays behind in the storage."""
    entry = await setup_entry(gateway)
    await hass.config_entries.async_unload(entry.entry_id)
    assert f"{DOMAIN}.{entry.entry_id}" in hass_storage
    await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    assert f"{DOMAIN}.{entry.entry_id}" not in hass_storage


async def test_another_gateway_goes_on_with_the_totals(
    hass: HomeAssistant, gateway: GatewaySimulator, clock: Clock, setup_entry: EntrySetUp
) -> None:
    """The entry carries another serial number since: its totals continue at once, and nobody is asked."""
    entry = await setup_entry(gateway)
    before = shown(hass, gateway)
    await hass.config_entries.async_unload(entry.entry_id)
    async with GatewaySimulator("net_single", clock=clock, serial="122999000111") as another:
        data = {**entry.data, CONF_SERIAL: another.serial, "host": another.host, "token": another.mint()}
        data["fingerprint"] = another.fingerprint
        hass.config_entries.async_update_entry(entry, data=data, unique_id=another.serial)
        assert await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
        for key in ("production_energy", "grid_import_energy", "grid_export_energy"):
            assert states.figure(hass, another.serial, key) == pytest.approx(before[key])
        assert totals_issue(hass, entry) is None
        await hass.config_entries.async_unload(entry.entry_id)


async def test_todays_sum_is_shown_while_it_can_be_true(
    hass: HomeAssistant, gateway: GatewaySimulator, setup_entry: EntrySetUp, freezer: FrozenDateTimeFactory
) -> None:
    """Not the lifetime in its place, which some firmware gives; what fails is unavailable as ever."""

    def today() -> float | None:
        return states.figure(hass, gateway.serial, "production_energy_today")

    def lifetime_for_today(answer: Json) -> Json:
        eim = answer["production"]["eim"]
        eim["wattHoursToday"] = eim["wattHoursLifetime"]
        return answer

    await setup_entry(gateway)
    morning = today()
    assert morning is not None
    await cycles(hass, freezer, 4)
    noon = today()
    assert noon is not None
    assert noon > morning
    gateway.override("energy", lifetime_for_today)
    await cycles(hass, freezer, 1)
    assert today() is None
    gateway.override("energy", None)
    await cycles(hass, freezer, 1)
    assert today() is not None
    gateway.fault("energy", Fault.SERVER_ERROR)
    await cycles(hass, freezer, 4)
    assert states.state(hass, gateway.serial, "production_energy_today") == STATE_UNAVAILABLE


def test_the_counters_know_nothing_of_home_assistant() -> None:
    """They are pure, and their tests need nothing but readings."""
    folder = Path(__file__).parents[1] / "custom_components" / DOMAIN / "counters"
    modules = [path.read_text() for path in folder.glob("*.py")]
    assert len(modules) > 3
    assert not [text for text in modules if "import homeassistant" in text or "from homeassistant" in text]
