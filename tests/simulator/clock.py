"""The clock everything in the simulator reads."""

from datetime import UTC, datetime
import time


class Clock:
    """Seconds since the epoch, at the machine's pace, sped up, or moved by hand.

    Without arguments it follows `time.time()`, so that a test which freezes time drives it. With `start` or `speed` it
    runs by itself: from `start` (default: now), `speed` simulated seconds a real second; 0 stands still until moved.
    """

    def __init__(self, *, speed: float | None = None, start: float | datetime | None = None) -> None:
        if isinstance(start, datetime):
            start = start.timestamp()
        self._follows = speed is None and start is None
        self._speed = 1.0 if speed is None else speed
        self._start = time.time() if start is None else start
        self._began = time.monotonic()
        self._advanced = 0.0

    def now(self) -> float:
        """Return the simulated time in seconds since the epoch."""
        if self._follows:
            return time.time() + self._advanced
        return self._start + self._advanced + (time.monotonic() - self._began) * self._speed

    def moment(self) -> datetime:
        """Return the simulated time as a UTC datetime."""
        return datetime.fromtimestamp(self.now(), UTC)

    def advance(self, seconds: float) -> None:
        """Jump ahead by this many simulated seconds."""
        self._advanced += seconds
