"""What is asked in a cycle, and in which order: decided by rows, not by where they stand in a table."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from random import Random
from typing import Any, Final

import pytest

from custom_components.iq_gateway.client.endpoints import ENDPOINTS, Endpoint
from custom_components.iq_gateway.client.errors import (
    CannotConnect,
    GatewayBusy,
    GatewayError,
    NoAnswerInTime,
    NotFound,
    NotPermitted,
)
from custom_components.iq_gateway.polling.cache import EndpointState
from custom_components.iq_gateway.polling.plan import MOST_REQUESTS, plan
from custom_components.iq_gateway.polling.result import PollProgress
from custom_components.iq_gateway.site import Site, Snapshot, build_site

NOW: Final = 100_000.0
INTERVAL: Final = 300.0
EMPTY: Final = build_site(Snapshot())


def _row(name: str, **row: Any) -> Endpoint[object]:  # noqa: ANN401
    return Endpoint(name=name, path=f"/{name}", parse=lambda payload: (payload, 0), **row)


def _state(
    name: str,
    *,
    ago: float | None = None,
    error: GatewayError | None = None,
    times: int = 1,
    ready_in: float = 0.0,
    **row: Any,  # noqa: ANN401
) -> EndpointState:
    """Return an endpoint that was asked so many seconds ago, and answered, or failed so many times."""
    state = EndpointState(_row(name, **row), ready_at=NOW + ready_in)
    if ago is None:
        return state
    state.asked_at = NOW - ago
    if error is None:
        state.read_at, state.answers = state.asked_at, True
    for _ in range(times if error else 0):
        state.fail(error or GatewayError())
    return state


def _site(*needed: str, learn: frozenset[str] = frozenset()) -> Site:
    return replace(EMPTY, needs={"shown": frozenset(needed)}, learn=learn)


def _planned(*states: EndpointState, site: Site = EMPTY, asked: Iterable[str] = (), spent: int = 0) -> list[str]:
    known, progress = {state.endpoint.name: state for state in states}, PollProgress(asked=set(asked), spent=spent)
    return [state.endpoint.name for state in plan(known, site, {"shown"}, NOW, interval=INTERVAL, progress=progress)]


HOUR: Final = 3_600.0
REFUSED: Final = NotFound()

CASES: Final = [
    pytest.param(_state("a"), False, id="nobody needs it, and it tells nothing of the site"),
    pytest.param(_state("needed"), True, id="needed"),
    pytest.param(_state("needed", ago=300), True, id="needed in each cycle"),
    pytest.param(_state("needed", ago=300, every=600), False, id="needed every ten minutes, read five ago"),
    pytest.param(_state("needed", ago=599, every=600), True, id="needed every ten minutes, read ten ago"),
    pytest.param(_state("needed", every=600), True, id="needed every ten minutes, never read"),
    pytest.param(_state("needed", ago=300, every=600, error=CannotConnect()), True, id="what failed has no period"),
    pytest.param(_state("a", learn=True), True, id="tells of the site"),
    pytest.param(_state("a", learn=True, ago=300), False, id="has told of the site"),
    pytest.param(_state("a", learn=True, ago=HOUR - 1), True, id="has told of the site an hour ago"),
    pytest.param(_state("a", learn=True, every=60, ago=600), False, id="no more often where nobody needs it"),
    pytest.param(_state("a", learn=True, every=86_400, ago=HOUR), False, id="tells of the site once a day"),
    pytest.param(_state("a", learn=True, ago=300, error=CannotConnect()), True, id="has yet to tell of the site"),
    pytest.param(_state("learnt"), True, id="the site tells that it is worth asking"),
    pytest.param(_state("learnt", ago=300), False, id="which it was"),
    pytest.param(_state("needed", ago=300, error=NotFound()), True, id="not found"),
    pytest.param(_state("needed", ago=300, error=NotFound(), times=2), False, id="not found twice"),
    pytest.param(_state("needed", ago=HOUR, error=NotFound(), times=9), True, id="not found an hour ago"),
    pytest.param(_state("needed", ago=HOUR, error=NotPermitted(), times=9), True, id="not permitted an hour ago"),
    pytest.param(_state("needed", ago=300, error=NotPermitted(), times=2), False, id="not permitted twice"),
    pytest.param(_state("needed", ago=300, error=NoAnswerInTime(), times=4), True, id="hangs for the fourth time"),
    pytest.param(_state("needed", ago=300, error=NoAnswerInTime(), times=5), False, id="hangs for the fifth time"),
    pytest.param(_state("needed", ago=600, error=NoAnswerInTime(), times=5), True, id="which was two cycles ago"),
    pytest.param(_state("needed", ago=HOUR, error=NoAnswerInTime(), times=5_000), True, id="hangs for weeks"),
    pytest.param(_state("needed", ago=300, error=GatewayBusy(), times=9), True, id="busy for the ninth time"),
]


@pytest.mark.parametrize(("state", "is_asked"), CASES)
def test_a_row_says_all_about_asking(state: EndpointState, is_asked: bool) -> None:
    """Each by itself, in a cycle of five minutes."""
    site = _site("needed", learn=frozenset({"learnt"}))
    assert bool(_planned(state, site=site)) is is_asked


def test_what_was_asked_in_this_cycle_is_not_asked_again() -> None:
    """Unless something new is to be read."""
    assert _planned(_state("a", learn=True), asked={"a"}) == []


def test_what_is_to_be_read_again_takes_the_turn_of_what_else_is_rare() -> None:
    """However often a list is read again, a cycle asks for no more than it may."""
    again, due = _state("again", ago=300, every=3600), _state("due", ago=3600, every=3600)
    site = _site("again", "due")
    assert _planned(again, due, site=site) == ["due"]
    again.again = True
    assert _planned(again, due, site=site) == ["again"]


ORDERED: Final = (
    _state("open", learn=True, authorized=False),
    _state("rare", learn=True, every=3600),
    _state("learnt", learn=True),
    _state("stand-in"),
    _state("moves", ready_in=2, learn=True),
    _state("slow", learn=True, every=600, slow=True),
)


@pytest.mark.parametrize("seed", range(5))
def test_the_order_follows_from_the_rows(seed: int) -> None:
    """Not from where they stand: who answers, how to read the rest, the rest, what moves late, what is slow."""
    states = list(ORDERED)
    Random(seed).shuffle(states)  # noqa: S311 (nothing is secret here)
    assert _planned(*states, site=_site("stand-in")) == [state.endpoint.name for state in ORDERED]


def test_one_slow_endpoint_a_cycle() -> None:
    """The one that waits longest; a second one not even when the first one is done."""
    slow = [_state(name, ago=ago, slow=True) for name, ago in (("a", 400), ("b", 900), ("c", 500))]
    site = _site("a", "b", "c")
    assert _planned(*slow, site=site) == ["b"]
    assert _planned(*slow, site=site, asked={"b"}) == []


@pytest.mark.parametrize(("interval", "most"), [(30, 1), (300, 1), (900, 3), (3600, 10)])
def test_what_is_rare_is_spread(interval: float, most: int) -> None:
    """Ten endpoints that are due at the same time: few a cycle, and none waits for twice its hour."""
    states = [_state(f"rare {number}", ago=HOUR - interval, learn=True) for number in range(10)]
    known = {state.endpoint.name: state for state in states}
    now, counts, longest = NOW, Counter[int](), 0.0
    for _ in range(int(6 * HOUR / interval)):
        progress = PollProgress()
        while todo := plan(known, EMPTY, set(), now, interval=interval, progress=progress):
            state = todo[0]
            longest = max(longest, now - (state.asked_at or 0.0))
            state.asked_at = state.read_at = now
            progress.asked.add(state.endpoint.name)
            progress.spent += 1
        counts[progress.spent] += 1
        now += interval
    assert max(counts) <= most
    assert longest <= 2 * HOUR


def test_nothing_waits_that_is_long_overdue() -> None:
    """After a night in which no cycle ran."""
    states = [_state(f"rare {number}", ago=10 * HOUR, learn=True) for number in range(3)]
    assert len(_planned(*states)) == 3


WAITING: Final = [
    pytest.param(_state("needed", ago=300), True, id="read in each cycle"),
    pytest.param(_state("needed", ago=300, may_wait=True), False, id="may wait"),
    pytest.param(_state("needed", ago=600, may_wait=True), True, id="has waited"),
    pytest.param(_state("needed", ago=300, may_wait=True, error=GatewayBusy()), True, id="failed"),
    pytest.param(_state("outage", ago=300, may_wait=True), True, id="tells of an outage"),
    pytest.param(_state("needed", ago=3_600, every=3_600), False, id="rare"),
    pytest.param(_state("needed", ago=7_100, every=3_600), True, id="rare, and twice as late"),
]


@pytest.mark.parametrize(("state", "goes_ahead"), WAITING)
def test_what_goes_ahead_when_a_cycle_is_full(state: EndpointState, goes_ahead: bool) -> None:
    """All of it where there is room; what can wait does so, but not for long."""
    needs = {"shown": frozenset({"needed", "outage"}), "grid_outage": frozenset({"outage"})}
    site = replace(EMPTY, needs=needs)
    assert _planned(state, site=site, spent=MOST_REQUESTS - 1)
    assert bool(_planned(state, site=site, spent=MOST_REQUESTS)) is goes_ahead


def test_what_is_new_is_learnt_bit_by_bit() -> None:
    """One thing in any cycle, however full; not all at once."""
    states = [_state(f"new {number}") for number in range(9)]
    site = _site(*(state.endpoint.name for state in states))
    assert len(_planned(*states, site=site)) == MOST_REQUESTS
    assert len(_planned(*states, site=site, spent=MOST_REQUESTS + 2)) == 1


def test_what_all_sites_have_waits_last() -> None:
    """Of what was read in the cycle before; and what is rare goes first."""
    states = [_state(name, ago=300, may_wait=True) for name in ("a", "b")]
    common, rare = _state("common", ago=300, may_wait=True, learn=True), _state("rare", ago=600, every=600)
    site = _site("a", "b", "common", "rare")
    assert _planned(*states, common, rare, site=site, spent=MOST_REQUESTS - 1) == ["rare"]
    assert set(_planned(*states, common, rare, site=site, spent=MOST_REQUESTS - 2)) == {"rare", "common"}


def test_rows_with_a_period_are_obeyed_as_they_stand() -> None:
    """Whatever the table holds: what is kept over restarts, and what is limited, is there to be seen in it."""
    assert {endpoint.name for endpoint in ENDPOINTS if endpoint.kept} == {
        "info",
        "meters",
        "power_limit",
        "power_mode",
        "dry_contact_settings",
        "generator_config",
    }
    assert len({endpoint.name for endpoint in ENDPOINTS}) == len({endpoint.path for endpoint in ENDPOINTS})
    assert len({endpoint.name for endpoint in ENDPOINTS}) == len(ENDPOINTS)
