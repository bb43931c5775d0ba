"""What to ask now, and in which order: decided from the endpoints' rows and from what came of asking them."""

from collections.abc import Iterable, Mapping, Set as AbstractSet
from dataclasses import dataclass
from math import ceil, inf
from typing import Final

from ..client.endpoints import HOURLY, LIVE
from ..site import Site
from .cache import EndpointState

# An endpoint that hangs for the fifth time in a row, when none of its values stands any more, waits for two cycles,
# then for four, and so on, but no longer than an hour.
_PATIENCE: Final = 4
_MOST_DOUBLINGS: Final = 8
_LATE: Final = 1.75
# After days in which no cycle ran, nothing of what is rare stands any more.
_OVERDUE: Final = 2
# Of what is read in each cycle: a cycle is never quite on time.
_LATE_CYCLES: Final = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class _Turn:
    """An endpoint that might be asked: every so many seconds, or in each cycle; `late` is how much of them is over."""

    state: EndpointState
    period: float
    late: float


def plan(
    states: Mapping[str, EndpointState],
    site: Site,
    wanted: AbstractSet[str],
    now: float,
    *,
    interval: float,
    asked: AbstractSet[str] = frozenset(),
    crowded: bool = False,
    is_start: bool = False,
) -> list[EndpointState]:
    """Return what to ask in this cycle, the next one first.

    `wanted` are the keys of the needs of all that is looked at, `interval` the seconds between cycles, `asked` what is
    not to be asked (again). What is due less often than each cycle is spread, the latest first: so many of them a cycle
    as have to be for all to be read within twice their period. In a cycle that is `crowded` by other requests none of
    it is asked, unless it is three quarters of its period late, nor what may wait and was read in the cycle before.
    While Home Assistant waits for a start, what is slow is left for the next cycle, and so is what is rare and only
    tells whether something is there.
    """
    needed = set().union(*(site.needs.get(key, frozenset()) for key in wanted))
    able = [state for state in states.values() if not (is_start and _can_wait(state, site, needed))]
    turns = [turn for state in able if (turn := _turn(state, site, needed, now, interval=interval))]
    rare = [turn for turn in turns if turn.period]
    waiting = {turn.state.endpoint.name for turn in turns if crowded and _yields(turn, site, interval)}
    chosen = [turn for turn in turns if not turn.period] + _spread(rare, asked, interval=interval, crowded=crowded)
    chosen = [turn for turn in chosen if turn.state.endpoint.name not in asked | waiting]
    slow = sorted((turn for turn in chosen if turn.state.endpoint.slow), key=_latest_first)
    others = [turn for turn in chosen if not turn.state.endpoint.slow]
    if not any(states[name].endpoint.slow for name in asked):
        others += slow[:1]
    return sorted((turn.state for turn in others), key=lambda state: _rank(state, site, now))


def _spread(rare: list[_Turn], asked: AbstractSet[str], *, interval: float, crowded: bool) -> list[_Turn]:
    """Return those whose turn it is of what is not due in each cycle."""
    room = ceil(sum(min(interval / turn.period, 1) for turn in rare))
    room = max(room - sum(turn.state.endpoint.name in asked for turn in rare), 0)
    due = sorted((turn for turn in rare if turn.late >= (_LATE if crowded else 1)), key=_latest_first)
    return due[:room] + [turn for turn in due[room:] if turn.late >= _OVERDUE]


def _yields(turn: _Turn, site: Site, interval: float) -> bool:
    """Tell whether an endpoint waits for a cycle with less to do; not for two, and not what tells of an outage."""
    state, endpoint = turn.state, turn.state.endpoint
    if not endpoint.may_wait or turn.period or endpoint.name == site.relays.outage_told_by:
        return False
    return state.read_at is not None and state.error is None and turn.late < _LATE_CYCLES * interval


def _latest_first(turn: _Turn) -> float:
    return -turn.late


def is_certain(state: EndpointState, site: Site) -> bool:
    """Tell whether an endpoint's turn will come, whatever the others say.

    One that was never asked may only stand in for another, which has yet to answer.
    """
    return state.asked_at is not None or _tells_of_the_site(state, site)


def _turn(state: EndpointState, site: Site, needed: Iterable[str], now: float, *, interval: float) -> _Turn | None:
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
    return _Turn(state=state, period=period, late=(age + interval / 2) / period if period else age)


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
