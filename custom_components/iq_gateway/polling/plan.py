"""What to ask now, and in which order: decided from the endpoints' rows and from what came of asking them."""

from collections.abc import Iterable, Mapping, Set as AbstractSet
from dataclasses import dataclass
from math import ceil, inf
from typing import Final

from ..client.endpoints import HOURLY, LIVE
from ..site import Site
from .cache import EndpointState
from .result import PollProgress

# An endpoint that hangs for the fifth time in a row, when none of its values stands any more, waits for two cycles,
# then for four, and so on, but no longer than an hour.
_PATIENCE: Final = 4
_MOST_DOUBLINGS: Final = 8

# Requests in five minutes, and so in each cycle of that length or a shorter one.
MOST_REQUESTS: Final = 7
_IN_SECONDS: Final = 300
# What may wait for a cycle with more room does not wait for two, which are never quite on time; what is rare waits for
# no longer than another of its periods.
_LATE_CYCLES: Final = 1.5
_LATE_PERIODS: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Turn:
    """An endpoint that might be asked: every so many seconds, or in each cycle.

    `late` is how much of its period is over, `pressure` how urgent it is: from 1 on it waits for nothing.
    """

    state: EndpointState
    period: float
    late: float
    pressure: float = inf

    @property
    def is_new(self) -> bool:
        """Whether it was never asked, and can wait: what a site has needs not all be learnt at once."""
        return self.state.asked_at is None and self.pressure < 1


def plan(
    states: Mapping[str, EndpointState],
    site: Site,
    wanted: AbstractSet[str],
    now: float,
    *,
    interval: float,
    progress: PollProgress,
    reserve: int = 0,
) -> list[EndpointState]:
    """Return what to ask in this cycle, the next one first.

    `wanted` are the keys of the needs of all that is looked at, `interval` the seconds between cycles, `progress` what
    the cycle has asked so far, `reserve` the requests that are to be left for something else. What is due less often
    than each cycle is spread, the latest first: so many of them a cycle as have to be for all to be read within twice
    their period. Where more is due than a cycle has room for, what may wait and was read in the cycle before waits for
    the next one, and so do what is rare and what was never asked for; of the latter one goes ahead in any case. While
    Home Assistant waits for a start, there is room for all, but what is slow is left for the next cycle, and so is what
    is rare and only tells whether something is there.
    """
    asked, is_start = progress.asked, progress.is_start
    needed = set().union(*(site.needs.get(key, frozenset()) for key in wanted))
    able = [state for state in states.values() if not (is_start and _can_wait(state, site, needed))]
    found = (_turn(state, site, needed, now, interval=interval, is_start=is_start) for state in able)
    turns = [turn for turn in found if turn]
    rare = [turn for turn in turns if turn.period]
    chosen = [turn for turn in turns if not turn.period] + _spread(rare, asked, interval=interval)
    chosen = [turn for turn in chosen if turn.state.endpoint.name not in asked]
    slow = sorted((turn for turn in chosen if turn.state.endpoint.slow), key=_latest_first)
    others = [turn for turn in chosen if not turn.state.endpoint.slow]
    if not any(states[name].endpoint.slow for name in asked):
        others += slow[:1]
    fitting = others if is_start else _fitting(others, progress, reserve, interval=interval)
    return sorted((turn.state for turn in fitting), key=lambda state: _rank(state, site, now))


def _spread(rare: list[_Turn], asked: AbstractSet[str], *, interval: float) -> list[_Turn]:
    """Return those whose turn it is of what is not due in each cycle."""
    room = ceil(sum(min(interval / turn.period, 1) for turn in rare))
    room = max(room - sum(turn.state.endpoint.name in asked for turn in rare), 0)
    due = sorted((turn for turn in rare if turn.late >= 1), key=_latest_first)
    return due[:room] + [turn for turn in due[room:] if turn.pressure >= 1]


def _fitting(turns: list[_Turn], progress: PollProgress, reserve: int, *, interval: float) -> list[_Turn]:
    """Return what waits for nothing, and of all else what there is room for, the most urgent first."""
    urgent = [turn for turn in turns if turn.pressure >= 1]
    others = sorted((turn for turn in turns if turn.pressure < 1), key=_most_urgent_first)
    most = int(MOST_REQUESTS * max(interval / _IN_SECONDS, 1))
    least = 1 if not progress.asked_new and any(turn.is_new for turn in others) else 0
    return urgent + others[: max(most - progress.spent - reserve - len(urgent), least)]


def _latest_first(turn: _Turn) -> float:
    return -turn.late


def _most_urgent_first(turn: _Turn) -> tuple[bool, bool, float, bool]:
    # Of what was read in the cycle before first what all sites have, such as the inverters' powers.
    return not turn.is_new, not turn.period, -turn.pressure, not turn.state.endpoint.learn


def is_certain(state: EndpointState, site: Site) -> bool:
    """Tell whether an endpoint's turn will come, whatever the others say.

    One that was never asked may only stand in for another, which has yet to answer.
    """
    return state.asked_at is not None or _tells_of_the_site(state, site)


def _turn(
    state: EndpointState, site: Site, needed: Iterable[str], now: float, *, interval: float, is_start: bool
) -> _Turn | None:
    """Return an endpoint's turn; None where it has no business in this cycle."""
    endpoint, is_needed = state.endpoint, state.endpoint.name in needed
    age = inf if state.asked_at is None else now - state.asked_at
    if state.blind_until > now:
        return None
    if state.again:
        # What is rare takes the place of other rare ones.
        return _Turn(state=state, period=endpoint.every, late=inf)
    if not (is_needed or _tells_of_the_site(state, site)) or _backs_off(state, age, interval):
        return None
    failed = state.error is not None and not state.rests
    if state.rests:
        period: float = HOURLY
    elif failed or state.read_at is None:
        period = 0
    else:
        every = 0 if endpoint.name in site.each_cycle else endpoint.every
        period = every if is_needed else max(every, HOURLY)
    # A cycle is never quite on time: half of one too early is early enough.
    late = (age + interval / 2) / period if period else age
    if period:
        pressure = late / _LATE_PERIODS
    elif state.asked_at is None:
        pressure = 0.0 if not is_start else inf
    else:
        pressure = age / (_LATE_CYCLES * interval) if _may_wait(state, site) else inf
    return _Turn(state=state, period=period, late=late, pressure=pressure)


def _may_wait(state: EndpointState, site: Site) -> bool:
    """Tell whether an endpoint that is read in each cycle waits for one with room; what tells of an outage does not."""
    endpoint = state.endpoint
    is_calm = endpoint.name not in site.needs.get("grid_outage", frozenset())
    return endpoint.may_wait and is_calm and state.read_at is not None and state.error is None


def _tells_of_the_site(state: EndpointState, site: Site) -> bool:
    return state.endpoint.learn or state.endpoint.name in site.learn


def _can_wait(state: EndpointState, site: Site, needed: Iterable[str]) -> bool:
    endpoint = state.endpoint
    only_tells = endpoint.name in site.learn and endpoint.name not in needed
    return endpoint.slow or (bool(endpoint.every) and only_tells)


def _backs_off(state: EndpointState, age: float, interval: float) -> bool:
    cycles = 1 << min(max(state.hangs - _PATIENCE, 0), _MOST_DOUBLINGS)
    return cycles > 1 and age + interval / 2 < min(cycles * interval, HOURLY)


def _rank(state: EndpointState, site: Site, now: float) -> int:
    """Return where in a cycle an endpoint belongs."""
    endpoint = state.endpoint
    if endpoint.slow or state.ready_at > now:
        return 6 if endpoint.slow else 5
    if not endpoint.authorized:
        return -1  # tells who answers, which has to be known before the token is sent
    if endpoint is LIVE and state.read_at is not None and not state.again:
        return 0  # tells whether there is more to do in this cycle
    if endpoint.every:
        return 1  # tells how the rest is to be read
    if endpoint.name in site.learn:
        return 2  # may lead to others, which are then asked on the same connection
    return 3 if endpoint.learn else 4  # what may stand in for others comes after them
