"""Microinverters, told apart from what else the gateway lists with them (gateway-api.md 10)."""

from typing import Final

from ..client.endpoints import AC_BATTERIES, DEVICE_DATA, INVERTERS, Inverter, ReportedDevice
from .device_data import MICROINVERTER, can_report, counter, is_cut, known, known_others, reported
from .models import InverterDetails, SiteInverter
from .moment import moment
from .snapshot import Snapshot

# devType of AC batteries, relays, IQ batteries and system controllers.
_OTHER_DEVICES: Final = frozenset({11, 12, 13, 17})
# The slowest reporting that Enphase sets is hourly; twice that is silence.
_REPORTS_WITHIN: Final = 2 * 3600

_NO_DETAILS: Final = InverterDetails()


def microinverters(snapshot: Snapshot, *, fresh: bool = False) -> list[Inverter]:
    """Return the known microinverters, each once: of two records with one serial number the newer report counts.

    What another answer tells to be something else is none, whatever type this one gives it, or none at all.
    """
    newest, others = dict[str, Inverter](), known_others(snapshot)
    for inverter in (snapshot.fresh(INVERTERS) if fresh else snapshot.known(INVERTERS)) or ():
        if inverter.device_type in _OTHER_DEVICES or inverter.serial in others:
            continue
        other = newest.get(inverter.serial)
        if other is None or (inverter.last_report or 0) >= (other.last_report or 0):
            newest[inverter.serial] = inverter
    return list(newest.values())


def count_ac_batteries(snapshot: Snapshot) -> int:
    """Return how many AC batteries are listed: live data does not show those that are empty."""
    return len(known(snapshot, AC_BATTERIES))


def build_inverters(snapshot: Snapshot) -> dict[str, SiteInverter]:
    """Return every known inverter by serial number; without figures while the list is too old.

    Details are those of the inverters that have a row in the device data. Before anybody has asked for that, all
    inverters of a site that is not too large for it may have one.
    """
    fresh, rows = snapshot.fresh(INVERTERS) is not None, reported(snapshot, MICROINVERTER)
    may_have = snapshot.known(DEVICE_DATA) is None and not is_cut(snapshot) and can_report(snapshot)
    details = rows if snapshot.fresh(DEVICE_DATA) is not None else {}
    return {
        inverter.serial: SiteInverter(
            power=_power(inverter, snapshot.time(INVERTERS)) if fresh else None,
            max_power=inverter.max_power if fresh else None,
            last_report=moment(inverter.last_report) if fresh else None,
            has_details=may_have or inverter.serial in rows,
            details=_details(details.get(inverter.serial), silent=_is_silent(inverter, snapshot.time(INVERTERS))),
        )
        for inverter in microinverters(snapshot)
    }


def _details(row: ReportedDevice | None, *, silent: bool) -> InverterDetails:
    """Return what an inverter's row tells; what was measured long ago, at dusk or before it broke, is not how it is."""
    if row is None:
        return _NO_DETAILS
    energy = counter(row.energy_produced, "produced", row.power)
    if silent:
        return InverterDetails(energy=energy, energy_today=row.energy_today)
    return InverterDetails(
        energy=energy,
        energy_today=row.energy_today,
        dc_voltage=row.dc_voltage,
        dc_current=row.dc_current,
        ac_voltage=row.ac_voltage,
        # No current while there is power, and no signal at all, is what older inverters tell: nothing.
        ac_current=None if row.power and not row.ac_current else row.ac_current,
        frequency=row.frequency,
        temperature=row.temperature,
        signal=row.signal or None,
    )


def total_power(snapshot: Snapshot) -> float | None:
    """Return what all inverters give together in W; None without a list of them."""
    powers = [_power(inverter, snapshot.time(INVERTERS)) for inverter in microinverters(snapshot, fresh=True)]
    return sum(filter(None, powers)) if powers else None


def highest_power(snapshot: Snapshot) -> float:
    """Return what all inverters would give together in W if each gave the most that it ever reported."""
    return sum(inverter.max_power or 0.0 for inverter in microinverters(snapshot))


def count_reporting(snapshot: Snapshot) -> int | None:
    """Return how many inverters reported lately, by the gateway's own clock."""
    now = snapshot.time(INVERTERS)
    if snapshot.fresh(INVERTERS) is None or now is None:
        return None
    return sum(_reports(inverter, now) for inverter in microinverters(snapshot, fresh=True))


def _power(inverter: Inverter, now: float | None) -> float | None:
    """Return an inverter's power; one that has fallen silent, at night or for good, gives none."""
    return 0.0 if _is_silent(inverter, now) else inverter.last_power


def _is_silent(inverter: Inverter, now: float | None) -> bool:
    return now is not None and inverter.last_report is not None and not _reports(inverter, now)


def _reports(inverter: Inverter, now: float) -> bool:
    return inverter.last_report is not None and now - inverter.last_report <= _REPORTS_WITHIN
