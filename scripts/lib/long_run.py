"""Ten simulated days of four gateways with 300 inverters in one Home Assistant: what they leave behind.

Memory is that of the whole process, the simulated gateways included, after Python's rubbish has been collected.
"""

import argparse
import asyncio
from collections.abc import Iterable
import ctypes
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
import gc
import logging
from pathlib import Path
import resource
import sys
from tempfile import TemporaryDirectory
from typing import Final

from homeassistant.core import HomeAssistant

# First of all: what Home Assistant binds of the time when it is imported could not be stopped any more.
from pytest_homeassistant_custom_component import patch_time  # noqa: F401

from tests.drive import Drive
from tests.proof.contenders import IQ_GATEWAY
from tests.proof.days import BEGIN, set_up, simulated_gateways
from tests.proof.home import home_assistant
from tests.simulator import PROFILES, GatewaySimulator, Profile

GATEWAYS: Final = 4
INVERTERS: Final = 300
SITE: Final = PROFILES["metered_battery"]
# MB after the first day, in which everything has been seen once.
ALLOWED_GROWTH: Final = 2.0
HEADINGS: Final = f"{'day':>4}{'memory MB':>12}{'connections':>13}{'tasks':>7}{'states':>8}{'requests':>10}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evening:
    """What there is at the end of a day: MB, open connections, tasks, states; and the requests of the day."""

    day: int
    memory: float
    connections: int
    tasks: int
    states: int
    requests: int

    def row(self) -> str:
        """Return a row of the table."""
        return (
            f"{self.day:>4}{self.memory:>12.2f}{self.connections:>13}{self.tasks:>7}{self.states:>8}{self.requests:>10}"
        )


def profiles(gateways: int, inverters: int) -> list[Profile]:
    """Return that many sites, with the inverters spread over them."""
    return [
        replace(SITE, serial=str(int(SITE.serial) + number), inverters=inverters // gateways)
        for number in range(gateways)
    ]


async def run(days: int, directory: Path) -> list[Evening]:
    """Let the days pass, and look around each evening."""
    async with (
        home_assistant(directory) as hass,
        simulated_gateways(profiles(GATEWAYS, INVERTERS), BEGIN) as (gateways, frozen),
    ):
        with IQ_GATEWAY.quick():
            drives = [Drive(hass, await set_up(hass, gateway), frozen) for gateway in gateways]
            evenings = []
            for day in range(1, days + 1):
                requests = await _live_until(BEGIN + timedelta(days=day), drives, gateways)
                evenings.append(_look(day, hass, gateways, requests))
                print(evenings[-1].row(), flush=True)
            return evenings


async def _live_until(end: datetime, drives: list[Drive], gateways: Iterable[GatewaySimulator]) -> int:
    """Run all cycles of a day, those of all gateways at once, and return how many requests they took."""
    requests = 0
    while datetime.now(UTC) < end:
        drives[0].frozen.tick(min(drive.due for drive in drives))
        await asyncio.gather(*(drive.cycle(after=0) for drive in drives))
        for gateway in gateways:
            requests += len(gateway.requests)
            gateway.requests.clear()
    return requests


def _look(day: int, hass: HomeAssistant, gateways: Iterable[GatewaySimulator], requests: int) -> Evening:
    return Evening(
        day=day,
        memory=_memory(),
        connections=sum(gateway.connections for gateway in gateways),
        tasks=len(asyncio.all_tasks()),
        states=len(hass.states.async_entity_ids()),
        requests=requests,
    )


def _memory() -> float:
    """Return what is in use, in MB, without rubbish and without what was freed and kept for later."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def main() -> None:
    """Run, print each day, and fail if anything grew."""
    parser = argparse.ArgumentParser(prog="scripts/benchmark --long-run", description=__doc__)
    parser.add_argument("--days", type=int, default=10, help="how many days (10)")
    arguments = parser.parse_args()
    if sys.platform != "linux":
        raise SystemExit("memory can be measured on Linux only")
    logging.disable(logging.CRITICAL)
    print(HEADINGS)
    with TemporaryDirectory() as folder:
        evenings = asyncio.run(run(arguments.days, Path(folder)))
    first, last = evenings[0], evenings[-1]
    growth = last.memory - first.memory
    print(f"memory grew by {growth:.2f} MB after the first day; {ALLOWED_GROWTH} MB are allowed")
    if growth > ALLOWED_GROWTH or last.connections > first.connections or last.tasks > first.tasks:
        raise SystemExit("something was left behind")


if __name__ == "__main__":
    main()
