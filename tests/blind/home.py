"""A simulated site in Home Assistant whose time stands still, and what it ought to show."""

from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
import logging
from typing import Any, Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.iq_gateway.const import DOMAIN
from tests import states
from tests.conftest import SOON, EntryMaker
from tests.drive import Drive
from tests.proof.days import simulated_gateways
from tests.simulator import GatewaySimulator
from tests.simulator.profiles import PROFILES, Profile

NOON: Final = datetime(2027, 6, 10, 10, 0, tzinfo=UTC)
BEGINS: Final = {
    "noon": NOON,
    "night": datetime(2027, 1, 10, 1, 0, tzinfo=UTC),
    "midnight": datetime(2027, 6, 10, 21, 57, tzinfo=UTC),
    "clocks forward": datetime(2027, 3, 28, 0, 56, tzinfo=UTC),
    "clocks back": datetime(2027, 10, 31, 0, 56, tzinfo=UTC),
}


@dataclass(slots=True)
class Home:
    """One gateway and its entry."""

    hass: HomeAssistant
    gateway: GatewaySimulator
    drive: Drive
    profile: Profile

    @property
    def entry(self) -> MockConfigEntry:
        """Its entry."""
        return self.drive.entry

    def figure(self, key: str) -> float | None:
        """Return the number that is shown, in W or Wh."""
        return states.figure(self.hass, self.gateway.serial, key)

    def shown(self, key: str, platform: str = "sensor") -> str | None:
        """Return the state that is shown, if there is such an entity."""
        found = states.find(self.hass, self.gateway.serial, key, platform)
        at = self.hass.states.get(found) if found else None
        return at.state if at else None

    def truth(self) -> dict[str, float]:
        """The true totals, of those that the site measures, in Wh."""
        totals, meters = self.gateway.house.totals, self.profile.meters
        true = {}
        if "production" in meters:
            true["production_energy"] = totals.production
        if "net-consumption" in meters:
            true["grid_import_energy"] = totals.grid_import
            true["grid_export_energy"] = totals.grid_export
        if "storage" in meters:
            true["battery_charged_energy"] = totals.battery_charged
            true["battery_discharged_energy"] = totals.battery_discharged
        if "total-consumption" in meters or (
            {"production", "net-consumption"} <= set(meters)
            and ("storage" in meters or not self.profile.battery)
            and not self.profile.generator
        ):
            true["consumption_energy"] = totals.consumption
        return true

    def totals(self) -> dict[str, float | None]:
        """Return what is shown of the totals that the site measures, in Wh."""
        return {key: self.figure(key) for key in self.truth() if states.find(self.hass, self.gateway.serial, key)}

    def off(self) -> dict[str, float | None]:
        """How far each total is from the truth, in Wh; None where it shows nothing."""
        true = self.truth()
        return {key: None if at is None else round(at - true[key], 1) for key, at in self.totals().items()}

    def issues(self) -> list[str]:
        """Return the repairs."""
        return sorted(key for domain, key in ir.async_get(self.hass).issues if domain == DOMAIN)

    def all_shown(self) -> dict[str, str]:
        """Return the states of all enabled entities."""
        registered = er.async_entries_for_config_entry(er.async_get(self.hass), self.entry.entry_id)
        return {
            one.entity_id: at.state
            for one in registered
            if not one.disabled_by and (at := self.hass.states.get(one.entity_id)) is not None
        }

    def silent(self) -> set[str]:
        """Return the entities that show nothing."""
        return {name for name, at in self.all_shown().items() if at in (STATE_UNAVAILABLE, STATE_UNKNOWN)}

    async def cycles(self, count: int) -> None:
        """Run so many cycles, each when it is due."""
        for _ in range(count):
            await self.drive.cycle()

    async def settle(self) -> None:
        """Run what comes half a minute later."""
        for _ in range(4):
            if self.entry.state is ConfigEntryState.LOADED and self.drive.due == SOON:
                await self.drive.cycle()

    async def restart(self, *, after: float = 5.0) -> None:
        """Take the entry down and set it up again."""
        await self.hass.config_entries.async_unload(self.entry.entry_id)
        await self.hass.async_block_till_done()
        self.drive.frozen.tick(after)
        await self.hass.config_entries.async_setup(self.entry.entry_id)
        await self.hass.async_block_till_done()

    def complaints(self, records: Iterable[logging.LogRecord]) -> list[str]:
        """Log records with a traceback, and errors."""
        return [
            f"{record.name}: {record.getMessage()[:200]} {record.exc_info[1]!r}"
            if record.exc_info
            else f"{record.name}: {record.getMessage()[:300]}"
            for record in records
            if (record.exc_info or record.levelno >= logging.ERROR)
            and ("iq_gateway" in record.name or "iq_gateway" in record.getMessage() or record.exc_info)
        ]


@asynccontextmanager
async def home(
    hass: HomeAssistant,
    add_entry: EntryMaker,
    profile: str | Profile = "metered_battery",
    *,
    begin: datetime = NOON,
    options: dict[str, Any] | None = None,
    role: str = "owner",
    before: Callable[[GatewaySimulator], object] | None = None,
    settle: bool = True,
) -> AsyncGenerator[Home]:
    """Set a site up in Home Assistant, at a moment at which time stands still; `before` changes it first."""
    site = PROFILES[profile] if isinstance(profile, str) else profile
    await hass.config.async_set_time_zone("Europe/Amsterdam")
    async with simulated_gateways([site], begin) as ((gateway,), frozen):
        if before:
            before(gateway)
        entry = add_entry(gateway, options=options, token=gateway.mint(role))
        await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
        found = Home(hass, gateway, Drive(hass, entry, frozen), site)
        if settle:
            await found.settle()
        yield found
        if entry.state is ConfigEntryState.LOADED:
            await hass.config_entries.async_unload(entry.entry_id)
