"""A Home Assistant as it runs at home, with its own files and timers; nothing of the test package, so of any version.

Time passes only when it is told to: that of the day, and that of the event loop, by which timers go off.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
import logging
from pathlib import Path
import time
from types import MappingProxyType
from typing import Any, Final
from unittest.mock import patch

from aiohttp import ThreadedResolver
from freezegun import api, freeze_time
from homeassistant import auth, bootstrap, loader
from homeassistant.components.recorder import get_instance
from homeassistant.components.recorder.statistics import statistics_during_period
from homeassistant.config_entries import SOURCE_USER, ConfigEntries, ConfigEntry
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import recorder as recorder_helper
from homeassistant.setup import async_setup_component
from homeassistant.util.async_ import _SHUTDOWN_RUN_CALLBACK_THREADSAFE

from custom_components.iq_gateway.const import DOMAIN
from custom_components.iq_gateway.polling import stream
from tests.simulator import Clock, GatewaySimulator

BUILT_IN: Final = "enphase_envoy"
STEP: Final = 60.0


class _Resolver(ThreadedResolver):
    """A resolver that Home Assistant can close."""

    async def real_close(self) -> None:
        """Close it for good."""
        await self.close()


@dataclass(slots=True)
class Told:
    """Time that passes when it is told to."""

    frozen: Any
    ahead: float = 0.0

    def tick(self, seconds: float) -> None:
        """Let so much pass."""
        self.frozen.tick(seconds)
        self.ahead += seconds


def _now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def told_time(begin: datetime) -> Iterator[Told]:
    """Stop time at a moment; to be entered within the running loop."""
    loop = asyncio.get_running_loop()
    with (
        freeze_time(begin) as frozen,
        # Bound to the real time before anything could be stopped.
        patch("homeassistant.util.dt.utcnow", _now),
        patch("homeassistant.helpers.event.time_tracker_utcnow", _now),
    ):
        told = Told(frozen)
        vars(loop)["time"] = lambda: api.real_monotonic() + told.ahead
        try:
            yield told
        finally:
            del vars(loop)["time"]


@asynccontextmanager
async def simulated(site: str, begin: datetime) -> AsyncGenerator[tuple[GatewaySimulator, Told]]:
    """Run a gateway whose house begins at that moment."""
    clock, ahead = Clock(), begin.timestamp() - time.time()
    # Certificates cannot be made while time stands still; until it does, the house's clock is ahead.
    clock.advance(ahead)
    async with GatewaySimulator(site, clock=clock) as gateway:
        with told_time(begin) as told, patch.object(stream, "MOVES_AFTER", 0.0):
            clock.advance(-ahead)
            yield gateway, told


@asynccontextmanager
async def home_assistant(directory: Path, *, starting: bool = False) -> AsyncGenerator[HomeAssistant]:
    """Run what is configured in a directory; `starting` leaves it where files are written last."""
    hass = HomeAssistant(str(directory))
    hass.config.skip_pip = True
    loader.async_setup(hass)
    hass.config_entries = ConfigEntries(hass, {})
    resolver = patch("homeassistant.helpers.aiohttp_client._async_make_resolver", return_value=_Resolver())
    with resolver:
        try:
            await loader.async_get_custom_components(hass)
            hass.set_state(CoreState.starting)
            await bootstrap.async_load_base_functionality(hass)
            hass.auth = await auth.auth_manager_from_config(hass, [], [])
            await _async_set_up(hass, directory)
            if not starting:
                hass.set_state(CoreState.running)
            hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
            await settled(hass)
            yield hass
        finally:
            for entry in hass.config_entries.async_loaded_entries(DOMAIN):
                await hass.config_entries.async_unload(entry.entry_id)
            for entry in hass.config_entries.async_loaded_entries(BUILT_IN):
                await hass.config_entries.async_unload(entry.entry_id)
            await hass.async_stop(force=True)
            # Home Assistant takes it that the loop ends with it.
            vars(hass.loop).pop(_SHUTDOWN_RUN_CALLBACK_THREADSAFE, None)


async def _async_set_up(hass: HomeAssistant, directory: Path) -> None:
    """Set up what a home has, and then all its entries at once, as a start does."""
    # A test's set-up has every statement logged.
    logging.getLogger("sqlalchemy.engine").setLevel(logging.WARNING)
    recorder_helper.async_initialize_recorder(hass)
    # A recorder that is new compiles all the days that it keeps, of which there is nothing here.
    database = {"db_url": f"sqlite:///{directory / 'home-assistant_v2.db'}", "auto_purge": False, "purge_keep_days": 1}
    config = {"recorder": database, "homeassistant": {}, "energy": {}}
    for domain in config:
        assert await async_setup_component(hass, domain, config)
    domains = hass.config_entries.async_domains()
    assert all(await asyncio.gather(*(async_setup_component(hass, domain, config) for domain in domains)))


async def settled(hass: HomeAssistant) -> None:
    """Wait until everything that is due is done, the recorder's part of it as well."""
    await hass.async_block_till_done(wait_background_tasks=True)
    await get_instance(hass).async_block_till_done()
    await hass.async_block_till_done(wait_background_tasks=True)


async def live(hass: HomeAssistant, told: Told, seconds: float, *, step: float = STEP) -> AsyncGenerator[None]:
    """Let time pass, step by step, in which whatever is due goes off."""
    for _ in range(round(seconds / step)):
        told.tick(step)
        # The loop sees that timers are due, and then runs them.
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        await settled(hass)
        yield


async def add_built_in(hass: HomeAssistant, gateway: GatewaySimulator) -> ConfigEntry:
    """Add the built-in integration's entry of a gateway, as somebody has had it for years."""
    data = {"host": gateway.host, "name": "Envoy", "username": "somebody@example.com", "password": ""}
    entry = ConfigEntry(
        version=1,
        minor_version=1,
        domain=BUILT_IN,
        title="Envoy",
        data={**data, "token": gateway.mint()},
        options={},
        source=SOURCE_USER,
        unique_id=gateway.serial,
        discovery_keys=MappingProxyType({}),
        subentries_data=(),
    )
    await hass.config_entries.async_add(entry)
    await settled(hass)
    return entry


async def take_over(hass: HomeAssistant, gateway: GatewaySimulator, *, keep_running: bool = False) -> ConfigEntry:
    """Add ours by its flow, and have it take the built-in integration's place."""
    flow = hass.config_entries.flow
    form = await flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    for answer in (
        {"host": gateway.host},
        {"next_step_id": "token"},
        {"token": gateway.mint()},
        {"next_step_id": "take_over"},
        {"only_energies": False, "keep_running": keep_running},
        {},
    ):
        assert form["type"] in (FlowResultType.FORM, FlowResultType.MENU), form
        assert not form.get("errors"), form
        form = await flow.async_configure(form["flow_id"], answer)
    assert form["type"] is FlowResultType.CREATE_ENTRY
    await settled(hass)
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    return entry


async def give_back(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Go back by the options."""
    options = hass.config_entries.options
    form = await options.async_init(entry.entry_id)
    for answer in ({"next_step_id": "give_back"}, {}):
        form = await options.async_configure(form["flow_id"], answer)
    assert form["type"] is FlowResultType.CREATE_ENTRY
    await settled(hass)


async def rises(hass: HomeAssistant, entity_id: str, since: datetime) -> list[float]:
    """Return the Wh by which statistics rose in each period of five minutes."""
    rows = await get_instance(hass).async_add_executor_job(
        statistics_during_period, hass, since, None, {entity_id}, "5minute", {"energy": "Wh"}, {"change"}
    )
    return [row.get("change") or 0.0 for row in rows[entity_id]]
