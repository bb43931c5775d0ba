"""What can be changed at the gateway itself, and at a generator, as it is now."""

from dataclasses import dataclass
from enum import StrEnum


class BatteryMode(StrEnum):
    """What the battery is used for (gateway-api.md 13)."""

    FULL_BACKUP = "full_backup"
    SELF_CONSUMPTION = "self_consumption"
    SAVINGS = "savings"


class GeneratorMode(StrEnum):
    """What a generator was last told (gateway-api.md 14.8)."""

    ON = "on"
    OFF = "off"
    AUTO = "auto"


class Weekday(StrEnum):
    """A day of the week, which a gateway tells by its first three letters."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteGenerator:
    """A generator that is configured."""

    controller: str  # the serial number of the System Controller that it hangs on
    manufacturer: str | None
    model: str | None
    running: bool | None
    mode: GeneratorMode | None
    start_level: float | None  # % of the batteries
    stop_level: float | None  # % of the batteries; None where it does not stop at any
    rated_power: float | None  # W
    set_start: float | None  # % that the schedule is set to, which may not be in force
    set_stop: float | None  # %
    has_schedule: bool  # and so levels that can be set
    exercise_day: Weekday | None
    exercise_start: str | None  # "15:45:00", by the clock of the house
    exercise_duration: str | None  # minutes, of which there are a few to choose from
    exercise_weeks: float | None  # from one to the next
    has_exercise: bool
