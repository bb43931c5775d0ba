"""Microinverters, told apart from what else the gateway lists with them (gateway-api.md 10)."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from ..client.endpoints import INVERTERS, Inverter
from .models import SiteInverter
from .snapshot import Snapshot

# devType of AC batteries, relays, IQ batteries and system controllers.
_OTHER_DEVICES: Final = frozenset({11, 12, 13, 17})
# The slowest reporting that Enphase sets is hourly; twice that is silence.
_REPORTS_WITHIN: Final = 2 * 3600


def microinverters(listed: Iterable[Inverter]) -> list[Inverter]:
    """Return the microinverters, each once: of two rows with one serial number the newer report counts."""
    newest: dict[str, Inverter] = {}
    for inverter in listed:
        if inverter.device_type in _OTHER_DEVICES:
            continue
        other = newest.get(inverter.serial)
        if other is None or (inverter.last_report or 0) >= (other.last_report or 0):
            newest[inverter.serial] = inverter
    return list(newest.values())


def build_inverters(snapshot: Snapshot) -> dict[str, SiteInverter]:
    """Return every known inverter by serial number; without figures while the list is too old."""
    fresh = snapshot.fresh(INVERTERS) is not None
    return {
        inverter.serial: SiteInverter(
            power=inverter.last_power if fresh else None,
            max_power=inverter.max_power if fresh else None,
            last_report=_moment(inverter.last_report) if fresh else None,
        )
        for inverter in microinverters(snapshot.known(INVERTERS) or ())
    }


def count_reporting(snapshot: Snapshot) -> int | None:
    """Return how many inverters reported lately, by the gateway's own clock."""
    listed, now = snapshot.fresh(INVERTERS), snapshot.time(INVERTERS)
    if listed is None or now is None:
        return None
    reports = [inverter.last_report for inverter in microinverters(listed)]
    return sum(report is not None and now - report <= _REPORTS_WITHIN for report in reports)


def _moment(timestamp: int | None) -> datetime | None:
    if timestamp is None:
        return None
    try:
        return datetime.fromtimestamp(timestamp, UTC)
    except ValueError, OverflowError, OSError:
        return None
