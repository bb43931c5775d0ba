"""Looks at single promises of live power: how fresh, how gentle, how it heals, and that off is off."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
import random
from tempfile import TemporaryDirectory
import time
from typing import Final
from unittest.mock import patch

from aiohttp import web
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant

from custom_components.iq_gateway.polling import glance
from tests import states
from tests.live.seconds import Seconds
from tests.proof.home import home_assistant
from tests.simulator import Clock, Fault, GatewaySimulator, Request

from .benchmark import entry_for
from .live_days import HOUR, set_up, simulated_time

SITE: Final = "metered_battery"
# W by which what is shown may differ from what is true a moment later.
_CLOSE: Final = 100.0
_FAULT_LASTS: Final = 600.0
_GIVEN_UP: Final = 120.0


async def freshness(latency: float, *, steps: int) -> list[float]:
    """Return after how many real seconds each of some steps of the load shows, at random moments."""
    clock, waited = Clock(), list[float]()
    with TemporaryDirectory() as folder:
        gateway = GatewaySimulator("net_split", clock=clock, latency=latency)
        async with gateway, home_assistant(Path(folder)) as hass:
            gateway.house.noise = 2.0
            entry = entry_for(gateway)
            entry.add_to_hass(hass)
            await hass.config_entries.async_setup(entry.entry_id)
            await hass.async_block_till_done()
            states.coordinator(entry).async_set_live_power(on=True)
            chance = random.Random(steps)  # noqa: S311
            for step in range(steps):
                await asyncio.sleep(chance.uniform(4.0, 7.0))
                gateway.house.draw(1_500.0 * (step % 2 + 1))
                began, wanted = time.perf_counter(), sum(gateway.house.load.power)
                while abs((states.figure(hass, gateway.serial, "consumption_power") or 0.0) - wanted) > _CLOSE:
                    await asyncio.sleep(0.01)
                    wanted = sum(gateway.house.load.power)
                waited.append(time.perf_counter() - began)
            states.coordinator(entry).async_set_live_power(on=False)
            await asyncio.sleep(0.5)
    return waited


@asynccontextmanager
async def _living(site: str) -> AsyncIterator[tuple[HomeAssistant, GatewaySimulator, Seconds, Clock]]:
    clock = Clock(speed=0, start=1_781_000_000.0)
    with TemporaryDirectory() as folder, simulated_time(clock):
        async with GatewaySimulator(site, clock=clock) as gateway, home_assistant(Path(folder)) as hass:
            gateway.house.noise = 4.0
            yield hass, gateway, await set_up(hass, gateway, clock), clock


async def busy(site: str, takes: float) -> float:
    """Return for what share of the time a gateway is busy with ticks, each answer of which takes so many seconds."""
    answer = GatewaySimulator._answer  # noqa: SLF001 (the simulated clock stands still while it answers)
    async with _living(site) as (_, gateway, seconds, clock):

        async def slowly(self: GatewaySimulator, request: web.BaseRequest, record: Request) -> web.StreamResponse:
            response = await answer(self, request, record)
            clock.advance(takes)
            return response

        with patch.object(GatewaySimulator, "_answer", slowly):
            await seconds.turn("turn_on")
            began, before = clock.now(), len(gateway.requests)
            await seconds.live(_FAULT_LASTS, cycles=False)
            share = takes * (len(gateway.requests) - before) / (clock.now() - began)
        await seconds.turn("turn_off")
    return share


async def healing(path: str, fault: Fault) -> tuple[float, float]:
    """Return after how many seconds of a fault nothing is shown any more, and after how many all is back."""
    async with _living(SITE) as (hass, gateway, seconds, _):
        await seconds.turn("turn_on")
        await seconds.live(30)

        def lost() -> bool:
            return states.state(hass, gateway.serial, "grid_power") == STATE_UNAVAILABLE

        # What hangs is given up after real seconds.
        with patch.object(glance, "DEADLINE", 0.25):
            gateway.fault(path, fault)
            gone = await _time_until(seconds, lost)
            await seconds.live(_FAULT_LASTS, cycles=False)
            gateway.clear_faults()
            back = await _time_until(seconds, lambda: not lost())
        await seconds.turn("turn_off")
    return gone, back


async def _time_until(seconds: Seconds, told: Callable[[], bool]) -> float:
    began = seconds.now
    while not told() and seconds.now - began < _GIVEN_UP:
        await seconds.live(1, cycles=False)
    return seconds.now - began


async def requests_of_an_hour(*, ever_on: bool) -> list[tuple[str, str, tuple[str, ...]]]:
    """Return what an hour asks with the switch off: method, path and names of headers."""
    async with _living(SITE) as (_, gateway, seconds, _):
        if ever_on:
            await seconds.turn("turn_on")
            await seconds.live(60, cycles=False)
            await seconds.turn("turn_off")
        else:
            await seconds.live(60, cycles=False)
        before = len(gateway.requests)
        await seconds.live(HOUR)
        return [(one.method, one.path, tuple(one.headers)) for one in gateway.requests[before:]]
