"""Totals that go on from what is known elsewhere, and clocks that are set back."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from custom_components.iq_gateway.totals import LifetimeTotal, Origin
from custom_components.iq_gateway.totals.rules import resume

from .watch import BEGIN, CYCLE, DAY, HOUR, OLD, Watch

# What is known from elsewhere


@pytest.mark.parametrize(
    ("origin", "energy", "offset"),
    [
        # An hour at 15 kW, and half more.
        ({"offset": 10_000.0}, 90_000.0, 10_000.0),
        ({"offset": 10_000.0}, 112_501.0, 10_000.0),
        ({"offset": 10_000.0}, 112_502.0, 0.0),
        ({"offset": 10_000.0}, 122_502.0, 100_000.0 - 122_502.0),
        ({"offset": 10_000.0}, 89_000.0, 10_000.0),
        ({"offset": 10_000.0}, 88_999.0, 100_000.0 - 88_999.0),
        ({"offset": 10_000.0}, 99_500.0, 10_000.0),
        ({"offset": 90_000.0}, 99_500.0, 0.0),
        ({"offset": None}, 122_501.0, 0.0),
        ({"offset": None}, 122_502.0, 100_000.0 - 122_502.0),
        ({"offset": None}, 99_000.0, 0.0),
        ({"offset": 10_000.0, "same_counter": False}, 90_000.0, 10_000.0),
        ({"offset": 10_000.0, "same_counter": False}, 95_000.0, 5_000.0),
        ({"offset": None, "same_counter": False}, 100_500.0, -500.0),
        ({"at": BEGIN + DAY}, 100_001.0, 0.0),
        ({"at": BEGIN + DAY}, 100_002.0, -2.0),
    ],
)
def test_a_total_goes_on_from_what_is_known_of_it(
    watch: Watch, origin: dict[str, float | bool | None], energy: float, offset: float
) -> None:
    """With what was added then, or with nothing, if the counter can have come that far; if not, from there."""
    known = replace(Origin(total=100_000.0, at=BEGIN + 2 * CYCLE - HOUR), **origin)  # type: ignore[arg-type]
    watch.total = resume(watch.total, known)
    assert watch.read(energy) is None
    assert watch.read(energy) == max(energy + offset, 100_000.0)
    assert watch.offset == pytest.approx(offset)


def test_a_large_site_may_have_counted_more_meanwhile(watch: Watch) -> None:
    """By what it was seen to do, or by what its inverters tell."""
    origin = Origin(total=100_000.0, at=BEGIN + 2 * CYCLE - HOUR)
    watch.total = LifetimeTotal(origin=origin, peak=20_000.0)
    watch.read(130_001.0, 130_001.0)
    assert watch.offset == 0.0
    large = Watch(total=LifetimeTotal(origin=origin), highest=110_000.0)
    large.read(200_000.0, 200_000.0)
    assert large.offset == 0.0


def test_what_was_read_already_goes_on_at_once(proved: Watch) -> None:
    """A ledger that is older than what the recorder knows: its counter is the same."""
    proved.read(OLD + 100)
    proved.total = resume(proved.total, Origin(total=OLD + 5_000, at=proved.now, offset=4_900.0))
    assert proved.total.shown == OLD + 5_000
    assert proved.read(OLD + 200) == OLD + 5_100


def test_two_readings_are_enough_to_go_on_from(watch: Watch) -> None:
    """They have agreed."""
    watch.read(400.0, 500.0)
    watch.total = resume(watch.total, Origin(total=OLD, at=BEGIN, offset=OLD - 500))
    assert watch.total.shown == OLD
    assert watch.read(600.0) == OLD + 100


def test_one_reading_is_not_enough_to_go_on_from(watch: Watch) -> None:
    """More of them have to agree."""
    watch.total = resume(watch.total, Origin(total=100_000.0, at=BEGIN))
    watch.read(100_010.0)
    watch.total = resume(watch.total, Origin(total=100_005.0, at=BEGIN))
    assert watch.total.shown is None
    assert watch.read(100_020.0, 100_020.0, 100_020.0) == 100_020.0


def test_another_gateways_total_goes_on_with_its_first_readings(proved: Watch) -> None:
    """What the old one has shown is no part of that; a fall of it is none."""
    proved.pace = 60.0
    proved.read(OLD)
    proved.total = resume(proved.total, Origin(total=OLD, at=proved.now, same_counter=False))
    assert (proved.total.base, proved.total.candidate) == (None, None)
    assert (proved.total.pace, proved.total.witness.at) == (60.0, proved.now)
    assert proved.read(300.0) is None
    assert proved.read(400.0) == OLD + 100


def test_an_origin_is_kept_until_its_base_is_proved(watch: Watch) -> None:
    """What turns out wrong until then begins anew from there, and the total is shown all the while."""
    watch.total = resume(watch.total, Origin(total=100_000.0, at=BEGIN, offset=0.0))
    assert watch.read(100_010.0, 100_010.0) == 100_010.0
    assert watch.read(400_000.0) == 100_010.0
    watch.read(400_000.0, 400_000.0)
    assert watch.read(400_000.0) == 100_000.0
    assert watch.total.origin is not None
    watch.read(400_000.0)
    assert watch.total.origin is None


# The clock


@pytest.mark.parametrize("back", [HOUR, DAY])
def test_a_clock_that_was_set_back_loses_nothing(proved: Watch, back: float) -> None:
    """The total stands for a quarter of an hour, until time has gone on for long enough."""
    proved.read(OLD + 100)
    proved.now -= back
    assert proved.read(OLD + 200, OLD + 300, OLD + 400) == OLD + 100
    assert proved.read(OLD + 500) == OLD + 500
    assert (proved.total.change, proved.offset) == (None, 0.0)


def test_a_doubt_is_none_the_older_for_a_clock_that_was_set_back(proved: Watch) -> None:
    """Nor the younger: what was first seen in the future was seen now."""
    proved.read(500.0)
    proved.now -= HOUR
    proved.read(500.0, 500.0)
    assert proved.total.held_since == proved.now - CYCLE
    assert proved.total.change is None
    proved.read(500.0)
    assert proved.total.change is None
    proved.read(500.0)
    assert proved.total.change is not None


@pytest.mark.parametrize("garbage", [0.0, -4.0, 2**32 - 4, 2 * OLD, OLD / 2])
@pytest.mark.parametrize("times", [1, 2, 3])
@pytest.mark.parametrize("edit", [lambda energy: energy, lambda energy: energy + 1], ids=["stands", "counts"])
def test_a_reading_that_cannot_be_true_moves_no_total(
    proved: Watch, garbage: float, times: int, edit: Callable[[float], float]
) -> None:
    """Zero, below zero, 32 bits of nonsense, double and half; the next true one counts at once."""
    for _ in range(times):
        garbage = edit(garbage)
        assert proved.read(garbage) == OLD
    assert proved.read(OLD + 300) == OLD + 300
    assert proved.total.change is None
