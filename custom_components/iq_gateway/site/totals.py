"""Lifetime counters, with the source of each and the power that it counts now."""

from collections.abc import Iterable
from functools import reduce
from typing import Final

from ..client.endpoints import METERS, READINGS
from .flows import Flows
from .inverters import highest_power
from .meters import LOAD_METER, NET_METER, PRODUCTION_METER, STORAGE_METER, Meters
from .models import Needs, Total, add
from .snapshot import Snapshot
from .sums import unmetered_needs, unmetered_sums

_READINGS: Needs = frozenset({READINGS.name})

# Microinverters report every 5 to 60 minutes, as the cloud sets it (gateway-api.md 10); their sums follow.
_SLOWEST_REPORTS: Final = 3600.0


def build_totals(snapshot: Snapshot, meters: Meters, flows: Flows) -> dict[str, Total]:
    """Return every lifetime counter that the site has, by the key of its entity."""
    totals = {"production_energy": _production(snapshot, meters)}
    if meters.has(NET_METER):
        totals["grid_import_energy"] = _delivered(meters, NET_METER)
        totals["grid_export_energy"] = _received(meters, NET_METER)
    if meters.has(STORAGE_METER):
        totals["battery_charged_energy"] = _received(meters, STORAGE_METER)
        totals["battery_discharged_energy"] = _delivered(meters, STORAGE_METER)
    totals["consumption_energy"] = _consumption(meters, flows)
    return {key: total for key, total in totals.items() if total is not None}


def total_needs(snapshot: Snapshot, meters: Meters, key: str) -> Needs:
    """Return the endpoints that a lifetime counter is read from."""
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
        highest=highest_power(snapshot),
        pace=_SLOWEST_REPORTS,
        wraps=True,
    )


def _consumption(meters: Meters, flows: Flows) -> Total | None:
    """Return the load's counter; none where a battery without a meter takes and gives energy that nobody counts."""
    if meters.has(LOAD_METER):
        return _delivered(meters, LOAD_METER)
    if not meters.has(PRODUCTION_METER, NET_METER) or not flows.storage_is_metered:
        return None
    parts = [PRODUCTION_METER, NET_METER, *([STORAGE_METER] if meters.has(STORAGE_METER) else [])]
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
