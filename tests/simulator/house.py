"""The model of a house: sun, load, battery and grid, integrated in steps of constant power.

Within a step every power is constant, so a counter is exactly the integral of its power, however the house is asked.
At each moment production + import + discharge + generator = load + export + charge (production below 0 is the
inverters' own draw at night).
"""

from collections import deque
from datetime import datetime, timedelta
import math
from typing import Final, NamedTuple
from zlib import crc32
from zoneinfo import ZoneInfo

from .balance import Flow, Settings, Store, balance
from .history import History
from .profiles import Profile
from .weather import Weather, noise

STEP: Final = 60
QUARTER: Final = 900
_PAST_STEP: Final = 300
_PAST_DAYS: Final = 7
_NIGHT_DRAW: Final = 0.1
"""W each inverter draws in the dark; a production meter counts it as received (gateway-api.md 6)."""

_YEARS: Final = 3
_WH_PER_PANEL_WATT: Final = 0.95 * 1_000.0
"""A year's yield of one watt of panel, in Wh."""

SHARES: Final[dict[int, tuple[float, ...]]] = {1: (1.0,), 2: (0.56, 0.44), 3: (0.45, 0.33, 0.22)}
"""How a house's load is spread over its phases."""


class Meter:
    """The two counters of each phase in Wh: `delivered` for power above 0, `received` for power below."""

    def __init__(self, phases: int) -> None:
        self.power: tuple[float, ...] = (0.0,) * phases
        self.delivered = [0.0] * phases
        self.received = [0.0] * phases

    def integrate(self, hours: float) -> None:
        """Add the present power over this time."""
        for phase, power in enumerate(self.power):
            if power >= 0.0:
                self.delivered[phase] += power * hours
            else:
                self.received[phase] -= power * hours

    def preset(self, delivered: float, received: float, shares: tuple[float, ...]) -> None:
        """Start from a past, in Wh."""
        self.delivered = [delivered * share for share in shares]
        self.received = [received * share for share in shares]

    @property
    def net(self) -> float:
        """Delivered minus received, in Wh."""
        return math.fsum(self.delivered) - math.fsum(self.received)


class Totals(NamedTuple):
    """The true lifetime counters in Wh."""

    production: float
    production_received: float
    grid_import: float
    grid_export: float
    battery_charged: float
    battery_discharged: float
    generator: float
    consumption: float


class Memory(NamedTuple):
    """What a house must know to go on after a restart: the moment, the battery's Wh, each meter's two counters."""

    time: float
    stored: float
    counters: dict[str, tuple[list[float], list[float]]]


class Report(NamedTuple):
    """What AC batteries tell every quarter of an hour: their counters in Wh, and the level in %."""

    time: float
    charged: float
    discharged: float
    level: float


class Snapshot(NamedTuple):
    """Counters at one moment, in Wh: production, as a meter's net and as delivered, and what the gateway calls total.

    That is production and grid added up: the load, and what a battery takes on top or gives less.
    """

    time: float
    production: float
    produced: float
    total: float

    def since(self, other: Snapshot) -> Snapshot:
        """Return how far the counters are ahead of another one's."""
        return Snapshot(self.time, *(mine - theirs for mine, theirs in zip(self[1:], other[1:], strict=True)))

    def shifted(self, shift: Snapshot) -> Snapshot:
        """Return the same moment with the counters moved on."""
        return Snapshot(self.time, *(mine + more for mine, more in zip(self[1:], shift[1:], strict=True)))


class House:
    """A house that lives up to the moment it was last asked about."""

    def __init__(self, profile: Profile, *, start: float, seed: str = "", zone: ZoneInfo) -> None:
        self.profile = profile
        self._seed = crc32((seed or profile.serial).encode())
        self._zone = zone
        self._weather = Weather(zone=zone, seed=self._seed)
        self._shares = SHARES[profile.phases]
        self._even = (1 / profile.phases,) * profile.phases
        self.production = Meter(profile.phases)
        self.grid = Meter(profile.phases)
        self.battery = Meter(profile.phases)
        self.load = Meter(profile.phases)
        self.generator = Meter(profile.phases)
        self._meters = {
            "production": self.production,
            "grid": self.grid,
            "battery": self.battery,
            "load": self.load,
            "generator": self.generator,
        }
        self.settings = Settings.of(profile)
        self.store = Store(profile.battery)
        self.power = Flow(0.0, 0.0, 0.0, 0.0, 0.0)
        self.noise = 0.0
        """W by which load, battery and production tremble each second; no counter counts it."""
        self._drawn = 0.0
        self._steady: dict[str, tuple[float, ...]] = {}
        self.quarters: deque[Snapshot] = deque(maxlen=2)
        self.reports: deque[Report] = deque(maxlen=2)
        """The last two of the AC batteries, all together."""
        self.midnights: deque[Snapshot] = deque(maxlen=_PAST_DAYS)
        self.at_midnight = self.totals
        """The true counters when the local day began."""
        self._history = History()
        self._preset()
        self._live_through_past(start)

    @property
    def totals(self) -> Totals:
        """The true lifetime counters."""
        return Totals(
            production=math.fsum(self.production.delivered),
            production_received=math.fsum(self.production.received),
            grid_import=math.fsum(self.grid.delivered),
            grid_export=math.fsum(self.grid.received),
            battery_charged=math.fsum(self.battery.received),
            battery_discharged=math.fsum(self.battery.delivered),
            generator=math.fsum(self.generator.delivered),
            consumption=self.load.net,
        )

    @property
    def peak(self) -> float:
        """The array's peak power in W."""
        return self.profile.inverters * self.profile.panel_watts

    @property
    def last_sun(self) -> float:
        """The last moment at which the inverters produced."""
        return self._history.last

    def snapshot(self) -> Snapshot:
        """Return the counters of this moment."""
        production, produced = self.production.net, math.fsum(self.production.delivered)
        return Snapshot(self.time, production, produced, production + self.grid.net)

    def advance_to(self, moment: float) -> None:
        """Live on up to this moment; a moment in the past changes nothing."""
        self._still()
        while self.time < moment:
            self._integrate(min(moment, self._step_end))
            if self.time >= self._step_end:
                self._step()
        if self.noise:
            self._tremble()

    def draw(self, watts: float) -> None:
        """Have something in the house take so many W more, from now on."""
        self._still()
        self._drawn = watts
        self._settle(self.time + self._step_length / 2)

    def _still(self) -> None:
        """Let the meters show the powers of the step, which are what is counted."""
        for name, power in self._steady.items():
            self._meters[name].power = power
        self._steady = {}

    def _tremble(self) -> None:
        """Let powers tremble, each second anew, and still add up: what is left over is the grid's, or the battery's."""
        second = int(self.time)
        load, battery, sun = (
            self.noise * (2 * noise(second * 1.7 + offset, self._seed) - 1) for offset in (0.1, 0.2, 0.3)
        )
        battery = battery / 4 if self.profile.battery and self.power.battery else 0.0
        sun = sun / 4 if self.power.production > self.noise else 0.0
        rest = load - battery - sun
        on_grid = self.profile.on_grid
        changes = {
            "load": load,
            "battery": battery if on_grid else battery + rest,
            "production": sun,
            "grid": rest if on_grid else 0.0,
        }
        self._steady = {name: self._meters[name].power for name in changes}
        for name, change in changes.items():
            self._meters[name].power = tuple(power + change / self.profile.phases for power in self._steady[name])

    def settle(self) -> None:
        """Settle the powers anew until the end of this step: somebody has changed something."""
        self._settle((self.time + self._step_end) / 2)

    def produced_at(self, moment: float) -> float:
        """Return what the inverters had delivered by this moment of the last quarter-hours, in Wh."""
        return self._history.at(moment, now=self.time, produced=math.fsum(self.production.delivered))

    def memory(self) -> Memory:
        """Return what to remember of this moment."""
        counters = {name: (list(meter.delivered), list(meter.received)) for name, meter in self._meters.items()}
        return Memory(self.time, self.store.energy, counters)

    def recall(self, memory: Memory) -> None:
        """Go on with the counters and the battery of a house remembered at this moment; the past is shifted to fit."""
        before = self.snapshot()
        for name, (delivered, received) in memory.counters.items():
            self._meters[name].delivered, self._meters[name].received = list(delivered), list(received)
        self.store.energy = memory.stored
        shift = self.snapshot().since(before)
        for snapshots in (self.quarters, self.midnights):
            shifted = [snapshot.shifted(shift) for snapshot in snapshots]
            snapshots.clear()
            snapshots.extend(shifted)
        self._history.shift(shift.produced)
        self.reports.append(self._report())
        self._settle(self.time + self._step_length / 2)

    def _report(self) -> Report:
        totals = self.totals
        return Report(self.time, totals.battery_charged, totals.battery_discharged, self.store.level)

    def _preset(self) -> None:
        produced = _YEARS * _WH_PER_PANEL_WATT * self.peak
        charged = 0.2 * produced if self.profile.battery else 0.0
        discharged = 0.88 * charged
        exported, imported = 0.4 * produced, 0.7 * produced
        self.production.preset(produced, 0.0, self._even)
        self.grid.preset(imported, exported, self._shares)
        self.battery.preset(discharged, charged, self._even)
        self.load.preset(produced + imported + discharged - exported - charged, 0.0, self._shares)

    def _live_through_past(self, start: float) -> None:
        """Fill today, the seven days and the battery from a coarse past, then go on in fine steps."""
        midnight = datetime.fromtimestamp(start, self._zone).replace(hour=0, minute=0, second=0, microsecond=0)
        self._midnight = (midnight - timedelta(days=_PAST_DAYS)).timestamp()
        self.time = self._midnight
        self._step_length = _PAST_STEP
        self._history.note(self.time, math.fsum(self.production.delivered))
        self._step()
        self.advance_to(start // _PAST_STEP * _PAST_STEP)
        self._step_length = STEP
        self._step()
        self.advance_to(start)

    def _integrate(self, until: float) -> None:
        hours = (until - self.time) / 3600
        for meter in self._meters.values():
            meter.integrate(hours)
        self.store.integrate(self.power.battery, hours)
        self.time = until

    def _step(self) -> None:
        """Begin the next step: note what is due at this moment, then settle the powers until its end."""
        now = self.time
        if now % QUARTER == 0:
            self.quarters.append(self.snapshot())
            self.reports.append(self._report())
        if now >= self._midnight:
            self.midnights.append(self.snapshot())
            self.at_midnight = self.totals
            following = datetime.fromtimestamp(now, self._zone) + timedelta(days=1)
            self._midnight = following.timestamp()
        self._step_end = now + self._step_length
        if self.power.production > 0.0:
            self._history.note(now, math.fsum(self.production.delivered))
        self._settle(now + self._step_length / 2)
        if self.power.production > 0.0:
            self._history.note(now, math.fsum(self.production.delivered))

    def _settle(self, middle: float) -> None:
        profile, weather = self.profile, self._weather
        sun = min(1.0, weather.sunshine(middle)) * self.peak
        appliance = weather.appliance(middle)
        wanted = weather.load(middle, profile.load) + appliance + self._drawn
        if sun <= 0.0 and "production" in profile.meters:
            sun = -_NIGHT_DRAW * profile.inverters
        hours = self._step_length / 3600
        flow = balance(
            profile, self.settings, self.store, sun=sun, load=wanted, minute=weather.local_minute(middle), hours=hours
        )
        self.power = flow
        load = self._load_of_phases(flow.load, appliance * flow.load / wanted, middle)
        self.load.power = load
        self.production.power = tuple(flow.production * share for share in self._even)
        self.battery.power = tuple(flow.battery * share for share in self._even)
        self.generator.power = tuple(flow.generator * share for share in self._even)
        self.grid.power = tuple(
            mine - made - stored if self.settings.on_grid else 0.0
            for mine, made, stored in zip(load, self.production.power, self.battery.power, strict=True)
        )

    def _load_of_phases(self, load: float, appliance: float, moment: float) -> tuple[float, ...]:
        """Return the load of each phase; an island's transformer spreads it evenly, a grid takes it as it is."""
        if not self.settings.on_grid:
            return tuple(load * share for share in self._even)
        where = int(moment // 3600) % self.profile.phases
        base = load - appliance
        return tuple(base * share + (appliance if phase == where else 0.0) for phase, share in enumerate(self._shares))
