"""The figures that are live, and for how long each of them may be shown."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Final

from ..client.endpoints import LIVE, READINGS
from ..site import LIVE_ENDPOINTS, Flow, Relays, Site

# "Live" must not mean a quarter of an hour old. Of live data a minute is nothing unusual: it freezes for 57 s.
_STANDS_FOR: Final[Mapping[str, float]] = {READINGS.name: 30.0, LIVE.name: 60.0}

# By the key of their need, where in the site the powers stand.
_POWERS: Final[Mapping[str, str]] = {
    "production_power": "production",
    "consumption_power": "consumption",
    "grid_power": "grid",
    "battery_power": "battery",
    "generator_power": "generator",
}
# The need of all that only live data tells: the battery's state, the relays, the connection to the cloud.
STATE: Final = "live"


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
            if needs <= answered.keys() and (key == STATE or power_of(site, key) is not None):
                self._read[key] = _Read(site, min(answered[name] for name in needs))

    def applied(self, site: Site, now: float, keys: Collection[str] | None = None) -> Site:
        """Return a site with the figures that are live, all or those of some needs, in place of its own."""
        changes: dict[str, object] = {}
        for key in self._read if keys is None else self._read.keys() & keys:
            source = self._read[key].site if self.stands(key, site, now) else None
            if key == STATE:
                changes |= _state(changes.get("battery", site.battery), source)
            else:
                name = _POWERS[key]
                flow = getattr(source, name) if source else Flow()
                before = changes.get(name, getattr(site, name))
                changes[name] = replace(before, power=flow.power, phases=flow.phases)  # type: ignore[type-var]
        return replace(site, fresh=site.fresh - self.silent(now), **changes)  # type: ignore[arg-type]

    def powers(self, site: Site, now: float) -> dict[str, float | None]:
        """Return the live powers in W by the key of their need."""
        return {
            key: power_of(read.site, key) if self.stands(key, site, now) else None
            for key, read in self._read.items()
            if key in _POWERS
        }

    def state(self, site: Site, now: float) -> Relays | None:
        """Return the relays, which are news whenever they change."""
        return self._read[STATE].site.relays if STATE in self._read and self.stands(STATE, site, now) else None

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


def _limit(key: str, site: Site) -> float:
    """Return for how many seconds a figure stands that is read from these endpoints."""
    return max((_STANDS_FOR[name] for name in site.needs[key] if name in _STANDS_FOR), default=0.0)


def power_of(site: Site, key: str) -> float | None:
    """Return a power in W by the key of its need."""
    flow: Flow = getattr(site, _POWERS[key])
    return flow.power


def _state(battery: object, source: Site | None) -> dict[str, object]:
    """Return what only live data tells, of the site in which it was read; nothing where it may not be shown."""
    told = source.battery if source else None
    return {
        "battery": replace(
            battery,  # type: ignore[type-var]
            level=told.level if told else None,
            stored_energy=told.stored_energy if told else None,
            reserve=told.reserve if told else None,
            mode=told.mode if told else None,
        ),
        "relays": source.relays if source else Relays(),
        "cloud_connected": source.cloud_connected if source else None,
    }
