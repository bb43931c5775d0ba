"""What the integration asks of a gateway and of Home Assistant, counted."""

from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
import logging
import sys
from types import FrameType
from typing import Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_capture_events

from custom_components.iq_gateway.devices import DeviceKind
from tests import states
from tests.conftest import EntryMaker, EntrySetUp
from tests.noon import NOON
from tests.simulator import PROFILES, Clock, Fault, GatewaySimulator, Profile
from tests.time_lapse import pass_time

CYCLE: Final = timedelta(seconds=300)
CYCLES: Final = 14
"""More than an hour: what is read hourly and the renewal of live data fall into it."""

MOST_IN_A_CYCLE: Final = 7
SITES: Final = {
    **PROFILES,
    "everything": replace(
        PROFILES["system_controller"], has_generator=True, contacts={"NC1": "Water heater", "NC2": ""}
    ),
}
"""With one that has more than fits into a cycle."""
MORE_FOR_THREE_CYCLES: Final = 1
"""While a first list of meters is read again, at sites that have much to ask."""
MOST_AT_FIRST: Final = 12
EXPENSIVE: Final = ("/production.json", "/production", "/home")
INVENTORY: Final = "/inventory.json"
WITH_INVENTORY: Final = {"ac_batteries"}
"""Profiles with what only the slow inventory tells."""

DEVICE_DATA: Final = "/ivp/pdm/device_data"
INVERTERS: Final = "/api/v1/production/inverters"
OURS: Final = "/iq_gateway/"


@pytest.fixture(autouse=True)
def _noon(freezer: FrozenDateTimeFactory) -> None:
    """Let it be noon in summer, so that every inverter reports something else each time."""
    freezer.move_to(NOON)


def _paths(gateway: GatewaySimulator) -> list[str]:
    return [request.path for request in gateway.requests]


async def _start(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Run the first cycle, and no other."""
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()


@pytest.fixture
async def without_battery(socket_enabled: None, clock: Clock) -> AsyncGenerator[GatewaySimulator]:
    """A home whose load the gateway reports: with a battery it does not."""
    async with GatewaySimulator("net_split", clock=clock) as simulator:
        yield simulator


async def test_the_first_refresh_is_short(
    hass: HomeAssistant, add_entry: EntryMaker, gateway: GatewaySimulator
) -> None:
    """All that the site has is learnt with a few requests, each endpoint once, on one connection."""
    await _start(hass, add_entry(gateway))
    asked = _paths(gateway)
    assert len(asked) <= MOST_AT_FIRST
    assert len(set(asked)) >= len(asked) - 1, "only live data is read twice"
    assert gateway.handshakes == 1


async def test_a_home_with_batteries_and_a_system_controller_is_asked_for_little(
    hass: HomeAssistant, socket_enabled: None, clock: Clock, freezer: FrozenDateTimeFactory, add_entry: EntryMaker
) -> None:
    """Three meters, 35 inverters, five batteries: at most 12 requests at a start, seven a cycle, one handshake each.

    From the first one after the start on, in which more is learnt.
    """
    async with GatewaySimulator("system_controller", clock=clock) as gateway:
        await _start(hass, add_entry(gateway))
        assert len(gateway.requests) <= MOST_AT_FIRST
        assert gateway.handshakes <= 1 + 1
        for _ in range(3 * CYCLES):
            gateway.requests.clear()
            handshakes = gateway.handshakes
            await pass_time(hass, freezer, CYCLE)
            assert len(gateway.requests) <= MOST_IN_A_CYCLE
            assert gateway.handshakes - handshakes == 1


async def test_a_start_reads_nothing_twice(
    hass: HomeAssistant, setup_entry: EntrySetUp, without_battery: GatewaySimulator
) -> None:
    """What only entities ask for, of which the first cycle knows nothing, is read by itself."""
    gateway = without_battery
    entry = await setup_entry(gateway)
    await states.enable(hass, entry, states.entity_id(hass, gateway.serial, "consumption_reactive_power"))
    gateway.requests.clear()
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    asked = _paths(gateway)
    assert asked[-1] == "/ivp/meters/reports/consumption"
    assert len(asked) == 8
    assert len(set(asked)) == len(asked)
    assert states.figure(hass, gateway.serial, "consumption_reactive_power") is not None


async def test_what_only_entities_ask_for_may_fail(
    hass: HomeAssistant, caplog: pytest.LogCaptureFixture, setup_entry: EntrySetUp, without_battery: GatewaySimulator
) -> None:
    """It is no failure of the start, and no silence of the gateway."""
    gateway = without_battery
    entry = await setup_entry(gateway)
    await states.enable(hass, entry, states.entity_id(hass, gateway.serial, "consumption_reactive_power"))
    gateway.fault("consumption", Fault.UNAVAILABLE)
    caplog.clear()
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    coordinator = states.coordinator(entry)
    assert (coordinator.last_update_success, coordinator.reachable) == (True, True)
    assert coordinator.update_interval == CYCLE
    told = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert [text for text in told if text.startswith("IQ Gateway")] == [
        "IQ Gateway: consumption does not answer: status 503"
    ]


@pytest.mark.parametrize("profile", SITES)
async def test_no_cycle_asks_for_much(
    hass: HomeAssistant,
    socket_enabled: None,
    clock: Clock,
    freezer: FrozenDateTimeFactory,
    add_entry: EntryMaker,
    profile: str,
) -> None:
    """At default settings, over more than an hour: few requests on one connection, and none that takes seconds."""
    async with GatewaySimulator(SITES[profile], clock=clock) as gateway:
        await _start(hass, add_entry(gateway))
        assert len(gateway.requests) <= MOST_AT_FIRST
        assert INVENTORY not in _paths(gateway), "no start waits for it"
        slow = 0
        for cycle in range(CYCLES):
            handshakes = gateway.handshakes
            gateway.requests.clear()
            await pass_time(hass, freezer, CYCLE)
            assert 1 <= len(gateway.requests) <= MOST_IN_A_CYCLE + (MORE_FOR_THREE_CYCLES if cycle <= 3 else 0)
            assert gateway.handshakes - handshakes == 1
            assert gateway.requests[-1].headers["connection"] == "close", "nothing stays open between cycles"
            assert not set(_paths(gateway)).intersection(EXPENSIVE)
            slow += _paths(gateway).count(INVENTORY)
            assert (DEVICE_DATA in _paths(gateway)) is (profile in WITH_INVENTORY)
        assert slow in ((4, 5, 6) if profile in WITH_INVENTORY else (0,)), "every quarter of an hour at most"


async def test_what_changes_hourly_is_read_hourly(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """Neither each cycle nor never, once first meters have been listed for a quarter of an hour."""
    await setup_entry(gateway)
    for _ in range(4):
        await pass_time(hass, freezer, CYCLE)
    gateway.requests.clear()
    for _ in range(24):
        await pass_time(hass, freezer, CYCLE)
    assert 1 <= _paths(gateway).count("/info") <= 2
    assert 1 <= _paths(gateway).count("/ivp/meters") <= 2


async def test_disabled_inverters_are_asked_for_hourly(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """Nobody looks at them: the list is read for new ones alone."""
    entry = await setup_entry(gateway)
    inverters = [states.entity_id(hass, serial, "power") for serial in states.coordinator(entry).data.site.inverters]
    assert len(inverters) == PROFILES["metered_battery"].inverters
    await states.disable(hass, entry, *inverters, states.entity_id(hass, gateway.serial, "inverters_reporting"))
    gateway.requests.clear()

    for _ in range(2 * CYCLES):
        await pass_time(hass, freezer, CYCLE)
    assert 1 <= _paths(gateway).count(INVERTERS) <= 2
    assert "/ivp/meters/readings" in _paths(gateway)


@dataclass(slots=True)
class Cost:
    """What a cycle costs in Home Assistant."""

    calls: int = 0
    """Of the integration's functions, and of Python's own by these."""
    writes: int = 0
    """Of states."""


@contextmanager
def _counting_calls(cost: Cost) -> Iterator[None]:
    def count(frame: FrameType, event: str, _arg: object) -> None:
        cost.calls += event in ("call", "c_call") and OURS in frame.f_code.co_filename

    sys.setprofile(count)
    try:
        yield
    finally:
        sys.setprofile(None)


async def _cost_of_a_cycle(hass: HomeAssistant, freezer: FrozenDateTimeFactory, entry: MockConfigEntry) -> Cost:
    written = async_capture_events(hass, EVENT_STATE_CHANGED)
    cost = Cost()
    freezer.tick(CYCLE)
    with _counting_calls(cost):
        await states.coordinator(entry).async_refresh()
    await hass.async_block_till_done()
    cost.writes = len(written)
    return cost


def _with_inverters(count: int) -> Profile:
    return replace(PROFILES["metered_battery"], inverters=count)


async def test_a_cycle_costs_no_more_than_linearly(
    hass: HomeAssistant,
    socket_enabled: None,
    clock: Clock,
    freezer: FrozenDateTimeFactory,
    setup_entry: EntrySetUp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each inverter more costs as much with three hundred of them as with a few, and at most one state a cycle."""
    # So many are off by default; somebody wants them all.
    monkeypatch.setattr(
        DeviceKind, "enables", lambda _self, description, *_: description.entity_registry_enabled_default
    )
    costs: dict[int, Cost] = {}
    for count in (10, 100, 300):
        async with GatewaySimulator(_with_inverters(count), clock=clock) as gateway:
            entry = await setup_entry(gateway)
            await _cost_of_a_cycle(hass, freezer, entry)
            costs[count] = await _cost_of_a_cycle(hass, freezer, entry)
            assert await hass.config_entries.async_remove(entry.entry_id)
            await hass.async_block_till_done()

    few = (costs[100].calls - costs[10].calls) / 90
    many = (costs[300].calls - costs[100].calls) / 200
    assert 0 < many <= 1.05 * few
    assert costs[300].writes - costs[10].writes <= 290
    assert costs[10].writes >= 10


async def test_nothing_is_written_when_nothing_changed(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """A second look at the same moment writes no state."""
    entry = await setup_entry(gateway)
    await states.coordinator(entry).async_refresh()
    written = async_capture_events(hass, EVENT_STATE_CHANGED)
    await states.coordinator(entry).async_refresh()
    await hass.async_block_till_done()
    assert written == []
