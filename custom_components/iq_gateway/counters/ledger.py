"""The ledger: every lifetime counter of a site, and what is published for it."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict

from .counter import Change, Counter
from .run import Reading
from .stored import rebuild


class Ledger:
    """Keeps the totals of a site, by the key of their entity."""

    def __init__(self, counters: Mapping[str, Counter] | None = None) -> None:
        self._counters = dict(counters or {})

    @classmethod
    def from_dict(cls, data: object) -> tuple[Ledger, list[str]]:
        """Rebuild a ledger, and tell what in the data is none."""
        if not isinstance(data, dict):
            return cls(), ["all"]
        counters, broken = {}, []
        for key, stored in data.items():
            try:
                counters[key] = rebuild(Counter, stored)
            except ValueError:
                broken.append(key)
        return cls(counters), broken

    def to_dict(self) -> dict[str, object]:
        """Return all that is worth storing."""
        return {key: asdict(counter) for key, counter in self._counters.items()}

    def observe(self, key: str, reading: Reading) -> None:
        """Take in one reading of a counter; what is no amount of energy says nothing."""
        if not reading.energy >= 0 or reading.energy == float("inf"):
            return
        counter = self._counters.get(key)
        self._counters[key] = counter.observe(reading) if counter else Counter.begin(reading)

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

    def detach(self) -> None:
        """Go on with another gateway: each total continues from where it is with that gateway's first reading."""
        self._counters = {key: counter.detach() for key, counter in self._counters.items()}
