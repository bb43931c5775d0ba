"""What the powers in the same answers say of a counter: both must tell the same story."""

from dataclasses import dataclass, replace
from typing import Final

from .series import HOUR, RESOLUTION, Reading

# Powers are read once a cycle and move in between: a counter may rise by so much more, or less, than they come to.
MORE: Final = 1.5
_LESS: Final = 0.5

_FLOWS: Final = 0.05

# A counter stands still once it has missed this much energy, in Wh, over this many seconds.
_MISSED: Final = 100.0
TOLD_AFTER: Final = 45 * 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """What the powers in the same answers say: they and the counter must tell the same story."""

    power: float = 0.0  # W at the last reading
    idle: bool = False  # no power flows, and none did at the reading before
    at: float = 0.0
    sustained: float = 0.0  # W, the lower one of the last two readings
    highest: float = 0.0  # W, the higher one
    missed: float = 0.0  # Wh that flowed, by the lower of two powers each, and were not counted yet
    unseen: float = 0.0  # seconds of absences, of more than three cycles each, since the counter last moved
    alive_at: float = 0.0  # when the counter last had missed nothing

    def with_power(self, reading: Reading, *, peak: float) -> Witness:
        """Return the witness after one more reading, believed or not, of a counter with this highest power in W."""
        power = max(reading.power or 0.0, 0.0)
        if not self.at:
            return replace(self, power=power, at=reading.at, alive_at=reading.at)
        sustained, gap = min(self.power, power), max(reading.at - self.at, 0.0)
        # Sums of reports keep the last ones of the evening all night: that little is no power that flows.
        flows = not reading.pace or sustained >= _FLOWS * peak
        flowed = flows * sustained * min(gap, 3 * reading.cycle) / HOUR
        return Witness(
            power=power,
            idle=reading.power is not None and not power and not self.power,
            at=reading.at,
            sustained=sustained,
            highest=max(self.power, power),
            missed=self.missed + flowed,
            unseen=self.unseen + (gap if gap > 3 * reading.cycle else 0.0),
            alive_at=min(self.alive_at, reading.at),
        )

    def counted(self, energy: float, at: float) -> Witness:
        """Return the witness once so many Wh were counted: a counter that moves has missed nothing."""
        return self.alive(at) if energy > RESOLUTION else self

    def alive(self, at: float) -> Witness:
        """Return the witness of a counter that has missed nothing up to now."""
        return replace(self, missed=0.0, unseen=0.0, alive_at=at)

    def agrees(self, rise: float) -> bool:
        """Tell whether a rise in Wh is what flowed since the counter last moved."""
        return _LESS * self.missed <= rise <= MORE * self.missed + RESOLUTION

    def stands_still(self, pace: float) -> bool:
        """Tell whether the counter has missed energy for too long; `pace` is the time that it may take to a step."""
        return self.missed >= _MISSED and self.at - self.alive_at >= TOLD_AFTER + pace
