"""Energies: lifetime counters with the source of each, and the gateway's own sums of today and of seven days."""

from ..client.endpoints import ENERGY, PRODUCTION, READINGS
from ..client.models import ProductionTotals
from .flows import Flows, Needs, not_metered
from .meters import LOAD_METER, NET_METER, PRODUCTION_METER, STORAGE_METER, Meters
from .models import Part, Total
from .snapshot import Snapshot

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
    energy = snapshot.known(ENERGY)
    return frozenset({ENERGY.name if energy and energy.microinverters else PRODUCTION.name})


def _production(snapshot: Snapshot, meters: Meters) -> Total | None:
    """Return the production counter of the best source that the site has, even while that source is silent."""
    if meters.has(PRODUCTION_METER):
        return Total(energy=meters.delivered(PRODUCTION_METER), source="production delivered")
    energy = snapshot.known(ENERGY)
    if energy and energy.microinverters:
        fresh = snapshot.fresh(ENERGY)
        counted = fresh.microinverters if fresh else None
        return Total(energy=counted.lifetime if counted else None, source="microinverters")
    if not_metered(snapshot) and snapshot.known(PRODUCTION) is not None:
        totals = snapshot.fresh(PRODUCTION)
        return Total(energy=totals.lifetime if totals else None, source="production api")
    return None


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


def production_period(snapshot: Snapshot, meters: Meters) -> ProductionTotals | None:
    """Return the group of figures from which production's today and seven days are read."""
    if energy := snapshot.fresh(ENERGY):
        return energy.production_meter if meters.has(PRODUCTION_METER) else energy.microinverters
    return snapshot.fresh(PRODUCTION) if _has_true_v1(snapshot, meters) else None


def has_production_period(snapshot: Snapshot, meters: Meters) -> bool:
    """Tell whether the site has those figures."""
    if energy := snapshot.known(ENERGY):
        return (energy.production_meter if meters.has(PRODUCTION_METER) else energy.microinverters) is not None
    return snapshot.known(PRODUCTION) is not None and _has_true_v1(snapshot, meters)


def production_period_needs(snapshot: Snapshot, meters: Meters) -> Needs:
    """Return the endpoint of that group."""
    energy_known = snapshot.known(ENERGY) is not None
    return frozenset({ENERGY.name if energy_known or not _has_true_v1(snapshot, meters) else PRODUCTION.name})


def consumption_period(snapshot: Snapshot, meters: Meters) -> ProductionTotals | None:
    """Return the group of figures from which consumption's today and seven days are read."""
    energy = snapshot.fresh(ENERGY)
    return energy.consumption_meter if energy and _has_consumption_meter(meters) else None


def has_consumption_period(snapshot: Snapshot, meters: Meters) -> bool:
    """Tell whether the site has those figures."""
    energy = snapshot.known(ENERGY)
    return energy is not None and energy.consumption_meter is not None and _has_consumption_meter(meters)


def sum_of_today(period: ProductionTotals | None) -> float | None:
    """Return today's figure; none where the firmware gives the lifetime for it (8.3.1598, 8.3.5433)."""
    if period is None or (period.today and period.today == period.lifetime):
        return None
    return period.today


def _has_consumption_meter(meters: Meters) -> bool:
    return meters.has(NET_METER) or meters.has(LOAD_METER)


def _has_true_v1(snapshot: Snapshot, meters: Meters) -> bool:
    """Tell whether `/api/v1/production` can be trusted: not where the clamp is missing (gateway-api.md 9)."""
    return not_metered(snapshot) or meters.has(PRODUCTION_METER)
