"""The adversary's matrix: at every site, in every season, every attack, from every beginning, at each pace."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import product
import random
from typing import Final, Self
from zoneinfo import ZoneInfo

from tests.simulator import PROFILES, Profile
from tests.simulator.gateway import DEFAULT_ZONE

from .adversary_attacks import ALL, ATTACKS, Attack

ZONE: Final = ZoneInfo(DEFAULT_ZONE)
POLLS: Final = (1, 2, 3, 10)
INTERVALS: Final = (30, 300, 3600)
SEASONS: Final = {
    "winter": datetime(2027, 1, 12, tzinfo=ZONE),
    "summer": datetime(2027, 6, 15, tzinfo=ZONE),
    "spring_forward": datetime(2027, 3, 28, tzinfo=ZONE),
    "fall_back": datetime(2027, 10, 31, tzinfo=ZONE),
}
"""The day of the attack, at its midnight in the gateway's zone."""

_THEN: Final = "+"
_POLLS_BEFORE: Final = 4
# What an attack with the answers of an hour ago takes.
_PAST: Final = timedelta(minutes=65)

_DAWNS: Final = {
    "winter": timedelta(hours=8, minutes=4),
    "summer": timedelta(hours=6, minutes=30),
    "spring_forward": timedelta(hours=6, minutes=58),
    "fall_back": timedelta(hours=7, minutes=21),
}
"""The local time at which the day's first sun reaches the panels: production has rested all night."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A site of the matrix; `missing` are endpoints that its firmware lacks."""

    profile: Profile
    missing: tuple[str, ...] = ()

    @property
    def asked(self) -> tuple[str, ...]:
        """The endpoints that can tell something of it."""
        meters = self.profile.meters
        senseless = {"readings", "consumption"} if not meters else {"production"}
        return tuple(endpoint for endpoint in ALL if endpoint not in {*self.missing, *senseless})


SITES: Final[dict[str, Site]] = {
    **{name: Site(profile=profile) for name, profile in PROFILES.items()},
    "standard_v1": Site(profile=PROFILES["standard"], missing=("energy",)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """When an attack begins: at this local time, with the counters watched for so long before it.

    The watching goes in steps of at least `step`, and is of a few polls at least. `first_start`: nothing was ever read
    before; `away`: the entry was not loaded for so long, and the attack befalls the first cycle in which it is again.
    """

    at: Callable[[str], timedelta]
    watched: timedelta = timedelta(minutes=25)
    step: int = 0
    first_start: bool = False
    away: timedelta | None = None


_NOON: Final = timedelta(hours=12, minutes=30)
BEGINNINGS: Final[dict[str, Beginning]] = {
    "first_start": Beginning(at=lambda _: _NOON, first_start=True),
    "restart": Beginning(at=lambda _: _NOON, away=timedelta(minutes=1)),
    "return": Beginning(at=lambda _: _NOON, away=timedelta(days=1)),
    # Production has rested for hours.
    "night": Beginning(at=lambda _: timedelta(hours=2), watched=timedelta(hours=3), step=900),
    "dawn": Beginning(at=_DAWNS.__getitem__, watched=timedelta(hours=8), step=900),
    "noon": Beginning(at=lambda _: _NOON),
    "midnight": Beginning(at=lambda _: timedelta(hours=23, minutes=55)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell of the matrix; its name tells all of it.

    Several attacks, their names joined by a plus, follow each other: each of them lasts for so many polls.
    """

    site: str
    season: str
    attack: str
    polls: int
    beginning: str
    interval: int

    @property
    def name(self) -> str:
        """The name to repeat it by."""
        return f"{self.site}/{self.season}/{self.attack}/x{self.polls}/{self.beginning}/{self.interval}"

    @classmethod
    def named(cls, name: str) -> Self:
        """Return the cell of a name."""
        site, season, attack, polls, beginning, interval = name.split("/")
        cell = cls(
            site=site,
            season=season,
            attack=attack,
            polls=int(polls.removeprefix("x")),
            beginning=beginning,
            interval=int(interval),
        )
        known = site in SITES and season in SEASONS and beginning in BEGINNINGS
        if not known or not ATTACKS.keys() >= set(attack.split(_THEN)):
            raise ValueError(f"there is no cell {name}")
        return cell

    @property
    def ways(self) -> list[Attack]:
        """What befalls the gateway, one after the other."""
        return [ATTACKS[name] for name in self.attack.split(_THEN)]

    @property
    def start(self) -> Beginning:
        """When it does."""
        return BEGINNINGS[self.beginning]

    @property
    def wants_past(self) -> bool:
        """Whether an attack gives the answers of an hour ago."""
        return "hour_ago" in self.attack

    @property
    def watched(self) -> timedelta:
        """For how long the counters are read before the attack, or before the absence that it ends."""
        if self.start.first_start:
            return timedelta(0)
        past = _PAST if self.wants_past else timedelta(0)
        return max(self.start.watched, past, _POLLS_BEFORE * timedelta(seconds=self.interval))

    @property
    def begins(self) -> datetime:
        """The moment of the first wrong answer."""
        # Wall-clock time: on a day without this hour it is the one after.
        return (SEASONS[self.season] + self.start.at(self.season)).astimezone(ZoneInfo("UTC"))

    @property
    def long(self) -> bool:
        """Whether it lasts for longer than the quarter of an hour that nothing may be believed in."""
        return (len(self.ways) * self.polls - 1) * self.interval > 900


def matrix(*, site: str | None = None, attack: str | None = None) -> Iterator[Cell]:
    """Yield every cell that makes sense; of one site, of attacks whose name begins so."""
    names = [name for name in SITES if site in (None, name)]
    attacks = [way for name, way in ATTACKS.items() if attack is None or name.startswith(attack)]
    for name, season, way, polls, beginning, interval in product(names, SEASONS, attacks, POLLS, BEGINNINGS, INTERVALS):
        if way.fits(SITES[name].profile, SITES[name].asked):
            yield Cell(site=name, season=season, attack=way.name, polls=polls, beginning=beginning, interval=interval)


def paired(cells: list[Cell], seed: int) -> list[Cell]:
    """Return the cells with another attack after each one's own, at random, the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311
    return [replace(cell, attack=f"{cell.attack}{_THEN}{chance.choice(_others(cell))}") for cell in cells]


def _others(cell: Cell) -> list[str]:
    site = SITES[cell.site]
    return [name for name, way in ATTACKS.items() if name != cell.attack and way.fits(site.profile, site.asked)]


def sample(cells: list[Cell], number: int, seed: int) -> list[Cell]:
    """Return so many cells at random, the same for the same seed; all of them in disorder if there are no more.

    Each attack comes up as often as any other, whatever the number of its cells.
    """
    chance = random.Random(seed)  # noqa: S311
    by_attack: dict[str, list[Cell]] = {}
    for cell in cells:
        by_attack.setdefault(cell.attack, []).append(cell)
    piles = list(by_attack.values())
    for pile in piles:
        chance.shuffle(pile)
    chosen: list[Cell] = []
    while len(chosen) < number and piles:
        chance.shuffle(piles)
        chosen += [pile.pop() for pile in piles]
        piles = [pile for pile in piles if pile]
    return chosen[:number]
