"""One coherent picture of a site, as the entities and the Energy panel see it.

Units are W, Wh, V, A, Hz, VA, var and %. Powers keep the Energy panel's signs: grid + imports, battery + discharges.
None is "not known now"; what the site has at all stands in its parts and mappings.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from ..client.endpoints import LIVE, READINGS
from .changeable import BatteryMode, Settings, SiteGenerator

# By phase, for sites with more than one; empty otherwise.
type Phases = tuple[float | None, ...]
# The names of the endpoints that something is read from.
type Needs = frozenset[str]

# The answers that move each second, and take the gateway next to nothing (gateway-api.md 6, 13).
LIVE_ENDPOINTS: Final[Needs] = frozenset({READINGS.name, LIVE.name})


def add(first: float | None, second: float | None) -> float | None:
    """Add two figures; what lacks a part is not known."""
    return None if first is None or second is None else first + second


class Part(StrEnum):
    """What a site may have besides production itself. A part that has shown once stays, over restarts too."""

    PRODUCTION_PERIOD = "production_period"  # sums of seven days
    CONSUMPTION = "consumption"
    CONSUMPTION_PERIOD = "consumption_period"
    LOAD_REPORT = "load_report"  # apparent and reactive power of the load
    GRID = "grid"
    BATTERY = "battery"
    GENERATOR = "generator"
    RELAYS = "relays"
    LIVE = "live"  # live data, which alone tells what the battery is used for and the connection to the cloud
    BATTERY_CONTROL = "battery_control"  # what controls the batteries tells of them together: level, energy, reserve
    BATTERY_CAPACITY = "battery_capacity"
    BATTERY_HEALTH = "battery_health"
    SHUTDOWN_LEVEL = "shutdown_level"


class GridState(StrEnum):
    """What the main relay says of the grid (gateway-api.md 13)."""

    ON_GRID = "on_grid"
    OFF_GRID = "off_grid"
    OFF_GRID_GRID_AVAILABLE = "off_grid_grid_available"
    RESYNCHRONIZING = "resynchronizing"
    STARTING = "starting"


class ContactMode(StrEnum):
    """By what a dry contact is switched (gateway-api.md 14.7)."""

    MANUAL = "manual"
    BATTERY_LEVEL = "battery_level"


class ChargeStatus(StrEnum):
    """What an AC battery does (gateway-api.md 12)."""

    IDLE = "idle"
    CHARGING = "charging"
    DISCHARGING = "discharging"


class SleepState(StrEnum):
    """Whether an AC battery sleeps, or is on its way to that or back (gateway-api.md 12)."""

    AWAKE = "awake"
    GOING_TO_SLEEP = "going_to_sleep"
    ASLEEP = "asleep"
    WAKING = "waking"


class MeteringStatus(StrEnum):
    """What a meter says of itself (gateway-api.md 5)."""

    NORMAL = "normal"
    NOT_METERING = "not_metering"
    CHECK_WIRING = "check_wiring"


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """A lifetime counter: its energy in Wh, which of the gateway's counters it is, and how that one counts."""

    energy: float | None
    source: str
    power: float | None = None  # W that flow into it now, by the same answer
    highest: float = 0.0  # W that all inverters of the site make at most, as far as that is told
    pace: float = 0.0  # seconds that may pass from one of its steps to the next; 0 for a meter, which counts live
    derived: bool = False  # a balance of several meters
    wraps: bool = False  # has 32 bits of J
    estimated: bool = False  # added up from live power, in whole or in part


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A power in W, in all and by phase; the default is a flow of which nothing is known."""

    power: float | None = None
    phases: Phases = ()

    def __add__(self, other: Flow) -> Flow:
        """Add two flows; what lacks a part is not known."""
        return Flow(power=add(self.power, other.power), phases=tuple(map(add, self.phases, other.phases, strict=False)))

    def __neg__(self) -> Flow:
        """Turn the direction round."""
        return self.map(lambda value: -value + 0.0)

    def not_negative(self) -> Flow:
        """Leave out what flows the other way."""
        return self.map(lambda value: max(value, 0.0))

    def map(self, change: Callable[[float], float]) -> Flow:
        """Change every known power."""

        def changed(value: float | None) -> float | None:
            return None if value is None else change(value)

        return Flow(power=changed(self.power), phases=tuple(map(changed, self.phases)))


@dataclass(frozen=True, slots=True, kw_only=True)
class EnergyFlow(Flow):
    """A power, and the energy of the last seven days in Wh, as the gateway sums it up."""

    last_seven_days: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Consumption(EnergyFlow):
    """The house's load."""

    apparent_power: float | None = None
    reactive_power: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Battery(Flow):
    """All batteries together; positive power discharges."""

    level: float | None = None  # %
    stored_energy: float | None = None  # Wh
    reserve: float | None = None  # %
    mode: BatteryMode | None = None
    charging: bool | None = None
    capacity: float | None = None  # Wh that all of them can hold now
    health: float | None = None  # %, of IQ Batteries
    reserve_energy: float | None = None  # Wh
    shutdown_level: float | None = None  # %, at which IQ Batteries turn themselves off
    grid_charging_allowed: bool | None = None
    time_to_empty: float | None = None  # hours; down to the reserve while on the grid
    time_to_full: float | None = None  # hours


@dataclass(frozen=True, slots=True, kw_only=True)
class Relays:
    """The relays of a system that can leave the grid; True is closed."""

    grid_closed: bool | None = None
    grid_state: GridState | None = None
    generator_closed: bool | None = None
    grid_outage: bool | None = None  # by what was last said; the poller holds it against what is said next
    outage_told_by: str | None = None  # the endpoint that says so; None where nothing ever said how the relay is


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterPhase:
    """What a meter measures, in all or on one phase."""

    voltage: float | None = None
    current: float | None = None
    frequency: float | None = None
    power_factor: float | None = None
    apparent_power: float | None = None
    reactive_power: float | None = None
    power: float | None = None
    delivered: Total | None = None
    received: Total | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteMeter:
    """An enabled meter: what it measures in all, and on each phase where there are several."""

    whole: MeterPhase
    phases: tuple[MeterPhase, ...]
    phase_count: int
    status: MeteringStatus | None
    problem: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InverterDetails:
    """What only the first few dozen devices of a site tell; the default is one of which none is told."""

    energy: Total | None = None
    energy_today: float | None = None
    dc_voltage: float | None = None
    dc_current: float | None = None
    ac_voltage: float | None = None
    ac_current: float | None = None
    frequency: float | None = None
    temperature: float | None = None  # °C
    signal: int | None = None  # of the power line, as the gateway counts it


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteInverter:
    """A microinverter; its power is the average over its last report's interval."""

    power: float | None
    max_power: float | None
    last_report: datetime | None
    has_details: bool  # as far as anybody can tell
    details: InverterDetails


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteACBattery:
    """An AC battery; positive power discharges, on average over its last report's interval."""

    part_number: str | None
    has_report: bool  # it is known to tell health and energies
    is_installed: bool  # it is known to tell how it is set up
    level: float | None  # %
    health: float | None  # %
    power: float | None
    temperature: float | None  # °C, of the warmest cell
    charge_status: ChargeStatus | None
    sleep_state: SleepState | None
    last_report: datetime | None
    communicating: bool | None
    charged: Total | None
    discharged: Total | None

    @property
    def sleeps(self) -> bool | None:
        """Whether it is asleep, or told to."""
        state = self.sleep_state
        return None if state is None else state in (SleepState.GOING_TO_SLEEP, SleepState.ASLEEP)


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteQRelay:
    """A Q-relay, which separates microinverters from the grid when that is not as it should be."""

    part_number: str | None
    has_report: bool  # it is known to tell what it measures
    is_installed: bool  # it is known to tell how it is switched
    lines: tuple[bool, ...]  # which of three lines are connected
    temperature: float | None  # °C
    frequency: float | None
    voltages: Phases
    switch_count: int | None
    closed: bool | None
    communicating: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteIQBattery:
    """An IQ Battery; positive power discharges."""

    part_number: str | None
    tells_power: bool  # whether its power is to be had: some firmware keeps it from owners
    level: float | None = None  # %
    power: float | None = None
    apparent_power: float | None = None
    available_energy: float | None = None  # Wh
    capacity: float | None = None  # Wh
    temperature: float | None = None  # °C
    max_cell_temperature: float | None = None  # °C
    last_report: datetime | None = None
    communicating: bool | None = None
    dc_switch: bool | None = None  # True is on
    conditions: tuple[str, ...] | None = None  # what is not as it should be, in words

    @property
    def problem(self) -> bool | None:
        """Whether anything is not as it should be."""
        return None if self.conditions is None else bool(self.conditions)


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteCollar:
    """An IQ Meter Collar, which separates a house from the grid at its meter."""

    part_number: str | None
    temperature: float | None  # °C
    communicating: bool | None
    state: str | None  # in the gateway's words, which nobody has a full list of


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSystemController:
    """An IQ System Controller, which separates a house from the grid and switches its generator and loads."""

    grid_connected: bool | None

    part_number: str | None
    temperature: float | None  # °C
    communicating: bool | None
    state: str | None  # in the gateway's words, which nobody has a full list of
    last_report: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteCombiner:
    """The controller of an IQ Combiner 6C."""

    part_number: str | None
    communicating: bool | None
    state: str | None  # in the gateway's words, which nobody has a full list of


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteDryContact:
    """A dry contact of a System Controller that is configured to switch something."""

    controller: str  # the serial number of the System Controller
    contact: str  # NC1, NC2, NO1, NO2
    load_name: str | None
    can_be_switched: bool  # nothing but loads: a contact may also cut an inverter off
    closed: bool | None
    mode: ContactMode | None
    actions: Mapping[str, str | None]  # what it does on the grid, off it, and on a generator
    low: float | None  # % of the batteries below which it is switched off
    high: float | None  # % of the batteries above which it is switched on


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """All that is known of a site now."""

    parts: frozenset[Part]
    production: EnergyFlow
    consumption: Consumption
    grid: Flow
    grid_import: Flow  # what comes from the grid, never below zero
    grid_export: Flow
    battery: Battery
    generator: Flow
    relays: Relays
    cloud_connected: bool | None
    totals: Mapping[str, Total]  # lifetime counters by the key of their entity
    meters: Mapping[str, SiteMeter]  # by measurement type
    inverters: Mapping[str, SiteInverter]  # by serial number
    inverters_reporting: int | None
    iq_batteries: Mapping[str, SiteIQBattery]  # by serial number

    ac_batteries: Mapping[str, SiteACBattery]  # by serial number
    q_relays: Mapping[str, SiteQRelay]  # by serial number
    collars: Mapping[str, SiteCollar]  # by serial number
    system_controllers: Mapping[str, SiteSystemController]  # by serial number
    settings: Settings
    combiners: Mapping[str, SiteCombiner]  # by serial number
    dry_contacts: Mapping[str, SiteDryContact]  # by the serial number of their controller and theirs: "48..._nc1"
    generators: Mapping[str, SiteGenerator]  # there is one at most
    phase_count: int
    needs: Mapping[str, Needs]  # which endpoints an entity's value is read from, by the entity's need
    oddities: frozenset[str]  # values of unknown meaning, as "name value"
    fresh: frozenset[str]  # endpoints whose last answer still stands
    # Endpoints that are worth asking once at this site, besides those that every site is asked for at first.
    learn: frozenset[str] = frozenset()
    # Endpoints that are rarely read elsewhere, and in each cycle here: what they stand in for does not answer.
    each_cycle: frozenset[str] = frozenset()
