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
# What is stored can have moved by so much more than the highest power seen, and by a step of whole percents of a large
# battery. An answer in which it has moved further is passed over, for so long: a gateway that starts tells zero.
_MORE: Final = 1.5
_LIKELY: Final = 3000.0  # W of any battery
_STEP: Final = 1000.0  # Wh
_DOUBTED_FOR: Final = 3600.0


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
    highest: float | None = None  # W that were ever seen, in either direction
    charging: _Way = _Way()
    discharging: _Way = _Way()

    def observed(self, *, power: float, stored: float | None, at: float) -> BatteryEnergies:
        """Return the counters after one more answer: positive power discharges, what is stored is in Wh."""
        highest = max(self.highest or _LIKELY, abs(power))
        now = replace(self, at=at, power=power, stored=stored, highest=highest)
        if self.at is None or self.power is None or at <= self.at:
            return now
        hours = (at - self.at) / _HOUR
        rise = None if stored is None or self.stored is None else stored - self.stored
        most = _MORE * highest * hours + _STEP
        if rise is not None and abs(rise) > most and at - self.at <= _DOUBTED_FOR:
            return self
        if not self.go_up_to(at):
            return now.risen(*self._of_gap(max(-most, min(rise or 0.0, most))))
        charged, discharged = (_mean(sign * self.power, sign * power) * hours for sign in (-1, 1))
        return now.risen(charged, discharged).learnt(rise, charged, discharged)

    def go_up_to(self, at: float) -> bool:
        """Tell whether all that flowed until then is in them."""
        return self.at is not None and at - self.at <= _GAP

    def risen(self, charged: float, discharged: float) -> BatteryEnergies:
        """Return the counters with so many Wh more."""
        return replace(self, charged=self.charged + charged, discharged=self.discharged + discharged)

    def _of_gap(self, rise: float) -> tuple[float, float]:
        """Return what was charged and discharged, in Wh, while what is stored rose by so many Wh."""
        into = min(max(self.charging.ratio or _EFFICIENCY, _LEAST_EFFICIENCY), 1.0)
        out_of = max(min(self.discharging.ratio or 1 / _EFFICIENCY, 1 / _LEAST_EFFICIENCY), 1.0)
        return max(rise, 0.0) / into, max(-rise, 0.0) / out_of

    def learnt(self, rise: float | None, charged: float, discharged: float) -> BatteryEnergies:
        """Return the counters with what one way has shown, if that is all that was gone."""
        if rise is None or bool(charged) is bool(discharged):
            return self
        if charged:
            return replace(self, charging=self.charging.with_energy(charged, rise))
        return replace(self, discharging=self.discharging.with_energy(discharged, -rise))


def _mean(first: float, second: float) -> float:
    """Return the mean of what two powers have above zero, with a line between them."""
    if first * second >= 0:
        return max((first + second) / 2, 0.0)
    return max(first, second) ** 2 / (2 * abs(first - second))
