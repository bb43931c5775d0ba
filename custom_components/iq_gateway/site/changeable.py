"""What can be changed at the gateway itself, as it is now."""

from dataclasses import dataclass
from enum import StrEnum


class BatteryMode(StrEnum):
    """What the battery is used for (gateway-api.md 13)."""

    FULL_BACKUP = "full_backup"
    SELF_CONSUMPTION = "self_consumption"
    SAVINGS = "savings"


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePowerLimit:
    """The limit of what the house may export, or produce."""

    enabled: bool | None
    limit: float | None  # W
    of_export: bool | None  # False: of production


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteProduction:
    """The switch of all microinverters."""

    on: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteStorage:
    """How the batteries are to be used, as it is in force."""

    mode: BatteryMode | None
    reserve: float | None  # %
    charge_from_grid: bool | None
    obeys: bool  # False: this firmware takes such settings from the cloud alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What can be set at the gateway itself; None for what it has never told of."""

    power_limit: SitePowerLimit | None = None
    production: SiteProduction | None = None
    storage: SiteStorage | None = None
