"""The ledger in Home Assistant: where its totals are stored, when it is read for, and whom it tells of changes."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util

from .const import CONF_SERIAL, DOMAIN, LOGGER
from .counters import WRAPPING, Change, Ledger, Reading, limit, limits
from .issues import Issue, async_clear, async_raise
from .site import Site

_VERSION: Final = 1

# What is lost with a crash is only how far a proof had got; a new base is written at once.
_SAVE_DELAY: Final = 15 * 60

# How often in a row an endpoint may answer without a figure before its total is no longer shown.
_STANDS_FOR_CYCLES: Final = 2


class TotalsKeeper:
    """Keeps the lifetime totals of one gateway, over restarts and over gateways."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        self._hass = hass
        self._entry = entry
        self._store = _store(hass, entry)
        self._gateway = sha256(entry.data[CONF_SERIAL].encode()).hexdigest()
        self._ledger = Ledger()
        self._missed: dict[str, int] = {}
        self._told: dict[str, Change] = {}
        self._save_pending = False
        self._closed = False

    @property
    def changes(self) -> dict[str, Change]:
        """The changes that wait for a decision, by the key of the total."""
        return self._ledger.changes

    @property
    def pending(self) -> bool:
        """Whether a total waits for a second reading."""
        return False

    def as_dict(self) -> dict[str, object]:
        """Return every counter as it stands, for diagnostics."""
        return self._ledger.to_dict()

    async def async_load(self) -> None:
        """Load what was stored; what is damaged begins anew."""
        try:
            stored = await self._store.async_load()
        except HomeAssistantError, NotImplementedError:
            LOGGER.warning("%s: the stored totals cannot be read; the totals begin anew", self._entry.title)
            return
        if stored is None:
            return
        self._ledger, broken = Ledger.from_dict(stored)
        if broken:
            names = ", ".join(sorted(set(broken)))
            LOGGER.warning("%s: stored totals are damaged and begin anew: %s", self._entry.title, names)
        if isinstance(stored, dict) and stored.get("gateway") != self._gateway:
            self._ledger.detach()
        # The user has been asked about these: the issue outlives a restart, too.
        self._told = self._ledger.changes

    @callback
    def async_update(self, site: Site, answered: frozenset[str]) -> dict[str, float | None]:
        """Take in what a cycle read, and return the totals in Wh by the key of their entity.

        `answered` are the endpoints that answered in this cycle: what stands from an earlier one is no new reading.
        """
        offsets, bounds, now = self._ledger.offsets, limits(site), dt_util.utcnow().timestamp()
        for key, total in site.totals.items():
            if not site.needs[key] <= answered:
                continue
            self._missed[key] = self._missed.get(key, 0) + 1 if total.energy is None else 0
            if total.energy is not None:
                self._ledger.observe(
                    key,
                    Reading(
                        energy=total.energy,
                        source=total.source,
                        at=now,
                        bound=limit(bounds, key),
                        wraps=total.source in WRAPPING,
                    ),
                )
        self._async_tell()
        self._async_schedule_save(0 if self._ledger.offsets != offsets else _SAVE_DELAY)
        return {key: self._shown(key, site) for key in site.totals}

    @callback
    def async_guard_today(self, site: Site, answered: frozenset[str]) -> Site:
        """Return the site with sums of today that can be true, and none in place of those that cannot.

        To be called after `async_update`: what the gateway cannot sum up is told from the totals.
        """
        now, midnight, bounds = dt_util.utcnow().timestamp(), dt_util.start_of_local_day().timestamp(), limits(site)

        def guarded(key: str, energy: float | None) -> float | None:
            if energy is None:
                return None
            if site.needs[f"{key}_period"] <= answered:
                reading = Reading(energy=energy, source=key, at=now, bound=limit(bounds, key))
                self._ledger.observe_today(key, reading, midnight=midnight)
            return self._ledger.today(key)

        consumed = guarded("consumption", site.consumption.today)
        if site.today_counts_charging:
            # Until a midnight was seen, the gateway's own sum has to do.
            own = self._ledger.since_midnight("consumption_energy", at=now, midnight=midnight)
            consumed = own if own is not None else consumed
        return replace(
            site,
            production=replace(site.production, today=guarded("production", site.production.today)),
            consumption=replace(site.consumption, today=consumed),
        )

    async def async_keep(self, keys: Iterable[str]) -> None:
        """Let changed totals go on as they are."""
        self._ledger.keep(keys)
        await self._async_decided()

    async def async_follow(self, keys: Iterable[str]) -> None:
        """Let changed totals show the gateway's own figures from now on."""
        self._ledger.follow(keys)
        await self._async_decided()

    async def async_close(self) -> None:
        """Write everything down for the last time."""
        self._closed = True
        await self._store.async_save(self._to_store())

    async def _async_decided(self) -> None:
        self._async_tell()
        await self._store.async_save(self._to_store())

    def _shown(self, key: str, site: Site) -> float | None:
        """Return a total while its counter is read; one that answers without a figure stands for two cycles."""
        stands = 0 < self._missed.get(key, 0) <= _STANDS_FOR_CYCLES and site.needs[key] <= site.fresh
        return self._ledger.published(key) if stands or site.totals[key].energy is not None else None

    @callback
    def _async_tell(self) -> None:
        """Ask the user about changes, and stop asking about those that are settled."""
        changes = self._ledger.changes
        if changes == self._told:
            return
        for key, change in changes.items():
            if change != self._told.get(key):
                LOGGER.warning(
                    "%s: the gateway's counter of %s went from %.0f to %.0f Wh; its total goes on from where it was",
                    self._entry.title,
                    key,
                    change.old_energy,
                    change.new_energy,
                )
        self._told = changes
        if changes:
            text = "\n".join(self._line(key, change) for key, change in sorted(changes.items()))
            severity = ir.IssueSeverity.WARNING
            async_raise(self._hass, self._entry, Issue.TOTALS, text="total_changed", severity=severity, changes=text)
        else:
            async_clear(self._hass, self._entry, Issue.TOTALS)

    def _line(self, key: str, change: Change) -> str:
        registry = er.async_get(self._hass)
        entity_id = registry.async_get_entity_id("sensor", DOMAIN, f"{self._entry.data[CONF_SERIAL]}_{key}")
        entity = registry.async_get(entity_id) if entity_id else None
        name = (entity.name or entity.original_name if entity else None) or key
        when = dt_util.as_local(datetime.fromtimestamp(change.at, UTC))
        old, new = change.old_energy / 1000, change.new_energy / 1000
        return f"- **{name}**: {old:.1f} kWh \N{RIGHTWARDS ARROW} {new:.1f} kWh ({when:%Y-%m-%d %H:%M})"

    @callback
    def _async_schedule_save(self, delay: float) -> None:
        """Have everything written once the delay is over; a later call must not put that off."""
        if self._closed or (self._save_pending and delay):
            return
        self._save_pending = True
        self._store.async_delay_save(self._to_store, delay)

    def _to_store(self) -> dict[str, object]:
        self._save_pending = False
        return {"gateway": self._gateway, **self._ledger.to_dict()}


async def async_forget_totals(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Remove what was stored for an entry."""
    await _store(hass, entry).async_remove()


def _store(hass: HomeAssistant, entry: ConfigEntry) -> Store[dict[str, object]]:
    return Store(hass, _VERSION, f"{DOMAIN}.{entry.entry_id}")
