"""Hours of live power, lived through as fast as the machine can, and what they cost."""

from asyncio import Handle
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
import gc
from pathlib import Path
import random
import sqlite3
import time
from types import SimpleNamespace
from typing import Final, override
from unittest.mock import patch

from homeassistant.components.recorder import get_instance
from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback

from custom_components.iq_gateway.client import gateway as client
from custom_components.iq_gateway.live import tier
from custom_components.iq_gateway.polling import glance, poller, request_log
from custom_components.iq_gateway.totals.keeper import LifetimeTotals
from tests import states
from tests.live.seconds import Seconds
from tests.proof.home import home_assistant
from tests.simulator import PROFILES, Clock, Fault, GatewaySimulator, NightlyAbsence, Situation

from .benchmark import CountingGateway, entry_for, gateway_in_a_thread

HOUR: Final = 3600
POWERS: Final = ("production_power", "consumption_power", "grid_power", "battery_power")
# What befalls all answers for some seconds, every half hour.
FAULTS: Final = (Fault.BAD_GATEWAY, Fault.RESET, Fault.TRUNCATED, Fault.EMPTY, Fault.STUCK, Fault.FORBIDDEN)
_LONGEST: Final = 90.0
# What was held back after the last fault has proved true or not.
_CALM: Final = HOUR
_CLOSES_AFTER: Final = 100
_TICKS_ALONE: Final = 600.0


class _Mover:
    """Moves the clock of a simulated site as freezegun would move that of the computer."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def tick(self, delta: timedelta) -> None:
        """Let time pass."""
        self._clock.advance(delta.total_seconds())


class _Mishaps(Situation):
    """Some fault every half hour, at the same moments however often the gateway is asked."""

    def __init__(self, begins: float, ends: float) -> None:
        chance = random.Random(begins)  # noqa: S311 (the same day each time)
        moments = [begins + half * HOUR / 2 for half in range(int((ends - begins) * 2 / HOUR))]
        self._befalls = [
            (moment := at + chance.uniform(0, HOUR / 4), moment + chance.uniform(1, _LONGEST), chance.choice(FAULTS))
            for at in moments
        ]

    @override
    def fault(self, now: float, path: str | None = None) -> Fault | None:
        return next((fault for begins, ends, fault in self._befalls if path and begins <= now < ends), None)


@dataclass(slots=True, kw_only=True)
class Day:
    """What some hours came to."""

    hours: float
    requests: int
    handshakes: int
    at_a_time: int
    cpu: float  # seconds
    file: int  # bytes
    longest_step: float = 0.0  # of the event loop, seconds of the processor, while there are ticks alone
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


@contextmanager
def steps() -> Iterator[list[float]]:
    """Measure each step of the event loop; yields the longest, in seconds of the processor."""
    longest, run = [0.0], Handle._run  # noqa: SLF001 (asyncio has no hook for it)
    # This process holds tests and a simulator as well: that their objects are looked through is no cost of live power.
    gc.collect()
    gc.freeze()

    def measured(handle: Handle) -> None:
        began = time.thread_time()
        run(handle)
        longest[0] = max(longest[0], time.thread_time() - began)

    try:
        with patch.object(Handle, "_run", measured):
            yield longest
    finally:
        gc.unfreeze()


async def set_up(hass: HomeAssistant, gateway: GatewaySimulator, clock: Clock) -> Seconds:
    """Set a gateway up, and return its seconds."""
    entry = entry_for(gateway)
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    return Seconds(hass, entry, _Mover(clock))


async def live_through(site: str, hours: int, *, on: bool, noise: float, folder: Path) -> Day:
    """Live through hours of a site with the switch on, or off, and tell what they came to."""
    clock = Clock(speed=0, start=1_781_000_000.0)
    with gateway_in_a_thread(PROFILES[site], clock) as gateway, simulated_time(clock):
        gateway.house.noise = noise
        async with home_assistant(folder, record=("sensor.*power*",)) as hass:
            seconds = await set_up(hass, gateway, clock)
            gateway.closes_after = _CLOSES_AFTER
            if on:
                await seconds.turn("turn_on")
            await seconds.live(120)
            begins = clock.now()
            gateway.situations += [
                NightlyAbsence(zone=gateway.zone),
                _Mishaps(begins, begins + hours * HOUR - _CALM),
            ]
            return await _measured(hass, gateway, seconds, hours)


async def _measured(hass: HomeAssistant, gateway: CountingGateway, seconds: Seconds, hours: int) -> Day:
    keys = {states.entity_id(hass, gateway.serial, key): key for key in POWERS}
    written: Counter[str] = Counter()

    @callback
    def count(event: Event[EventStateChangedData]) -> None:
        written[keys.get(event.data["entity_id"], "others")] += 1

    hass.bus.async_listen(EVENT_STATE_CHANGED, count)
    database = Path(hass.config.path("home-assistant_v2.db"))
    await get_instance(hass).async_block_till_done()
    before, handshakes, file, began = len(gateway.requests), gateway.handshakes, _size(database), time.thread_time()
    rows, worst = 0, 0
    for _ in range(hours):
        await seconds.live(HOUR)
        now = sum(written[key] for key in POWERS)
        worst, rows = max(worst, now - rows), now
    cpu = time.thread_time() - began
    await hass.async_block_till_done()
    await get_instance(hass).async_block_till_done()
    day = Day(
        hours=hours,
        requests=len(gateway.requests) - before,
        handshakes=gateway.handshakes - handshakes,
        at_a_time=gateway.most_at_a_time,
        cpu=cpu,
        file=_size(database) - file,
        rows=Counter(written),
        worst_hour=worst,
    )
    with steps() as longest:
        await seconds.live(_TICKS_ALONE, cycles=False)
    day.longest_step = longest[0]
    return day


def _size(database: Path) -> int:
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return database.stat().st_size
