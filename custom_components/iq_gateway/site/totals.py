"""Lifetime counters, with the source of each."""

from ..client.endpoints import READINGS
from .flows import Flows
from .meters import LOAD_METER, NET_METER, PRODUCTION_METER, STORAGE_METER, Meters
from .models import Needs, Part, Total
from .snapshot import Snapshot
from .sums import unmetered_needs, unmetered_sums

_READINGS: Needs = frozenset({READINGS.name})


def build_totals(snapshot: Snapshot, meters: Meters, flows: Flows) -> dict[str, Total]:
    """Return every lifetime counter that the site has, by the key of its entity."""
    totals = {"production_energy": _production(snapshot, meters)}
    if meters.has(NET_METER):
        totals["grid_import_energy"] = Total(energy=meters.delivered(NET_METER), source="net-consumption delivered")
        totals["grid_export_energy"] = Total(energy=meters.received(NET_METER), source="net-consumption received")
    if meters.has(STORAGE_METER):
        totals["battery_charged_energy"] = Total(energy=meters.received(STORAGE_METER), source="storage received")
        totals["battery_discharged_energy"] = Total(energy=meters.delivered(STORAGE_METER), source="storage delivered")
    totals["consumption_energy"] = _consumption(meters, flows)
    return {key: total for key, total in totals.items() if total is not None}


def total_needs(snapshot: Snapshot, meters: Meters, key: str) -> Needs:
    """Return the endpoints that a lifetime counter is read from."""
    if key != "production_energy" or meters.has(PRODUCTION_METER):
        return _READINGS
    return unmetered_needs(snapshot)


def _production(snapshot: Snapshot, meters: Meters) -> Total | None:
    """Return the production counter of the best source that the site has, even while that source is silent."""
    if meters.has(PRODUCTION_METER):
        return Total(energy=meters.delivered(PRODUCTION_METER), source="production delivered")
    sums = unmetered_sums(snapshot)
    if sums is None or sums.known is None:
        return None
    return Total(energy=sums.fresh.lifetime if sums.fresh else None, source=sums.counter)


def _consumption(meters: Meters, flows: Flows) -> Total | None:
    """Return the load's counter; none where a battery without a meter takes and gives energy that nobody counts."""
    if meters.has(LOAD_METER):
        return Total(energy=meters.delivered(LOAD_METER), source="total-consumption delivered")
    if not meters.has(PRODUCTION_METER, NET_METER) or (Part.BATTERY in flows.parts and not meters.has(STORAGE_METER)):
        return None
    parts = [PRODUCTION_METER, NET_METER, *([STORAGE_METER] if meters.has(STORAGE_METER) else [])]
    nets = [meters.net(part) for part in parts]
    known = [net for net in nets if net is not None]
    return Total(energy=sum(known) if len(known) == len(nets) else None, source=" + ".join(parts))
