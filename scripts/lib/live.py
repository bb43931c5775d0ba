"""What live power costs the gateway, the recorder and the machine, and how fresh it is: `live.md`'s proof as a table.

A day of a house whose load trembles each second, lived through as fast as the machine can: each night the gateway is
away for ten minutes, some fault befalls it every half hour, and it closes each connection after 100 requests. The same
hours with the switch off tell what of it is live power's. Freshness is measured in real seconds.
"""

import argparse
import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
import logging
from pathlib import Path
import random
from statistics import quantiles
from tempfile import TemporaryDirectory
import time
from types import SimpleNamespace
from typing import Final
from unittest.mock import patch

from homeassistant.components.recorder import get_instance
from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback

from custom_components.iq_gateway.client import gateway as client
from custom_components.iq_gateway.live import tier
from custom_components.iq_gateway.live.rhythm import Rhythm
from custom_components.iq_gateway.polling import glance, poller, request_log
from custom_components.iq_gateway.totals.keeper import LifetimeTotals
from tests import states
from tests.live.seconds import Seconds
from tests.proof.home import home_assistant
from tests.simulator import PROFILES, Clock, Fault, GatewaySimulator, NightlyAbsence

from .benchmark import CountingGateway, entry_for, gateway_in_a_thread

HOUR: Final = 3600
POWERS: Final = ("production_power", "consumption_power", "grid_power", "battery_power")
FAULTS: Final = (Fault.BAD_GATEWAY, Fault.RESET, Fault.TRUNCATED, Fault.EMPTY, Fault.UNAUTHORIZED, Fault.STUCK)
ENDPOINTS: Final = ("*", "readings", "live")
SITES: Final = ("metered_battery", "battery_no_meter")
# W by which what is shown may differ from what is true a moment later.
_CLOSE: Final = 100.0
# A gateway that takes so many seconds for an answer.
TAKES: Final = (0.05, 0.3, 1.0, 3.0)


class _Mover:
    """Moves the clock of a simulated site as freezegun would move that of the computer."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def tick(self, delta: timedelta) -> None:
        """Let time pass."""
        self._clock.advance(delta.total_seconds())


@dataclass(slots=True, kw_only=True)
class Day:
    """What some hours came to."""

    hours: float
    requests: int
    handshakes: int
    at_a_time: int
    cpu: float
    file: int
    rows: Counter[str] = field(default_factory=Counter)
    worst_hour: int = 0


@contextmanager
def simulated_time(clock: Clock) -> Iterator[None]:
    """Let the integration find the time of the simulated site."""
    told = SimpleNamespace(time=clock.now, monotonic=clock.now)
    with ExitStack() as stack:
        for module in (client, glance, poller, request_log, tier):
            stack.enter_context(patch.object(module, "time", told))
        # The ledger's day is the real one, in which hardly any time passes: it would want readings all the time.
        stack.enter_context(patch.object(LifetimeTotals, "next_reading_within", lambda _: float(HOUR)))
        yield


async def live_through(site: str, hours: int, *, on: bool, noise: float, folder: Path, faults: bool = True) -> Day:
    """Live through hours of a site with the switch on, or off, and tell what they came to."""
    clock = Clock(speed=0, start=1_781_000_000.0)
    with gateway_in_a_thread(PROFILES[site], clock) as gateway, simulated_time(clock):
        gateway.house.noise = noise
        async with home_assistant(folder, record=("sensor.*power*",)) as hass:
            seconds = await _set_up(hass, gateway, clock)
            gateway.situations.append(NightlyAbsence(zone=gateway.zone))
            gateway.closes_after = 100
            if on:
                await seconds.turn("turn_on")
            await seconds.live(120)
            return await _measured(hass, gateway, seconds, hours, faults=faults)


async def _set_up(hass: HomeAssistant, gateway: GatewaySimulator, clock: Clock) -> Seconds:
    entry = entry_for(gateway)
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    return Seconds(hass, entry, _Mover(clock))


async def _measured(
    hass: HomeAssistant, gateway: CountingGateway, seconds: Seconds, hours: int, *, faults: bool
) -> Day:
    keys = {states.entity_id(hass, gateway.serial, key): key for key in POWERS}
    written: Counter[str] = Counter()

    @callback
    def count(event: Event[EventStateChangedData]) -> None:
        written[keys.get(event.data["entity_id"], "others")] += 1

    hass.bus.async_listen(EVENT_STATE_CHANGED, count)
    chance = random.Random(hours)  # noqa: S311 (the same day each time)
    database = Path(hass.config.path("home-assistant_v2.db"))
    await get_instance(hass).async_block_till_done()
    before, handshakes, file, began = len(gateway.requests), gateway.handshakes, _size(database), time.thread_time()
    rows, worst = 0, 0
    for _ in range(hours):
        for _ in range(2):
            if faults:
                gateway.fault(chance.choice(ENDPOINTS), chance.choice(FAULTS), times=chance.randint(1, 6))
            await seconds.live(HOUR / 2)
        now = sum(written[key] for key in POWERS)
        worst, rows = max(worst, now - rows), now
    cpu = time.thread_time() - began
    await hass.async_block_till_done()
    await get_instance(hass).async_block_till_done()
    return Day(
        hours=hours,
        requests=len(gateway.requests) - before,
        handshakes=gateway.handshakes - handshakes,
        at_a_time=gateway.most_at_a_time,
        cpu=cpu,
        file=_size(database) - file,
        rows=written,
        worst_hour=worst,
    )


def _size(database: Path) -> int:
    return sum(file.stat().st_size for file in database.parent.glob(f"{database.name}*"))


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


def told(name: str, day: Day) -> str:
    """Return a row of the table."""
    rows, minutes = sum(day.rows[key] for key in POWERS), day.hours * 60
    return (
        f"{name:<34}{day.requests / minutes:>14.2f}{day.at_a_time:>12}{day.handshakes / minutes:>14.3f}"
        f"{rows * 24 / day.hours:>12.0f}{day.worst_hour:>12}{day.rows['others'] * 24 / day.hours:>12.0f}"
        f"{day.file / 1e6 * 24 / day.hours:>10.2f}{100 * day.cpu / (day.hours * HOUR):>11.3f}"
    )


HEAD: Final = (
    f"{'site':<34}{'requests/min':>14}{'at a time':>12}{'handshakes/min':>14}{'rows/day':>12}{'most/hour':>12}"
    f"{'other rows':>12}{'MB/day':>10}{'CPU %':>11}"
)


async def run(sites: Iterable[str], hours: int, steps: int) -> None:
    """Measure and print."""
    print("busy with us, by what an answer takes:", end=" ")
    for takes in TAKES:
        rhythm, every = Rhythm(), {"readings": 1.0}
        rhythm.told({"readings"}, (), every, 0.0)
        print(f"{takes} s: {100 * takes / (takes + rhythm.pause(every, takes, 0.0)):.0f} %", end="  ")
    print(f"\n{HEAD}", flush=True)
    for site in sites if hours else ():
        for name, on, noise in (("off", False, 4.0), ("on, quiet", True, 4.0), ("on, noisy", True, 800.0)):
            with TemporaryDirectory() as folder:
                day = await live_through(site, hours, on=on, noise=noise, folder=Path(folder))
            print(told(f"{site}, {name}", day), flush=True)
    for name, latency in (("a fast gateway", 1.0), ("a slow one", 4.0)) if steps else ():
        waited = await freshness(latency, steps=steps)
        share = quantiles(waited, n=20)
        print(f"fresh, {name}: p50 {share[9]:.2f} s, p95 {share[18]:.2f} s, max {max(waited):.2f} s", flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="scripts/benchmark --live", description=__doc__)
    parser.add_argument("--hours", type=int, default=24, help="simulated hours at each site (24)")
    parser.add_argument("--site", action="append", choices=list(PROFILES), help=f"instead of {', '.join(SITES)}")
    parser.add_argument("--steps", type=int, default=200, help="steps of the load, of some six real seconds each (200)")
    arguments = parser.parse_args()
    logging.disable(logging.CRITICAL)
    asyncio.run(run(arguments.site or SITES, arguments.hours, arguments.steps))


if __name__ == "__main__":
    main()
