"""What the user is asked to see to, in Home Assistant's repairs."""

from enum import StrEnum

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .const import DOMAIN


class Issue(StrEnum):
    """What an issue is about; an entry has at most one of each."""

    BESIDE = "beside"  # the built-in integration reads the same gateway
    CERTIFICATE = "certificate"
    CHANGE = "change"  # made at the gateway, accepted, and come to nothing later
    TAKEOVER_WAITS = "takeover_waits"  # the built-in integration cannot be unloaded
    TOKEN = "token"
    TOTALS = "totals"  # counters that went elsewhere
    TOTALS_HELD = "totals_held"  # readings that cannot be true, for long
    TOTALS_STILL = "totals_still"  # counters that stand still while power flows


@callback
def async_raise(
    hass: HomeAssistant,
    entry: ConfigEntry,
    issue: Issue,
    *,
    text: str,
    severity: ir.IssueSeverity = ir.IssueSeverity.ERROR,
    fixable: bool = True,
    **placeholders: str,
) -> None:
    """Show an issue with the text of this key, in place of what the same issue said before.

    It outlives a restart, in which an entry may take long to be set up.
    """
    ir.async_create_issue(
        hass,
        DOMAIN,
        _id(issue, entry),
        data={"issue": issue.value, "entry_id": entry.entry_id},
        is_fixable=fixable,
        is_persistent=True,
        severity=severity,
        translation_key=text,
        translation_placeholders={"title": entry.title, **placeholders},
    )


@callback
def async_clear(hass: HomeAssistant, entry: ConfigEntry, *issues: Issue) -> None:
    """Take issues back, if they are there; all of an entry's if none are named."""
    for issue in issues or Issue:
        ir.async_delete_issue(hass, DOMAIN, _id(issue, entry))


@callback
def has_any(hass: HomeAssistant, entry: ConfigEntry) -> bool:
    """Tell whether the user is asked to see to anything of an entry."""
    issues = ir.async_get(hass)
    return any(issues.async_get_issue(DOMAIN, _id(issue, entry)) for issue in Issue)


def _id(issue: Issue, entry: ConfigEntry) -> str:
    return f"{issue}_{entry.entry_id}"
