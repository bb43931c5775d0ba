"""The site: one coherent picture made of the gateway's answers. Pure; knows nothing of Home Assistant."""

from .build import build_site
from .models import (
    Battery,
    BatteryMode,
    Consumption,
    EnergyFlow,
    Flow,
    GridState,
    MeterPhase,
    Part,
    Relays,
    Settings,
    Site,
    SiteCollar,
    SiteInverter,
    SiteMeter,
    SitePowerLimit,
    SiteProduction,
    SiteStorage,
    SiteSystemController,
    Total,
)
from .snapshot import Snapshot

__all__ = [
    "Battery",
    "BatteryMode",
    "Consumption",
    "EnergyFlow",
    "Flow",
    "GridState",
    "MeterPhase",
    "Part",
    "Relays",
    "Settings",
    "Site",
    "SiteCollar",
    "SiteInverter",
    "SiteMeter",
    "SitePowerLimit",
    "SiteProduction",
    "SiteStorage",
    "SiteSystemController",
    "Snapshot",
    "Total",
    "build_site",
]
