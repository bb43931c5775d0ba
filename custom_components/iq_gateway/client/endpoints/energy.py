"""`/ivp/pdm/energy`: the gateway's own sums (brief, "Get production data"; gateway-api.md 9)."""

from dataclasses import dataclass
from typing import Final

from ..errors import InvalidAnswer
from .endpoint import Endpoint
from .production import ProductionTotals, totals
from .shapes import Parsed, has_any, part, record


@dataclass(frozen=True, slots=True, kw_only=True)
class EnergyTotals:
    """The sums, by who counted."""

    microinverters: ProductionTotals | None  # "pcu"
    production_meter: ProductionTotals | None  # production "eim"
    consumption_meter: ProductionTotals | None  # consumption "eim"


def parse_energy(payload: object) -> Parsed[EnergyTotals]:
    """Parse the answer; any group may be missing, as long as there is one."""
    whole = record(payload)
    production, consumption = part(whole, "production"), part(whole, "consumption")
    groups = {
        "microinverters": totals(part(production, "pcu")),
        "production_meter": totals(part(production, "eim")),
        "consumption_meter": totals(part(consumption, "eim")),
    }
    # Sums of a revenue-grade meter are read by nobody, but make an answer of it.
    if not has_any((*groups.values(), totals(part(production, "rgm")))):
        raise InvalidAnswer("no production figures")
    return EnergyTotals(**groups), 0


ENERGY: Final = Endpoint[EnergyTotals](name="energy", path="/ivp/pdm/energy", parse=parse_energy, learn=True)
