"""A Home Assistant with its own recorder and database, outside of any test's fixtures."""

import asyncio
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
import logging
from pathlib import Path
from typing import Final
from unittest.mock import patch

from aiohttp import ThreadedResolver
from homeassistant.components.recorder import get_instance
from homeassistant.components.recorder.statistics import statistics_during_period
from homeassistant.components.recorder.tasks import StatisticsTask
from homeassistant.core import HomeAssistant
from homeassistant.helpers import recorder as recorder_helper
from homeassistant.loader import DATA_CUSTOM_COMPONENTS
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import async_test_home_assistant

from custom_components.iq_gateway.const import DOMAIN

_PERIOD: Final = timedelta(minutes=5)
# Statistics are compiled from what was written, and have it written first.
_COMMIT_INTERVAL: Final = 3600


class _Resolver(ThreadedResolver):
    """A resolver that Home Assistant can close."""

    async def real_close(self) -> None:
        """Close it for good."""
        await self.close()


@asynccontextmanager
async def home_assistant(directory: Path, *, record: Iterable[str] = ()) -> AsyncGenerator[HomeAssistant]:
    """Run Home Assistant with its configuration in a directory; it records the entities that the patterns fit."""
    # Home Assistant would resolve names with multicast DNS, which opens ports of its own; here are addresses only.
    resolver = patch("homeassistant.helpers.aiohttp_client._async_make_resolver", return_value=_Resolver())
    with resolver:
        async with async_test_home_assistant(config_dir=str(directory)) as hass:
            # Removed, the integration is looked for where it is; there, Home Assistant takes it that there are none.
            hass.data.pop(DATA_CUSTOM_COMPONENTS)
            try:
                if patterns := list(record):
                    await _set_up_recorder(hass, directory / "home-assistant_v2.db", patterns)
                yield hass
            finally:
                for entry in hass.config_entries.async_loaded_entries(DOMAIN):
                    await hass.config_entries.async_unload(entry.entry_id)
                await hass.async_stop(force=True)


async def _set_up_recorder(hass: HomeAssistant, database: Path, patterns: list[str]) -> None:
    # The tests' set-up has every statement logged.
    logging.getLogger("sqlalchemy.engine").setLevel(logging.WARNING)
    config = {
        "db_url": f"sqlite:///{database}",
        "commit_interval": _COMMIT_INTERVAL,
        "auto_purge": False,
        "include": {"entity_globs": patterns},
    }
    recorder_helper.async_initialize_recorder(hass)
    assert await async_setup_component(hass, "recorder", {"recorder": config})
    await hass.async_block_till_done()
    await get_instance(hass).async_recorder_ready.wait()


class Statistics:
    """The recorder's statistics of one Home Assistant, compiled period by period as time goes on."""

    def __init__(self, hass: HomeAssistant, begin: datetime) -> None:
        self._hass = hass
        self._next = begin - timedelta(minutes=begin.minute % 5, seconds=begin.second, microseconds=begin.microsecond)
        self.begin = self._next

    def compile_until(self, now: datetime) -> None:
        """Have the recorder compile every period that is over."""
        while self._next + _PERIOD <= now:
            get_instance(self._hass).queue_task(StatisticsTask(self._next, fire_events=False))
            self._next += _PERIOD

    def skip_until(self, now: datetime) -> None:
        """Leave out the periods in which nobody shows anything."""
        while self._next + _PERIOD <= now:
            self._next += _PERIOD

    async def hourly(self, entity_ids: set[str]) -> dict[str, list[float]]:
        """Return how much each entity's statistics rose in each full hour, in Wh."""
        recorder = get_instance(self._hass)
        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(recorder.async_block_till_done(), self._hass.loop))
        rows = await recorder.async_add_executor_job(
            statistics_during_period, self._hass, self.begin, None, entity_ids, "hour", {"energy": "Wh"}, {"change"}
        )
        return {entity_id: [row.get("change") or 0.0 for row in hours] for entity_id, hours in rows.items()}
