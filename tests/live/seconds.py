"""Seconds that pass as fast as the machine lives through them, with the ticks and the cycles that are due in them."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Protocol
from unittest.mock import patch

from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.iq_gateway.coordinator import IQGatewayCoordinator
from custom_components.iq_gateway.live import tier
from tests import states
from tests.simulator import GatewaySimulator


class Moved(Protocol):
    """A time that is moved by hand."""

    def tick(self, delta: timedelta) -> object:
        """Let time pass."""


class Living(Protocol):
    """Sets a home up, with live power on or off."""

    async def __call__(self, gateway: GatewaySimulator, *, on: bool = True, **options: float) -> Seconds:
        """Return its seconds."""


class Seconds:
    """Stands in for the sleep of the task that reads what is live; the time of the day stands still in between."""

    def __init__(self, hass: HomeAssistant, entry: MockConfigEntry, frozen: Moved) -> None:
        self._hass, self._entry, self._frozen = hass, entry, frozen
        self._asleep = asyncio.Event()
        self._wake: asyncio.Future[None] | None = None
        self._wakes_at = 0.0
        self._cycle_at: float | None = None
        self._planned_by: IQGatewayCoordinator | None = None
        self.now = 0.0
        self.ticks = 0
        self.each: Callable[[float], None] = lambda _: None
        """What happens in the site; is called with the seconds that have passed, before each tick."""
        # Until Home Assistant, and its tasks, are gone.
        patcher = patch.object(tier, "sleep", self._sleep)
        patcher.start()
        hass.bus.async_listen_once(EVENT_HOMEASSISTANT_FINAL_WRITE, lambda _: patcher.stop())

    @property
    def coordinator(self) -> IQGatewayCoordinator:
        """The coordinator of the entry."""
        return states.coordinator(self._entry)

    async def _sleep(self, seconds: float) -> None:
        self._wakes_at = self.now + max(seconds, 0.001)
        self._wake = asyncio.get_running_loop().create_future()
        self._asleep.set()
        try:
            await self._wake
        finally:
            self._asleep.clear()
            self._wake = None

    async def turn(self, service: str) -> None:
        """Turn the switch, and wait until the first tick is over."""
        serial = self.coordinator.serial
        switch = states.entity_id(self._hass, serial, "live_power", "switch")
        await self._hass.services.async_call("switch", service, {"entity_id": switch}, blocking=True)
        if service == "turn_on":
            await self._asleep.wait()
        else:
            await asyncio.sleep(0)  # for the task to end

    async def live(self, seconds: float, *, cycles: bool = True) -> None:
        """Live through so many seconds."""
        end = self.now + seconds
        while True:
            due = [self._wakes_at] if self.coordinator.live.running else []
            if cycles:
                due.append(self._next_cycle())
            moment = min((one for one in due if one <= end), default=None)
            self._pass_to(end if moment is None else moment)
            if moment is None:
                return
            if cycles and self._cycle_at is not None and self.now >= self._cycle_at:
                self._cycle_at = None
                await self.coordinator.async_refresh()
            else:
                await self._tick()

    async def _tick(self) -> None:
        self.ticks += 1
        self._asleep.clear()
        if self._wake and not self._wake.done():
            self._wake.set_result(None)
        await self._asleep.wait()
        # A cycle that the tick asked for takes no time either.
        if cycles := [task for task in asyncio.all_tasks() if task.get_name().endswith((" refresh", " cycle"))]:
            await asyncio.wait(cycles)
            planned, self._cycle_at = self._cycle_at, None
            self._cycle_at = min(planned or self._next_cycle(), self._next_cycle())  # after a silence, soon again

    def _next_cycle(self) -> float:
        if self._cycle_at is None or self._planned_by is not self.coordinator:  # which a reload makes anew
            self._planned_by = self.coordinator
            due = self.coordinator.update_interval
            assert due is not None
            self._cycle_at = self.now + due.total_seconds()
        return self._cycle_at

    def _pass_to(self, moment: float) -> None:
        if moment > self.now:
            self._frozen.tick(timedelta(seconds=moment - self.now))
            self.now = moment
        self.each(self.now)
