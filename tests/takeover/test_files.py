"""A stop at any moment of a taking over, with the files as they were by then: Home Assistant writes each by itself."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
import os
from pathlib import Path
import shutil
from typing import Any
from unittest.mock import patch

from homeassistant.components.energy.data import async_get_manager
from homeassistant.components.recorder import get_instance
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.iq_gateway.const import DOMAIN
from custom_components.iq_gateway.takeover import reconciler
from tests.proof.verdict import limits
from tests.simulator import GatewaySimulator

from .plain import BUILT_IN, Told, add_built_in, give_back, home_assistant, live, rises, settled, simulated, take_over

BEGIN = datetime(2027, 4, 10, 9, 0, 30, tzinfo=UTC)
PRODUCTION = "sensor.envoy_lifetime_energy_production"
CONSUMPTION = "sensor.envoy_lifetime_energy_consumption"
CLOSE = 2.0
STEP = 300.0
# Seconds after all is done: entries are written after 1, registries after 10, the panel after 60; during a start, 180.
MOMENTS = (0.0, 1.5, 12.0, 65.0, 185.0)


@dataclass(kw_only=True)
class Camera:
    """Copies of a home's files."""

    files: Path
    copies: Path
    told: Told
    hass: HomeAssistant | None = None
    taken: list[Path] = field(default_factory=list)

    async def take(self, name: str, *, after: float = 0.0) -> None:
        """Copy what has been written by the time that so many seconds have passed, and no more."""
        assert self.hass is not None
        self.told.tick(after)
        for _ in range(10):
            await asyncio.sleep(0)
            await self.hass.async_add_executor_job(int)
        await get_instance(self.hass).async_block_till_done()
        copy = self.copies / f"{len(self.taken)} {name}"
        # A file is written beside the old one, and then takes its place.
        ignored = shutil.ignore_patterns("tmp*")
        await self.hass.async_add_executor_job(partial(shutil.copytree, self.files, copy, ignore=ignored))
        self.taken.append(copy)

    def chosen(self, which: Iterable[int]) -> list[Path]:
        """Return the copies that tell most: each start takes seconds. All of them with TAKEOVER_MOMENTS=all."""
        return self.taken if os.environ.get("TAKEOVER_MOMENTS") else [self.taken[index] for index in which]

    @contextmanager
    def watching(self, *parts: tuple[Any, str]) -> Iterator[None]:
        """Copy what was written by the time that each of these parts of it begins, and seconds later."""
        with ExitStack() as stack:
            for place, name in parts:
                stack.enter_context(patch.object(place, name, self._watched(getattr(place, name), name)))
            yield

    def _watched(self, part: Callable[..., Awaitable[Any]], name: str) -> Callable[..., Awaitable[Any]]:
        async def watched(*args: Any) -> Any:  # noqa: ANN401
            for after in (1.5, 12.0):
                await self.take(f"{after} s in {name}", after=after)
            return await part(*args)

        return watched


@dataclass(kw_only=True)
class Before:
    """A home before anything of ours was there."""

    gateway: GatewaySimulator
    uuids: dict[str, str]
    production: float

    def whose(self, hass: HomeAssistant) -> str:
        """Tell whose the entities are; that all of them are one's, once, and are shown, is what makes a whole state."""
        registry = er.async_get(hass)
        entities = {one: registry.entities.get_entry(uuid) for one, uuid in self.uuids.items()}
        assert {one: entity and entity.entity_id for one, entity in entities.items()} == {one: one for one in entities}
        ids = [(one.domain, one.platform, one.unique_id) for one in registry.entities.values()]
        assert len(set(ids)) == len(ids)
        (whose,) = {entity.platform for entity in entities.values() if entity}
        for one, entity in entities.items():
            state = hass.states.get(one)
            assert entity is not None
            assert entity.disabled_by is None, one
            assert state is not None, one
            assert state.state != "unavailable", one
        return whose


async def begin(hass: HomeAssistant, gateway: GatewaySimulator, told: Told) -> Before:
    """Run the built-in integration for a while, and write everything down."""
    entry = await add_built_in(hass, gateway)
    production = gateway.house.totals.production
    source = {"type": "solar", "stat_energy_from": PRODUCTION, "config_entry_solar_forecast": None}
    await (await async_get_manager(hass)).async_update({"energy_sources": [source]})  # type: ignore[typeddict-item]
    async for _ in live(hass, told, 3600, step=STEP):
        pass
    moving = ("lifetime_production", "lifetime_consumption", "lifetime_net_production", "production", "battery_level")
    uuids = {
        one.entity_id: one.id
        for one in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
        if one.domain == "sensor" and one.unique_id.partition("_")[2] in (*moving, "")
    }
    assert PRODUCTION in uuids
    return Before(gateway=gateway, uuids=uuids, production=production)


async def go_on(files: Path, before: Before, told: Told) -> str:
    """Start Home Assistant with files as they were, let it run, and tell whose the entities are in the end."""
    counted = [before.gateway.house.totals.production]
    async with home_assistant(files) as hass:
        for entry in hass.config_entries.async_entries():
            assert entry.state in (ConfigEntryState.LOADED, ConfigEntryState.NOT_LOADED), entry.domain
        counted += [before.gateway.house.totals.production async for _ in live(hass, told, 4 * STEP, step=STEP)]
        whose = before.whose(hass)
        since = BEGIN - timedelta(hours=1)
        produced, consumed = await rises(hass, PRODUCTION, since), await rises(hass, CONSUMPTION, since)
        assert min(produced) >= 0
        assert counted[-3] - CLOSE <= before.production + sum(produced) <= counted[-1] + CLOSE
        assert min(consumed) >= -10 * CLOSE, "but for what the built-in integration's own figures fall by"
        assert sum(consumed) <= 4 * limits(before.gateway.house)["consumption_energy"]
        data = (await async_get_manager(hass)).data
        assert data is not None
        named = [one["stat_energy_from"] for one in data["energy_sources"]]
        assert named.count(PRODUCTION) == 1
        assert not any(str(name).startswith("sensor.iq_gateway") for name in named)
    return whose


@pytest.mark.parametrize(
    ("state", "kept", "chosen"), [(CoreState.running, False, (2, 7, 10)), (CoreState.starting, True, (7, 10))]
)
async def test_a_stop_at_any_moment_ends_in_one_of_two_whole_states(
    socket_enabled: None, tmp_path: Path, state: CoreState, chosen: tuple[int, ...], *, kept: bool
) -> None:
    """All entities are the built-in integration's, or ours: none is lost, doubled or without a figure."""
    parts = (
        (reconciler._Takeover, "_async_disable"),
        (reconciler, "async_mend"),
        (reconciler._Takeover, "_async_clean_panel"),
    )
    async with simulated("metered_battery", BEGIN) as (gateway, told):
        camera = Camera(files=tmp_path / "home", copies=tmp_path / "copies", told=told)
        camera.files.mkdir()
        async with home_assistant(camera.files) as hass:
            before = await begin(hass, gateway, told)
            camera.hass = hass
            hass.set_state(state)
            with camera.watching(*parts):
                await take_over(hass, gateway, keep_running=kept)
            for moment, last in zip(MOMENTS, (0.0, *MOMENTS), strict=False):
                await camera.take(f"{moment} s after", after=moment - last)
            hass.set_state(CoreState.running)
            await settled(hass)
        ends = {files.name: await go_on(files, before, told) for files in camera.chosen(chosen)}
    assert set(ends.values()) <= {BUILT_IN, DOMAIN}
    assert list(ends.values())[-1] == DOMAIN
    assert list(ends.values()) == sorted(ends.values()), ends


async def test_a_stop_on_the_way_back_ends_in_one_of_two_whole_states(socket_enabled: None, tmp_path: Path) -> None:
    """As on the way here."""
    async with simulated("metered_battery", BEGIN) as (gateway, told):
        camera = Camera(files=tmp_path / "home", copies=tmp_path / "copies", told=told)
        camera.files.mkdir()
        async with home_assistant(camera.files) as hass:
            before = await begin(hass, gateway, told)
            camera.hass = hass
            entry = await take_over(hass, gateway)
            async for _ in live(hass, told, STEP, step=STEP):
                pass
            await give_back(hass, entry)
            for moment, last in zip(MOMENTS[:-1], (0.0, *MOMENTS), strict=False):
                await camera.take(f"{moment} s after", after=moment - last)
        ends = {files.name: await go_on(files, before, told) for files in camera.chosen((1, 3))}
    assert set(ends.values()) <= {BUILT_IN, DOMAIN}
    assert list(ends.values())[-1] == BUILT_IN
