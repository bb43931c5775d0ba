"""With a real recorder: a total goes on from what Home Assistant knows of it, and a wrong beginning leaves no spike."""

from datetime import datetime, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.recorder import get_instance
from homeassistant.components.recorder.core import Recorder
from homeassistant.components.recorder.models import StatisticMeanType
from homeassistant.components.recorder.statistics import async_import_statistics, statistics_during_period
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
    do_adhoc_statistics,
)

from custom_components.iq_gateway.const import DOMAIN
from custom_components.iq_gateway.totals import Origin
from custom_components.iq_gateway.totals.statistics import async_clear_statistics, async_last_known
from tests.conftest import EntrySetUp, second_cycle
from tests.meters import CYCLE, cycles, reset_meter, shown, totals_issue
from tests.simulator import GatewaySimulator
from tests.time_lapse import pass_time

ENTITY = "sensor.iq_gateway_production_energy"
KWH = {"unit_of_measurement": "kWh", "device_class": "energy", "state_class": "total_increasing"}

type Storage = dict[str, Any]


@pytest.fixture
async def grown(
    recorder_mock: Recorder,
    hass: HomeAssistant,
    gateway: GatewaySimulator,
    setup_entry: EntrySetUp,
    freezer: FrozenDateTimeFactory,
) -> MockConfigEntry:
    """A gateway whose production meter was reset long ago: its total is far above the counter."""
    entry = await setup_entry(gateway)
    await cycles(hass, freezer, 5)
    gateway.override("readings", reset_meter(gateway.house.totals.production))
    await cycles(hass, freezer, 6)
    await async_wait_recording_done(hass)
    return entry


async def start(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Set the entry up, and have its totals shown."""
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    await second_cycle(hass, entry)


async def test_an_entry_that_is_removed_and_added_again_goes_on(
    hass: HomeAssistant,
    gateway: GatewaySimulator,
    setup_entry: EntrySetUp,
    freezer: FrozenDateTimeFactory,
    grown: MockConfigEntry,
) -> None:
    """Its ledger is gone, the history is not."""
    before, at = shown(hass, gateway)["production_energy"], gateway.house.totals.production
    assert before is not None
    await hass.config_entries.async_remove(grown.entry_id)
    await hass.async_block_till_done()
    entry = await setup_entry(gateway)
    assert shown(hass, gateway)["production_energy"] == pytest.approx(before, abs=0.01)
    await cycles(hass, freezer, 3)
    counted = gateway.house.totals.production - at
    assert shown(hass, gateway)["production_energy"] == pytest.approx(before + counted, abs=0.01)
    assert totals_issue(hass, entry) is None


async def test_a_total_whose_ledger_is_lost_goes_on(
    hass: HomeAssistant,
    hass_storage: Storage,
    gateway: GatewaySimulator,
    grown: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """From its last state; one line of the log tells of it, for each total that is not where its counter is."""
    before = shown(hass, gateway)["production_energy"]
    assert before is not None
    await hass.config_entries.async_unload(grown.entry_id)
    del hass_storage[f"{DOMAIN}.{grown.entry_id}"]
    caplog.clear()
    await start(hass, grown)
    assert shown(hass, gateway)["production_energy"] == pytest.approx(before, abs=0.01)
    told = [record.getMessage() for record in caplog.records if "missing or too old" in record.getMessage()]
    assert (
        f"IQ Gateway: the stored total of production_energy is missing or too old; it goes on from "
        f"{before / 1000:.1f} kWh, as recorded" in told
    )


async def test_a_ledger_that_is_older_than_the_history_is_made_up_for(
    hass: HomeAssistant,
    hass_storage: Storage,
    recorder_mock: Recorder,
    gateway: GatewaySimulator,
    setup_entry: EntrySetUp,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A backup of the storage was restored, from before the meter was reset."""
    entry = await setup_entry(gateway)
    await cycles(hass, freezer, 5)
    await hass.config_entries.async_unload(entry.entry_id)
    old = hass_storage[f"{DOMAIN}.{entry.entry_id}"]
    await start(hass, entry)
    gateway.override("readings", reset_meter(gateway.house.totals.production - 20_000_000))
    await cycles(hass, freezer, 6)
    before = shown(hass, gateway)["production_energy"]
    assert before is not None
    await async_wait_recording_done(hass)
    await hass.config_entries.async_unload(entry.entry_id)
    hass_storage[f"{DOMAIN}.{entry.entry_id}"] = old
    await start(hass, entry)
    await cycles(hass, freezer, 5)
    after = shown(hass, gateway)["production_energy"]
    assert after is not None
    assert before <= after < before + 5_000


async def test_a_ledger_that_knows_as_much_as_the_history_is_trusted(
    hass: HomeAssistant, gateway: GatewaySimulator, grown: MockConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    """As after each ordinary restart."""
    before = shown(hass, gateway)["production_energy"]
    caplog.clear()
    await hass.config_entries.async_reload(grown.entry_id)
    await hass.async_block_till_done()
    assert shown(hass, gateway)["production_energy"] == pytest.approx(before, abs=0.01)
    assert "as recorded" not in caplog.text


async def test_a_wrong_beginning_leaves_no_spike(
    hass: HomeAssistant,
    recorder_mock: Recorder,
    gateway: GatewaySimulator,
    setup_entry: EntrySetUp,
    freezer: FrozenDateTimeFactory,
) -> None:
    """What the gateway showed first was twice the truth: once that is known, its statistics begin anew."""
    begun = _five_minutes(dt_util.utcnow())
    freezer.move_to(begun + timedelta(seconds=10))
    gateway.override("readings", reset_meter(-gateway.house.totals.production))
    await setup_entry(gateway)
    assert (shown(hass, gateway)["production_energy"] or 0) > 1.9 * gateway.house.totals.production
    await _live(hass, freezer, 1)
    assert await _sums(hass, begun)
    gateway.override("readings", None)
    await _live(hass, freezer, 12)
    assert shown(hass, gateway)["production_energy"] == pytest.approx(gateway.house.totals.production, abs=0.01)
    sums = await _sums(hass, begun)
    assert len(sums) >= 6
    assert max(sums) < 10
    assert min(sums) >= 0


def _five_minutes(moment: datetime) -> datetime:
    return moment.replace(minute=moment.minute // 5 * 5, second=0, microsecond=0) + timedelta(minutes=5)


async def _live(hass: HomeAssistant, freezer: FrozenDateTimeFactory, count: int) -> None:
    """Let cycles pass, and have the recorder compile what came of each."""
    for _ in range(count):
        await pass_time(hass, freezer, CYCLE)
        await async_wait_recording_done(hass)
        do_adhoc_statistics(hass, start=_five_minutes(dt_util.utcnow()) - timedelta(minutes=10))
        await async_wait_recording_done(hass)


async def _sums(hass: HomeAssistant, begin: datetime) -> list[float]:
    """Return the sums of the total's statistics in kWh, as the Energy panel has them."""
    before, units = begin - timedelta(hours=1), {"energy": "kWh"}
    rows = await get_instance(hass).async_add_executor_job(
        statistics_during_period, hass, before, None, {ENTITY}, "5minute", units, {"sum"}
    )
    return [row["sum"] or 0.0 for row in rows.get(ENTITY, [])]


# What is known of a total


async def test_nothing_is_known_without_a_recorder(hass: HomeAssistant) -> None:
    """Not every Home Assistant has one."""
    assert await async_last_known(hass, ENTITY) is None
    async_clear_statistics(hass, [ENTITY])


async def test_nothing_is_known_of_what_was_never_recorded(recorder_mock: Recorder, hass: HomeAssistant) -> None:
    """The entity is new."""
    assert await async_last_known(hass, ENTITY) is None


async def test_the_last_state_that_is_a_figure_counts(
    recorder_mock: Recorder, hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """In its own unit, with what was added then."""
    hass.states.async_set(ENTITY, "1000", KWH)
    freezer.tick(60)
    hass.states.async_set(ENTITY, "1.5", {**KWH, "unit_of_measurement": "MWh", "correction": 2.5})
    at = dt_util.utcnow().timestamp()
    for state, attributes in (
        ("7", {"unit_of_measurement": "W"}),
        ("8", {}),
        ("9", {**KWH, "correction": "much"}),
        ("unknown", KWH),
        ("unavailable", {}),
    ):
        freezer.tick(60)
        hass.states.async_set(ENTITY, state, attributes)
    await async_wait_recording_done(hass)
    known = await async_last_known(hass, ENTITY)
    assert known is not None
    assert (known.total, known.offset, known.same_counter) == (1_500_000.0, 2_500.0, True)
    assert known.at == pytest.approx(at)


async def test_the_last_of_many_states_counts(
    recorder_mock: Recorder, hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """However many there are, and however old it is; it knows more than statistics of the same moment."""
    assert await async_setup_component(hass, "sensor", {})
    begun = _five_minutes(dt_util.utcnow())
    freezer.move_to(begun)
    for total in range(30):
        freezer.tick(3)
        hass.states.async_set(ENTITY, str(1000 + total), {**KWH, "correction": 2.5})
    at = dt_util.utcnow().timestamp()
    await async_wait_recording_done(hass)
    do_adhoc_statistics(hass, start=begun)
    await async_wait_recording_done(hass)
    freezer.tick(timedelta(days=12))
    known = await async_last_known(hass, ENTITY)
    assert known == Origin(total=1_029_000.0, at=at, offset=2_500.0)


async def test_the_later_one_of_state_and_statistics_counts(
    recorder_mock: Recorder, hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Statistics are there for ever; where a later state is there, it knows more."""
    hour = dt_util.utcnow().replace(minute=0, second=0, microsecond=0)
    _import(hass, hour, state=1.25, unit="MWh")
    await async_wait_recording_done(hass)
    known = await async_last_known(hass, ENTITY)
    assert known == Origin(total=1_250_000.0, at=hour.timestamp())
    freezer.move_to(hour + timedelta(hours=2))
    hass.states.async_set(ENTITY, "1300", KWH)
    await async_wait_recording_done(hass)
    known = await async_last_known(hass, ENTITY)
    assert known is not None
    assert known.total == 1_300_000.0
    freezer.move_to(hour + timedelta(hours=2))
    _import(hass, hour + timedelta(hours=3), state=1.4, unit="MWh")
    await async_wait_recording_done(hass)
    known = await async_last_known(hass, ENTITY)
    assert known is not None
    assert known.total == pytest.approx(1_400_000.0)


async def test_short_term_statistics_come_first(
    recorder_mock: Recorder, hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """They are the later ones, while they are there, also of a state from before."""
    assert await async_setup_component(hass, "sensor", {})
    begun = _five_minutes(dt_util.utcnow())
    freezer.move_to(begun)
    hass.states.async_set(ENTITY, "1000", KWH)
    await async_wait_recording_done(hass)
    do_adhoc_statistics(hass, start=begun + timedelta(minutes=5))
    _import(hass, begun.replace(minute=0) - timedelta(hours=1), state=900.0, unit="kWh")
    await async_wait_recording_done(hass)
    known = await async_last_known(hass, ENTITY)
    assert known == Origin(total=1_000_000.0, at=(begun + timedelta(minutes=5)).timestamp())


async def test_statistics_without_a_state_tell_nothing(recorder_mock: Recorder, hass: HomeAssistant) -> None:
    """They were imported as sums alone."""
    hour = dt_util.utcnow().replace(minute=0, second=0, microsecond=0)
    _import(hass, hour, state=None, unit="kWh")
    await async_wait_recording_done(hass)
    assert await async_last_known(hass, ENTITY) is None


async def test_statistics_in_what_is_no_unit_of_energy_tell_nothing(
    recorder_mock: Recorder, hass: HomeAssistant
) -> None:
    """Another entity may have had the name before."""
    hour = dt_util.utcnow().replace(minute=0, second=0, microsecond=0)
    _import(hass, hour, state=1.0, unit="m³", unit_class="volume")
    await async_wait_recording_done(hass)
    assert await async_last_known(hass, ENTITY) is None


def _import(
    hass: HomeAssistant, start: datetime, *, state: float | None, unit: str, unit_class: str = "energy"
) -> None:
    metadata: Any = {
        "has_mean": False,
        "mean_type": StatisticMeanType.NONE,
        "has_sum": True,
        "name": None,
        "source": "recorder",
        "statistic_id": ENTITY,
        "unit_class": unit_class,
        "unit_of_measurement": unit,
    }
    row: Any = {"start": start, "sum": 5.0} | ({} if state is None else {"state": state})
    async_import_statistics(hass, metadata, [row])
