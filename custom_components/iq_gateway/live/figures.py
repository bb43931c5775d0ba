"""The figures that are live, and for how long each of them may be shown."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Final

from ..client.endpoints import LIVE, READINGS
from ..site import LIVE_ENDPOINTS, Flow, Part, Relays, Site, Snapshot, build_site

# "Live" must not mean a quarter of an hour old. Of live data a minute is nothing unusual: it freezes for 57 s.
_STANDS_FOR: Final[Mapping[str, float]] = {READINGS.name: 30.0, LIVE.name: 60.0}

# By the key of their need, which attributes of which parts of the site are live: powers, the first part of which is
# theirs, and what live data alone tells. An outage is not: what tells of one takes two looks, which are cycles' own.
_FLOW: Final = ("power", "phases")
_POWERS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "production_power": {"production": _FLOW},
    "consumption_power": {"consumption": _FLOW},
    "grid_power": {"grid": _FLOW, "grid_import": _FLOW, "grid_export": _FLOW},
    "battery_power": {"battery": (*_FLOW, "charging")},
    "generator_power": {"generator": _FLOW},
}
_CLOUD: Final = "live"
_STATES: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    _CLOUD: {"battery": ("mode",)},
    "battery_level": {"battery": ("level", "stored_energy", "reserve")},
    "grid_relay": {"relays": ("grid_closed", "grid_state")},
    "generator_relay": {"relays": ("generator_closed",)},
}
_FIGURES: Final = {**_POWERS, **_STATES}
# Only where there are these parts is live data asked for what it alone tells.
_STATE_PARTS: Final = frozenset({Part.BATTERY, Part.RELAYS})
_NOTHING: Final = build_site(Snapshot())


@dataclass(frozen=True, slots=True)
class _Read:
    """The site in which something was read, and when."""

    site: Site
    at: float


class LiveFigures:
    """Remembers by need what was read last; times are monotonic seconds."""

    def __init__(self) -> None:
        self._read: dict[str, _Read] = {}
        self._answered: dict[str, float] = {}
        self._since: dict[str, float] = {}

    def follow(self, keys: Collection[str], site: Site, now: float) -> None:
        """Have these needs be live; with what is shown already, as if it had been read now."""
        self._read = {key: self._read.get(key, _Read(site, now)) for key in keys}
        asked = frozenset[str]().union(*(site.needs[key] for key in keys))
        self._answered = {name: self._answered.get(name, now) for name in asked}
        self._since = {name: self._since.get(name, now) for name in asked}

    def take(self, site: Site, answered: Mapping[str, float], now: float) -> None:
        """Take the site that was made of these endpoints' answers, with the moments since when their values are so.

        What cannot be told now, because a meter is left out, stands as long as if nothing had answered.
        """
        for name in self._answered.keys() & answered.keys():
            # Readings that stand still are none; live data that does has answered, and what it tells is unknown.
            self._answered[name] = answered[name] if name == READINGS.name else now
            self._since[name] = answered[name]
        for key in self._read:
            needs = site.needs[key]
            if needs <= answered.keys() and (key in _STATES or power_of(site, key) is not None):
                self._read[key] = _Read(site, min(answered[name] for name in needs))

    def applied(self, site: Site, now: float, keys: Collection[str] | None = None) -> Site:
        """Return a site with the figures that are live, all or those of some needs, in place of its own."""
        changes: dict[str, object] = {}
        for key in self._read if keys is None else self._read.keys() & keys:
            source = self._read[key].site if self.stands(key, site, now) else _NOTHING
            for part, names in _FIGURES[key].items():
                before, read = changes.get(part, getattr(site, part)), getattr(source, part)
                changes[part] = replace(before, **{name: getattr(read, name) for name in names})  # type: ignore[type-var]
            if key == _CLOUD:
                changes["cloud_connected"] = source.cloud_connected
        return replace(site, fresh=site.fresh - self.silent(now), **changes)  # type: ignore[arg-type]

    def powers(self, site: Site, now: float) -> dict[str, float | None]:
        """Return the live powers in W by the key of their need."""
        return {
            key: power_of(read.site, key) if self.stands(key, site, now) else None
            for key, read in self._read.items()
            if key in _POWERS
        }

    @property
    def states(self) -> frozenset[str]:
        """The needs of what is live and no power."""
        return frozenset(self._read.keys() & _STATES.keys())

    def relays(self, site: Site, now: float) -> Relays:
        """Return the relays as far as they are live, which are news whenever they change."""
        return replace(self.applied(site, now).relays, grid_outage=None) if self.states else Relays()

    def stands(self, key: str, site: Site, now: float) -> bool:
        """Tell whether what was read last may be shown."""
        return now - self._read[key].at < _limit(key, site)

    def expires_in(self, site: Site, now: float) -> float | None:
        """Return the seconds after which the first of what may be shown may no longer be."""
        left = [read.at + _limit(key, site) - now for key, read in self._read.items()]
        return min((seconds for seconds in left if seconds > 0), default=None)

    def silent(self, now: float) -> frozenset[str]:
        """Return the endpoints that have not answered for so long that nothing of them may be shown."""
        return frozenset(name for name, at in self._answered.items() if now - at >= _STANDS_FOR[name])

    def lost(self, now: float) -> frozenset[str]:
        """Return the endpoints that have told nothing new for so long that nothing of them may be shown."""
        return frozenset(name for name, since in self._since.items() if now - since >= _STANDS_FOR[name])


def live_keys(site: Site, wanted: Collection[str]) -> list[str]:
    """Return the needs of powers that can be live, of those that somebody looks at."""
    return [key for key in _POWERS if key in wanted and site.needs[key] <= LIVE_ENDPOINTS]


def state_keys(site: Site, wanted: Collection[str]) -> list[str]:
    """Return the needs of what live data alone tells, of those that somebody looks at."""
    if _STATE_PARTS.isdisjoint(site.parts):
        return []
    return [key for key in _STATES if key in wanted and site.needs[key] == {LIVE.name}]


def _limit(key: str, site: Site) -> float:
    """Return for how many seconds a figure stands that is read from these endpoints."""
    return max((_STANDS_FOR[name] for name in site.needs[key] if name in _STANDS_FOR), default=0.0)


def power_of(site: Site, key: str) -> float | None:
    """Return a power in W by the key of its need."""
    flow: Flow = getattr(site, next(iter(_POWERS[key])))
    return flow.power
