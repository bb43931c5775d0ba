"""The ledger: every lifetime counter of a site, and what is published for it."""

from collections.abc import Iterable
from dataclasses import asdict
from math import isfinite

from .counter import Change, Counter
from .day import Day, observe_day
from .run import Reading
from .stored import rebuild
from .today import Today, observe_today


class Ledger:
    """Keeps the totals of a site by the key of their entity, and beside them what it counted today."""

    def __init__(self) -> None:
        self._counters: dict[str, Counter] = {}
        self._days: dict[str, Today] = {}
        self._since_midnight: dict[str, Day] = {}

    @classmethod
    def from_dict(cls, data: object) -> tuple[Ledger, list[str]]:
        """Rebuild a ledger, and tell which of its counters are damaged."""
        ledger, book = cls(), data if isinstance(data, dict) else {}
        ledger._counters, broken = _rebuilt(Counter, book.get("counters"))
        ledger._days, broken_days = _rebuilt(Today, book.get("days"))
        ledger._since_midnight, _ = _rebuilt(Day, book.get("since_midnight"))
        return ledger, broken + broken_days

    def to_dict(self) -> dict[str, object]:
        """Return all that is worth storing."""
        return {
            "counters": {key: asdict(counter) for key, counter in self._counters.items()},
            "days": {key: asdict(today) for key, today in self._days.items()},
            "since_midnight": {key: asdict(day) for key, day in self._since_midnight.items()},
        }

    def observe(self, key: str, reading: Reading) -> None:
        """Take in one reading of a lifetime counter; what is no amount of energy says nothing."""
        if not _is_energy(reading):
            return
        counter = self._counters.get(key)
        self._counters[key] = counter.observe(reading) if counter else Counter.begin(reading)

    def observe_today(self, key: str, reading: Reading, *, midnight: float) -> None:
        """Take in one reading of a counter of today; `midnight` is the last one here, in seconds since 1970."""
        if not _is_energy(reading):
            return
        if today := observe_today(self._days.get(key), reading, midnight=midnight):
            self._days[key] = today
        else:
            self._days.pop(key, None)

    def today(self, key: str) -> float | None:
        """Return the energy of today in Wh, if that is known."""
        today = self._days.get(key)
        return today.energy if today else None

    def since_midnight(self, key: str, *, at: float, midnight: float) -> float | None:
        """Return what a total has grown by today in Wh, as far as somebody looked; `midnight` is the last one here."""
        if (total := self.published(key)) is None:
            return None
        self._since_midnight[key] = observe_day(self._since_midnight.get(key), total, at=at, midnight=midnight)
        return self._since_midnight[key].energy

    def published(self, key: str) -> float | None:
        """Return the total in Wh, if it is known."""
        counter = self._counters.get(key)
        return counter.total if counter else None

    @property
    def changes(self) -> dict[str, Change]:
        """The changes that nobody has looked at yet, by the key of the total."""
        return {key: counter.change for key, counter in self._counters.items() if counter.change}

    @property
    def offsets(self) -> dict[str, float]:
        """What is added to each counter in Wh: as long as it stays the same, little is lost with the ledger."""
        return {key: counter.base.offset for key, counter in self._counters.items()}

    def keep(self, keys: Iterable[str]) -> None:
        """Accept changes: the totals go on as they are."""
        for key in keys:
            self._counters[key] = self._counters[key].kept()

    def follow(self, keys: Iterable[str]) -> None:
        """Take the gateway's own figures for totals, even where that makes them fall."""
        for key in keys:
            self._counters[key] = self._counters[key].followed()
            self._since_midnight.pop(key, None)

    def detach(self) -> None:
        """Go on with another gateway: each total continues from where it is with that gateway's first reading."""
        self._counters = {key: counter.detach() for key, counter in self._counters.items()}
        self._days = {}


def _rebuilt[T](cls: type[T], data: object) -> tuple[dict[str, T], list[str]]:
    """Rebuild what can be, and tell the keys of what cannot."""
    if not isinstance(data, dict):
        return {}, ["all"]
    rebuilt, broken = {}, []
    for key, stored in data.items():
        try:
            rebuilt[key] = rebuild(cls, stored)
        except ValueError:
            broken.append(key)
    return rebuilt, broken


def _is_energy(reading: Reading) -> bool:
    return isfinite(reading.energy) and reading.energy >= 0
