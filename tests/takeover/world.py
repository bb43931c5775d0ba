"""A house, the gateway in it, and a Home Assistant in which the built-in integration and ours take turns.

Time stands still but for `World.live`: whoever is loaded polls every five minutes, and the recorder compiles.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.energy.data import EnergyManager, async_get_manager
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component

from custom_components.iq_gateway.const import CONF_UPDATE_INTERVAL, DOMAIN
from custom_components.iq_gateway.takeover.journal import BUILT_IN as BUILT_IN_DOMAIN, Journal, Stage
from tests.conftest import SOON
from tests.flow.steps import submit, token_form
from tests.proof.contenders import BUILT_IN, IQ_GATEWAY
from tests.proof.days import set_up, simulated_gateways
from tests.proof.home import Statistics, home_assistant
from tests.proof.verdict import truths
from tests.simulator import PROFILES, GatewaySimulator, Profile
from tests.states import coordinator

from .plain import rises

# A day on which the battery charges and discharges, from mid-morning on.
BEGIN: Final = datetime(2027, 4, 10, 9, 1, tzinfo=UTC)
EVERY: Final = timedelta(minutes=5)
HOUR: Final = timedelta(hours=1)
CONSUMPTION: Final = "sensor.envoy_lifetime_energy_consumption"
PRODUCTION: Final = "sensor.envoy_lifetime_energy_production"


@dataclass(slots=True, kw_only=True)
class World:
    """All there is, and what the house had counted at each poll."""

    hass: HomeAssistant
    gateway: GatewaySimulator
    frozen: FrozenDateTimeFactory
    statistics: Statistics
    others: list[GatewaySimulator] = field(default_factory=list)
    truth: dict[datetime, dict[str, float]] = field(default_factory=dict)

    def entry(self, domain: str) -> ConfigEntry:
        """Return the entry of one of the two."""
        entry = self.hass.config_entries.async_entry_for_domain_unique_id(domain, self.gateway.serial)
        assert entry is not None
        return entry

    @property
    def ours(self) -> ConfigEntry:
        """Our entry."""
        return self.entry(DOMAIN)

    @property
    def built_in(self) -> ConfigEntry:
        """The built-in integration's entry."""
        return self.entry(BUILT_IN_DOMAIN)

    async def live(self, length: timedelta, *, every: timedelta = EVERY) -> None:
        """Let time pass."""
        end = datetime.now(UTC) + length
        while datetime.now(UTC) < end:
            self.frozen.tick(every)
            await self.poll()

    async def poll(self) -> None:
        """Have everybody who is loaded poll now, and the recorder compile what is over."""
        self.statistics.compile_until(datetime.now(UTC))
        for entry in self.hass.config_entries.async_loaded_entries(BUILT_IN_DOMAIN):
            await entry.runtime_data.async_refresh()
        for entry in self.hass.config_entries.async_loaded_entries(DOMAIN):
            await entry.runtime_data.async_refresh()
        await self.hass.async_block_till_done()
        self.gateway.requests.clear()
        self.truth[datetime.now(UTC)] = truths(self.gateway.house)

    async def set_up_built_in(self) -> ConfigEntry:
        """Set up the built-in integration as it is in every Home Assistant."""
        await set_up(self.hass, self.gateway, BUILT_IN)
        await self.poll()
        return self.built_in

    async def set_up_ours(self) -> ConfigEntry:
        """Set up ours beside it."""
        await set_up(self.hass, self.gateway, IQ_GATEWAY)
        await self.settle()
        return self.ours

    async def slow_down(self, interval: timedelta) -> None:
        """Have ours expect to be polled that rarely: a counter that was not read for longer is doubted."""
        options = {CONF_UPDATE_INTERVAL: int(interval.total_seconds())}
        self.hass.config_entries.async_update_entry(self.ours, options=options)
        await self.hass.config_entries.async_reload(self.ours.entry_id)
        await self.hass.async_block_till_done()

    async def settle(self) -> None:
        """Let ours read a second time, after which its totals are shown."""
        for entry in self.hass.config_entries.async_loaded_entries(DOMAIN):
            if coordinator(entry).update_interval == SOON:
                await coordinator(entry).async_refresh()
        await self.hass.async_block_till_done()

    async def take_over_in_flow(self, **chosen: bool) -> ConfigEntry:
        """Add ours by the flow, and have it take the place of the built-in integration."""
        form = await submit(self.hass, await token_form(self.hass, self.gateway), token=self.gateway.mint())
        assert (form["type"], form["step_id"]) == (FlowResultType.MENU, "built_in")
        form = await submit(self.hass, form, next_step_id="take_over")
        assert form["step_id"] == "take_over"
        form = await submit(self.hass, form, **chosen)
        assert form["step_id"] == "finish"
        result = await submit(self.hass, form)
        assert result["type"] is FlowResultType.CREATE_ENTRY
        await self.settle()
        return self.ours

    async def choose(self, way: str, **chosen: bool) -> None:
        """Take a way that the options offer."""
        options = self.hass.config_entries.options
        menu = await options.async_init(self.ours.entry_id)
        assert menu["type"] is FlowResultType.MENU
        form = await options.async_configure(menu["flow_id"], {"next_step_id": way})
        assert (form["type"], form["step_id"]) == (FlowResultType.FORM, way)
        await options.async_configure(form["flow_id"], chosen)
        await self.hass.async_block_till_done()
        assert self.ours.state is ConfigEntryState.LOADED
        await self.settle()

    async def hours(self, *entity_ids: str) -> dict[str, list[float]]:
        """Return the Wh by which statistics rose in each hour."""
        self.statistics.compile_until(datetime.now(UTC))
        return await self.statistics.hourly(set(entity_ids))

    async def periods(self, entity_id: str) -> list[float]:
        """Return the Wh by which statistics rose in each period of five minutes."""
        await self.hours(entity_id)
        return await rises(self.hass, entity_id, self.statistics.begin)

    def true_hours(self, key: str) -> list[float]:
        """Return the same of full hours by the house's own counters, as they were at the last poll of each."""
        at_end: dict[datetime, float] = {}
        for moment, counters in self.truth.items():
            at_end[moment.replace(minute=0, second=0)] = counters[key]
        full = [energy for hour, energy in at_end.items() if hour + HOUR <= datetime.now(UTC)]
        values = [next(iter(self.truth.values()))[key], *full]
        return [after - before for before, after in pairwise(values)]

    def id_of(self, unique_id: str, domain: str = BUILT_IN_DOMAIN, platform: str = "sensor") -> str | None:
        """Return the id under which somebody's entity is registered."""
        return er.async_get(self.hass).async_get_entity_id(platform, domain, f"{self.gateway.serial}_{unique_id}")

    def registered(self, entity_id: str) -> er.RegistryEntry:
        """Return an entity's entry in the registry."""
        entity = er.async_get(self.hass).async_get(entity_id)
        assert entity is not None
        return entity

    async def panel(self) -> EnergyManager:
        """Return the Energy panel's manager."""
        return await async_get_manager(self.hass)


@asynccontextmanager
async def world(directory: Path, *sites: Profile, begin: datetime = BEGIN) -> AsyncGenerator[World]:
    """Run a house, others beside it, and a Home Assistant without any of their entries."""
    async with (
        home_assistant(directory, record=("sensor.*energy*",)) as hass,
        simulated_gateways(sites or (PROFILES["metered_battery"],), begin) as ((gateway, *others), frozen),
    ):
        assert await async_setup_component(hass, "energy", {})
        with BUILT_IN.quick(), IQ_GATEWAY.quick():
            statistics = Statistics(hass, datetime.now(UTC))
            here = World(hass=hass, gateway=gateway, frozen=frozen, statistics=statistics, others=others)
            try:
                yield here
            finally:
                for entry in hass.config_entries.async_loaded_entries(BUILT_IN_DOMAIN):
                    await hass.config_entries.async_unload(entry.entry_id)


def platforms(here: World) -> dict[str, str]:
    """Return whose entity each of two ids is: a total, and one that has its own counter."""
    return {entity_id: here.registered(entity_id).platform for entity_id in (PRODUCTION, CONSUMPTION)}


def stage(here: World) -> Stage | None:
    """Return how far it has come."""
    journal = Journal.of(here.ours)
    return journal.stage if journal else None


async def reload(here: World) -> None:
    """Set ours up anew, as a restart does."""
    await here.hass.config_entries.async_reload(here.ours.entry_id)
    await here.hass.async_block_till_done()
    await here.settle()
