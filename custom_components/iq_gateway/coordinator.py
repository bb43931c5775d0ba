"""The cycle in Home Assistant: when it runs, what it hands on, and what the log says of it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import override

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ConfigEntryAuthFailed
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed

from .certificate import async_watch_certificate
from .client.endpoints import INFO
from .client.errors import CannotConnect, CertificateChanged, GatewayError, TokenRejected, WrongGateway
from .client.gateway import Gateway
from .client.models import GatewayInfo
from .client.token import AccessToken
from .const import (
    CONF_KEEP_LIVE_DATA,
    CONF_SERIAL,
    CONF_UPDATE_INTERVAL,
    DEFAULT_KEEP_LIVE_DATA,
    DEFAULT_UPDATE_INTERVAL,
    DOMAIN,
    LOGGER,
)
from .outcomes import CycleResult
from .pace import Pace
from .polling import Poller
from .silences import SilenceLog
from .site import Site
from .tokens import TokenKeeper
from .totals import PublishedTotal
from .totals.keeper import LifetimeTotals

type IQGatewayConfigEntry = ConfigEntry[IQGatewayData]

# Why a whole cycle failed, as the user reads it.
_REASONS: dict[type[GatewayError], str] = {
    CannotConnect: "cannot_connect",
    CertificateChanged: "certificate_changed",
    WrongGateway: "wrong_gateway",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What the entities show: the site, its lifetime totals by the key of their entity, and the token in use."""

    site: Site
    totals: Mapping[str, PublishedTotal]
    token: AccessToken | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IQGatewayData:
    """What a set-up entry carries."""

    coordinator: IQGatewayCoordinator
    device_id: str  # of the gateway, which meters and inverters are reached through


class IQGatewayCoordinator(DataUpdateCoordinator[Picture]):
    """Polls one gateway for what its enabled entities need.

    The context of a listener is the key of a need in `Site.needs`. An update never fails as a whole once the first one
    succeeded: each value stands or falls with the endpoints that it is read from.
    """

    config_entry: IQGatewayConfigEntry

    def __init__(self, hass: HomeAssistant, entry: IQGatewayConfigEntry, gateway: Gateway) -> None:
        pace = timedelta(seconds=entry.options.get(CONF_UPDATE_INTERVAL, DEFAULT_UPDATE_INTERVAL))
        super().__init__(
            hass,
            LOGGER,
            config_entry=entry,
            # No serial number: the name is part of log lines.
            name=entry.title,
            update_interval=pace,
            always_update=False,
        )
        self.gateway = gateway
        self.serial: str = entry.data[CONF_SERIAL]
        self.poller = Poller(
            gateway,
            serial=self.serial,
            interval=pace.total_seconds(),
            keep_live_data=entry.options.get(CONF_KEEP_LIVE_DATA, DEFAULT_KEEP_LIVE_DATA),
        )
        self._pace = Pace(pace)
        self.keeper = TokenKeeper(hass, entry, self.poller, refresh=self.async_request_refresh)
        self.totals = LifetimeTotals(hass, entry)
        self._oddities: frozenset[str] = frozenset()
        self._silences = SilenceLog(entry.title)

    @property
    def info(self) -> GatewayInfo | None:
        """What the gateway last said of itself."""
        return self.poller.memory.snapshot().known(INFO)

    @property
    def reachable(self) -> bool:
        """Whether anything answered in the last cycle."""
        return not self._pace.silent

    @property
    def _needs(self) -> set[str]:
        """What the enabled entities need."""
        return {context for context in self.async_contexts() if isinstance(context, str)}

    async def async_complete(self) -> None:
        """Read what the entities need and the first cycle, before they were there, did not know to ask for."""
        if self.poller.lacks(self._needs):
            await self.async_refresh()

    @override
    async def _async_setup(self) -> None:
        await self.totals.async_load()

    @override
    async def _async_update_data(self) -> Picture:
        # A task of the entry: unloading ends it, whoever asked for the update.
        cycle = self.config_entry.async_create_background_task(self.hass, self._async_run_cycle(), f"{self.name} cycle")
        try:
            await asyncio.wait([cycle])
        finally:
            cycle.cancel()
        if cycle.cancelled():
            return self.data
        result = cycle.result()
        if self.config_entry.state is ConfigEntryState.SETUP_IN_PROGRESS:
            self._check_first(result)
        self._silences.update(result)
        self.update_interval = self._pace.after(result)
        self.poller.memory.interval = self._pace.calm.total_seconds()
        self._log_oddities()
        picture = await self._async_picture(result)
        if (within := self.totals.next_reading_within()) is not None:
            self.update_interval = min(self.update_interval, timedelta(seconds=within))
        return picture

    async def _async_run_cycle(self) -> CycleResult:
        """Read what is looked at; once more if that took a new token."""
        keys = self._needs
        result = await self.poller.run(keys)
        while await self.keeper.async_follow(result):
            result = await self.poller.run(keys)
        async_watch_certificate(self.hass, self.config_entry, self.gateway, result)
        return result

    async def _async_picture(self, result: CycleResult) -> Picture:
        site = self.poller.site
        totals = await self.totals.async_update(site, result.answered)
        return Picture(site=site, totals=totals, token=self.keeper.token)

    def _check_first(self, result: CycleResult) -> None:
        """Refuse to start on a gateway that tells nothing of the site."""
        if result.answered - {INFO.name}:
            return
        error = next(iter(result.errors.values()), None)
        if isinstance(error, TokenRejected):
            failure = ConfigEntryAuthFailed if self.keeper.needs_user else UpdateFailed
            raise failure(translation_domain=DOMAIN, translation_key=self.keeper.reason) from error
        reason = _REASONS.get(type(error), "not_ready") if error else "not_ready"
        raise UpdateFailed(translation_domain=DOMAIN, translation_key=reason) from error

    def _log_oddities(self) -> None:
        """Log once what the gateway says that nobody has told us the meaning of."""
        for oddity in sorted(self.poller.site.oddities - self._oddities):
            LOGGER.info("%s: the gateway gives a value of unknown meaning: %s", self.name, oddity)
        self._oddities |= self.poller.site.oddities
