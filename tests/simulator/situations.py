"""What befalls a whole gateway at certain times: the nightly absence, a reboot, a firmware update."""

from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Final, override
from zoneinfo import ZoneInfo

from .faults import Fault

NIGHTLY_START: Final = time(23)
NIGHTLY_LENGTH: Final = 600.0


class Situation:
    """Something that befalls all of the gateway's answers while it lasts; by itself nothing does."""

    def fault(self, now: float, path: str | None = None) -> Fault | None:  # noqa: ARG002
        """Return the fault of an answer at this moment; without a path, of a new connection."""
        return None

    def firmware(self, now: float) -> str | None:  # noqa: ARG002
        """Return the firmware that the gateway runs since this situation."""
        return None


@dataclass(frozen=True, kw_only=True)
class NightlyAbsence(Situation):
    """Away each night from 23:00 local time for ten minutes (gateway-api.md 3); by default nothing answers at all."""

    zone: ZoneInfo
    start: time = NIGHTLY_START
    length: float = NIGHTLY_LENGTH
    with_fault: Fault = Fault.REFUSED

    @override
    def fault(self, now: float, path: str | None = None) -> Fault | None:
        local = datetime.fromtimestamp(now, self.zone)
        since = now - datetime.combine(local, self.start, self.zone).timestamp()
        return self.with_fault if 0 <= since < self.length else None


@dataclass(kw_only=True)
class Reboot(Situation):
    """A restart: no connection, then 502, then all is well.

    With `zeros` the first answer of each path shows empty counters. `begins` is the moment in seconds since the
    epoch, the lengths are seconds.
    """

    begins: float
    refuses: float = 90.0
    fails: float = 60.0
    zeros: bool = False
    _answered: set[str] = field(default_factory=set, init=False)

    @override
    def fault(self, now: float, path: str | None = None) -> Fault | None:
        since = now - self.begins
        if since < 0:
            return None
        if since < self.refuses:
            return Fault.REFUSED
        if path is None:
            return None
        if since < self.refuses + self.fails:
            return Fault.BAD_GATEWAY
        if not self.zeros or path in self._answered:
            return None
        self._answered.add(path)
        return Fault.ZEROS


@dataclass(kw_only=True)
class FirmwareUpdate(Reboot):
    """A restart with another firmware."""

    version: str

    @override
    def firmware(self, now: float) -> str | None:
        return self.version if now >= self.begins else None
