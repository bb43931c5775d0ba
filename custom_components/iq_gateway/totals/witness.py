"""What the powers in the same answers say of a counter: both must tell the same story."""

from dataclasses import dataclass, replace
from typing import Final

from .series import HOUR, PROVED_SECONDS, Reading

# Powers are read once a cycle and move in between: a counter may rise by so much more than they come to.
MORE: Final = 1.5

# Sums of reports keep the last ones of the evening all night: less than this part of the highest power is none.
_FLOWS: Final = 0.05

# After more than so many cycles without a reading, nobody knows what flowed.
_CYCLES: Final = 3

# A counter stands still once this much energy, in Wh, has flowed past it over this many seconds without a break.
_FLOWED: Final = 100.0
TOLD_AFTER: Final = 45 * 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """What has flowed, by the lower of two powers each, since the counter last moved."""

    power: float = 0.0  # W at the last reading
    at: float = 0.0
    idle: bool = False  # no power flows, and none did at the reading before
    sustained: float = 0.0  # W, the lower one of the last two readings
    highest: float = 0.0  # W, the higher one
    missed: float = 0.0  # Wh
    unseen: float = 0.0  # seconds of absences, of more than three cycles each
    back_at: float = 0.0  # when the last one of these ended
    flowed: float = 0.0  # Wh without a break
    flows_since: float = 0.0  # the moment from which on that was

    def with_power(self, reading: Reading, *, peak: float) -> Witness:
        """Return the witness after one more reading, believed or not, of a counter with this highest power in W."""
        power = max(reading.power or 0.0, 0.0)
        if not self.at:
            return replace(self, power=power, at=reading.at, flows_since=reading.at)
        gap = max(reading.at - self.at, 0.0)
        absent, sustained = gap > _CYCLES * reading.cycle, min(self.power, power)
        # In the first evening of a total, only the inverters can tell how much its counter has counted at most.
        flows = sustained >= _FLOWS * max(peak, reading.highest) if reading.pace else sustained > 0
        energy = flows * sustained * min(gap, _CYCLES * reading.cycle) / HOUR
        unbroken = flows and not absent
        return Witness(
            power=power,
            at=reading.at,
            idle=reading.power is not None and not power and not self.power,
            sustained=sustained,
            highest=max(self.power, power),
            missed=self.missed + energy,
            unseen=self.unseen + absent * gap,
            back_at=reading.at if absent else min(self.back_at, reading.at),
            flowed=self.flowed + energy if unbroken else 0.0,
            flows_since=min(self.flows_since, reading.at) if unbroken else reading.at,
        )

    def moved(self) -> Witness:
        """Return the witness of a counter that moves, and has missed nothing up to now.

        What was counted in an absence may come a little later: the first readings after it may be wrong.
        """
        unseen = self.unseen if self.at - self.back_at <= PROVED_SECONDS else 0.0
        return replace(self, missed=0.0, unseen=unseen, flowed=0.0, flows_since=self.at)

    def stands_still(self, pace: float) -> bool:
        """Tell whether the counter has not moved for too long; `pace` is the time that it may take to a step."""
        return self.flowed >= _FLOWED and self.at - self.flows_since >= TOLD_AFTER + pace
