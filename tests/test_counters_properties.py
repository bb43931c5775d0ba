"""What holds for a total whatever is read: searched for by hypothesis, the same way in every run."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
import json
from math import inf, nan
from typing import Final

from hypothesis import HealthCheck, given, settings, strategies as st

from custom_components.iq_gateway.counters import Ledger, Reading
from custom_components.iq_gateway.counters.counter import WRAP
from custom_components.iq_gateway.counters.run import DAY, HOUR, RESOLUTION

KEY: Final = "total"
BOUND: Final = 24_000.0  # W
BEGINNING: Final = 1.7e9
GARBAGE: Final[dict[str, Callable[[float], float]]] = {
    "zero": lambda _: 0.0,
    "negative": lambda energy: -energy,
    "minus four": lambda _: -4.0,
    "half": lambda energy: energy / 2,
    "double": lambda energy: energy * 2,
    "plus 2^32": lambda energy: energy + 2**32,
    "plus 2^32 J": lambda energy: energy + WRAP,
    "uint32 of -4": lambda _: 4_294_967_292.0,
    "a little more": lambda energy: energy + 900.0,
    "more": lambda energy: energy + 5_000.0,
    "less": lambda energy: energy - 5_000.0,
    "a little less": lambda energy: energy - 300.0,
    "none": lambda _: nan,
    "endless": lambda _: inf,
}

EXHAUSTIVE = settings(
    max_examples=150,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

powers = st.floats(0.0, 0.5 * BOUND)
paces = st.sampled_from([30.0, 300.0, 300.0, 900.0, HOUR])
gaps = st.sampled_from([2 * HOUR, 9 * HOUR, DAY, 3 * DAY])


@dataclass(frozen=True)
class Step:
    """Time that passes with a constant power, and what the counter then shows."""

    seconds: float
    power: float
    shows: str = "truth"  # or what kind of garbage, "frozen", "restart"


@dataclass
class World:
    """A true counter, and a ledger that reads what is shown of it."""

    truth: float
    wraps: bool = False
    now: float = BEGINNING
    ledger: Ledger = field(default_factory=Ledger)
    published: list[float] = field(default_factory=list)
    clean: float = 0.0  # Wh, the last true reading
    clean_at: float = BEGINNING
    clean_before: float = BEGINNING
    longest: float = 0.0  # seconds with one true reading at most so far

    @property
    def counter(self) -> float:
        """What a gateway in order shows."""
        return self.truth % WRAP if self.wraps else self.truth

    def live(self, step: Step) -> None:
        """Let the step's time pass, then read."""
        self.now += step.seconds
        self.truth += step.power * step.seconds / HOUR
        self.longest = max(self.longest, self.now - self.clean_before)
        if step.shows == "restart":
            self.ledger, broken = Ledger.from_dict(json.loads(json.dumps(self.ledger.to_dict())))
            assert not broken
        if step.shows in ("truth", "restart"):
            self.clean, self.clean_before, self.clean_at = self.counter, self.clean_at, self.now
        energy = GARBAGE[step.shows](self.counter) if step.shows in GARBAGE else self.clean
        self.ledger.observe(KEY, Reading(energy=energy, source="meter", at=self.now, bound=BOUND, wraps=self.wraps))
        total = self.ledger.published(KEY)
        if total is not None:
            self.published.append(total)

    def recover(self) -> None:
        """Read nothing but the truth until every proof is over and every lie is caught up with."""
        for seconds in (600.0, 600.0, 600.0, 600.0, *[HOUR if self.wraps else DAY] * 30, 300.0):
            self.live(Step(seconds=seconds, power=0.5 * BOUND))

    @property
    def base(self) -> float:
        """What the total is above the true counter, by the ledger's own account."""
        return self.ledger.offsets[KEY]


def steps(shows: st.SearchStrategy[str]) -> st.SearchStrategy[Step]:
    """One step that shows one of these."""
    return st.builds(Step, seconds=st.one_of(paces, paces, paces, gaps), power=powers, shows=shows)


anything = st.lists(
    steps(st.sampled_from(["truth", "truth", "truth", "frozen", "restart", *GARBAGE])), min_size=1, max_size=60
)
# Garbage of which no three in a row agree for a quarter of an hour: after two at most the truth is read again.
passing = st.lists(
    st.tuples(
        st.lists(steps(st.sampled_from(list(GARBAGE))), max_size=2),
        st.lists(steps(st.sampled_from(["truth", "frozen", "restart"])), max_size=5),
        steps(st.just("truth")).map(lambda step: Step(seconds=step.seconds, power=step.power)),
    ).map(lambda parts: [*parts[0], *parts[1], parts[2]]),
    min_size=1,
    max_size=15,
).map(lambda parts: [step for part in parts for step in part])
truths = st.one_of(st.floats(0.0, 5e4), st.floats(5e4, 1e8))


def begin(truth: float, *, wraps: bool = False) -> World:
    """A world whose ledger has read the true counter for an hour."""
    world = World(truth=truth, wraps=wraps)
    for _ in range(5):
        world.live(Step(seconds=900.0, power=1_000.0))
    return world


@EXHAUSTIVE
@given(truth=truths, course=anything, wraps=st.booleans())
def test_the_total_never_falls(*, truth: float, course: list[Step], wraps: bool) -> None:
    """Whatever is read, in whatever order, over restarts and gaps."""
    world = begin(truth, wraps=wraps)
    for step in course:
        world.live(step)
    assert world.published == sorted(world.published)


@EXHAUSTIVE
@given(truth=truths, course=anything, wraps=st.booleans())
def test_the_total_never_rises_by_more_than_the_site_can_do(*, truth: float, course: list[Step], wraps: bool) -> None:
    """In all the time from the beginning on; lasting garbage included."""
    world = begin(truth, wraps=wraps)
    for step in course:
        world.live(step)
        slack = len(world.published) * RESOLUTION
        assert world.published[-1] - world.published[0] <= BOUND * (world.now - BEGINNING) / HOUR + slack


@EXHAUSTIVE
@given(truth=truths, course=passing)
def test_the_total_never_exceeds_the_truth_by_more_than_one_bound(*, truth: float, course: list[Step]) -> None:
    """One bound: what the site can do in the longest time with a single true reading. Lies do not add up."""
    world = begin(truth)
    for step in course:
        world.live(step)
        assert world.published[-1] - world.truth <= BOUND * world.longest / HOUR + 2 * RESOLUTION


@EXHAUSTIVE
@given(truth=st.floats(2e7, 1e8), course=passing)
def test_passing_garbage_leaves_no_trace_in_the_total(*, truth: float, course: list[Step]) -> None:
    """Once clean readings return it is the gateway's own figure again, and nobody was bothered.

    So it is for a counter with years behind it: of a young one, half could be true after an absence.
    """
    world = begin(truth)
    for step in course:
        world.live(step)
    world.recover()
    assert abs(world.published[-1] - world.truth) <= 1.0
    assert not world.ledger.changes


@EXHAUSTIVE
@given(truth=st.floats(WRAP - 5e3, WRAP), course=passing)
def test_a_counter_that_wraps_amid_passing_garbage_loses_nothing(*, truth: float, course: list[Step]) -> None:
    """As it does every 1.19 MWh, while it is being watched."""
    world = begin(truth, wraps=True)
    start = world.truth - world.published[-1]
    for step in course:
        world.live(replace(step, seconds=min(step.seconds, 300.0)))
    world.recover()
    assert abs(world.published[-1] - (world.truth - start)) <= 1.0
    assert not world.ledger.changes


@EXHAUSTIVE
@given(truth=truths, course=anything)
def test_after_any_garbage_the_total_is_the_truth_plus_a_base(*, truth: float, course: list[Step]) -> None:
    """And it counts on as the truth does."""
    world = begin(truth)
    for step in course:
        world.live(step)
    world.recover()
    assert abs(world.published[-1] - (world.truth + world.base)) <= 1.0
    before, total = world.truth, world.published[-1]
    world.live(Step(seconds=300.0, power=0.4 * BOUND))
    assert abs((world.published[-1] - total) - (world.truth - before)) <= 1.0
