"""Watches for a gateway that shows another certificate than the pinned one."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from .client.errors import CertificateChanged
from .issues import Issue, async_clear, async_raise
from .polling import PollResult


@callback
def async_watch_certificate(hass: HomeAssistant, entry: ConfigEntry, result: PollResult) -> None:
    """Ask the user what to make of another certificate; take that back when the known one is there again."""
    if any(isinstance(error, CertificateChanged) for error in result.errors.values()):
        async_raise(hass, entry, Issue.CERTIFICATE, text="certificate_changed")
    elif result.answered:
        async_clear(hass, entry, Issue.CERTIFICATE)
