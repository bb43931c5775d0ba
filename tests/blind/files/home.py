"""A Home Assistant that can lose its power at any moment, and starts again from the files that were there then."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
import logging
from pathlib import Path
import shutil
import sqlite3
from typing import Any, Final, override
from unittest.mock import patch

from homeassistant import bootstrap
from homeassistant.components.recorder import get_instance
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import HomeAssistant
from homeassistant.helpers import (
    area_registry as ar,
    category_registry as cr,
    device_registry as dr,
    entity_registry as er,
    floor_registry as fr,
    issue_registry as ir,
    label_registry as lr,
    recorder as recorder_helper,
    restore_state as rs,
)
from homeassistant.helpers.storage import Store
from homeassistant.loader import DATA_CUSTOM_COMPONENTS
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import async_test_home_assistant

from custom_components.iq_gateway.const import DOMAIN
from tests.proof.contenders import IQ_GATEWAY
from tests.proof.days import simulated_gateway
from tests.proof.home import Statistics, _Resolver
from tests.takeover.world import BEGIN, World

DATABASE: Final = "home-assistant_v2.db"


@asynccontextmanager
async def running(directory: Path) -> AsyncGenerator[HomeAssistant]:
    """Run Home Assistant on what is in a directory, as after a start of the machine."""
    with patch("homeassistant.helpers.aiohttp_client._async_make_resolver", return_value=_Resolver()):
        async with async_test_home_assistant(config_dir=str(directory), load_registries=False) as hass:
            hass.data.pop(DATA_CUSTOM_COMPONENTS)
            dr.async_setup(hass)
            for registry in (ar, cr, dr, er, fr, ir, lr, rs):
                await registry.async_load(hass)
            hass.data[bootstrap.DATA_REGISTRIES_LOADED] = None
            await hass.config_entries.async_initialize()
            try:
                await _record(hass, directory / DATABASE)
                await async_setup_component(hass, DOMAIN, {})
                hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
                await hass.async_block_till_done()
                yield hass
            finally:
                for entry in hass.config_entries.async_loaded_entries(DOMAIN):
                    await hass.config_entries.async_unload(entry.entry_id)
                await hass.async_stop(force=True)


async def _record(hass: HomeAssistant, database: Path) -> None:
    logging.getLogger("sqlalchemy.engine").setLevel(logging.WARNING)
    settings = {
        "db_url": f"sqlite:///{database}",
        "commit_interval": 3600,
        "auto_purge": False,
        "include": {"entity_globs": ["sensor.*energy*"]},
    }
    recorder_helper.async_initialize_recorder(hass)
    assert await async_setup_component(hass, "recorder", {"recorder": settings})
    await hass.async_block_till_done()
    await get_instance(hass).async_recorder_ready.wait()


@dataclass(slots=True, kw_only=True)
class Home(World):
    """A house whose Home Assistant may stop and start again."""

    directory: Path
    stack: AsyncExitStack

    async def boot(self) -> None:
        """Start on what is in the directory."""
        self.hass = await self.stack.enter_async_context(running(self.directory))
        self.statistics = Statistics(self.hass, datetime.now(UTC))

    async def write_delayed(self) -> None:
        """Have everything written that waits to be, as it is a quarter of an hour later at most."""
        for handle in list(vars(self.hass.loop)["_scheduled"]):
            store = getattr(handle._callback, "__self__", None)
            if isinstance(store, Store) and store.hass is self.hass and not handle.cancelled():
                handle.cancel()
                write: Any = store._async_handle_write_data
                await write()

    async def stop(self) -> None:
        """Stop in order, with everything written, and stay off."""
        self.statistics.compile_until(datetime.now(UTC))
        await self._write()
        await rs.async_get(self.hass).async_dump_states()
        await self.stack.aclose()

    async def cut(self) -> None:
        """Lose the power now, just after the registries were written, and stay off."""
        await self._write()
        to = self.directory.with_name("after")
        shutil.copytree(self.directory, to, ignore=shutil.ignore_patterns("*.db*"))
        source, target = sqlite3.connect(self.directory / DATABASE), sqlite3.connect(to / DATABASE)
        with target:
            source.backup(target)
        source.close()
        target.close()
        await self.stack.aclose()
        self.directory = to

    @override
    async def poll(self) -> None:
        """Have the gateway polled now, with the recorder done before."""
        await World.poll(self)
        await self._recorded()

    async def _write(self) -> None:
        await self._recorded()
        for holder in (self.hass.config_entries, er.async_get(self.hass), dr.async_get(self.hass)):
            store: Store[Any] = holder._store
            await store.async_save(holder._data_to_save())

    async def _recorded(self) -> None:
        await get_instance(self.hass).async_block_till_done()


@asynccontextmanager
async def home(tmp_path: Path) -> AsyncGenerator[Home]:
    """Run a house with a Home Assistant in which there is nothing yet."""
    directory = tmp_path / "before"
    directory.mkdir()
    async with simulated_gateway("metered_battery", BEGIN) as (gateway, frozen), AsyncExitStack() as stack:
        with IQ_GATEWAY.quick():
            hass = await stack.enter_async_context(running(directory))
            statistics = Statistics(hass, datetime.now(UTC))
            yield Home(
                hass=hass, gateway=gateway, frozen=frozen, statistics=statistics, directory=directory, stack=stack
            )
