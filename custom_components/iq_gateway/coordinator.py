"""The cycle in Home Assistant: when it runs, what it hands on, and what the log says of it."""

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
import time
from typing import Final, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryAuthFailed
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed

from .certificate import async_watch_certificate
from .client.endpoints import INFO, GatewayInfo
from .client.errors import CannotConnect, CertificateChanged, GatewayError, TokenRejected, WrongGateway
from .client.gateway import Gateway
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
from .controls.desk import ControlDesk
from .live import LivePower
from .polling import Poller, PollResult
from .polling.fault import Fault
from .polling.interval import PollInterval
from .polling.outage_log import OutageLog
from .polling.store import KeptStore
from .site import Site, Total
from .tokens import TokenKeeper
from .totals import PublishedTotal
from .totals.keeper import Count, LifetimeTotals

type IQGatewayConfigEntry = ConfigEntry[IQGatewayCoordinator]

# What waits for a second reading, be it the first or an outage, does not have to wait for a whole interval.
_SECOND_CYCLE: Final = timedelta(seconds=30)

# The need of what shows how the gateway is read: nothing is asked for it, but it changes with each cycle.
NEED_REQUESTS: Final = "requests"

# Why a whole cycle failed, as the user reads it.
_REASONS: Final[dict[type[GatewayError], str]] = {
    CannotConnect: "cannot_connect",
    CertificateChanged: "certificate_changed",
    WrongGateway: "wrong_gateway",
}
_NOT_READY: Final = "not_ready"


@dataclass(frozen=True, slots=True, kw_only=True)
class IQGatewayData:
    """What the entities show: the site, its lifetime totals by the key of their entity, and the token in use."""

    site: Site
    totals: Mapping[str, PublishedTotal]
    token: AccessToken | None
    live_power: bool = False  # whether powers are to follow reality
    firmware: str | None = None  # for the gateway's device
    response_time: float | None = None  # s, the mean of the last cycle; told only while somebody looks at it
    requests_last_hour: int | None = None  # likewise
    controls: bool = False  # whether the user allows changes
    refused: frozenset[str] = frozenset()  # endpoints that the token's role is too low for; told for controls
    stands: bool = True  # False once cycles have come to nothing, by a fault of our own, for too long


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceCounter:
    """What an entity needs that shows what a device has counted over its life; its counter goes through the ledger."""

    key: str  # what the ledger knows it by
    need: str
    find: Callable[[IQGatewayData], Total | None]


class IQGatewayCoordinator(DataUpdateCoordinator[IQGatewayData]):
    """Polls one gateway for what its enabled entities need.

    The context of a listener is the key of a need in `Site.needs`, or a counter with such a need. An update never fails
    as a whole once the first one succeeded: each value stands or falls with the endpoints that it is read from.
    """

    config_entry: IQGatewayConfigEntry
    device_id: str  # of the gateway, which meters and inverters are reached through

    def __init__(self, hass: HomeAssistant, entry: IQGatewayConfigEntry, gateway: Gateway) -> None:
        chosen = timedelta(seconds=entry.options.get(CONF_UPDATE_INTERVAL, DEFAULT_UPDATE_INTERVAL))
        super().__init__(
            hass,
            LOGGER,
            config_entry=entry,
            # No serial number: the name is part of log lines.
            name=entry.title,
            update_interval=chosen,
            always_update=False,
        )
        self.gateway = gateway
        self.serial: str = entry.data[CONF_SERIAL]
        self.poller = Poller(
            gateway,
            serial=self.serial,
            interval=chosen.total_seconds(),
            keep_live_data=entry.options.get(CONF_KEEP_LIVE_DATA, DEFAULT_KEEP_LIVE_DATA),
        )
        self.keeper = TokenKeeper(hass, entry, self.poller, refresh=self.async_request_refresh)
        self.totals = LifetimeTotals(hass, entry)
        self.controls = ControlDesk(hass, entry, self.poller, publish=self._async_publish)
        # As which kind of device a serial number is shown in this run, whatever else lists it.
        self.shown_as: dict[str, str] = {}
        self.last_fault: Fault | None = None
        self._fault: Fault | None = None
        self._kept = KeptStore(hass, entry, self.poller.keep)
        self._interval = PollInterval(chosen)
        self._outages = OutageLog(entry.title)
        self.live = LivePower(hass, entry, self.poller, self, self._outages)
        self._oddities: frozenset[str] = frozenset()
        self._result: PollResult | None = None
        self._completing = False
        self._good_at: float | None = None

    @property
    def info(self) -> GatewayInfo | None:
        """What the gateway last said of itself."""
        return self.poller.cache.snapshot().known(INFO)

    @property
    def reachable(self) -> bool:
        """Whether anything answered in the last cycle."""
        return not self._interval.silent

    @property
    def site(self) -> Site:
        """The site as it is shown."""
        return self.data.site

    @property
    def strained(self) -> bool:
        """Whether the gateway is under strain, by how its cycles went."""
        return self._interval.strained

    @property
    def wanted(self) -> set[str]:
        """What the enabled entities need, and what tells whether there are further controls."""
        keys = {context for context in self.async_contexts() if isinstance(context, str)}
        role = self.keeper.token.role if self.keeper.token else None
        return keys | {counter.need for counter in self._counters} | self.controls.needs(self.poller.site, role)

    @callback
    def _async_publish(self) -> None:
        """Show what was read, or became of a change, between two cycles."""
        self.data = replace(self.data, site=self.live.applied(self.poller.site))
        self.async_update_listeners()

    @property
    def _counters(self) -> list[DeviceCounter]:
        """The counters of devices that the enabled entities show."""
        return [context for context in self.async_contexts() if isinstance(context, DeviceCounter)]

    def data_with_totals(self) -> IQGatewayData:
        """Return the data with the totals as they stand, after somebody has changed them."""
        return replace(self.data, totals=self.totals.as_they_stand(self.data.totals))

    async def async_complete(self) -> None:
        """Read what the entities need and the first cycle, before they were there, did not know to ask for.

        Where it has all been asked for, the counters of devices that somebody looks at are in what was answered.
        """
        self.live.async_start()
        self._completing = True
        try:
            if self.poller.lacks(self.wanted):
                await self.async_refresh()
            elif self._counters:
                self.async_set_updated_data(await self._async_take(PollResult(answered=frozenset())))
        finally:
            self._completing = False
        self.controls.async_resume()

    @callback
    def async_set_live_power(self, *, on: bool) -> None:
        """Have powers follow reality, or no longer."""
        self.live.async_turn(on=on)
        self.data = replace(self.data, live_power=on)

    @callback
    def show(self, site: Site, keys: Collection[str]) -> None:
        """Show another site, in which nothing has changed but what these needs are for, to whom it concerns."""
        self.data = replace(self.data, site=site)
        for update, context in list(self._listeners.values()):
            if context in keys:
                update()

    @callback
    def ask_for_cycle(self) -> None:
        """Have a cycle run soon."""
        self.config_entry.async_create_background_task(self.hass, self.async_request_refresh(), f"{self.name} refresh")

    async def async_close(self) -> None:
        """Write down what is to be known after a restart."""
        await self.totals.async_close()
        await self._kept.async_close()
        await self.live.energies.async_close()
        await self.controls.async_close()

    @override
    async def _async_setup(self) -> None:
        await self.totals.async_load()
        await self.live.energies.async_load()
        self.poller.restore(await self._kept.async_load())
        await self.controls.async_load()

    @override
    async def _async_update_data(self) -> IQGatewayData:
        # A task of the entry: unloading ends it, whoever asked for the update.
        cycle = self.config_entry.async_create_background_task(self.hass, self._async_run_cycle(), f"{self.name} cycle")
        try:
            await asyncio.wait([cycle])
        finally:
            cycle.cancel()
        if cycle.cancelled():
            return self._unchanged()
        try:
            data = await self._async_take(cycle.result())
        except UpdateFailed, ConfigEntryAuthFailed:
            raise
        except Exception as err:  # noqa: BLE001 (whatever it is, values must not stand for ever)
            return self._after(Fault.of(err))
        self._fault, self._good_at = None, time.monotonic()
        return data

    async def _async_run_cycle(self) -> PollResult:
        """Read what is looked at; once more if that took a new token."""
        needs = self.wanted
        result = await self.poller.run(needs, only_new=self._completing)
        while await self.keeper.async_follow(result):
            result = await self.poller.run(needs)
        async_watch_certificate(self.hass, self.config_entry, self.gateway, result)
        return result

    async def _async_take(self, result: PollResult) -> IQGatewayData:
        """Return what is to be shown after a cycle, and draw the conclusions from how it went."""
        if self._good_at is None:
            self._check_first(result)
        whole = self._result.joined(result) if self._completing and self._result else result
        is_first = self._completing or self._result is None
        self._result = whole
        self._outages.update(whole)
        # Completing a first cycle settles nothing of what that waits for.
        soonest = [self.update_interval] if self._completing and self.update_interval else []
        soonest.append(self._interval.next(whole))
        self._log_oddities()
        self._kept.async_update(result.answered)
        site = self.poller.site
        firmware = self.info.software if self.info else None
        data = IQGatewayData(site=site, totals={}, token=self.keeper.token, firmware=firmware)
        # Those of devices were not read before their entities were there.
        devices = {counter.key: self._count(counter, data, whole.answered) for counter in self._counters}
        totals = await self.totals.async_update(site, result.answered, devices)
        soonest.append(timedelta(seconds=self.totals.next_reading_within()))
        is_unsure = is_first and self.poller.cache.unconfirmed
        owes = (is_first or result.asked_new) and self.poller.owes(self.wanted)
        if is_unsure or owes or self.poller.wants_second_look:
            soonest.append(_SECOND_CYCLE)
        self.update_interval = min(soonest)
        data = replace(data, site=self.live.async_follow(result, site), totals=totals, live_power=self.live.on)
        if self.controls.enabled:
            self.controls.async_look_again()
            data = replace(data, controls=True, refused=self.controls.refused)
        if NEED_REQUESTS not in self.wanted:
            return data
        return replace(data, response_time=result.response_time, requests_last_hour=self.poller.requests_last_hour)

    def _count(self, counter: DeviceCounter, data: IQGatewayData, answered: frozenset[str]) -> Count:
        needs = data.site.needs[counter.need]
        return Count(counter.find(data), is_read=needs <= answered, is_fresh=needs <= data.site.fresh)

    def _after(self, fault: Fault) -> IQGatewayData:
        """Return what still stands after a fault of our own; said once, until it has gone away."""
        if fault != self._fault:
            LOGGER.error("%s: an unexpected error, please report it: %s", self.name, fault)
        self.last_fault = self._fault = fault
        data = self._unchanged()
        stands = self._good_at is not None and time.monotonic() - self._good_at <= self.poller.cache.stands_for
        return data if stands else replace(data, stands=False)

    def _unchanged(self) -> IQGatewayData:
        """Return what is shown already; without that the first update has failed."""
        if self._good_at is None:
            raise UpdateFailed(translation_domain=DOMAIN, translation_key=_NOT_READY)
        return self.data

    def _check_first(self, result: PollResult) -> None:
        """Refuse to start on a gateway that tells nothing of the site."""
        if result.answered - {INFO.name}:
            return
        error = next(iter(result.errors.values()), None)
        if isinstance(error, TokenRejected):
            failure = ConfigEntryAuthFailed if self.keeper.needs_user else UpdateFailed
            raise failure(translation_domain=DOMAIN, translation_key=self.keeper.reason) from error
        reason = _REASONS.get(type(error), _NOT_READY) if error else _NOT_READY
        raise UpdateFailed(translation_domain=DOMAIN, translation_key=reason) from error

    def _log_oddities(self) -> None:
        """Log once what the gateway says that nobody has told us the meaning of."""
        for oddity in sorted(self.poller.site.oddities - self._oddities):
            LOGGER.info("%s: the gateway gives a value of unknown meaning: %s", self.name, oddity)
        self._oddities |= self.poller.site.oddities
