"""`/api/v1/production`: sums of production (brief, "Get production data"; gateway-api.md 8)."""

from dataclasses import dataclass
from typing import Final

from ..errors import InvalidAnswer
from .endpoint import Endpoint
from .shapes import Parsed, Record, has_any, numbers, record

_COUNTED: Final = {
    "today": "wattHoursToday",
    "seven_days": "wattHoursSevenDays",
    "lifetime": "wattHoursLifetime",
    "power": "wattsNow",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductionTotals:
    """Four figures that the gateway keeps together (here, and several times in `/ivp/pdm/energy`)."""

    today: float | None  # Wh
    seven_days: float | None  # Wh
    lifetime: float | None  # Wh
    power: float | None  # W


def totals(row: Record) -> ProductionTotals | None:
    """Return the four figures; None where there is none."""
    figures = numbers(row, _COUNTED)
    return ProductionTotals(**figures) if has_any(figures.values()) else None


def parse_production(payload: object) -> Parsed[ProductionTotals]:
    """Parse the answer."""
    if (parsed := totals(record(payload))) is None:
        raise InvalidAnswer("no production figures")
    return parsed, 0


PRODUCTION: Final = Endpoint[ProductionTotals](name="production", path="/api/v1/production", parse=parse_production)
