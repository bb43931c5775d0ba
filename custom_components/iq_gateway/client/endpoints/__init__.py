"""The gateway's answers, one module each: its model, its parser, and the row that says when it is asked for.

None stands for a value that the answer does not have or that is no number. Energies are Wh, VAh and varh, powers W,
VA and var, whatever the gateway counts in; times are seconds since 1970 by the gateway's clock.
"""

from typing import Final

from .consumption import CONSUMPTION, ConsumptionReport, ReportLine
from .endpoint import HOURLY, MAX_BODY, Answer, Endpoint
from .energy import ENERGY, EnergyTotals
from .info import INFO, GatewayInfo
from .inventory import INVENTORY, ListedDevice
from .inverters import INVERTERS, Inverter
from .live import LIVE, LiveData, LiveFlow
from .meters import METERS, Meter
from .power_limit import POWER_LIMIT, PowerLimit
from .power_mode import POWER_MODE, PowerMode
from .production import PRODUCTION, ProductionTotals
from .readings import READINGS, Channel, MeterReading
from .tariff import TARIFF, StorageSettings, Tariff

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
    POWER_LIMIT,
    POWER_MODE,
    TARIFF,
)

CHECK_TOKEN_PATH: Final = "/auth/check_jwt"
STREAM_PATH: Final = "/ivp/livedata/stream"

__all__ = [
    "CHECK_TOKEN_PATH",
    "CONSUMPTION",
    "ENDPOINTS",
    "ENERGY",
    "HOURLY",
    "INFO",
    "INVENTORY",
    "INVERTERS",
    "LIVE",
    "MAX_BODY",
    "METERS",
    "POWER_LIMIT",
    "POWER_MODE",
    "PRODUCTION",
    "READINGS",
    "STREAM_PATH",
    "TARIFF",
    "Answer",
    "Channel",
    "ConsumptionReport",
    "Endpoint",
    "EnergyTotals",
    "GatewayInfo",
    "Inverter",
    "ListedDevice",
    "LiveData",
    "LiveFlow",
    "Meter",
    "MeterReading",
    "PowerLimit",
    "PowerMode",
    "ProductionTotals",
    "ReportLine",
    "StorageSettings",
    "Tariff",
]
