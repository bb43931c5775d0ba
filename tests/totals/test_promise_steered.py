"""Nothing is lost with a file, and the user can steer a total."""

import pytest

from custom_components.iq_gateway.totals import Ledger, Origin

from .lies import Lie
from .world import DAY, HOUR, KEY, QUARTER, Counter, Said, World, constant, sun

CYCLES = (30.0, 300.0, 3600.0)


@pytest.mark.parametrize("cycle", CYCLES)
@pytest.mark.parametrize("days", [1 / 24, 3.0])
@pytest.mark.parametrize("wrong", [None, "zero", "half", "plus 2^32 J", "more"])
@pytest.mark.parametrize("offset", [None, 0.0])
def test_a_ledger_that_is_lost_goes_on_from_what_was_shown(
    *, cycle: float, days: float, wrong: str | None, offset: float | None
) -> None:
    """Whatever is read first, and what flowed in between is counted."""
    world = World(Counter(sun(5_000.0)), cycle=cycle, hour=10.0)
    world.good(seconds=HOUR, polls=4)
    shown = world.total
    assert shown is not None
    world.ledger = Ledger()
    world.ledger.resume(KEY, Origin(total=shown, at=world.now, offset=offset))
    world.log.clear()
    world.away(days * DAY)
    if wrong:
        world.bad(Lie(wrong, size=47_000.0), polls=2)
    world.good(seconds=HOUR, polls=4)
    assert all(row.total is None or row.total >= shown for row in world.log), world.story(20)
    assert world.total == pytest.approx(world.truth, abs=1.0), world.story(20)


@pytest.mark.parametrize("cycle", CYCLES)
@pytest.mark.parametrize("offset", [None, 20_294_000.0])
def test_a_replaced_meter_whose_ledger_is_lost_goes_on(*, cycle: float, offset: float | None) -> None:
    """The total is much more than the counter: it goes on from what was shown, as Home Assistant knows it."""
    world = World(Counter(constant(1_000.0), start=4_200.0), cycle=cycle)
    shown = 20_298_200.0
    world.ledger.resume(KEY, Origin(total=shown, at=world.now - 600.0, offset=offset))
    world.good(seconds=2 * HOUR, polls=5)
    assert all(row.total is None or row.total >= shown for row in world.log), world.story()
    assert world.total == pytest.approx(world.truth + 20_294_000.0, abs=1_000.0 * 900.0 / HOUR), world.story()


@pytest.mark.parametrize("offset", [None, 0.0])
def test_another_counter_adds_nothing_of_its_past(offset: float | None) -> None:
    """A gateway that was replaced by one that has counted more."""
    world = World(Counter(constant(1_000.0), start=35_000_000.0))
    world.ledger.resume(KEY, Origin(total=20_000_000.0, at=world.now - 600.0, offset=offset, same_counter=False))
    world.good(seconds=2 * HOUR)
    assert world.total == pytest.approx(20_000_000.0 + world.truth - 35_000_000.0, abs=300.0), world.story()


def test_an_older_ledger_never_falls_behind_what_was_shown() -> None:
    """A restored backup, with a meter that was replaced in between."""
    world = World(Counter(constant(1_200.0)))
    world.good(seconds=2 * HOUR)
    old = world.ledger.to_dict()
    world.replace_meter(0.0)
    world.good(seconds=7 * DAY)
    shown = world.total
    assert shown is not None
    world.ledger, broken = Ledger.from_dict(old)
    assert not broken
    world.ledger.resume(KEY, Origin(total=shown, at=world.log[-1].seconds + world.now - world.seconds))
    before = len(world.log)
    world.good(seconds=2 * HOUR)
    assert all(row.total is None or row.total >= shown for row in world.log[before:]), world.story()
    assert world.total == pytest.approx(shown + 1_200.0 * 2, abs=400.0), world.story()


@pytest.mark.parametrize("damage", [{}, {"totals": None}, {"totals": {KEY: None}}, {"totals": {KEY: {"energy": "x"}}}])
def test_a_damaged_ledger_is_an_empty_one_or_told(damage: dict[str, object]) -> None:
    """And never an exception."""
    ledger, broken = Ledger.from_dict(damage)
    assert ledger.published(KEY, midnight=0.0).energy is None
    assert isinstance(broken, list)


@pytest.mark.parametrize("cycle", CYCLES)
@pytest.mark.parametrize("start", [0.0, 3_000.0, 35_000_000.0])
@pytest.mark.parametrize("wrong", [None, "zero", "half", "more"])
def test_another_gateway_goes_on_where_the_first_was(*, cycle: float, start: float, wrong: str | None) -> None:
    """With its first readings, whatever it says first."""
    world = World(Counter(constant(1_500.0)), cycle=cycle)
    world.good(seconds=2 * HOUR, polls=5)
    shown, truth, before = world.total, world.truth, len(world.log)
    assert shown is not None
    world.ledger.detach()
    assert world.total in (None, shown)
    world.replace_meter(start)
    if wrong:
        world.bad(Lie(wrong, size=47_000.0), polls=2)
    world.good(seconds=QUARTER + HOUR, polls=5)
    assert all(row.total is None or row.began or row.total >= shown for row in world.log[before:]), world.story()
    assert world.total is not None
    lost = world.truth - truth - (world.total - shown)
    # Two equal answers of a counter that is that young may be wrong by what could have flowed.
    ahead = 1_500.0 if wrong == "half" and start == 3_000.0 else world.slack
    assert -ahead <= lost <= 1_500.0 * (3 * max(cycle, 300.0) + QUARTER) / HOUR, world.story(20)


@pytest.mark.parametrize("cycle", CYCLES)
@pytest.mark.parametrize("at", [0.0, 40_000_000.0])
def test_following_takes_the_gateways_figure(*, cycle: float, at: float) -> None:
    """After a meter was replaced; the change is no longer shown."""
    world = World(Counter(constant(1_500.0)), cycle=cycle)
    world.good(seconds=2 * HOUR, polls=5)
    world.replace_meter(at)
    world.good(seconds=2 * HOUR, polls=5)
    assert KEY in world.ledger.changes
    world.ledger.follow([KEY])
    assert KEY not in world.ledger.changes
    world.good(seconds=HOUR, polls=2)
    assert world.total == pytest.approx(world.log[-1].said.energy, abs=1.0), world.story()
    world.restart()
    world.good(seconds=HOUR, polls=2)
    assert world.total == pytest.approx(world.log[-1].said.energy, abs=1.0), world.story()


def test_following_in_the_moment_of_a_wrong_answer_ends_with_the_true_figure() -> None:
    """The gateway's figure is what it says once it is in order."""
    world = World(Counter(constant(1_500.0)))
    world.good(seconds=2 * HOUR)
    world.poll(Said(47.0, 1_500.0))
    world.ledger.follow([KEY])
    world.wait()
    world.good(seconds=2 * HOUR)
    assert world.total == pytest.approx(world.truth, abs=1.0), world.story(20)


def test_keeping_leaves_the_total_as_it_is() -> None:
    """Only the repair goes."""
    world = World(Counter(constant(1_500.0)))
    world.good(seconds=2 * HOUR)
    world.replace_meter(0.0)
    world.good(seconds=2 * HOUR)
    before = world.total
    world.ledger.keep([KEY])
    assert world.total == before
    assert not world.ledger.changes
    world.good(seconds=HOUR)
    assert not world.ledger.changes


@pytest.mark.parametrize("cycle", CYCLES)
@pytest.mark.parametrize("wh", [0.0, 12_345.0, 99_000_000.0])
def test_a_total_that_was_set_goes_on_from_there(*, cycle: float, wh: float) -> None:
    """Over restarts too."""
    world = World(Counter(constant(1_500.0)), cycle=cycle)
    world.good(seconds=2 * HOUR, polls=5)
    truth = world.truth
    world.ledger.set_to(KEY, wh, at=world.now)
    assert world.total == wh
    world.restart()
    assert world.total == wh
    world.good(seconds=2 * HOUR, polls=5)
    assert world.total == pytest.approx(wh + world.truth - truth, abs=1_500.0 * cycle / HOUR + 1.0), world.story()
    assert not world.ledger.changes


@pytest.mark.parametrize("wrong", ["zero", "half", "more", "less", "plus 2^32 J"])
@pytest.mark.parametrize("polls", [1, 2, 3])
def test_wrong_answers_after_setting_a_total_leave_no_trace(*, wrong: str, polls: int) -> None:
    """What a user has set is as well protected as what was counted."""
    world = World(Counter(constant(1_500.0)))
    world.good(seconds=2 * HOUR)
    truth = world.truth
    world.ledger.set_to(KEY, 1_000_000.0, at=world.now)
    world.bad(Lie(wrong, size=47_000.0), polls=polls)
    world.good(seconds=2 * HOUR)
    assert world.total == pytest.approx(1_000_000.0 + world.truth - truth, abs=126.0), world.story(30)
