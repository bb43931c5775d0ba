"""Microinverters, told apart from what else the gateway lists with them (gateway-api.md 10)."""

from collections.abc import Iterable
from typing import Final

from ..client.endpoints import INVERTERS, Inverter
from .models import SiteInverter
from .moment import moment
from .snapshot import Snapshot

_AC_BATTERY: Final = 11
# devType of AC batteries, relays, IQ batteries and system controllers.
_OTHER_DEVICES: Final = frozenset({11, 12, 13, 17})
# The slowest reporting that Enphase sets is hourly; twice that is silence.
_REPORTS_WITHIN: Final = 2 * 3600


def microinverters(listed: Iterable[Inverter]) -> list[Inverter]:
    """Return the microinverters, each once: of two records with one serial number the newer report counts."""
    newest: dict[str, Inverter] = {}
    for inverter in listed:
        if inverter.device_type in _OTHER_DEVICES:
            continue
        other = newest.get(inverter.serial)
        if other is None or (inverter.last_report or 0) >= (other.last_report or 0):
            newest[inverter.serial] = inverter
    return list(newest.values())


def has_ac_batteries(snapshot: Snapshot) -> bool:
    """Tell whether AC batteries are listed: live data does not show those that are empty."""
    return any(inverter.device_type == _AC_BATTERY for inverter in snapshot.known(INVERTERS) or ())


def build_inverters(snapshot: Snapshot) -> dict[str, SiteInverter]:
    """Return every known inverter by serial number; without figures while the list is too old."""
    fresh = snapshot.fresh(INVERTERS) is not None
    return {
        inverter.serial: SiteInverter(
            power=_power(inverter, snapshot.time(INVERTERS)) if fresh else None,
            max_power=inverter.max_power if fresh else None,
            last_report=moment(inverter.last_report) if fresh else None,
        )
        for inverter in microinverters(snapshot.known(INVERTERS) or ())
    }


def total_power(snapshot: Snapshot) -> float | None:
    """Return what all inverters give together in W; None without a list of them."""
    powers = [
        _power(inverter, snapshot.time(INVERTERS)) for inverter in microinverters(snapshot.fresh(INVERTERS) or ())
    ]
    return sum(filter(None, powers)) if powers else None


def count_reporting(snapshot: Snapshot) -> int | None:
    """Return how many inverters reported lately, by the gateway's own clock."""
    listed, now = snapshot.fresh(INVERTERS), snapshot.time(INVERTERS)
    if listed is None or now is None:
        return None
    return sum(_reports(inverter, now) for inverter in microinverters(listed))


def _power(inverter: Inverter, now: float | None) -> float | None:
    """Return an inverter's power; one that has fallen silent, at night or for good, gives none."""
    silent = now is not None and inverter.last_report is not None and not _reports(inverter, now)
    return 0.0 if silent else inverter.last_power


def _reports(inverter: Inverter, now: float) -> bool:
    return inverter.last_report is not None and now - inverter.last_report <= _REPORTS_WITHIN
