"""Whom the totals tell of what happened to them: the log, and Home Assistant's repairs."""

from collections.abc import Mapping
from datetime import UTC, datetime

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er, issue_registry as ir
from homeassistant.util import dt as dt_util

from ..const import CONF_SERIAL, DOMAIN, LOGGER
from ..issues import Issue, async_clear, async_raise
from .ledger import Ledger, Standing
from .lifetime import Change
from .names import spoken, unique_id

# A hundred inverters that a new gateway counts from zero are one story.
_MOST_LINES = 20


class TotalsReports:
    """Tells once of each change of a counter, and of each total that stands still."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        self._hass = hass
        self._entry = entry
        self.told: dict[str, Change] = {}
        self._standing: dict[str, Standing] = {}

    @callback
    def async_tell(self, ledger: Ledger) -> None:
        """Ask the user about what is new, and stop asking about what is settled."""
        changes, standing = ledger.changes, ledger.standing
        if changes != self.told:
            for key, change in changes.items():
                if change != self.told.get(key):
                    self._log(key, change)
            self.told = changes
            self._show(Issue.TOTALS, "total_changed", {key: self._step(change) for key, change in changes.items()})
        if standing != self._standing:
            for key in standing.keys() - self._standing.keys():
                LOGGER.warning("%s: the total of %s stands: %s", self._entry.title, spoken(key), _LOG[standing[key]])
            self._standing = standing
            held, still = (
                {key: "" for key, reason in standing.items() if reason is wanted}
                for wanted in (Standing.ODD_READINGS, Standing.STANDS_STILL)
            )
            self._show(Issue.TOTALS_HELD, "total_held", held)
            self._show(Issue.TOTALS_STILL, "total_still", still)

    def _show(self, issue: Issue, text: str, lines: Mapping[str, str]) -> None:
        if not lines:
            async_clear(self._hass, self._entry, issue)
            return
        told = [f"- **{self._name(key)}**{line}" for key, line in sorted(lines.items())]
        more = [f"- \N{HORIZONTAL ELLIPSIS} (+{len(told) - _MOST_LINES})"] if len(told) > _MOST_LINES else []
        listed = "\n".join(told[:_MOST_LINES] + more)
        severity, fixable = ir.IssueSeverity.WARNING, issue is not Issue.TOTALS_STILL
        async_raise(self._hass, self._entry, issue, text=text, severity=severity, fixable=fixable, changes=listed)

    def _log(self, key: str, change: Change) -> None:
        LOGGER.warning(
            "%s: the gateway's counter of %s went from %.0f to %.0f Wh; its total goes on from where it was",
            self._entry.title,
            spoken(key),
            change.old_energy,
            change.new_energy,
        )

    def _step(self, change: Change) -> str:
        when = dt_util.as_local(datetime.fromtimestamp(change.at, UTC))
        old, new = change.old_energy / 1000, change.new_energy / 1000
        return f": {old:.1f} kWh \N{RIGHTWARDS ARROW} {new:.1f} kWh ({when:%Y-%m-%d %H:%M})"

    def _name(self, key: str) -> str:
        registry, entity_id = er.async_get(self._hass), entity_id_of(self._hass, self._entry, key)
        entity = registry.async_get(entity_id) if entity_id else None
        name = (entity.name or entity.original_name if entity else None) or spoken(key)
        device = dr.async_get(self._hass).async_get(entity.device_id) if entity and entity.device_id else None
        is_of_site = device is None or (DOMAIN, self._entry.data[CONF_SERIAL]) in device.identifiers
        return name if device is None or is_of_site else f"{device.name_by_user or device.name} {name}"


def entity_id_of(hass: HomeAssistant, entry: ConfigEntry, key: str) -> str | None:
    """Return the entity of a total by the total's key; None while there is none."""
    return er.async_get(hass).async_get_entity_id("sensor", DOMAIN, unique_id(key, gateway=entry.data[CONF_SERIAL]))


_LOG = {
    Standing.ODD_READINGS: "no reading of its counter can follow from the last that counted",
    Standing.STANDS_STILL: "power flows, and the gateway's counter does not move",
}
