"""`/ivp/meters/reports/consumption`: the load as the meters report it (gateway-api.md 7)."""

from dataclasses import dataclass
from typing import Final

from ..values import text
from .endpoint import Endpoint
from .shapes import Parsed, Record, has_any, numbers, part, records

# A report of another kind is none.
_TYPES: Final = ("production", "storage", "net-consumption", "total-consumption")
_REPORTED: Final = {"apparent_power": "apprntPwr", "reactive_power": "reactPwr"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportLine:
    """What a report says of all phases together."""

    apparent_power: float | None  # VA
    reactive_power: float | None  # var


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsumptionReport:
    """One of the two reports."""

    report_type: str  # total-consumption, net-consumption
    cumulative: ReportLine


def _report(row: Record) -> ConsumptionReport | None:
    report_type, figures = text(row.get("reportType")), numbers(part(row, "cumulative"), _REPORTED)
    if report_type not in _TYPES or not has_any(figures.values()):
        return None
    return ConsumptionReport(report_type=report_type, cumulative=ReportLine(**figures))


def parse_consumption(payload: object) -> Parsed[tuple[ConsumptionReport, ...]]:
    """Parse the list."""
    return records(payload, _report)


CONSUMPTION: Final = Endpoint[tuple[ConsumptionReport, ...]](
    name="consumption", path="/ivp/meters/reports/consumption", parse=parse_consumption, known_by="report_type"
)
