"""Nothing untrue is added, whatever a gateway answers for a quarter of an hour: searched for by hypothesis.

The same search in every run. A longer one: HYPOTHESIS_EXAMPLES=3000 pytest tests/totals/test_promise.py
"""

from collections.abc import Callable, Mapping
from itertools import chain
import os
from typing import Final

from hypothesis import HealthCheck, Phase, given, settings, strategies as st

from .lies import ENERGIES, Lie
from .verdict import Away, Bad, Good, Leg, Restart, faults, live
from .world import DAY, HOUR, WRAP, Counter, World, bursts, constant, load, sun

EXAMPLES: Final = os.environ.get("HYPOTHESIS_EXAMPLES")
SEARCH: Final = settings(
    max_examples=int(EXAMPLES or "25"),
    phases=[Phase.explicit, Phase.generate, *([Phase.shrink] if EXAMPLES else [])],  # which takes minutes
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)

COUNTERS: Final[Mapping[str, Callable[[float], Counter]]] = {
    "resting": lambda start: Counter(constant(0.0), start),
    "small": lambda start: Counter(constant(30.0), start),
    "steady": lambda start: Counter(constant(2_500.0), start),
    "sun": lambda start: Counter(sun(6_000.0), start),
    "load": lambda start: Counter(load(7), start),
    "export": lambda start: Counter(bursts(3), start),
    "battery": lambda start: Counter(bursts(4, 5_000.0, 0.3), start),
    "sums of 5 minutes": lambda start: Counter(sun(5_000.0), start, step=300.0),
    "sums of 15 minutes": lambda start: Counter(sun(5_000.0), start, step=900.0),
    "sums of an hour": lambda start: Counter(sun(5_000.0), start, step=3600.0),
    "wraps": lambda start: Counter(sun(5_000.0), WRAP - start % 40_000.0, wraps=True),
    "sums that wrap": lambda start: Counter(sun(5_000.0), WRAP - start % 40_000.0, step=900.0, wraps=True),
    "balance": lambda start: Counter(load(9), start, derived=True),
    "balance below zero": lambda start: Counter(load(9), -start, derived=True),
}
SIZES: Final = [60.0, 300.0, 900.0, 3_000.0, 12_000.0, 47_000.0, 300_000.0, 5_000_000.0]
lies = st.builds(
    Lie,
    energy=st.sampled_from(ENERGIES),
    power=st.sampled_from(["true", "none", "zero", "negative"]),
    size=st.sampled_from(SIZES),
)
consistent_lies = st.builds(
    Lie,
    energy=st.sampled_from(ENERGIES),
    power=st.sampled_from(["absurd", "telling"]),
    size=st.sampled_from(SIZES),
)
absences = st.sampled_from([600.0, HOUR, 5 * HOUR, DAY, 3 * DAY, 21 * DAY])
good = st.sampled_from([1.3 * HOUR, 3 * HOUR, 9 * HOUR])
worlds = st.builds(
    lambda counter, start, cycle, hour, witness: World(
        COUNTERS[counter](start), cycle=cycle, hour=hour, witness=witness
    ),
    counter=st.sampled_from(list(COUNTERS)),
    start=st.sampled_from([20_000_000.0, 1_100_000.0, 300_000.0, 5_000.0]),
    cycle=st.sampled_from([300.0, 30.0, 3600.0]),
    hour=st.sampled_from([2.0, 5.0, 12.0, 16.0, 23.7]),
    witness=st.sampled_from(["true", "true", "none"]),
)


def hold(world: World, course: list[Leg]) -> None:
    """The promise holds in this course."""
    found = list(faults(live(world, course)))
    assert not found, f"{found[:3]}{world.story(40)}"


def attack(lie: st.SearchStrategy[Lie]) -> st.SearchStrategy[list[Leg]]:
    """Wrong answers, and good ones after them."""
    return st.builds(
        lambda lie, polls, seconds: [Bad(lie, polls), Good(seconds, polls=6)],
        lie=lie,
        polls=st.sampled_from([1, 2, 3, 30]),
        seconds=good,
    )


@SEARCH
@given(world=worlds, before=good, attacks=st.lists(attack(lies), min_size=1, max_size=3))
def test_wrong_answers_leave_no_trace(*, world: World, before: float, attacks: list[list[Leg]]) -> None:
    """Never ahead, never fallen, exact within an hour, nobody bothered, today's figure right."""
    course: list[Leg] = [Good(before, polls=5)]
    hold(world, course + list(chain.from_iterable(attacks)))


@SEARCH
@given(world=worlds, before=good, legs=attack(consistent_lies))
def test_wrong_answers_whose_power_tells_the_same_story_leave_no_trace(
    *, world: World, before: float, legs: list[Leg]
) -> None:
    """A gateway that computes one from the other."""
    hold(world, [Good(before, polls=5), *legs])


@SEARCH
@given(world=worlds, before=good, away=absences, polls=st.integers(0, 3), legs=attack(lies))
def test_wrong_answers_after_an_absence_leave_no_trace(
    *, world: World, before: float, away: float, polls: int, legs: list[Leg]
) -> None:
    """At once, or when a few good ones were read."""
    hold(world, [Good(before, polls=5), Away(away), Good(polls=polls), *legs])


@SEARCH
@given(world=worlds, before=good, away=absences, lie=lies, polls=st.integers(1, 3), after=good)
def test_wrong_answers_before_an_absence_leave_no_trace(
    *, world: World, before: float, away: float, lie: Lie, polls: int, after: float
) -> None:
    """The last that was read was not so."""
    hold(world, [Good(before, polls=5), Bad(lie, polls), Away(away), Good(after, polls=6)])


@SEARCH
@given(world=worlds, before=good, lie=lies, polls=st.integers(1, 2), more=st.integers(0, 1), after=good)
def test_a_restart_amid_wrong_answers_changes_nothing(
    *, world: World, before: float, lie: Lie, polls: int, more: int, after: float
) -> None:
    """What was stored is what was known."""
    course: list[Leg] = [Good(before, polls=5), Restart(), Bad(lie, polls), Restart(), Bad(lie, more), Restart()]
    hold(world, [*course, Good(after, polls=6)])


@SEARCH
@given(world=worlds, before=good, lie=lies, times=st.integers(2, 4), between=st.integers(1, 2), after=good)
def test_wrong_answers_that_come_again_and_again_leave_no_trace(
    *, world: World, before: float, lie: Lie, times: int, between: int, after: float
) -> None:
    """Each between good ones; the total is exact once they have ceased."""
    course: list[Leg] = [leg for _ in range(times) for leg in (Bad(lie, 1), Good(polls=between))]
    hold(world, [Good(before, polls=5), *course, Good(after, polls=6)])


@SEARCH
@given(world=worlds, before=good, away=absences, restarts=st.booleans(), after=st.sampled_from([DAY, 2 * DAY]))
def test_a_gateway_in_order_is_followed_exactly(
    *, world: World, before: float, away: float, restarts: bool, after: float
) -> None:
    """Over absences and restarts."""
    again: list[Leg] = [Restart()] if restarts else []
    hold(world, [Good(before, polls=5), *again, Away(away), *again, Good(after, polls=6)])
