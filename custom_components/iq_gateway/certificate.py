"""What an entry knows of its gateway's certificate, kept up to date; what it is told when another one shows up."""

from datetime import datetime
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from .client.errors import CertificateChanged
from .client.gateway import Gateway
from .client.tls import Pin
from .const import CONF_CERTIFICATE_ENDS, CONF_FINGERPRINT, CONF_PUBLIC_KEY, LOGGER
from .issues import Issue, async_clear, async_raise
from .polling import PollResult

_NOT_KNOWN: Final = "?"


def pin_of(entry: ConfigEntry) -> Pin:
    """Return what an entry knows of its gateway's certificate: of one made by version 1.0, the fingerprint alone."""
    ends: str | None = entry.data.get(CONF_CERTIFICATE_ENDS)
    return Pin(
        fingerprint=entry.data[CONF_FINGERPRINT],
        key=entry.data.get(CONF_PUBLIC_KEY),
        ends=dt_util.parse_datetime(ends) if ends else None,
    )


def pin_data(pin: Pin) -> dict[str, str]:
    """Return what an entry is to keep of a pin."""
    data = {
        CONF_FINGERPRINT: pin.fingerprint,
        CONF_PUBLIC_KEY: pin.key,
        CONF_CERTIFICATE_ENDS: pin.ends.isoformat() if pin.ends else None,
    }
    return {name: value for name, value in data.items() if value is not None}


def readable_fingerprint(fingerprint: str) -> str:
    """Write a fingerprint the way browsers show it: AB:CD:..."""
    return bytes.fromhex(fingerprint).hex(":").upper()


def comparison(known: Pin, found: Pin) -> dict[str, str]:
    """Return what a text needs to have the user compare two certificates: fingerprints, and the days they end on."""
    return {
        "known": readable_fingerprint(known.fingerprint),
        "known_ends": _day(known.ends),
        "found": readable_fingerprint(found.fingerprint),
        "found_ends": _day(found.ends),
    }


def _day(moment: datetime | None) -> str:
    return dt_util.as_local(moment).strftime("%Y-%m-%d") if moment else _NOT_KNOWN


@callback
def async_remember_pin(hass: HomeAssistant, entry: ConfigEntry, pin: Pin) -> None:
    """Keep what the gateway shows of itself."""
    kept = {name: value for name, value in entry.data.items() if name not in (CONF_PUBLIC_KEY, CONF_CERTIFICATE_ENDS)}
    hass.config_entries.async_update_entry(entry, data={**kept, **pin_data(pin)})


@callback
def async_watch_certificate(hass: HomeAssistant, entry: ConfigEntry, gateway: Gateway, result: PollResult) -> None:
    """Remember what the gateway shows: its key at first, then each new certificate with that key.

    What to make of another key is for the user to say; that is taken back when the known one is there again.
    """
    if result.answered and gateway.pin and gateway.pin != (known := pin_of(entry)):
        if gateway.pin.fingerprint != known.fingerprint:
            LOGGER.info("%s: the gateway has a new certificate with the same key", entry.title)
        async_remember_pin(hass, entry, gateway.pin)
    if any(isinstance(error, CertificateChanged) for error in result.errors.values()):
        async_raise(hass, entry, Issue.CERTIFICATE, text="certificate_changed")
    elif result.answered:
        async_clear(hass, entry, Issue.CERTIFICATE)
