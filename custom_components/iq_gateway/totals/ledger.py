"""The ledger: every lifetime total of a site, and what it has grown by today."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Final

from .day import Day, observe_day
from .lifetime import Change, LifetimeTotal, Origin
from .rules import follow, observe, resume
from .series import Reading
from .stored import rebuild

_TOTALS: Final = "totals"
_DAYS: Final = "days"


class Standing(StrEnum):
    """Why a total has not risen for three quarters of an hour though its counter was read."""

    ODD_READINGS = "odd_readings"  # none of them can follow from the last that counted, or they do not agree
    STANDS_STILL = "stands_still"  # power flows by the same answers, and the counter does not move


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedTotal:
    """What is shown of a lifetime total: energies in Wh, None while they are not known."""

    energy: float | None = None
    today: float | None = None  # what it has grown by since local midnight
    gateway_reading: float | None = None  # the gateway's own figure, as it was read last
    correction: float | None = None  # what is added to it
    corrected_since: float | None = None  # seconds since 1970; None while nothing was ever added


class Ledger:
    """Keeps the totals of a site by the key of their entity, in Wh."""

    def __init__(self) -> None:
        self._totals: dict[str, LifetimeTotal] = {}
        self._days: dict[str, Day] = {}
        self._read: frozenset[str] = frozenset()  # the totals that the last cycle read

    @classmethod
    def from_dict(cls, data: Mapping[str, object]) -> tuple[Ledger, list[str]]:
        """Rebuild a ledger, and tell which of its totals are damaged."""
        ledger = cls()
        ledger._totals, broken = _rebuilt(LifetimeTotal, data.get(_TOTALS))
        ledger._days, _ = _rebuilt(Day, data.get(_DAYS))
        return ledger, broken

    def to_dict(self) -> dict[str, object]:
        """Return all that is worth storing."""
        return {
            _TOTALS: {key: asdict(total) for key, total in self._totals.items()},
            _DAYS: {key: asdict(day) for key, day in self._days.items()},
        }

    def observe(self, readings: Mapping[str, Reading], *, midnight: float, has_counted: bool = False) -> frozenset[str]:
        """Take in the readings of one cycle, and return the keys of the totals that began anew, having no history yet.

        `midnight` is the last one here, in seconds since 1970; `has_counted` tells whether anything else of the site
        shows that it has been at work before.
        """
        counted = {key for key, reading in readings.items() if reading.energy > 0}
        anew = set()
        self._read = frozenset(readings)
        for key, reading in readings.items():
            before = self._totals.get(key, LifetimeTotal())
            others_counted = has_counted or len(counted) > (key in counted)
            after = observe(before, reading, others_counted=others_counted)
            self._totals[key] = after
            if before.begun_at not in (None, after.begun_at) and before.origin is None:
                anew.add(key)
                self._days.pop(key, None)
            if after.total is not None and after.read_at == reading.at:
                day = self._days.get(key)
                self._days[key] = observe_day(day, after.total, at=reading.at, midnight=midnight, cycle=reading.cycle)
        return frozenset(anew)

    @property
    def keys(self) -> frozenset[str]:
        """The totals of which anything is known."""
        return frozenset(self._totals)

    def total(self, key: str) -> LifetimeTotal | None:
        """Return all that is known of a total."""
        return self._totals.get(key)

    def published(self, key: str, *, midnight: float) -> PublishedTotal:
        """Return what is to be shown of a total; `midnight` is the last one here, in seconds since 1970."""
        total = self._totals.get(key)
        if total is None or total.base is None or total.shown is None:
            return PublishedTotal()
        series, day = total.candidate or total.base.series, self._days.get(key)
        return PublishedTotal(
            energy=total.shown,
            # Of a total that nobody read since midnight, nothing is known of today.
            today=day.energy if day and day.midnight == midnight else None,
            gateway_reading=series.energy,
            correction=total.base.offset,
            corrected_since=total.base.since,
        )

    @property
    def pending(self) -> bool:
        """Whether a total that was read last waits for the second reading of its life."""
        return any(self._totals[key].is_pending for key in self._read)

    @property
    def in_doubt(self) -> bool:
        """Whether a total that was read last waits to see which of its readings are true."""
        return any(self._totals[key].candidate for key in self._read)

    @property
    def changes(self) -> dict[str, Change]:
        """The changes that nobody has looked at yet, by the key of the total."""
        return {key: total.change for key, total in self._totals.items() if total.change}

    @property
    def standing(self) -> dict[str, Standing]:
        """Why totals stand, by their key, of those that have for three quarters of an hour."""
        held = {key: Standing.ODD_READINGS for key, total in self._totals.items() if total.is_held}
        still = {key: Standing.STANDS_STILL for key, total in self._totals.items() if total.stands_still}
        return still | held

    @property
    def offsets(self) -> dict[str, float | None]:
        """What is added to each counter: as long as it stays the same, little is lost with the ledger."""
        return {key: total.base.offset if total.base else None for key, total in self._totals.items()}

    def keep(self, keys: Iterable[str]) -> None:
        """Accept changes: the totals go on as they are."""
        for key in keys:
            self._totals[key] = self._totals[key].kept()

    def follow(self, keys: Iterable[str]) -> None:
        """Take the gateway's own figures for totals, even where that makes them fall."""
        for key in keys:
            self._replace(key, follow(self._totals[key]))

    def set_to(self, key: str, energy: float, *, at: float) -> None:
        """Give a total another figure, from which it goes on."""
        self._replace(key, self._totals.get(key, LifetimeTotal()).set_to(energy, at=at))

    def continue_at(self, key: str, origin: Origin) -> float:
        """Go on from what another integration showed of the same energy; return by how many Wh that moves the total.

        By the same counter, the total waits until the counter is past that figure; by another one, it begins there.
        """
        before = self._totals.get(key, LifetimeTotal())
        self._replace(key, resume(before, origin) if origin.same_counter else before.set_to(origin.total, at=origin.at))
        return self._offset(key) - (before.base.offset if before.base else 0.0)

    def move(self, key: str, energy: float, *, at: float) -> None:
        """Have a total show so many Wh more from now on."""
        total = self._totals.get(key)
        if total and total.total is not None and energy:
            self.set_to(key, total.total + energy, at=at)

    def forget_today(self, key: str) -> None:
        """Tell nothing of today, until the next day begins."""
        if day := self._days.get(key):
            self._days[key] = replace(day, start=None)

    def _offset(self, key: str) -> float:
        total = self._totals.get(key)
        return total.base.offset if total and total.base else 0.0

    def resume(self, key: str, origin: Origin) -> None:
        """Go on with a total from what is known of it from elsewhere."""
        self._totals[key] = resume(self._totals.get(key, LifetimeTotal()), origin)

    def forget(self, keys: Iterable[str]) -> None:
        """Forget totals of which nothing will be read any more."""
        for key in list(keys):
            self._totals.pop(key, None)
            self._days.pop(key, None)
        self._read = self._read & self._totals.keys()

    def detach(self) -> None:
        """Go on with another gateway: each total continues from where it is with that gateway's first readings."""
        for key, total in self._totals.items():
            if total.total is not None and total.read_at is not None:
                self.resume(key, Origin(total=total.total, at=total.read_at, same_counter=False))
                continue
            # Nor does a total that has not begun with the last gateway's first reading, or where its counter was.
            origin = total.origin and replace(total.origin, same_counter=False)
            self._totals[key] = replace(total, candidate=None, held_since=None, origin=origin)

    def _replace(self, key: str, total: LifetimeTotal) -> None:
        before = self._totals.get(key)
        self._totals[key] = total
        if before and before.total is not None and total.total is not None and key in self._days:
            self._days[key] = self._days[key].shifted(total.total - before.total)


def _rebuilt[T](cls: type[T], data: object) -> tuple[dict[str, T], list[str]]:
    """Rebuild what can be, and tell the keys of what cannot."""
    rebuilt, broken = {}, []
    for key, stored in data.items() if isinstance(data, dict) else ():
        try:
            rebuilt[key] = rebuild(cls, stored)
        except ValueError:
            broken.append(key)
    return rebuilt, broken
