"""What is asked in a cycle, and in which order: decided by rows, not by where they stand in a table."""

from collections import Counter
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
from custom_components.iq_gateway.polling.plan import plan
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


def _planned(
    *states: EndpointState, site: Site = EMPTY, interval: float = INTERVAL, asked: frozenset[str] = frozenset()
) -> list[str]:
    known = {state.endpoint.name: state for state in states}
    return [state.endpoint.name for state in plan(known, site, {"shown"}, NOW, interval=interval, asked=asked)]


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
    assert _planned(_state("a", learn=True), asked=frozenset({"a"})) == []


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
    assert _planned(*slow, site=site, asked=frozenset({"b"})) == []


@pytest.mark.parametrize(("interval", "most"), [(30, 1), (300, 1), (900, 3), (3600, 10)])
def test_what_is_rare_is_spread(interval: float, most: int) -> None:
    """Ten endpoints that are due at the same time: few a cycle, and none waits for twice its hour."""
    states = [_state(f"rare {number}", ago=HOUR - interval, learn=True) for number in range(10)]
    known = {state.endpoint.name: state for state in states}
    now, counts, longest = NOW, Counter[int](), 0.0
    for _ in range(int(6 * HOUR / interval)):
        asked: set[str] = set()
        while todo := plan(known, EMPTY, set(), now, interval=interval, asked=asked):
            state = todo[0]
            longest = max(longest, now - (state.asked_at or 0.0))
            state.asked_at = state.read_at = now
            asked.add(state.endpoint.name)
        counts[len(asked)] += 1
        now += interval
    assert max(counts) <= most
    assert longest <= 2 * HOUR


def test_nothing_waits_that_is_long_overdue() -> None:
    """After a night in which no cycle ran."""
    states = [_state(f"rare {number}", ago=10 * HOUR, learn=True) for number in range(3)]
    assert len(_planned(*states)) == 3


@pytest.mark.parametrize(("crowded", "ago", "asked"), [(False, 3450, True), (True, 4500, False), (True, 6150, True)])
def test_what_is_rare_waits_for_a_cycle_with_less_to_do(crowded: bool, ago: float, asked: bool) -> None:
    """But not for long."""
    states = {"rare": _state("rare", ago=ago, learn=True)}
    assert bool(plan(states, EMPTY, set(), NOW, interval=INTERVAL, crowded=crowded)) is asked


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
