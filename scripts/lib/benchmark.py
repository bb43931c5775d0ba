"""What the integration costs the gateway and Home Assistant: simulated sites, a Home Assistant in this process.

The gateway runs in a thread of its own, so that the processor's time of the main thread is Home Assistant's alone.
"""

import argparse
import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from itertools import chain
import logging
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
import threading
import time
from types import SimpleNamespace
from typing import Final, override
from unittest.mock import patch

from aiohttp import ThreadedResolver, web
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.loader import DATA_CUSTOM_COMPONENTS
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_test_home_assistant

from custom_components.iq_gateway.client import gateway as client
from custom_components.iq_gateway.const import DOMAIN
from custom_components.iq_gateway.coordinator import IQGatewayCoordinator
from custom_components.iq_gateway.polling import poller
from tests.simulator import PROFILES, Clock, GatewaySimulator, Profile, Request

ROOT: Final = Path(__file__).parents[2]
CYCLE_SECONDS: Final = 300
SIZES: Final = (10, 35, 100, 300)
GROWING: Final = "metered_battery"
HEADINGS: Final = ("site", "inverters", "states", "set-up", "", "", "a cycle", "", "", "")
UNITS: Final = ("", "", "", "requests", "handshakes", "ms", "requests", "handshakes", "kB", "CPU ms")


class CountingGateway(GatewaySimulator):
    """A gateway that also counts the bytes of its answers' bodies."""

    sent = 0

    @override
    async def _answer(self, request: web.BaseRequest, record: Request) -> web.StreamResponse:
        response = await super()._answer(request, record)
        if isinstance(response, web.Response) and isinstance(response.body, bytes):
            self.sent += len(response.body)
        return response


@dataclass(slots=True)
class Costs:
    """Requests, TLS handshakes, bytes of answers, and seconds: of the wall's clock or of the processor."""

    requests: int
    handshakes: int
    sent: int
    seconds: float = 0.0


@dataclass(slots=True)
class Result:
    """A site's set-up and its cycles."""

    site: str
    inverters: int
    set_up: Costs
    states: int = 0
    cycles: list[Costs] = field(default_factory=list)

    def row(self) -> tuple[str, ...]:
        """Return a row of the table: the most requests of a cycle, the median of all else."""
        first, cycles = self.set_up, self.cycles
        return (
            self.site,
            str(self.inverters),
            str(self.states),
            str(first.requests),
            str(first.handshakes),
            f"{first.seconds * 1000:.0f}",
            str(max(cycle.requests for cycle in cycles)),
            str(max(cycle.handshakes for cycle in cycles)),
            f"{median(cycle.sent for cycle in cycles) / 1000:.1f}",
            f"{median(cycle.seconds for cycle in cycles) * 1000:.1f}",
        )


@contextmanager
def gateway_in_a_thread(profile: Profile, clock: Clock) -> Iterator[CountingGateway]:
    """Run a simulated gateway in a thread and a loop of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="gateway", daemon=True)
    thread.start()
    gateway = CountingGateway(profile, clock=clock)
    asyncio.run_coroutine_threadsafe(gateway.start(), loop).result()
    try:
        yield gateway
    finally:
        asyncio.run_coroutine_threadsafe(gateway.stop(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


class _Resolver(ThreadedResolver):
    """A resolver that Home Assistant can close."""

    async def real_close(self) -> None:
        """Close it for good."""
        await self.close()


@contextmanager
def _folder() -> Iterator[str]:
    """Make a folder of settings in which Home Assistant finds this integration."""
    with TemporaryDirectory() as folder:
        Path(folder, "custom_components").symlink_to(ROOT / "custom_components")
        yield folder


@asynccontextmanager
async def home_assistant() -> AsyncIterator[HomeAssistant]:
    """Run a Home Assistant that knows this integration."""
    # Home Assistant would resolve names with multicast DNS, which opens ports of its own; here are addresses only.
    resolver = patch("homeassistant.helpers.aiohttp_client._async_make_resolver", return_value=_Resolver())
    with _folder() as folder, resolver:
        async with async_test_home_assistant(config_dir=folder) as hass:
            hass.data.pop(DATA_CUSTOM_COMPONENTS, None)
            try:
                yield hass
            finally:
                await hass.async_stop(force=True)


@contextmanager
def simulated_time(clock: Clock) -> Iterator[None]:
    """Let the integration find as much time gone between two cycles as the gateway does."""
    told = SimpleNamespace(time=clock.now, monotonic=clock.now)
    with ExitStack() as stack:
        for module in (poller, client):
            stack.enter_context(patch.object(module, "time", told))
        yield


def spent(gateway: CountingGateway, before: Costs | None = None) -> Costs:
    """Return what the gateway has been asked so far, or since."""
    now = Costs(requests=len(gateway.requests), handshakes=gateway.handshakes, sent=gateway.sent)
    if before is None:
        return now
    return Costs(
        requests=now.requests - before.requests,
        handshakes=now.handshakes - before.handshakes,
        sent=now.sent - before.sent,
    )


def entry_for(gateway: GatewaySimulator) -> MockConfigEntry:
    """Return an entry as the flow makes it."""
    data = {"host": gateway.host, "serial": gateway.serial, "fingerprint": gateway.fingerprint, "token": gateway.mint()}
    return MockConfigEntry(domain=DOMAIN, title="IQ Gateway", unique_id=gateway.serial, data=data)


async def measure(profile: Profile, *, cycles: int) -> Result:
    """Set a site up and run its cycles, five simulated minutes apart."""
    clock = Clock(speed=0, start=time.time())
    with gateway_in_a_thread(profile, clock) as gateway, simulated_time(clock):
        async with home_assistant() as hass:
            entry = entry_for(gateway)
            entry.add_to_hass(hass)
            began = time.perf_counter()
            await hass.config_entries.async_setup(entry.entry_id)
            await hass.async_block_till_done()
            took = time.perf_counter() - began
            if entry.state is not ConfigEntryState.LOADED:
                raise RuntimeError(f"{profile.name} was not set up")
            set_up = replace(spent(gateway), seconds=took)
            states = sum(
                state.entity_id.partition(".")[0] in ("sensor", "binary_sensor") for state in hass.states.async_all()
            )
            result = Result(site=profile.name, inverters=profile.inverters, set_up=set_up, states=states)
            for _ in range(cycles):
                clock.advance(CYCLE_SECONDS)
                result.cycles.append(await run_cycle(hass, entry.runtime_data, gateway))
    return result


async def run_cycle(hass: HomeAssistant, coordinator: IQGatewayCoordinator, gateway: CountingGateway) -> Costs:
    """Run one cycle."""
    before, began = spent(gateway), time.thread_time()
    await coordinator.async_refresh()
    await hass.async_block_till_done()
    return replace(spent(gateway, before), seconds=time.thread_time() - began)


def table(results: list[Result]) -> str:
    """Return the results as a table."""
    rows = [HEADINGS, UNITS, *(result.row() for result in results)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if index == 0 else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    )


def sites() -> Iterator[Profile]:
    """Return every simulated site, one that has all there is to switch, and one with more and more inverters."""
    everything = replace(
        PROFILES["system_controller"],
        name="everything",
        has_generator=True,
        contacts={"NC1": "Water heater", "NC2": ""},
    )
    growing = (replace(PROFILES[GROWING], name=f"{GROWING}, {size}", inverters=size) for size in SIZES)
    return chain(PROFILES.values(), [everything], growing)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="scripts/benchmark", description=__doc__)
    parser.add_argument("--cycles", type=int, default=14, help="cycles of five simulated minutes at each site (14)")
    arguments = parser.parse_args()
    logging.disable(logging.WARNING)
    print(table([asyncio.run(measure(profile, cycles=arguments.cycles)) for profile in sites()]))


if __name__ == "__main__":
    main()
