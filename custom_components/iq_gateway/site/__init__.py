"""The site: one coherent picture made of the gateway's answers. Pure; knows nothing of Home Assistant."""

from .battery_energies import BatteryEnergies
from .build import build_site
from .models import (
    LIVE_ENDPOINTS,
    Battery,
    BatteryMode,
    Consumption,
    EnergyFlow,
    Flow,
    GridState,
    MeterPhase,
    Part,
    Relays,
    Site,
    SiteCollar,
    SiteInverter,
    SiteMeter,
    SiteSystemController,
    Total,
)
from .snapshot import Snapshot

__all__ = [
    "LIVE_ENDPOINTS",
    "Battery",
    "BatteryEnergies",
    "BatteryMode",
    "Consumption",
    "EnergyFlow",
    "Flow",
    "GridState",
    "MeterPhase",
    "Part",
    "Relays",
    "Site",
    "SiteCollar",
    "SiteInverter",
    "SiteMeter",
    "SiteSystemController",
    "Snapshot",
    "Total",
    "build_site",
]
