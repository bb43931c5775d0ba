"""Lifetime counters, with the source of each and the power that it counts now."""

from collections.abc import Iterable
from dataclasses import replace
from functools import reduce
from typing import Final

from ..client.endpoints import LIVE, METERS, READINGS
from .flows import Flows
from .meters import LOAD_METER, NET_METER, PRODUCTION_METER, STORAGE_METER, Meters
from .models import Needs, Part, Total, add
from .snapshot import Snapshot
from .sums import unmetered_needs, unmetered_sums

_READINGS: Needs = frozenset({READINGS.name})
_LIVE: Needs = frozenset({LIVE.name})
_LIVE_DATA: Final = "live data"
# What the load is the balance of, with what batteries give and take.
_BALANCE: Final = (PRODUCTION_METER, NET_METER)
# Ends the keys of totals that are added up from live power: a meter that comes later counts for itself.
ESTIMATED: Final = "_estimated"

# Microinverters report every 5 to 60 minutes, as the cloud sets it (gateway-api.md 10); their sums follow.
_SLOWEST_REPORTS: Final = 3600.0


def build_totals(snapshot: Snapshot, meters: Meters, flows: Flows, *, highest: float) -> dict[str, Total]:
    """Return every lifetime counter that the site has, by the key of its entity.

    `highest` are the W that all inverters make at most.
    """
    totals = {"production_energy": _production(snapshot, meters)}
    if meters.has(NET_METER):
        totals["grid_import_energy"] = _delivered(meters, NET_METER)
        totals["grid_export_energy"] = _received(meters, NET_METER)
    if meters.has(STORAGE_METER):
        totals["battery_charged_energy"] = _received(meters, STORAGE_METER)
        totals["battery_discharged_energy"] = _delivered(meters, STORAGE_METER)
    elif is_estimated(snapshot, meters, flows):
        totals[f"battery_charged_energy{ESTIMATED}"] = _charged(snapshot, flows)
        totals[f"battery_discharged_energy{ESTIMATED}"] = _discharged(snapshot, flows)
        totals[f"consumption_energy{ESTIMATED}"] = _estimated_consumption(snapshot, meters, flows)
    totals["consumption_energy"] = _consumption(meters, flows)
    # As large as its inverters make it is the whole site.
    return {key: replace(total, highest=highest) for key, total in totals.items() if total is not None}


def is_estimated(snapshot: Snapshot, meters: Meters, flows: Flows) -> bool:
    """Tell whether the site has a battery without a meter for certain, the power of which live data tells.

    By two cycles in which live data was read: each of them reads the list of meters first until that is certain.
    """
    certain = METERS.name in snapshot.answers and LIVE.name in snapshot.settled
    unmetered = certain and not meters.has(STORAGE_METER)
    return unmetered and flows.parts.issuperset({Part.BATTERY, Part.LIVE})


def total_needs(snapshot: Snapshot, meters: Meters, key: str, total: Total) -> Needs:
    """Return the endpoints that a lifetime counter is read from."""
    if total.estimated:
        return _READINGS | _LIVE if key == f"consumption_energy{ESTIMATED}" else _LIVE
    if key != "production_energy" or meters.has(PRODUCTION_METER):
        return _READINGS
    return unmetered_needs(snapshot)


def _delivered(meters: Meters, measurement_type: str) -> Total:
    power = meters.delivering(measurement_type)
    return Total(energy=meters.delivered(measurement_type), source=f"{measurement_type} delivered", power=power)


def _received(meters: Meters, measurement_type: str) -> Total:
    power = meters.receiving(measurement_type)
    return Total(energy=meters.received(measurement_type), source=f"{measurement_type} received", power=power)


def _production(snapshot: Snapshot, meters: Meters) -> Total | None:
    """Return the production counter of the best source that the site has, even while that source is silent."""
    if meters.has(PRODUCTION_METER):
        return _delivered(meters, PRODUCTION_METER)
    sums = unmetered_sums(snapshot) if snapshot.is_told(METERS) else None
    if sums is None or sums.known is None:
        return None
    return Total(
        energy=sums.fresh.lifetime if sums.fresh else None,
        source=sums.counter,
        power=sums.fresh.power if sums.fresh else None,
        pace=_SLOWEST_REPORTS,
        wraps=True,
    )


def _charged(snapshot: Snapshot, flows: Flows) -> Total:
    energies, power = snapshot.counted, (-flows.battery()).not_negative().power
    return _estimate(energies.charged if energies else None, _LIVE_DATA, power)


def _discharged(snapshot: Snapshot, flows: Flows) -> Total:
    energies, power = snapshot.counted, flows.battery().not_negative().power
    return _estimate(energies.discharged if energies else None, _LIVE_DATA, power)


def _estimate(energy: float | None, source: str, power: float | None) -> Total:
    """Return a counter that is made up of live power: as a balance, it may fall a little after a restart."""
    return Total(energy=energy, source=source, power=power, derived=True, estimated=True)


def _estimated_consumption(snapshot: Snapshot, meters: Meters, flows: Flows) -> Total | None:
    """Return the load's counter where a battery has no meter: the balance of the meters, and what is estimated.

    It is told while both go on: of what stands still beside what moves, the balance would be of no moment at all.
    """
    if meters.has(LOAD_METER) or not meters.has(*_BALANCE):
        return None
    energies = None if snapshot.meters_stand_still else snapshot.counted
    stored = energies.discharged - energies.charged if energies else None
    energy = add(_sum(meters.net(part) for part in _BALANCE), stored)
    return _estimate(energy, " + ".join((*_BALANCE, _LIVE_DATA)), flows.consumption().power)


def _consumption(meters: Meters, flows: Flows) -> Total | None:
    """Return the load's counter; none where a battery without a meter takes and gives energy that nobody counts."""
    if meters.has(LOAD_METER):
        return _delivered(meters, LOAD_METER)
    if not meters.has(*_BALANCE) or not flows.storage_is_metered:
        return None
    parts = [*_BALANCE, *([STORAGE_METER] if meters.has(STORAGE_METER) else [])]
    # A generator's power is in no counter: it is no part of this one.
    return Total(
        energy=_sum(meters.net(part) for part in parts),
        source=" + ".join(parts),
        power=_sum(meters.flow(part).power for part in parts),
        derived=True,
    )


def _sum(figures: Iterable[float | None]) -> float | None:
    """Add up figures; what lacks a part is not known."""
    nothing: float | None = 0.0
    return reduce(add, figures, nothing)
