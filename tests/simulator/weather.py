"""Sun and household load as pure functions of time, repeatable from a seed."""

from datetime import UTC, datetime, timedelta
import math
from typing import Final
from zoneinfo import ZoneInfo

DAY: Final = 86_400
_SLOT: Final = 900
_LATITUDE: Final = math.radians(52.0)
_TILT: Final = math.radians(35.0)
_HAZE: Final = 0.3
"""Exponent on the sun's height: the longer way through the air of a low sun."""

_APPLIANCE_WATTS: Final = 1_800.0
_APPLIANCE_SHARE: Final = 0.06
"""Share of quarter-hours in which a large appliance runs."""


def noise(key: float, seed: int) -> float:
    """Return a repeatable number in [0, 1) for a key."""
    return math.modf(abs(math.sin(key * 12.9898 + seed % 9973) * 43758.5453))[0]


def _daily_shape() -> tuple[float, ...]:
    """Return the load of each minute of the local day relative to its average, with a morning and an evening peak."""
    peaks = ((450, 60, 1.1), (780, 90, 0.5), (1140, 110, 2.0))
    shape = [
        0.45 + sum(height * math.exp(-(((minute - middle) / width) ** 2)) for middle, width, height in peaks)
        for minute in range(1440)
    ]
    average = sum(shape) / len(shape)
    return tuple(value / average for value in shape)


_DAILY_SHAPE: Final = _daily_shape()
_LOAD_SWING: Final = (0.85, 0.3)
"""The least share of its shape that a minute's load has, and how much more it may be."""


def highest_load(average: float) -> float:
    """Return the highest power in W that a house of this average load ever takes."""
    return average * max(_DAILY_SHAPE) * sum(_LOAD_SWING) + _APPLIANCE_WATTS


class Weather:
    """Sun and load for one house; keeps what changes only once a day or once an hour."""

    def __init__(self, *, zone: ZoneInfo, seed: int) -> None:
        self._zone = zone
        self._seed = seed
        winter = datetime(2025, 1, 1, tzinfo=zone).utcoffset() or timedelta()
        self._solar_shift = winter.total_seconds()
        self._hour = -1
        self._offset = 0.0
        self._height = (0.0, 0.0)
        self._panel = (0.0, 0.0)
        self._clear = 1.0

    def _refresh(self, hour: int) -> None:
        self._hour = hour
        moment = datetime.fromtimestamp(hour * 3600, UTC)
        local = moment.astimezone(self._zone)
        self._offset = (local.utcoffset() or timedelta()).total_seconds()
        declination = -math.radians(23.44) * math.cos(2 * math.pi * (local.timetuple().tm_yday + 10) / 365)
        for name, latitude in (("_height", _LATITUDE), ("_panel", _LATITUDE - _TILT)):
            level = math.sin(latitude) * math.sin(declination)
            swing = math.cos(latitude) * math.cos(declination)
            setattr(self, name, (level, swing))
        self._clear = 0.35 + 0.65 * noise(local.toordinal(), self._seed)

    def sunshine(self, moment: float) -> float:
        """Return the sun on the panels, 0 (night) to about 1 (clear noon)."""
        if (hour := int(moment // 3600)) != self._hour:
            self._refresh(hour)
        turn = math.cos(2 * math.pi * ((moment + self._solar_shift) % DAY / DAY) - math.pi)
        height = self._height[0] + self._height[1] * turn
        if height <= 0.0:
            return 0.0
        direct = max(0.0, self._panel[0] + self._panel[1] * turn)
        slot, part = divmod(moment, _SLOT)
        clouds = noise(slot, self._seed) * (1 - part / _SLOT) + noise(slot + 1, self._seed) * (part / _SLOT)
        return direct * float(height**_HAZE) * (self._clear + (1 - self._clear) * clouds)

    def local_minute(self, moment: float) -> int:
        """Return the minute of the local day."""
        if (hour := int(moment // 3600)) != self._hour:
            self._refresh(hour)
        return int((moment + self._offset) % DAY // 60)

    def load(self, moment: float, average: float) -> float:
        """Return the household's base load in W."""
        least, swing = _LOAD_SWING
        return average * _DAILY_SHAPE[self.local_minute(moment)] * (least + swing * noise(moment // 60, self._seed))

    def appliance(self, moment: float) -> float:
        """Return what a large appliance takes, in W; it hangs on one phase."""
        slot = moment // _SLOT
        return _APPLIANCE_WATTS if noise(slot * 7.0, self._seed) < _APPLIANCE_SHARE else 0.0
