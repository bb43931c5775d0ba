"""The gateway's answers, one module each: its model, its parser, and the row that says when it is asked for.

None stands for a value that the answer does not have or that is no number. Energies are Wh, VAh and varh, powers W,
VA and var, whatever the gateway counts in; times are seconds since 1970 by the gateway's clock.
"""

from typing import Final

from .battery_power import BATTERY_POWER, BatteryPower
from .consumption import CONSUMPTION, ConsumptionReport, ReportLine
from .device_data import DEVICE_DATA, ReportedDevice
from .dry_contact_settings import DRY_CONTACT_SETTINGS, DryContactSettings
from .dry_contacts import DRY_CONTACTS, DryContact
from .endpoint import HOURLY, MAX_BODY, Answer, Endpoint
from .energy import ENERGY, EnergyTotals
from .full_inventory import AC_BATTERIES, FULL_INVENTORY, Q_RELAYS, InstalledDevice
from .generator import GENERATOR, GeneratorStatus
from .generator_config import GENERATOR_CONFIG, GeneratorConfig
from .generator_mode import GENERATOR_MODE, GeneratorMode
from .generator_schedule import GENERATOR_SCHEDULE, Exercise, GeneratorSchedule
from .info import INFO, GatewayInfo
from .inventory import INVENTORY, ListedDevice
from .inverters import INVERTERS, Inverter
from .live import LIVE, LiveData, LiveFlow
from .meters import METERS, Meter
from .power_limit import POWER_LIMIT, PowerLimit
from .power_mode import POWER_MODE, PowerMode
from .production import PRODUCTION, ProductionTotals
from .readings import READINGS, Channel, MeterReading
from .relay import RELAY, RelayWord
from .secctrl import SECCTRL, StorageControl
from .storage_schedule import STORAGE_SCHEDULE, StorageSchedule
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
    BATTERY_POWER,
    SECCTRL,
    STORAGE_SCHEDULE,
    RELAY,
    DRY_CONTACTS,
    DRY_CONTACT_SETTINGS,
    GENERATOR,
    GENERATOR_CONFIG,
    GENERATOR_MODE,
    GENERATOR_SCHEDULE,
    DEVICE_DATA,
    FULL_INVENTORY,
)

CHECK_TOKEN_PATH: Final = "/auth/check_jwt"
STREAM_PATH: Final = "/ivp/livedata/stream"

__all__ = [
    "AC_BATTERIES",
    "BATTERY_POWER",
    "CHECK_TOKEN_PATH",
    "CONSUMPTION",
    "DEVICE_DATA",
    "DRY_CONTACTS",
    "DRY_CONTACT_SETTINGS",
    "ENDPOINTS",
    "ENERGY",
    "FULL_INVENTORY",
    "GENERATOR",
    "GENERATOR_CONFIG",
    "GENERATOR_MODE",
    "GENERATOR_SCHEDULE",
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
    "Q_RELAYS",
    "READINGS",
    "RELAY",
    "SECCTRL",
    "STORAGE_SCHEDULE",
    "STREAM_PATH",
    "TARIFF",
    "Answer",
    "BatteryPower",
    "Channel",
    "ConsumptionReport",
    "DryContact",
    "DryContactSettings",
    "Endpoint",
    "EnergyTotals",
    "Exercise",
    "GatewayInfo",
    "GeneratorConfig",
    "GeneratorMode",
    "GeneratorSchedule",
    "GeneratorStatus",
    "InstalledDevice",
    "Inverter",
    "ListedDevice",
    "LiveData",
    "LiveFlow",
    "Meter",
    "MeterReading",
    "PowerLimit",
    "PowerMode",
    "ProductionTotals",
    "RelayWord",
    "ReportLine",
    "ReportedDevice",
    "StorageControl",
    "StorageSchedule",
    "StorageSettings",
    "Tariff",
]
