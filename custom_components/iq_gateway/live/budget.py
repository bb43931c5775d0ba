"""When live powers are written: at once if they are news, and never more often than the recorder can bear."""

from collections.abc import Mapping
from typing import Final

type Powers = Mapping[str, float | None]
"""Powers in W by the key of their need; None while they are not known."""

# What is less than this is noise: a house's load moves by some watts each second.
_NEWS_WATTS: Final = 25.0
_NEWS_SHARE: Final = 0.02
# A write is due without any news after so many intervals.
_HEARTBEAT: Final = 2
# So many writes can be saved up for a busy minute, and a heartbeat may take one more in advance.
_SAVED: Final = 11
_ADVANCE: Final = 1


class WriteBudget:
    """One write for each interval that has passed, on average: a hard bound. Times are monotonic seconds.

    All powers are written together, so that sums of what is shown are true.
    """

    def __init__(self, interval: float, *, now: float) -> None:
        self._interval = interval
        self._saved = float(_SAVED)
        self._saved_at = now
        self._written: dict[str, float | None] = {}
        self._written_at: float | None = None

    def allows(self, powers: Powers, now: float) -> bool:
        """Tell whether to write these powers now."""
        self._save_up(now)
        if self._written_at is None or _is_known(powers) != _is_known(self._written):
            return True
        if self._is_news(powers):
            return self._saved >= 1
        return now - self._written_at >= _HEARTBEAT * self._interval and self._saved >= 1 - _ADVANCE

    def wrote(self, powers: Powers, now: float) -> None:
        """Note that these powers were written."""
        self._save_up(now)
        self._saved = max(self._saved - 1, -_ADVANCE)
        self._written, self._written_at = dict(powers), now

    def _save_up(self, now: float) -> None:
        self._saved = min(self._saved + (now - self._saved_at) / self._interval, _SAVED)
        self._saved_at = now

    def _is_news(self, powers: Powers) -> bool:
        return any(_moved(self._written.get(key), power) for key, power in powers.items())


def _is_known(powers: Powers) -> dict[str, bool]:
    return {key: power is not None for key, power in powers.items()}


def _moved(before: float | None, now: float | None) -> bool:
    """Tell whether a power has moved by what somebody would notice."""
    if before is None or now is None:
        return before is not now
    return abs(now - before) >= max(_NEWS_WATTS, _NEWS_SHARE * abs(before))
