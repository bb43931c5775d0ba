"""Where the power goes: sun, load, battery, grid and generator of one moment brought into balance."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, NamedTuple, Self

from .profiles import SELF_CONSUMPTION, Battery, Profile
from .reply import Json

_ONE_WAY_EFFICIENCY: Final = 0.95
_EVENING: Final = range(17 * 60, 22 * 60)
_CHEAP_NIGHT: Final = range(1 * 60, 5 * 60)
_GENERATOR_MINIMUM: Final = 300.0
"""W a running generator always feeds: it cannot idle."""


class Flow(NamedTuple):
    """Powers in W: grid above 0 imports, battery above 0 discharges, production below 0 is the night's draw."""

    production: float
    grid: float
    battery: float
    load: float
    generator: float


@dataclass(slots=True)
class Settings:
    """What somebody may have changed of a house since it was built; limits in W."""

    on_grid: bool
    battery_mode: int
    """As `backup_bat_mode` (gateway-api.md 13)."""
    reserve: int
    """In %."""
    charges_from_grid: bool = False
    export_limit: float | None = None
    production_limit: float | None = None
    production_off: bool = False
    relay_wanted: str = "closed"
    relay_state: str = "closed"
    contacts: dict[str, str] = field(default_factory=dict)
    """The states of dry contacts that somebody has changed, by name."""
    contact_settings: dict[str, dict[str, Json]] = field(default_factory=dict)
    """Likewise, whole."""
    contacts_settle_until: float = 0.0
    """Until then normally closed contacts read open, whatever they are."""
    generator_command: str = "auto"
    generator_schedule: dict[str, Json] = field(default_factory=dict)
    generator_levels: tuple[int, int] | None = None
    generator_runs: bool = False
    sleeping: dict[str, dict[str, Json]] = field(default_factory=dict)
    """AC batteries that are to sleep, with their levels, by serial number."""
    asleep: set[str] = field(default_factory=set)
    """Those that do."""

    @classmethod
    def of(cls, profile: Profile) -> Self:
        """Return those that a house is built with."""
        battery = profile.battery
        return cls(
            on_grid=profile.on_grid,
            relay_state="closed" if profile.on_grid else "open",
            generator_runs=profile.generator > 0,
            battery_mode=battery.mode if battery else SELF_CONSUMPTION,
            reserve=battery.reserve if battery else 0,
        )

    def sun(self, offered: float) -> float:
        """Return what the inverters make of what the sun offers (W)."""
        if self.production_off:
            return min(offered, 0.0)
        return offered if self.production_limit is None else min(offered, self.production_limit)


class Store:
    """What a battery holds, in Wh; without a battery it holds nothing and takes nothing."""

    def __init__(self, battery: Battery | None) -> None:
        self.battery = battery or Battery(capacity=0.0, power=0.0, reserve=0)
        self.energy = 0.6 * self.battery.capacity

    @property
    def level(self) -> float:
        """The state of charge in %."""
        return 100 * self.energy / self.battery.capacity if self.battery.capacity else 0.0

    def charge_room(self, hours: float) -> float:
        """Return the power in W that it can take all through this time."""
        return min(self.battery.power, max(0.0, self.battery.capacity - self.energy) / _ONE_WAY_EFFICIENCY / hours)

    def discharge_room(self, hours: float, reserve: float) -> float:
        """Return the power in W that it can give all through this time without going below the reserve (%)."""
        usable = self.energy - reserve / 100 * self.battery.capacity
        return min(self.battery.power, max(0.0, usable) * _ONE_WAY_EFFICIENCY / hours)

    def integrate(self, power: float, hours: float) -> None:
        """Discharge (above 0) or charge with this power over this time."""
        if power >= 0.0:
            self.energy -= power * hours / _ONE_WAY_EFFICIENCY
        else:
            self.energy -= power * hours * _ONE_WAY_EFFICIENCY


type Strategy = Callable[[Battery, float, int], float]
"""From a battery, what the house lacks (W, below 0: surplus) and the local minute to the battery's wanted power."""


def _full_backup(battery: Battery, lack: float, minute: int) -> float:
    return min(lack, 0.0)


def _self_consumption(battery: Battery, lack: float, minute: int) -> float:
    return lack


def _savings(battery: Battery, lack: float, minute: int) -> float:
    if minute in _CHEAP_NIGHT:
        return -0.5 * battery.power
    if minute in _EVENING:
        return lack
    return min(lack, 0.0)


STRATEGIES: Final[dict[int, Strategy]] = {0: _full_backup, 1: _self_consumption, 2: _savings}
"""By `backup_bat_mode` (gateway-api.md 13)."""


def balance(
    profile: Profile, settings: Settings, store: Store, *, sun: float, load: float, minute: int, hours: float
) -> Flow:
    """Return the powers that hold for the next `hours`, given what the sun offers and the house wants (W)."""
    sun = settings.sun(sun)
    if not settings.on_grid:
        return _islanded(profile, store, sun=sun, load=load, hours=hours)
    wanted = STRATEGIES[settings.battery_mode](store.battery, load - sun, minute)
    battery = max(-store.charge_room(hours), min(store.discharge_room(hours, settings.reserve), wanted))
    if settings.export_limit is not None:
        sun = min(sun, max(load - battery + settings.export_limit, 0.0))
    return Flow(sun, load - sun - battery, battery, load, 0.0)


def _islanded(profile: Profile, store: Store, *, sun: float, load: float, hours: float) -> Flow:
    """Without a grid the sun is throttled to what finds a place, and the load is shed when nothing is left."""
    charge = store.charge_room(hours)
    generator = 0.0
    if profile.generator:
        generator = min(profile.generator, max(_GENERATOR_MINIMUM, load + charge - max(sun, 0.0)), load + charge)
    production = min(sun, load + charge - generator)
    lack = load - production - generator
    battery = max(-charge, min(store.discharge_room(hours, 0.0), lack))
    return Flow(production, 0.0, battery, production + generator + battery, generator)
