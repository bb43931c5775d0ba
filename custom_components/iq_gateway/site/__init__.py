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
    Site,
    SiteCollar,
    SiteInverter,
    SiteIQBattery,
    SiteMeter,
    SiteSystemController,
    Total,
)
from .runtime import BatteryRuntime
from .snapshot import Snapshot

__all__ = [
    "Battery",
    "BatteryMode",
    "BatteryRuntime",
    "Consumption",
    "EnergyFlow",
    "Flow",
    "GridState",
    "MeterPhase",
    "Part",
    "Relays",
    "Site",
    "SiteCollar",
    "SiteIQBattery",
    "SiteInverter",
    "SiteMeter",
    "SiteSystemController",
    "Snapshot",
    "Total",
    "build_site",
]
