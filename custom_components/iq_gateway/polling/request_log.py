"""What asking an endpoint was like lately: for diagnostics, kept small."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
import time
from typing import Final

_HOUR: Final = 3600
# Two requests a cycle at the shortest interval fill an hour with this many.
_KEPT: Final = 240


@dataclass(frozen=True, slots=True)
class _Request:
    began: float  # monotonic seconds
    seconds: float
    answered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestSummary:
    """The requests of the last hour; times in seconds, of those that were answered."""

    requests: int
    failures: int
    median: float | None
    worst: float | None


class RequestLog:
    """Remembers the requests of the last hour to one endpoint, or as many of them as are kept."""

    def __init__(self, *, kept: int = _KEPT) -> None:
        self._requests: deque[_Request] = deque(maxlen=kept)

    @contextmanager
    def request(self) -> Iterator[None]:
        """Time what happens inside; an error, or being cancelled, is a failure."""
        began, answered = time.monotonic(), False
        try:
            yield
            answered = True
        finally:
            self._requests.append(_Request(began, time.monotonic() - began, answered))

    def summary(self) -> RequestSummary:
        """Return what the last hour was like."""
        since = time.monotonic() - _HOUR
        lately = [request for request in self._requests if request.began >= since]
        times = [request.seconds for request in lately if request.answered]
        return RequestSummary(
            requests=len(lately),
            failures=len(lately) - len(times),
            median=median(times) if times else None,
            worst=max(times, default=None),
        )
