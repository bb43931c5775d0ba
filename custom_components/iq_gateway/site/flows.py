"""Powers: which answer each is taken from, and which endpoints that needs."""

from ..client.endpoints import INVERTERS, LIVE, METERS, READINGS, LiveData, LiveFlow
from .batteries import count_iq_batteries
from .inverters import count_ac_batteries, total_power
from .live import live_relays
from .meters import LOAD_METER, NET_METER, PRODUCTION_METER, STORAGE_METER, Meters
from .models import Flow, Needs, Part
from .relays import is_relay_told, separator
from .snapshot import Snapshot
from .sums import unmetered_needs, unmetered_sums

# gen_relay_state without a generator: not told, or told to be open (gateway-api.md 13).
_NO_GENERATOR = frozenset({None, 0, 5})

_READINGS: Needs = frozenset({READINGS.name})
_LIVE: Needs = frozenset({LIVE.name})


class Flows:
    """The powers of a site, each from its best source.

    Whether the site has a battery, a generator or a clamp is known from the last good answers, however old; the figures
    come from fresh ones only.
    """

    def __init__(self, snapshot: Snapshot, meters: Meters, seen: frozenset[Part]) -> None:
        self._snapshot = snapshot
        self._meters = meters
        self._known_live = snapshot.known(LIVE)
        self._live = snapshot.current_live
        self.parts = seen | {part for part, there in self._tell_parts().items() if there}

    @property
    def phase_count(self) -> int:
        """Phases of the house: the meters know, live data does where there are none."""
        live = self._known_live
        told = 0 if live is None else live.phase_count or (2 if live.is_split_phase else 1)
        return self._meters.phase_count or told

    def _tell_parts(self) -> dict[Part, bool]:
        """Tell which parts show: by their meters, or by live data that is not at rest."""
        live, has = self._known_live, self._meters.has
        any_load_meter = has(NET_METER) or has(LOAD_METER)
        listed = count_iq_batteries(self._snapshot) + count_ac_batteries(self._snapshot)
        battery = has(STORAGE_METER) or has_charge(live) or listed > 0
        generator = live is not None and (live.generator_relay_state not in _NO_GENERATOR or bool(live.generator.power))
        return {
            Part.BATTERY: battery,
            Part.GENERATOR: generator,
            Part.GRID: any_load_meter or (live is not None and bool(live.grid.power)),
            Part.CONSUMPTION: has(LOAD_METER) or self._balanced or (live is not None and bool(live.load.power)),
            Part.RELAYS: is_relay_told(self._snapshot) or generator or self._leaves_the_grid,
            Part.LOAD_REPORT: any_load_meter,
            Part.LIVE: live is not None,
        }

    @property
    def _leaves_the_grid(self) -> bool:
        """Whether something lets the house leave the grid, and live data tells of it, or the house has left.

        Every gateway tells a state of the main relay; those without a relay, batteries or not, say that it is closed.
        """
        if separator(self._snapshot) is not None:
            return self._known_live is not None and self._known_live.main_relay_state is not None
        return live_relays(self._snapshot).grid_closed is False

    @property
    def _balanced(self) -> bool:
        """Whether the load is the sum of what the meters see come in."""
        return self._meters.has(PRODUCTION_METER, NET_METER)

    def production(self) -> Flow:
        """Return what the inverters produce, never below zero."""
        if (metered := self._meters.flow(PRODUCTION_METER)).power is not None:
            return metered.not_negative()
        if not self._snapshot.is_told(METERS):
            return Flow()
        sums = unmetered_sums(self._snapshot)
        if sums and sums.fresh and sums.fresh.power is not None:
            return Flow(power=sums.fresh.power).not_negative()
        return Flow(power=total_power(self._snapshot))

    def production_needs(self) -> Needs:
        """Return the endpoints of the source that is there."""
        if self._meters.has(PRODUCTION_METER):
            return _READINGS
        return unmetered_needs(self._snapshot)

    def grid(self) -> Flow:
        """Return what comes from the grid; negative is export."""
        if self._meters.has(NET_METER):
            metered = self._meters.flow(NET_METER)
        elif self._meters.has(LOAD_METER, PRODUCTION_METER):
            metered = self._meters.flow(LOAD_METER) + -self._meters.flow(PRODUCTION_METER) + -self._stored()
        else:
            metered = Flow()
        return metered if metered.power is not None else self._live_flow(self._live.grid if self._live else None)

    def grid_needs(self) -> Needs:
        """Return the endpoints of the source that is there."""
        if self._meters.has(NET_METER):
            return _READINGS
        return _READINGS | self._stored_needs() if self._meters.has(LOAD_METER, PRODUCTION_METER) else _LIVE

    def battery(self) -> Flow:
        """Return what the batteries give; negative is charging."""
        if (metered := self._meters.flow(STORAGE_METER)).power is not None:
            return metered
        return self._live_flow(self._live.storage if self._live else None)

    def battery_needs(self) -> Needs:
        """Return the endpoints of the source that is there."""
        return _READINGS if self._meters.has(STORAGE_METER) else _LIVE

    def consumption(self) -> Flow:
        """Return the house's load.

        Meters first, and then unclipped: production's small negative power at night is load of the inverters.
        """
        if self._meters.has(LOAD_METER):
            metered = self._meters.flow(LOAD_METER)
        elif self._balanced:
            metered = self._meters.flow(PRODUCTION_METER) + self._meters.flow(NET_METER) + self._stored()
            if Part.GENERATOR in self.parts:
                metered = metered + self._with_readings(self.generator(), metered=False)
        else:
            metered = Flow()
        return metered if metered.power is not None else self._live_flow(self._live.load if self._live else None)

    def consumption_needs(self) -> Needs:
        """Return the endpoints of the source that is there."""
        if self._meters.has(LOAD_METER):
            return _READINGS
        if not self._balanced:
            return _LIVE
        return _READINGS | self._stored_needs() | (_LIVE if Part.GENERATOR in self.parts else frozenset())

    def generator(self) -> Flow:
        """Return what a generator gives."""
        return self._live_flow(self._live.generator if self._live else None)

    @property
    def storage_is_metered(self) -> bool:
        """Whether all that batteries take and give is counted: there is a meter for it, or no battery for certain."""
        return self._meters.has(STORAGE_METER) or (
            Part.BATTERY not in self.parts and self._snapshot.is_told(LIVE) and self._snapshot.is_told(INVERTERS)
        )

    def _stored(self) -> Flow:
        """Return the battery's part of a balance with the meters' readings: nothing where there is none."""
        if self.storage_is_metered and not self._meters.has(STORAGE_METER):
            return Flow(power=0.0, phases=(0.0,) * self.phase_count)
        return self._with_readings(self.battery(), metered=self._meters.flow(STORAGE_METER).power is not None)

    def _with_readings(self, flow: Flow, *, metered: bool) -> Flow:
        """Return a flow as a part of a balance: what live data tells must be of the same cycle as the readings."""
        return flow if metered or self._snapshot.same_cycle(READINGS, LIVE) else Flow()

    def _stored_needs(self) -> Needs:
        return self.battery_needs() if Part.BATTERY in self.parts else frozenset()

    def _live_flow(self, flow: LiveFlow | None) -> Flow:
        if flow is None:
            return Flow()
        several = self.phase_count > 1
        return Flow(power=flow.power, phases=flow.phase_powers[: self.phase_count] if several else ())


def has_charge(live: LiveData | None) -> bool:
    """Tell whether live data speaks of a battery: without one all of these are zero (gateway-api.md 13)."""
    return live is not None and any(
        (live.soc, live.encharge_soc, live.encharge_energy, live.ac_battery_soc, live.ac_battery_energy)
    )
