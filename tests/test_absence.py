"""Devices that are gone: after a month of lists that leave them out they are removed, and never sooner."""

from datetime import timedelta
from typing import Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.iq_gateway.absence import Absence
from custom_components.iq_gateway.const import DOMAIN
from custom_components.iq_gateway.devices import KINDS
from tests import states
from tests.conftest import EntrySetUp
from tests.edits import rows
from tests.simulator import Fault, GatewaySimulator
from tests.simulator.reply import Json
from tests.time_lapse import pass_time

DAY: Final = timedelta(days=1)
GONE: Final = "129999999999"


def _with_another(listed: list[dict[str, Json]]) -> list[dict[str, Json]]:
    return [*listed, listed[0] | {"serialNumber": GONE}]


def _is_there(hass: HomeAssistant, entry: MockConfigEntry) -> bool:
    registry = dr.async_get(hass)
    return registry.async_get_device_by_identifier((DOMAIN, GONE), entry.entry_id) is not None


async def _live(hass: HomeAssistant, freezer: FrozenDateTimeFactory, days: int) -> None:
    for _ in range(days):
        await pass_time(hass, freezer, DAY)


@pytest.fixture
async def entry(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> MockConfigEntry:
    """A home with an inverter that the gateway lists no longer."""
    gateway.override("inverters", rows(_with_another))
    entry = await setup_entry(gateway)
    assert _is_there(hass, entry)
    gateway.override("inverters", None)
    return entry


async def test_what_is_not_listed_for_a_month_is_removed(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, gateway: GatewaySimulator, entry: MockConfigEntry
) -> None:
    """With its entities; all others stay, and it comes back without a reload should it be listed again."""
    others = set(states.coordinator(entry).data.site.inverters) - {GONE}
    await _live(hass, freezer, 30)
    assert _is_there(hass, entry)
    await _live(hass, freezer, 2)
    assert not _is_there(hass, entry)
    assert states.find(hass, GONE, "power") is None
    assert all(states.find(hass, serial, "power") for serial in others)
    assert states.device(hass, f"{gateway.serial}_storage_meter")

    gateway.override("inverters", rows(_with_another))
    await _live(hass, freezer, 1)
    assert _is_there(hass, entry)
    assert states.figure(hass, GONE, "power") is not None


async def test_the_count_outlives_a_restart(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, entry: MockConfigEntry
) -> None:
    """It goes on where it was."""
    await _live(hass, freezer, 20)
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    await _live(hass, freezer, 9)
    assert _is_there(hass, entry)
    await _live(hass, freezer, 2)
    assert not _is_there(hass, entry)


async def test_a_device_that_is_listed_again_begins_anew(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, gateway: GatewaySimulator, entry: MockConfigEntry
) -> None:
    """One list with it is enough."""
    await _live(hass, freezer, 29)
    gateway.override("inverters", rows(_with_another))
    await _live(hass, freezer, 1)
    gateway.override("inverters", None)
    await _live(hass, freezer, 30)
    assert _is_there(hass, entry)


@pytest.mark.parametrize("fault", [Fault.BAD_GATEWAY, Fault.NOT_FOUND, Fault.EMPTY, Fault.BROKEN_RECORD])
async def test_who_is_silent_says_nothing_of_what_is_gone(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: GatewaySimulator,
    entry: MockConfigEntry,
    fault: Fault,
) -> None:
    """Nor does a list in which something is broken."""
    gateway.fault("inverters", fault)
    await _live(hass, freezer, 40)
    assert _is_there(hass, entry)


def test_a_day_counts_once_and_a_clock_that_was_wrong_not_at_all() -> None:
    """However often the list is read on it."""
    absence = Absence("inverters")
    for today in ("2026-11-01", "2026-11-01", "2027-05-01", "2026-11-02", "2026-11-02", "2026-11-03"):
        absence.miss(today)
    assert absence.days == 3
    assert absence.find()
    assert not absence.find()
    assert absence.days == 0


def test_every_kind_says_where_it_is_listed() -> None:
    """But the gateway, which never goes."""
    assert [kind.name for kind in KINDS if kind.listed_by is None] == ["gateways"]
