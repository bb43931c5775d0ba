"""The gateway's answers, one module each: its model, its parser, and the row that says when it is asked for.

None stands for a value that the answer does not have or that is no number. Energies are Wh, VAh and varh, powers W,
VA and var, whatever the gateway counts in; times are seconds since 1970 by the gateway's clock.
"""

from typing import Final

from .consumption import CONSUMPTION, ConsumptionReport, ReportLine
from .device_data import DEVICE_DATA, ReportedDevice
from .endpoint import HOURLY, MAX_BODY, Answer, Endpoint
from .energy import ENERGY, EnergyTotals
from .full_inventory import AC_BATTERIES, FULL_INVENTORY, Q_RELAYS, InstalledDevice
from .info import INFO, GatewayInfo
from .inventory import INVENTORY, ListedDevice
from .inverters import INVERTERS, Inverter
from .live import LIVE, LiveData, LiveFlow
from .meters import METERS, Meter
from .production import PRODUCTION, ProductionTotals
from .readings import READINGS, Channel, MeterReading

ENDPOINTS: Final[tuple[Endpoint[object], ...]] = (
    INFO,
    METERS,
    READINGS,
    LIVE,
    ENERGY,
    PRODUCTION,
    INVERTERS,
    CONSUMPTION,
    INVENTORY,
    DEVICE_DATA,
    FULL_INVENTORY,
)

CHECK_TOKEN_PATH: Final = "/auth/check_jwt"
STREAM_PATH: Final = "/ivp/livedata/stream"

__all__ = [
    "AC_BATTERIES",
    "CHECK_TOKEN_PATH",
    "CONSUMPTION",
    "DEVICE_DATA",
    "ENDPOINTS",
    "ENERGY",
    "FULL_INVENTORY",
    "HOURLY",
    "INFO",
    "INVENTORY",
    "INVERTERS",
    "LIVE",
    "MAX_BODY",
    "METERS",
    "PRODUCTION",
    "Q_RELAYS",
    "READINGS",
    "STREAM_PATH",
    "Answer",
    "Channel",
    "ConsumptionReport",
    "Endpoint",
    "EnergyTotals",
    "GatewayInfo",
    "InstalledDevice",
    "Inverter",
    "ListedDevice",
    "LiveData",
    "LiveFlow",
    "Meter",
    "MeterReading",
    "ProductionTotals",
    "ReportLine",
    "ReportedDevice",
]
