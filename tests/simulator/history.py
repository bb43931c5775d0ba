"""What the inverters had delivered at moments of their last hours of sun, in Wh."""

from bisect import bisect_left
from typing import Final

_KEPT: Final = 90
"""Entries kept: an hour and a half of steps, more than two rounds of the slowest reports."""


class History:
    """Noted while the sun shines; at night the day's last is still at hand. Between two entries power was constant."""

    def __init__(self) -> None:
        self._times: list[float] = []
        self._produced: list[float] = []

    @property
    def last(self) -> float:
        """The last moment noted."""
        return self._times[-1]

    def note(self, moment: float, produced: float) -> None:
        """Add an entry; a moment that is not ahead of the last one is not worth another."""
        if self._times and moment <= self.last:
            return
        self._times.append(moment)
        self._produced.append(produced)
        if len(self._times) > 2 * _KEPT:
            del self._times[:_KEPT], self._produced[:_KEPT]

    def shift(self, produced: float) -> None:
        """Move all entries on by this much."""
        self._produced = [entry + produced for entry in self._produced]

    def at(self, moment: float, *, now: float, produced: float) -> float:
        """Return what had been delivered at a moment, given what it is now; before the first entry, as much as then."""
        after = bisect_left(self._times, moment)
        if after == 0:
            return self._produced[0]
        time, before = self._times[after - 1], self._produced[after - 1]
        if after < len(self._times):
            now, produced = self._times[after], self._produced[after]
        if now <= time:
            return before
        return before + (produced - before) * min(1.0, (moment - time) / (now - time))
