"""How long the batteries last, and until when they are full: from what they gave or took lately."""

from collections import deque
from dataclasses import replace
from itertools import pairwise
from typing import Final

from .batteries import idle_within
from .models import Battery, Site

# A kettle is no reason to tell another time; a battery at work for longer than this is.
_WINDOW: Final = 600.0


class BatteryRuntime:
    """Remembers the power of the last ten minutes; times are monotonic seconds."""

    def __init__(self) -> None:
        self._powers: deque[tuple[float, float]] = deque()

    def tell(self, site: Site, *, now: float) -> Site:
        """Return the site with the times until its batteries are empty and full; none while they are idle."""
        if (power := site.battery.power) is None:
            return site
        mean = self._mean(power, now)
        if abs(mean) <= idle_within(len(site.iq_batteries)):
            return site
        battery = site.battery
        # What the reserve is kept for has come once the grid is away.
        reserve = 0.0 if site.relays.grid_closed is False else battery.reserve
        empty = _time_to_empty(battery, mean, reserve) if mean > 0 else None
        full = _time_to_full(battery, -mean) if mean < 0 else None
        return replace(site, battery=replace(battery, time_to_empty=empty, time_to_full=full))

    def _mean(self, power: float, now: float) -> float:
        """Take in a power, and return the mean of the window in W: between two readings it changes evenly."""
        powers, begins = self._powers, now - _WINDOW
        if powers and powers[-1][0] < begins:
            powers.clear()
        powers.append((now, power))
        # One reading at or before the window's beginning tells how it begins.
        while len(powers) > 1 and powers[1][0] <= begins:
            powers.popleft()
        energy = length = 0.0
        for (start, first), (end, last) in pairwise(powers):
            if start < begins:
                first += (last - first) * (begins - start) / (end - start)  # noqa: PLW2901
            seconds = end - max(start, begins)
            energy, length = energy + (first + last) / 2 * seconds, length + seconds
        return energy / length if length else power


def _time_to_empty(battery: Battery, power: float, reserve: float | None) -> float | None:
    if battery.stored_energy is None or reserve is None or (reserve and battery.capacity is None):
        return None
    kept = reserve / 100 * (battery.capacity or 0.0)
    return max(battery.stored_energy - kept, 0.0) / power


def _time_to_full(battery: Battery, power: float) -> float | None:
    if battery.stored_energy is None or battery.capacity is None:
        return None
    return max(battery.capacity - battery.stored_energy, 0.0) / power
