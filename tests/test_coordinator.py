"""The cycle in Home Assistant: when it runs, and what the log says."""

import asyncio
from datetime import timedelta
import logging
import re
import time
from typing import Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import EVENT_STATE_CHANGED, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity import Entity
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_capture_events

from custom_components.iq_gateway.const import DOMAIN
from custom_components.iq_gateway.coordinator import IQGatewayCoordinator
from custom_components.iq_gateway.diagnostics import async_get_config_entry_diagnostics
from custom_components.iq_gateway.polling import Poller, PollResult, poller
from custom_components.iq_gateway.polling.cache import EndpointCache
from custom_components.iq_gateway.site import Site, build_site
from tests import states
from tests.conftest import EntryMaker, EntrySetUp
from tests.edits import section
from tests.noon import NOON
from tests.simulator import Clock, Fault, GatewaySimulator
from tests.time_lapse import pass_time

CYCLE: Final = timedelta(seconds=300)
SOON: Final = timedelta(seconds=30)
LOGGER: Final = f"custom_components.{DOMAIN}"


def _told(caplog: pytest.LogCaptureFixture) -> list[tuple[int, str]]:
    """Return level and text of the integration's log lines since the last time."""
    told = [(record.levelno, record.message) for record in caplog.records if record.name == LOGGER]
    caplog.clear()
    return told


async def test_cycles_run_at_the_chosen_pace(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """Every five minutes by default, and not before."""
    await setup_entry(gateway)
    gateway.requests.clear()
    await pass_time(hass, freezer, timedelta(seconds=295))
    assert gateway.requests == []
    await pass_time(hass, freezer, timedelta(seconds=10))
    assert gateway.requests != []


async def _next_wait(hass: HomeAssistant, freezer: FrozenDateTimeFactory, coordinator: IQGatewayCoordinator) -> float:
    """Let the next cycle come, and return the seconds to the one after it."""
    await pass_time(hass, freezer, (coordinator.update_interval or CYCLE) + timedelta(seconds=1))
    return (coordinator.update_interval or CYCLE).total_seconds()


async def test_a_silent_gateway_is_asked_again_soon(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """After a minute, after two more, then at the chosen pace; when it answers all is as before."""
    entry = await setup_entry(gateway)
    coordinator = states.coordinator(entry)
    gateway.fault("*", Fault.BAD_GATEWAY)
    waits = [await _next_wait(hass, freezer, coordinator) for _ in range(3)]
    assert waits == [60, 120, 300]
    reachable_then = coordinator.reachable

    gateway.clear_faults()
    await pass_time(hass, freezer, timedelta(seconds=301))
    assert (reachable_then, coordinator.reachable) == (False, True)
    assert coordinator.update_interval == CYCLE
    assert states.figure(hass, gateway.serial, "production_energy") is not None


async def test_a_bad_cycle_is_no_failure_of_the_coordinator(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """Values stand or fall one by one."""
    entry = await setup_entry(gateway)
    gateway.fault("*", Fault.BAD_GATEWAY)
    await pass_time(hass, freezer, CYCLE)
    assert states.coordinator(entry).last_update_success
    assert states.figure(hass, gateway.serial, "production_energy") is not None


async def test_what_has_no_meaning_yet_is_logged_once(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
    setup_entry: EntrySetUp,
    gateway: GatewaySimulator,
) -> None:
    """So that somebody can tell us what it means."""
    gateway.override("live", section("meters", main_relay_state=99))
    await setup_entry(gateway)
    await pass_time(hass, freezer, CYCLE)
    told = [text for _, text in _told(caplog) if "unknown meaning" in text]
    assert told == ["IQ Gateway: the gateway gives a value of unknown meaning: main_relay_state 99"]


async def test_a_good_gateway_is_nothing_to_log(
    caplog: pytest.LogCaptureFixture, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """Neither a warning nor a line of information."""
    caplog.set_level(logging.INFO, LOGGER)
    await setup_entry(gateway)
    assert _told(caplog) == []


class _Broken:
    """Stands in for what makes a site of the answers, and fails in one way or another."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch

    def by(self, error: Exception) -> None:
        """Have it fail from now on."""

        def fail(*_: object, **__: object) -> Site:
            raise error

        self._monkeypatch.setattr(poller, "build_site", fail)

    def mend(self) -> None:
        """Have it work again."""
        self._monkeypatch.setattr(poller, "build_site", build_site)


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> _Broken:
    """The integration with a fault of its own, for as long as a test wants."""
    return _Broken(monkeypatch)


async def test_a_fault_of_our_own_lets_values_age(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    setup_entry: EntrySetUp,
    gateway: GatewaySimulator,
    broken: _Broken,
) -> None:
    """As an error of the gateway does: they stand for two cycles, then all are unavailable, until it is mended."""
    entry = await setup_entry(gateway)
    missing = set(states.without_value(hass, entry))
    broken.by(KeyError("oops"))
    for _ in range(2):
        await pass_time(hass, freezer, CYCLE)
        assert set(states.without_value(hass, entry)) == missing
    await pass_time(hass, freezer, CYCLE)
    assert {shown.state for shown in hass.states.async_all("sensor")} == {STATE_UNAVAILABLE}
    assert {shown.state for shown in hass.states.async_all("binary_sensor")} == {STATE_UNAVAILABLE}
    broken.mend()
    await pass_time(hass, freezer, CYCLE)
    assert set(states.without_value(hass, entry)) == missing


async def test_a_fault_of_our_own_is_one_line(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
    setup_entry: EntrySetUp,
    gateway: GatewaySimulator,
    broken: _Broken,
) -> None:
    """What it was and where, without its text and its traceback; again only when it has been away."""
    entry = await setup_entry(gateway)
    _told(caplog)
    for _ in range(2):
        broken.by(KeyError("a secret"))
        for _ in range(5):
            await pass_time(hass, freezer, CYCLE)
        broken.mend()
        await pass_time(hass, freezer, CYCLE)
    loud = [record for record in caplog.records if record.levelno >= logging.WARNING and record.name != "asyncio"]
    assert not any(record.exc_info for record in loud)
    lines = [record.getMessage() for record in loud]
    assert len(lines) == 2
    place = r"polling/poller\.py:\d+"
    assert re.fullmatch(rf"IQ Gateway: an unexpected error, please report it: KeyError at {place}", lines[0])
    report = await async_get_config_entry_diagnostics(hass, entry)
    assert re.fullmatch(rf"KeyError at {place}", report["fault"])
    assert "a secret" not in caplog.text


async def test_a_fault_of_our_own_at_the_start_is_tried_again(
    setup_entry: EntrySetUp, gateway: GatewaySimulator, broken: _Broken, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing can be shown yet."""

    def fail(*_: object, **__: object) -> None:
        raise ValueError

    monkeypatch.setattr(EndpointCache, "accept", fail)
    entry = await setup_entry(gateway)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert states.why_not(entry) == "not_ready"


async def test_a_first_cycle_that_is_cancelled_is_no_start(
    setup_entry: EntrySetUp, gateway: GatewaySimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is nothing that entities could show."""

    async def cancelled(*_: object, **__: object) -> PollResult:
        raise asyncio.CancelledError

    monkeypatch.setattr(Poller, "run", cancelled)
    assert (await setup_entry(gateway)).state is ConfigEntryState.SETUP_RETRY


async def _run_next_cycle(hass: HomeAssistant, entry: MockConfigEntry) -> timedelta | None:
    """Run a cycle, and return the time to the one after it."""
    await states.coordinator(entry).async_refresh()
    await hass.async_block_till_done()
    return states.coordinator(entry).update_interval


async def test_the_second_cycle_comes_soon_while_totals_wait_for_it(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, add_entry: EntryMaker, gateway: GatewaySimulator
) -> None:
    """All else goes at the chosen pace, but for a second cycle after a restart: no start waits for what is rare."""
    freezer.move_to(NOON)
    entry = add_entry(gateway)
    await hass.config_entries.async_setup(entry.entry_id)
    assert states.coordinator(entry).update_interval == SOON
    freezer.tick(SOON)
    assert await _run_next_cycle(hass, entry) == CYCLE
    freezer.tick(CYCLE)
    await hass.config_entries.async_reload(entry.entry_id)
    assert states.coordinator(entry).update_interval == SOON
    freezer.tick(SOON)
    assert await _run_next_cycle(hass, entry) == CYCLE


async def test_totals_wait_no_longer_where_entities_ask_for_more(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
    socket_enabled: None,
    clock: Clock,
    add_entry: EntryMaker,
) -> None:
    """What the first cycle did not know to ask for is read behind it, and is no second reading of anything."""
    freezer.move_to(NOON)
    monkeypatch.setattr(Entity, "entity_registry_enabled_default", property(lambda _: True))
    async with GatewaySimulator("net_split", clock=clock) as gateway:
        entry = add_entry(gateway)
        await hass.config_entries.async_setup(entry.entry_id)
        assert states.figure(hass, gateway.serial, "consumption_reactive_power") is not None
        assert states.figure(hass, gateway.serial, "production_energy") is None
        assert states.coordinator(entry).update_interval == SOON


async def test_a_gateway_whose_meters_wait_to_be_confirmed_is_asked_again_soon(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
    add_entry: EntryMaker,
    gateway: GatewaySimulator,
) -> None:
    """Its list was empty while it started; that is worth no line in the log."""
    freezer.move_to(NOON)
    caplog.set_level(logging.INFO, LOGGER)
    gateway.override("meters", lambda _: [])
    entry = add_entry(gateway)
    await hass.config_entries.async_setup(entry.entry_id)
    assert states.coordinator(entry).update_interval == SOON
    assert states.find(hass, gateway.serial, "grid_import_energy") is None
    gateway.override("meters", lambda listed: listed)
    freezer.tick(SOON)
    # The totals are there now, and wait for their second reading in turn.
    assert await _run_next_cycle(hass, entry) == SOON
    assert states.figure(hass, gateway.serial, "grid_power") is not None
    freezer.tick(SOON)
    assert await _run_next_cycle(hass, entry) == CYCLE
    assert states.figure(hass, gateway.serial, "grid_import_energy") is not None
    assert _told(caplog) == []


async def test_a_gateway_that_refuses_its_list_of_meters_is_asked_again_soon(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, socket_enabled: None, clock: Clock, add_entry: EntryMaker
) -> None:
    """One without meters has none; only the second refusal tells that, and that its production is the inverters'."""
    freezer.move_to(NOON)
    async with GatewaySimulator("standard", clock=clock) as gateway:
        gateway.fault("meters", Fault.NOT_FOUND)
        entry = add_entry(gateway)
        await hass.config_entries.async_setup(entry.entry_id)
        assert states.figure(hass, gateway.serial, "production_power") is None
        assert states.coordinator(entry).update_interval == SOON
        freezer.tick(SOON)
        await _run_next_cycle(hass, entry)
        assert states.figure(hass, gateway.serial, "production_power") is not None


async def test_new_firmware_shows_though_no_figure_changed(
    hass: HomeAssistant, socket_enabled: None, freezer: FrozenDateTimeFactory, setup_entry: EntrySetUp
) -> None:
    """The gateway's device follows it."""
    async with GatewaySimulator("net_split", clock=Clock(speed=0, start=time.time())) as gateway:
        await setup_entry(gateway)
        await pass_time(hass, freezer, CYCLE)
        gateway.firmware = "D8.3.9999"
        changed = async_capture_events(hass, EVENT_STATE_CHANGED)
        for _ in range(12):
            await pass_time(hass, freezer, CYCLE)
        assert states.device(hass, gateway.serial).sw_version == "D8.3.9999"
        assert changed == []
