"""What batteries without a meter have taken and given: their power, as live data tells it, added up."""

from dataclasses import dataclass, replace
from typing import Final

_HOUR: Final = 3600.0
# Three answers that are missing are a gap: what flowed in it is told by what is stored, before and after.
_GAP: Final = 35.0
# One way, until a battery has shown its own: 90 % there and back, as its data sheet says.
_EFFICIENCY: Final = 0.95
_LEAST_EFFICIENCY: Final = 0.8
# Wh that have to be stored, or taken out, before a battery's own efficiency is known.
_KNOWN_FROM: Final = 1000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """One way of the energy, without any gap: Wh at the battery's terminals, and Wh of what is stored."""

    outside: float = 0.0
    inside: float = 0.0

    def with_energy(self, outside: float, inside: float) -> _Way:
        """Return the way with some more energy."""
        return _Way(outside=self.outside + outside, inside=self.inside + inside)

    @property
    def ratio(self) -> float | None:
        """What is stored for each Wh at the terminals; None until enough has gone this way."""
        return self.inside / self.outside if self.outside > 0 and self.inside >= _KNOWN_FROM else None


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryEnergies:
    """Two counters in Wh that only rise, and what they go on from."""

    charged: float = 0.0
    discharged: float = 0.0
    at: float | None = None  # seconds since 1970, the last answer
    power: float | None = None  # W then; positive discharges
    stored: float | None = None  # Wh then
    charging: _Way = _Way()
    discharging: _Way = _Way()

    def observed(self, *, power: float, stored: float | None, at: float) -> BatteryEnergies:
        """Return the counters after one more answer: positive power discharges, what is stored is in Wh."""
        now = replace(self, at=at, power=power, stored=stored)
        if self.at is None or self.power is None or at <= self.at:
            return now
        if at - self.at > _GAP:
            return now.risen(*self._of_gap(stored))
        hours = (at - self.at) / _HOUR
        charged, discharged = (_mean(sign * self.power, sign * power) * hours for sign in (-1, 1))
        return now.risen(charged, discharged).learnt(self, charged, discharged)

    def risen(self, charged: float, discharged: float) -> BatteryEnergies:
        """Return the counters with so many Wh more."""
        return replace(self, charged=self.charged + charged, discharged=self.discharged + discharged)

    def _of_gap(self, stored: float | None) -> tuple[float, float]:
        """Return what was charged and discharged, in Wh, by what is stored since."""
        if stored is None or self.stored is None:
            return 0.0, 0.0
        rise = stored - self.stored
        into = min(max(self.charging.ratio or _EFFICIENCY, _LEAST_EFFICIENCY), 1.0)
        out_of = max(min(self.discharging.ratio or 1 / _EFFICIENCY, 1 / _LEAST_EFFICIENCY), 1.0)
        return max(rise, 0.0) / into, max(-rise, 0.0) / out_of

    def learnt(self, before: BatteryEnergies, charged: float, discharged: float) -> BatteryEnergies:
        """Return the counters with what both ways have shown since the answer before."""
        if self.stored is None or before.stored is None or (charged and discharged):
            return self
        rise = self.stored - before.stored
        if charged:
            return replace(self, charging=self.charging.with_energy(charged, rise))
        return replace(self, discharging=self.discharging.with_energy(discharged, -rise))


def _mean(first: float, second: float) -> float:
    """Return the mean of what two powers have above zero, with a line between them."""
    if first * second >= 0:
        return max((first + second) / 2, 0.0)
    return max(first, second) ** 2 / (2 * abs(first - second))
