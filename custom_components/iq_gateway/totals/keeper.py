"""The ledger in Home Assistant: where it is stored, what it is fed with, and whom it tells of changes."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from math import isfinite
from typing import Final, NamedTuple

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from ..const import CONF_UPDATE_INTERVAL, DEFAULT_UPDATE_INTERVAL, LOGGER
from ..site import Site, Total
from ..takeover.journal import shifts
from .ledger import Ledger, PublishedTotal, Standing
from .lifetime import Change, Origin
from .names import is_of_device, spoken
from .reports import TotalsReports, entity_id_of
from .series import RESOLUTION, Reading
from .statistics import async_clear_statistics, async_last_known
from .store import LedgerStore

# What is lost with a crash is only how far a proof had got; a new base is written at once.
_SAVE_DELAY: Final = 15 * 60

_AFTER_ENTRY: Final = 2.0

# How often in a row an endpoint may answer without a figure before its total is no longer shown.
_STANDS_FOR_CYCLES: Final = 2

# A total is shown once a second reading agrees with the first, which is soon asked for; doubts are looked into at the
# pace of the default interval, whatever the chosen one is.
_SECOND_READING_AFTER: Final = 30.0
_LOOK_AGAIN_AFTER: Final = float(DEFAULT_UPDATE_INTERVAL)


class Count(NamedTuple):
    """What a counter tells, whether that was read in this cycle, and whether what it is read from still stands."""

    total: Total | None
    is_read: bool
    is_fresh: bool


class LifetimeTotals:
    """The lifetime totals of one gateway, over restarts and over gateways."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        self._hass = hass
        self._entry = entry
        self._cycle: float = entry.options.get(CONF_UPDATE_INTERVAL, DEFAULT_UPDATE_INTERVAL)
        self._store = LedgerStore(hass, entry)
        self._ledger = Ledger()
        self._reports = TotalsReports(hass, entry)
        self._missed: dict[str, int] = {}
        self._loaded: frozenset[str] = frozenset()
        self._compared: set[str] = set()  # with what the recorder knows
        self._save_pending = False
        self._closed = False

    @property
    def changes(self) -> dict[str, Change]:
        """The changes that wait for a decision, by the key of the total."""
        return self._ledger.changes

    @property
    def held(self) -> frozenset[str]:
        """The totals none of whose readings has counted for three quarters of an hour, by their key."""
        return frozenset(key for key, why in self._ledger.standing.items() if why is Standing.ODD_READINGS)

    @property
    def pending(self) -> bool:
        """Whether a total is not shown yet because its second reading is to come."""
        return self._ledger.pending

    def as_dict(self) -> dict[str, object]:
        """Return every total as it stands, for diagnostics."""
        return self._ledger.to_dict()

    def next_reading_within(self) -> float:
        """Return the seconds within which the totals want to be read again.

        The day of the figures of today begins with a reading at midnight.
        """
        if self._ledger.pending:
            return _SECOND_READING_AFTER
        tomorrow = dt_util.start_of_local_day(dt_util.now() + timedelta(days=1))
        until_midnight = (tomorrow - dt_util.utcnow()).total_seconds() + 1
        return min(until_midnight, _LOOK_AGAIN_AFTER) if self._ledger.in_doubt else until_midnight

    async def async_load(self) -> None:
        """Load what was stored; what is missing or damaged goes on from what the recorder knows."""
        try:
            stored = await self._store.async_load()
        except HomeAssistantError:
            LOGGER.warning("%s: the stored totals cannot be read", self._entry.title)
            return
        if stored is None:
            return
        if not isinstance(stored, dict):
            LOGGER.warning("%s: the stored totals are damaged", self._entry.title)
            return
        self._ledger, broken = Ledger.from_dict(stored)
        if broken:
            LOGGER.warning(
                "%s: stored totals are damaged: %s", self._entry.title, ", ".join(sorted(map(spoken, broken)))
            )
        if stored.get("gateway") != self._store.gateway:
            self._ledger.detach()
        self._loaded = self._ledger.keys
        # The user has been asked about these: the issue outlives a restart, too.
        self._reports.told = self._ledger.changes

    async def async_update(
        self, site: Site, answered: frozenset[str], devices: Mapping[str, Count]
    ) -> dict[str, PublishedTotal]:
        """Take in what a cycle read, and return the totals by the key of their entity.

        `answered` are the endpoints that answered in this cycle: what stands from an earlier one is no new reading.
        `devices` are the counters of single devices that somebody looks at, by what the ledger knows them by.
        """
        offsets, now = self._ledger.offsets, dt_util.utcnow().timestamp()
        needs = site.needs
        counts = {
            key: Count(total, is_read=needs[key] <= answered, is_fresh=needs[key] <= site.fresh)
            for key, total in site.totals.items()
        }
        counts.update(devices)
        readings = {}
        for key, count in counts.items():
            if not count.is_read:
                continue
            reading = self._reading(count.total, now)
            self._missed[key] = 0 if reading else self._missed.get(key, 0) + 1
            if reading:
                readings[key] = reading
        has_counted = any(inverter.max_power for inverter in site.inverters.values())
        anew = self._ledger.observe(readings, midnight=_midnight(), has_counted=has_counted)
        entities = (entity_id_of(self._hass, self._entry, key) for key in anew)
        async_clear_statistics(self._hass, [entity_id for entity_id in entities if entity_id])
        await self._async_compare(readings)
        self._reports.async_tell(self._ledger)
        self._async_schedule_save(0 if self._ledger.offsets != offsets else _SAVE_DELAY)
        midnight = _midnight()
        return {
            key: self._ledger.published(key, midnight=midnight) if self._is_shown(key, count) else PublishedTotal()
            for key, count in counts.items()
        }

    def as_they_stand(self, shown: Mapping[str, PublishedTotal]) -> dict[str, PublishedTotal]:
        """Return totals that are shown, as somebody has changed them."""
        midnight = _midnight()
        return {
            key: self._ledger.published(key, midnight=midnight) if was != PublishedTotal() else was
            for key, was in shown.items()
        }

    @callback
    def async_continue_at(self, key: str, origin: Origin) -> float:
        """Go on with a total from what another integration showed; return by how many Wh its correction changed.

        Once for each such moment: a stop in the middle may have it done again.
        """
        self._compared.add(key)
        total = self._ledger.total(key)
        if total and total.base and (total.base.since or 0.0) >= origin.at:
            return 0.0
        shift = self._ledger.continue_at(key, origin)
        self._async_save_after_entry()
        return shift

    @callback
    def async_move(self, key: str, energy: float) -> None:
        """Have a total show so many Wh more."""
        self._ledger.move(key, energy, at=dt_util.utcnow().timestamp())
        self._async_save_after_entry()

    @callback
    def async_forget_today(self, key: str) -> None:
        """Tell nothing of what a total has grown by today, until the next day begins."""
        self._ledger.forget_today(key)

    async def async_keep(self, keys: Iterable[str]) -> None:
        """Let changed totals go on as they are."""
        self._ledger.keep(keys)
        await self._async_decided()

    async def async_follow(self, keys: Iterable[str]) -> None:
        """Let totals show the gateway's own figures from now on, or what they were taken over with beside them."""
        keys, added = list(keys), shifts(self._entry)
        self._ledger.follow(keys)
        for key in keys:
            self._ledger.move(key, added.get(key, 0.0), at=dt_util.utcnow().timestamp())
        await self._async_decided()

    async def async_set_total(self, key: str, energy: float) -> None:
        """Give a total another figure in Wh, from which it goes on."""
        self._ledger.set_to(key, energy, at=dt_util.utcnow().timestamp())
        await self._async_decided()

    async def async_close(self) -> None:
        """Write everything down for the last time."""
        self._closed = True
        await self._store.async_save(self._to_store())

    async def _async_decided(self) -> None:
        self._reports.async_tell(self._ledger)
        await self._store.async_save(self._to_store())

    def _reading(self, total: Total | None, now: float) -> Reading | None:
        if total is None or total.energy is None or not isfinite(total.energy):
            return None
        return Reading(
            energy=total.energy,
            source=total.source,
            at=now,
            power=total.power,
            highest=total.highest,
            cycle=self._cycle,
            pace=total.pace,
            derived=total.derived,
            wraps=total.wraps,
        )

    async def _async_compare(self, keys: Iterable[str]) -> None:
        """Go on from what the recorder knows of totals of which the ledger knows less: once each after a start."""
        # Of hundreds of devices only those are looked up that nothing is stored of.
        stored = {key for key in self._loaded if is_of_device(key)}
        for key in set(keys) - self._compared - stored:
            total, entity_id = self._ledger.total(key), entity_id_of(self._hass, self._entry, key)
            if entity_id is None or total is None or total.total is None or total.base is None:
                continue
            self._compared.add(key)
            known = await async_last_known(self._hass, entity_id)
            if known is None or (key in self._loaded and known.total <= total.total + RESOLUTION):
                continue
            self._ledger.resume(key, known if known.offset is not None else replace(known, offset=total.base.offset))
            LOGGER.warning(
                "%s: the stored total of %s is missing or too old; it goes on from %.1f kWh, as recorded",
                self._entry.title,
                spoken(key),
                known.total / 1000,
            )

    def _is_shown(self, key: str, count: Count) -> bool:
        """Tell whether a counter is read; one whose endpoint answers without a figure stands for two cycles."""
        stands = 0 < self._missed.get(key, 0) <= _STANDS_FOR_CYCLES and count.is_fresh
        return stands or (count.total is not None and count.total.energy is not None)

    @callback
    def _async_schedule_save(self, delay: float) -> None:
        """Have everything written once the delay is over; a later call must not put that off."""
        if self._closed or (self._save_pending and delay):
            return
        self._save_pending = True
        self._store.async_delay_save(self._to_store, delay)

    @callback
    def _async_save_after_entry(self) -> None:
        """Have everything written soon, but after what stands in the entry of why: entries are written within 1 s."""
        self._save_pending = True
        self._store.async_delay_save(self._to_store, _AFTER_ENTRY)

    def _to_store(self) -> dict[str, object]:
        self._save_pending = False
        # A device that was removed, by whomever, is not remembered.
        self._ledger.forget(
            key for key in self._ledger.keys if is_of_device(key) and not entity_id_of(self._hass, self._entry, key)
        )
        return {"gateway": self._store.gateway, **self._ledger.to_dict()}


async def async_forget_totals(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Remove what was stored for an entry."""
    await LedgerStore(hass, entry).async_remove()


def _midnight() -> float:
    return dt_util.start_of_local_day().timestamp()
