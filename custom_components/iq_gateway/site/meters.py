"""Meters joined with their readings by eid: only enabled ones, only wired phases (gateway-api.md 5, 6)."""

from typing import Final

from ..client.endpoints import METERS, READINGS, Channel, Meter, MeterReading
from .models import Flow, MeteringStatus, MeterPhase, SiteMeter, Total
from .snapshot import Snapshot

PRODUCTION_METER: Final = "production"
NET_METER: Final = "net-consumption"
LOAD_METER: Final = "total-consumption"
STORAGE_METER: Final = "storage"

_STATUSES: Final = {
    "normal": MeteringStatus.NORMAL,
    "not-metering": MeteringStatus.NOT_METERING,
    "check-wiring": MeteringStatus.CHECK_WIRING,
}
# From three phases up the sum of the voltages, which the gateway gives, is no voltage that could be measured anywhere.
_THREE_PHASES = 3


class Meters:
    """The enabled meters of a site and what they read."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._status_fresh = snapshot.fresh(METERS) is not None
        self._meters: dict[str, Meter] = {}
        self.oddities: frozenset[str] = frozenset()
        # Each type has one eid (gateway-api.md 5): no site is known that counts the same twice.
        for meter in sorted(snapshot.known(METERS) or (), key=lambda meter: meter.eid):
            if meter.enabled and self._meters.setdefault(meter.measurement_type, meter).eid != meter.eid:
                self.oddities |= {f"second meter {meter.measurement_type}"}
        self._readings = {reading.eid: reading for reading in snapshot.fresh(READINGS) or ()}

    @property
    def phase_count(self) -> int:
        """Phases of the house, as far as meters tell; 0 without meters."""
        return max((meter.phase_count for meter in self._meters.values()), default=0)

    @property
    def any(self) -> bool:
        """Whether there is any meter."""
        return bool(self._meters)

    @property
    def frequency(self) -> float | None:
        """Hz of the grid, as far as meters tell."""
        read = (self._reading(meter.measurement_type) for meter in self._meters.values())
        return next((reading.frequency for reading in read if reading and reading.frequency), None)

    def has(self, *measurement_types: str) -> bool:
        """Tell whether all these meters are there, whether or not they read now."""
        return all(measurement_type in self._meters for measurement_type in measurement_types)

    def flow(self, measurement_type: str) -> Flow:
        """Return a meter's active power as it is measured, in all and by phase where there are several."""
        reading = self._reading(measurement_type)
        if reading is None:
            return Flow()
        return Flow(power=reading.active_power, phases=tuple(c.active_power for c in self._channels(measurement_type)))

    def delivered(self, measurement_type: str) -> float | None:
        """Return Wh produced, imported, discharged or consumed."""
        reading = self._reading(measurement_type)
        return reading.energy_delivered if reading else None

    def received(self, measurement_type: str) -> float | None:
        """Return Wh exported or charged."""
        reading = self._reading(measurement_type)
        return reading.energy_received if reading else None

    def delivering(self, measurement_type: str) -> float | None:
        """Return the W that flow into the counter of delivered energy."""
        return _counted(self.flow(measurement_type))

    def receiving(self, measurement_type: str) -> float | None:
        """Return the W that flow into the counter of received energy."""
        return _counted(-self.flow(measurement_type))

    def net(self, measurement_type: str) -> float | None:
        """Return Wh delivered less Wh received."""
        delivered, received = self.delivered(measurement_type), self.received(measurement_type)
        return None if delivered is None or received is None else delivered - received

    def picture(self) -> dict[str, SiteMeter]:
        """Return what each meter measures, for its own device."""
        return {measurement_type: self._site_meter(meter) for measurement_type, meter in self._meters.items()}

    def _reading(self, measurement_type: str) -> MeterReading | None:
        meter = self._meters.get(measurement_type)
        return self._readings.get(meter.eid) if meter else None

    def _channels(self, measurement_type: str) -> tuple[Channel, ...]:
        """Return the wired channels of a meter with several; the others carry other meters' ghosts."""
        meter, reading = self._meters.get(measurement_type), self._reading(measurement_type)
        if meter is None or reading is None or meter.phase_count < 2:  # noqa: PLR2004
            return ()
        return reading.channels[: meter.phase_count]

    def _site_meter(self, meter: Meter) -> SiteMeter:
        status = _STATUSES.get(meter.metering_status or "")
        problem = status is not MeteringStatus.NORMAL or bool(meter.status_flags)
        reading = self._reading(meter.measurement_type)
        return SiteMeter(
            status=status if self._status_fresh else None,
            problem=problem if self._status_fresh else None,
            phase_count=meter.phase_count,
            phases=tuple(
                _phase(channel, Flow(power=channel.active_power)) for channel in self._channels(meter.measurement_type)
            ),
            whole=self._whole(meter, reading) if reading else MeterPhase(),
        )

    def _whole(self, meter: Meter, reading: MeterReading) -> MeterPhase:
        flow = self.flow(meter.measurement_type)
        if meter.phase_count < _THREE_PHASES or reading.voltage is None:
            return _phase(reading, flow)
        return _phase(reading, flow, voltage=reading.voltage / meter.phase_count)


def _counted(flow: Flow) -> float | None:
    """Return the power that a counter adds up, which it does phase by phase."""
    known = [power for power in flow.not_negative().phases if power is not None]
    return sum(known) if known else flow.not_negative().power


def _phase(channel: Channel, flow: Flow, *, voltage: float | None = None) -> MeterPhase:
    factor = channel.power_factor
    return MeterPhase(
        voltage=channel.voltage if voltage is None else voltage,
        current=channel.current,
        frequency=channel.frequency,
        # Over several phases some firmware adds up the factors of the phases (8.3.1598, 8.3.5433).
        power_factor=factor if factor is None or abs(factor) <= 1 else None,
        apparent_power=channel.apparent_power,
        reactive_power=channel.reactive_power,
        power=flow.power,
        delivered=_counter(channel.energy_delivered, "delivered", flow),
        received=_counter(channel.energy_received, "received", -flow),
    )


def _counter(energy: float | None, direction: str, flow: Flow) -> Total | None:
    """Return a counter of a meter, with the power that flows into it."""
    return None if energy is None else Total(energy=energy, source=direction, power=_counted(flow))
