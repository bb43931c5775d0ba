"""Where the totals are stored: what version 1 stored is read, and nothing that is damaged takes the gateway down."""

from hashlib import sha256
import json
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.iq_gateway.const import DOMAIN
from tests import states
from tests.conftest import EntryMaker, EntrySetUp, second_cycle
from tests.meters import Json, cycles, shown, totals_issue, truth
from tests.simulator import GatewaySimulator

type Storage = dict[str, Any]


async def start(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Set the entry up, and have its totals shown."""
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    await second_cycle(hass, entry)


def put(hass_storage: Storage, entry: MockConfigEntry, data: Json, *, version: int) -> None:
    """Store what an earlier run has left."""
    key = f"{DOMAIN}.{entry.entry_id}"
    hass_storage[key] = {"version": version, "minor_version": 1, "key": key, "data": data}


def version_1(gateway: str, at: float, **counters: tuple[float, float]) -> Json:
    """Return what version 1 stored: of each counter its total and what was added, read so many seconds since 1970."""
    return {
        "gateway": sha256(gateway.encode()).hexdigest(),
        "counters": {
            key: {"total": total, "base": {"offset": offset, "run": {"read_at": at}}}
            for key, (total, offset) in counters.items()
        },
    }


async def test_totals_of_version_1_go_on(
    hass: HomeAssistant,
    hass_storage: Storage,
    gateway: GatewaySimulator,
    add_entry: EntryMaker,
    freezer: FrozenDateTimeFactory,
) -> None:
    """With what was added to the gateway's counters, and with what was counted since; nobody is asked."""
    entry, true = add_entry(gateway), truth(gateway)
    at = dt_util.utcnow().timestamp() - 3600
    stored = version_1(
        gateway.serial,
        at,
        production_energy=(true["production_energy"] + 6_000, 7_000.0),
        grid_import_energy=(true["grid_import_energy"] - 100, 0.0),
        grid_export_energy=(50_000_000.0, 0.0),
    )
    put(hass_storage, entry, stored, version=1)
    await start(hass, entry)
    figures, now = shown(hass, gateway), truth(gateway)
    assert figures["production_energy"] == pytest.approx(now["production_energy"] + 7_000, abs=0.01)
    assert figures["grid_import_energy"] == pytest.approx(now["grid_import_energy"], abs=0.01)
    assert figures["grid_export_energy"] == pytest.approx(50_000_000, abs=10)
    assert figures["battery_charged_energy"] == pytest.approx(now["battery_charged_energy"], abs=0.01)
    await cycles(hass, freezer, 3)
    assert totals_issue(hass, entry) is None
    assert shown(hass, gateway)["production_energy"] == pytest.approx(gateway.house.totals.production + 7_000, abs=0.01)
    await hass.config_entries.async_unload(entry.entry_id)
    assert hass_storage[f"{DOMAIN}.{entry.entry_id}"]["version"] == 2


async def test_totals_of_version_1_and_another_gateway_go_on_from_where_they_were(
    hass: HomeAssistant, hass_storage: Storage, gateway: GatewaySimulator, add_entry: EntryMaker
) -> None:
    """Though what was added then would fit."""
    entry, true = add_entry(gateway), truth(gateway)
    stored = version_1(
        "another", dt_util.utcnow().timestamp(), production_energy=(true["production_energy"] - 90.0, 0.0)
    )
    put(hass_storage, entry, stored, version=1)
    await start(hass, entry)
    assert shown(hass, gateway)["production_energy"] == pytest.approx(true["production_energy"] - 90, abs=20)


@pytest.mark.parametrize(
    "counters",
    [
        None,
        [],
        {"production_energy": None},
        {"production_energy": "nonsense"},
        {"production_energy": {"total": "1"}},
        {"production_energy": {"total": "x", "base": {"offset": 0.0, "run": {"read_at": 1.0}}}},
        {"production_energy": {"total": 1.0, "base": {"offset": None, "run": {"read_at": 1.0}}}},
        {"production_energy": {"total": 1.0, "base": {"offset": 0.0, "run": None}}},
    ],
)
async def test_what_is_damaged_of_version_1_begins_anew(
    hass: HomeAssistant,
    hass_storage: Storage,
    gateway: GatewaySimulator,
    add_entry: EntryMaker,
    caplog: pytest.LogCaptureFixture,
    counters: Json,
) -> None:
    """Without a traceback, and without a repair."""
    entry = add_entry(gateway)
    put(hass_storage, entry, {"counters": counters}, version=1)
    await start(hass, entry)
    assert shown(hass, gateway) == pytest.approx(truth(gateway), abs=10)
    assert not [record for record in caplog.records if record.exc_info]


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("stored", ["nonsense", [1, 2]])
async def test_a_store_that_is_none_takes_nothing_down(
    hass: HomeAssistant,
    hass_storage: Storage,
    gateway: GatewaySimulator,
    add_entry: EntryMaker,
    caplog: pytest.LogCaptureFixture,
    version: int,
    stored: Json,
) -> None:
    """The totals begin anew."""
    entry = add_entry(gateway)
    put(hass_storage, entry, stored, version=version)
    await start(hass, entry)
    assert shown(hass, gateway) == pytest.approx(truth(gateway), abs=10)
    assert not [record for record in caplog.records if record.exc_info]
    assert ("damaged" in caplog.text) is (version == 2)


async def test_one_damaged_total_is_told_in_one_line(
    hass: HomeAssistant,
    hass_storage: Storage,
    gateway: GatewaySimulator,
    setup_entry: EntrySetUp,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It goes on from what Home Assistant showed; the others are what they were."""
    entry = await setup_entry(gateway)
    totals = states.coordinator(entry).totals
    for key in ("production_energy", "grid_import_energy"):
        await totals.async_set_total(key, 5_000_000.0)
    await states.coordinator(entry).async_refresh()
    await hass.config_entries.async_unload(entry.entry_id)
    hass_storage[f"{DOMAIN}.{entry.entry_id}"]["data"]["totals"]["production_energy"]["base"] = 7
    caplog.clear()
    await start(hass, entry)
    assert shown(hass, gateway)["production_energy"] == pytest.approx(5_000_000, abs=10)
    assert shown(hass, gateway)["grid_import_energy"] == pytest.approx(5_000_000, abs=10)
    # A slow computer tells of this test by its name as well.
    ours = [record for record in caplog.records if record.name.startswith("custom_components")]
    lines = [record.getMessage() for record in ours if record.levelname in ("WARNING", "ERROR")]
    assert [line for line in lines if "damaged" in line] == ["IQ Gateway: stored totals are damaged: production_energy"]


async def test_a_store_of_a_later_version_is_not_trusted(
    hass: HomeAssistant,
    hass_storage: Storage,
    gateway: GatewaySimulator,
    add_entry: EntryMaker,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """After going back to an older release of the integration."""
    entry = add_entry(gateway)
    put(hass_storage, entry, {"totals": {}}, version=9)
    await start(hass, entry)
    assert shown(hass, gateway) == pytest.approx(truth(gateway), abs=10)
    assert "the stored totals cannot be read" in caplog.text


async def test_the_serial_number_is_not_stored(
    hass: HomeAssistant, hass_storage: Storage, gateway: GatewaySimulator, setup_entry: EntrySetUp
) -> None:
    """Only what tells whether it is the same."""
    entry = await setup_entry(gateway)
    await hass.config_entries.async_unload(entry.entry_id)
    stored = hass_storage[f"{DOMAIN}.{entry.entry_id}"]
    assert gateway.serial not in json.dumps(stored)
    assert stored["data"]["gateway"] == sha256(gateway.serial.encode()).hexdigest()


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
