"""A Home Assistant that can lose its power at any moment, and starts again from the files that were there then."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
import json
import logging
from pathlib import Path
import shutil
import sqlite3
from typing import Any, Final
from unittest.mock import patch

from homeassistant import bootstrap, config_entries
from homeassistant.components.energy.data import EnergyManager, async_get_manager
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
    storage,
)
from homeassistant.loader import DATA_CUSTOM_COMPONENTS
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import async_test_home_assistant

from custom_components.iq_gateway.const import DOMAIN
from tests.proof.contenders import BUILT_IN, IQ_GATEWAY
from tests.proof.days import simulated_gateway
from tests.proof.home import Statistics, _Resolver
from tests.takeover.world import BEGIN, World

ENVOY: Final = "enphase_envoy"
DATABASE: Final = "home-assistant_v2.db"
RECORDED: Final = ("sensor.*energy*", "sensor.my_*")


@asynccontextmanager
async def running(
    directory: Path, *, recorder: bool = True, zone: str = "US/Pacific", language: str = "en", **config: Any
) -> AsyncGenerator[HomeAssistant]:
    """Run Home Assistant on what is in a directory, as after a start of the machine."""
    resolver = patch("homeassistant.helpers.aiohttp_client._async_make_resolver", return_value=_Resolver())
    with resolver:
        async with async_test_home_assistant(config_dir=str(directory), load_registries=False) as hass:
            hass.data.pop(DATA_CUSTOM_COMPONENTS)
            hass.config.language = language
            await hass.config.async_set_time_zone(zone)
            dr.async_setup(hass)
            for registry in (ar, cr, dr, er, fr, ir, lr, rs):
                await registry.async_load(hass)
            hass.data[bootstrap.DATA_REGISTRIES_LOADED] = None
            await hass.config_entries.async_initialize()
            try:
                if recorder:
                    await _record(hass, directory / DATABASE, config)
                assert await async_setup_component(hass, "energy", {})
                await asyncio.gather(
                    *(
                        async_setup_component(hass, domain, {})
                        for domain in (ENVOY, DOMAIN)
                        if hass.config_entries.async_entries(domain)
                    )
                )
                await hass.async_block_till_done()
                hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
                await hass.async_block_till_done()
                yield hass
            finally:
                for domain in (DOMAIN, ENVOY):
                    for entry in hass.config_entries.async_entries(domain):
                        if entry.state in (
                            config_entries.ConfigEntryState.LOADED,
                            config_entries.ConfigEntryState.SETUP_RETRY,
                        ):
                            await hass.config_entries.async_unload(entry.entry_id)
                await hass.async_stop(force=True)


async def _record(hass: HomeAssistant, database: Path, config: dict[str, Any]) -> None:
    logging.getLogger("sqlalchemy.engine").setLevel(logging.WARNING)
    settings = {
        "db_url": f"sqlite:///{database}",
        "commit_interval": 3600,
        "auto_purge": False,
        "include": {"entity_globs": list(RECORDED)},
        **config,
    }
    recorder_helper.async_initialize_recorder(hass)
    assert await async_setup_component(hass, "recorder", {"recorder": settings})
    await hass.async_block_till_done()
    await get_instance(hass).async_recorder_ready.wait()


STORES: Final = ("entries", "entities", "devices", "energy", "ledger")


def written(hass: HomeAssistant, manager: EnergyManager | None) -> dict[str, tuple[str, Any]]:
    """Return what would be written of each kind of file now."""
    found = {
        "entries": (hass.config_entries._store, hass.config_entries._data_to_save()),
        "entities": (er.async_get(hass)._store, er.async_get(hass)._data_to_save()),
        "devices": (dr.async_get(hass)._store, dr.async_get(hass)._data_to_save()),
    }
    if manager is not None:
        found["energy"] = (manager._store, manager.data)
    return {
        name: (
            store.key,
            {"version": store.version, "minor_version": store.minor_version, "key": store.key, "data": data},
        )
        for name, (store, data) in found.items()
    }


def snapshot(
    hass: HomeAssistant, directory: Path, to: Path, *, files: tuple[str, ...], manager: EnergyManager | None
) -> None:
    """Copy all files as they would be if the power went now, with some of the kinds of files just written."""
    shutil.copytree(directory, to, ignore=shutil.ignore_patterns("*.db*"))
    (to / ".storage").mkdir(exist_ok=True)
    for name, (key, content) in written(hass, manager).items():
        if name in files and content["data"] is not None:
            (to / ".storage" / key).write_text(json.dumps(content, cls=_Encoder))
    if (directory / DATABASE).exists():
        source, target = sqlite3.connect(directory / DATABASE), sqlite3.connect(to / DATABASE)
        with target:
            source.backup(target)
        source.close()
        target.close()


class _Encoder(json.JSONEncoder):
    def default(self, o: Any) -> Any:
        if hasattr(o, "json_fragment"):
            return json.loads(o.json_fragment)
        if isinstance(o, (set, frozenset)):
            return sorted(o)
        if isinstance(o, datetime):
            return o.isoformat()
        if hasattr(o, "as_dict"):
            return o.as_dict()
        try:
            from homeassistant.helpers.json import json_bytes

            return json.loads(json_bytes(o))
        except TypeError:
            return super().default(o)


class Home(World):
    """A house whose Home Assistant may stop and start again."""

    directory: Path
    stack: AsyncExitStack
    options: dict[str, Any]
    number: int

    async def manager(self) -> EnergyManager:
        return await async_get_manager(self.hass)

    async def boot(self, directory: Path, **options: Any) -> None:
        """Start on a directory."""
        self.options = {**self.options, **options}
        self.directory = directory
        self.stack = AsyncExitStack()
        self.hass = await self.stack.enter_async_context(running(directory, **self.options))
        before = getattr(self, "statistics", None)
        self.statistics = Statistics(self.hass, datetime.now(UTC))
        if before:
            self.statistics.begin, self.statistics._next = before.begin, before._next

    async def flushed(self) -> None:
        """Have the recorder write what it has."""
        if self.options.get("recorder", True):
            instance = get_instance(self.hass)
            await asyncio.wrap_future(
                asyncio.run_coroutine_threadsafe(instance.async_block_till_done(), self.hass.loop)
            )

    def fresh(self) -> Path:
        """Return a directory that is not there yet."""
        self.number += 1
        return self.directory.parent / f"at{self.number}"

    async def save(self) -> None:
        """Write every file of the registries where it is, as some quiet minute does."""
        manager = await self.manager()
        (self.directory / ".storage").mkdir(exist_ok=True)
        for key, content in written(self.hass, manager).values():
            if content["data"] is not None:
                (self.directory / ".storage" / key).write_text(json.dumps(content, cls=_Encoder))

    async def write_delayed(self) -> None:
        """Have everything written that waits to be, as it is a quarter of an hour later at most."""
        for handle in list(vars(self.hass.loop)["_scheduled"]):
            store = getattr(handle._callback, "__self__", None)
            if isinstance(store, storage.Store) and not handle.cancelled() and store.hass is self.hass:
                handle.cancel()
                store._unsub_delay_listener = None
                await store._async_handle_write_data()

    async def off(self) -> None:
        await self.stack.aclose()

    async def stop(self) -> None:
        """Stop in order, with everything written, and stay off."""
        await self.flushed()
        self.statistics.compile_until(datetime.now(UTC))
        await self.flushed()
        await rs.async_get(self.hass).async_dump_states()
        await self.save()
        await self.off()

    async def restart(self, **options: Any) -> None:
        """Stop in order, with everything written, and start again."""
        await self.stop()
        await self.boot(self.directory, **options)

    async def crash(self, *files: str, off: timedelta = timedelta(0)) -> None:
        """Lose the power now, with only these kinds of files written since they were last saved; stay off for a while."""
        await self.cut(*files)
        self.frozen.tick(off)
        await self.boot(self.directory)

    async def cut(self, *files: str) -> None:
        """Lose the power now, and stay off."""
        await self.flushed()
        to = self.fresh()
        snapshot(self.hass, self.directory, to, files=files, manager=await self.manager())
        await self.off()
        self.directory = to


@asynccontextmanager
async def home(
    tmp_path: Path, site: str = "metered_battery", begin: datetime = BEGIN, *, built_in: bool = True, **options: Any
) -> AsyncGenerator[Home]:
    """Run a house, the built-in integration in its Home Assistant."""
    directory = tmp_path / "at0"
    directory.mkdir()
    async with simulated_gateway(site, begin) as (gateway, frozen):
        with BUILT_IN.quick(), IQ_GATEWAY.quick():
            here = Home.__new__(Home)
            here.gateway, here.frozen, here.truth = gateway, frozen, {}
            here.number, here.options = 0, options
            await here.boot(directory)
            try:
                if built_in:
                    await here.set_up_built_in()
                yield here
            finally:
                await here.off()


@contextmanager
def at_each_step(here: Home, take: Callable[[str], None]) -> Iterator[None]:
    """Call with a name before and after each call that changes something in Home Assistant."""
    places = [
        (config_entries.ConfigEntries, "async_update_entry"),
        (config_entries.ConfigEntries, "async_add"),
        (config_entries.ConfigEntries, "async_set_disabled_by"),
        (config_entries.ConfigEntries, "async_forward_entry_setups"),
        (config_entries.ConfigEntries, "async_unload"),
        (er.EntityRegistry, "async_update_entity_platform"),
        (er.EntityRegistry, "async_remove"),
        (er.EntityRegistry, "async_get_or_create"),
        (dr.DeviceRegistry, "async_update_device"),
        (EnergyManager, "async_update"),
        (storage.Store, "async_save"),
    ]
    with _patched(places, take):
        yield


@contextmanager
def _patched(places: list[tuple[Any, str]], take: Callable[[str], None]) -> Iterator[None]:
    from contextlib import ExitStack

    with ExitStack() as stack:
        for owner, name in places:
            original = getattr(owner, name)
            if asyncio.iscoroutinefunction(original):

                async def wrapper(self: Any, *args: Any, _o: Any = original, _n: str = name, **kwargs: Any) -> Any:
                    take(_n)
                    result = await _o(self, *args, **kwargs)
                    take(f"{_n} done")
                    return result
            else:

                def wrapper(self: Any, *args: Any, _o: Any = original, _n: str = name, **kwargs: Any) -> Any:
                    take(_n)
                    result = _o(self, *args, **kwargs)
                    take(f"{_n} done")
                    return result

            stack.enter_context(patch.object(owner, name, wrapper))
        yield
