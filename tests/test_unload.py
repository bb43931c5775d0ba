"""A cycle has an end: its own deadline, or the entry's unloading."""

import asyncio
from collections.abc import Callable
import logging

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
import pytest

from custom_components.iq_gateway.client import gateway as client
from custom_components.iq_gateway.polling import poller

from .conftest import EntrySetUp
from .simulator import Fault, GatewaySimulator
from .simulator.reply import Json
from .states import coordinator, state

_ENDPOINTS = ("info", "meters", "readings", "live", "energy", "inverters")


async def _until(true: Callable[[], bool]) -> None:
    """Let the event loop go on until something is so."""
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110 (no event tells when another side has closed a connection)
            await asyncio.sleep(0)


async def test_a_cycle_ends_at_its_deadline_whatever_hangs(
    hass: HomeAssistant, gateway: GatewaySimulator, setup_entry: EntrySetUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each request hangs until its own deadline; together they may not take longer than the cycle's."""
    entry = await setup_entry(gateway)
    gateway.requests.clear()
    monkeypatch.setattr(client, "REQUEST_TIMEOUT", 0.3)
    monkeypatch.setattr(poller, "CYCLE_TIMEOUT", 0.5)
    gateway.fault("*", Fault.HANG)
    await coordinator(entry).async_refresh()
    # The third request would end after 0.9 s.
    assert len(gateway.requests) <= 2
    errors = [state.error for state in coordinator(entry).poller.states.values() if state.error]
    assert {str(error) for error in errors} == {"no answer in time", "the cycle ended before its turn came"}
    await _until(lambda: not gateway.connections)


def _of_1234_watts(rows: Json) -> Json:
    assert isinstance(rows, list)
    return [{**row, "activePower": 1234.0} for row in rows if isinstance(row, dict)]


async def test_what_answered_before_the_deadline_counts(
    hass: HomeAssistant, gateway: GatewaySimulator, setup_entry: EntrySetUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The readings come before and are shown; what hangs after them takes nothing away."""
    entry = await setup_entry(gateway)
    monkeypatch.setattr(poller, "CYCLE_TIMEOUT", 2)
    for name in ("energy", "inverters"):
        gateway.fault(name, Fault.HANG)
    gateway.override("readings", _of_1234_watts)
    await coordinator(entry).async_refresh()
    assert state(hass, gateway.serial, "grid_power") == "1234.0"
    assert state(hass, gateway.serial, "battery_level") != "unavailable"


async def test_no_second_cycle_starts_while_one_runs(
    hass: HomeAssistant, gateway: GatewaySimulator, setup_entry: EntrySetUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asks for an update in the midst of a cycle gets the next one, not a second one beside it."""
    entry = await setup_entry(gateway)
    gateway.requests.clear()
    cycles = [hass.async_create_task(coordinator(entry).async_refresh()) for _ in range(2)]
    await asyncio.gather(*cycles)
    paths = [request.path for request in gateway.requests if request.method == "GET"]
    half = len(paths) // 2
    # One after the other: the second began when the first had asked for everything.
    assert paths[:half] == paths[half:]
    assert len(set(paths[:half])) == half


@pytest.mark.parametrize("hanging", ["readings", "live", "inverters"])
async def test_unloading_ends_a_cycle_at_once(
    hass: HomeAssistant,
    gateway: GatewaySimulator,
    setup_entry: EntrySetUp,
    caplog: pytest.LogCaptureFixture,
    hanging: str,
) -> None:
    """The request under way is broken off; no task and no connection is left."""
    entry = await setup_entry(gateway)
    gateway.requests.clear()
    gateway.fault(hanging, Fault.HANG)
    before, current = asyncio.all_tasks(), asyncio.current_task()
    cycle = hass.async_create_task(coordinator(entry).async_refresh())
    await _until(lambda: any(request.status == 0 for request in gateway.requests))
    began = asyncio.get_running_loop().time()
    assert await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_block_till_done()
    # A request's own deadline is 15 s away.
    assert asyncio.get_running_loop().time() - began < client.REQUEST_TIMEOUT / 2
    assert entry.state is ConfigEntryState.NOT_LOADED
    await _until(lambda: not gateway.connections)
    assert cycle.done()
    await _until(lambda: asyncio.all_tasks() <= before | {current})
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]
