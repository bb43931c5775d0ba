"""What a site can do at most: the powers in W that bound how fast its counters can rise.

All are generous. A bound that is too high lets a wrong reading pass that could have been true; one that is too low
takes the truth for wrong.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from ..site import Site, SiteInverter, SiteMeter

# The main breaker of a large house; what stands behind it, batteries included, cannot move more for long.
_BREAKER: Final = 200.0  # A

_PRODUCTION_METER: Final = "production"

# Sums over microinverters are kept in 32 bits of J by firmware 7.x to 8.2 (gateway-api.md 3); meters have more.
WRAPPING: Final = frozenset({"microinverters", "production api"})

# A phase's voltage where no meter tells it, or tells what no grid has: Europe's, which is the higher one.
_VOLTAGE: Final = 240.0
_VOLTAGES: Final = (100.0, 300.0)

# More than any microinverter gives: what one has given so far says little in its first winter.
_INVERTER: Final = 600.0
# An inverter's highest report is an average over minutes; clouds' edges and cold mornings go beyond.
_HEADROOM: Final = 2.0


def limits(site: Site) -> dict[str, float]:
    """Return the bound of each flow of energy, by the beginning of its keys."""
    service = _service(site.meters, site.phase_count)
    inverters = _production(site.inverters.values())
    # A meter may see other inverters, too: those of another gateway, or of another make.
    production = max(inverters, service) if _PRODUCTION_METER in site.meters or not inverters else inverters
    return {
        "production": production,
        "grid": service,
        "battery": service,
        "consumption": service + production + service,
    }


def limit(bounds: dict[str, float], key: str) -> float:
    """Return the bound for the key of a total; of everything together for one that is not known."""
    return bounds.get(key.partition("_")[0], bounds["consumption"])


def _service(meters: Mapping[str, SiteMeter], phase_count: int) -> float:
    """Return what the grid's connection carries."""
    lowest, highest = _VOLTAGES
    told = [voltage for meter in meters.values() for voltage in _voltages(meter) if lowest <= voltage <= highest]
    return max(phase_count, 1) * max(told, default=_VOLTAGE) * _BREAKER


def _voltages(meter: SiteMeter) -> list[float]:
    return [phase.voltage for phase in (meter.phases or (meter.whole,)) if phase.voltage is not None]


def _production(inverters: Iterable[SiteInverter]) -> float:
    """Return what the inverters give; 0 where they are not known."""
    return sum(max(_HEADROOM * (inverter.max_power or 0.0), _INVERTER) for inverter in inverters)
