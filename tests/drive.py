"""Home Assistant's cycles over days that take seconds: the time of the day stands still, that of the event loop runs.

What is due is asked for when its time has come; deadlines of requests are real ones.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from freezegun import api, freeze_time
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from pytest_homeassistant_custom_component.common import MockConfigEntry

from .states import coordinator


@contextmanager
def stopped_time(start: datetime | None = None) -> Iterator[FrozenDateTimeFactory]:
    """Stop the time of the day, at a moment or now; to be entered within the running loop."""
    loop = asyncio.get_running_loop()
    with freeze_time(start) as frozen:
        assert isinstance(frozen, FrozenDateTimeFactory)
        # On the instance: freezegun's own way to spare the loop does not reach loops of a derived class. By way of its
        # module, as every other module's name for that function is replaced.
        vars(loop)["time"] = api.real_monotonic
        # Days have many steps, and remembering where each came from takes longer than the step.
        debug = loop.get_debug()
        loop.set_debug(False)
        try:
            yield frozen
        finally:
            loop.set_debug(debug)
            del vars(loop)["time"]


@dataclass(frozen=True, slots=True)
class Drive:
    """The cycles of one entry, each when its coordinator would run it."""

    hass: HomeAssistant
    entry: MockConfigEntry
    frozen: FrozenDateTimeFactory
    find: Callable[[MockConfigEntry], DataUpdateCoordinator[Any]] = coordinator

    async def cycle(self, *, after: float | None = None) -> None:
        """Let time pass, by default until the next cycle is due, and run it."""
        self.frozen.tick(self.due.total_seconds() if after is None else after)
        await self.find(self.entry).async_refresh()
        await self.hass.async_block_till_done()

    @property
    def due(self) -> timedelta:
        """The time until the next cycle."""
        due = self.find(self.entry).update_interval
        assert due is not None
        return due
