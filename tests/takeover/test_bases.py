"""From where a total goes on, by how far the two figures are apart."""

import pytest

from custom_components.iq_gateway.takeover.bases import Base, Known, base, is_same_day

SHOWN = 10_000_000.0  # Wh
NOW = 1_800_000_000.0
MINUTE = 60.0


@pytest.mark.parametrize("apart", [0.0, 150.0, -1.0, -900.0])
def test_the_same_counter_goes_on_without_a_correction(apart: float) -> None:
    """What two endpoints differ by is waited for."""
    known = Known(energy=SHOWN, at=NOW - MINUTE)
    assert base(known, SHOWN + apart, same_counter=True, now=NOW) == Base(energy=SHOWN, same_counter=True)


@pytest.mark.parametrize("apart", [-0.03 * SHOWN, -0.2 * SHOWN, 500_000.0])
def test_a_counter_that_is_elsewhere_is_another_one(apart: float) -> None:
    """Whatever it was called: nothing can have flowed like that within a minute."""
    known = Known(energy=SHOWN, at=NOW - MINUTE)
    assert base(known, SHOWN + apart, same_counter=True, now=NOW) == Base(energy=SHOWN, same_counter=False)


def test_what_was_counted_while_nobody_showed_it_is_energy() -> None:
    """Nine days without the built-in integration: the counter went on."""
    known = Known(energy=SHOWN, at=NOW - 9 * 24 * 60 * MINUTE)
    assert base(known, SHOWN + 180_000, same_counter=True, now=NOW) == Base(
        energy=SHOWN, same_counter=True, missed=180_000
    )


@pytest.mark.parametrize("apart", [0.0, 150.0, -900.0, 500_000.0])
def test_another_counter_begins_where_the_old_one_was(apart: float) -> None:
    """However near it happens to be."""
    known = Known(energy=SHOWN, at=NOW - MINUTE)
    assert base(known, SHOWN + apart, same_counter=False, now=NOW) == Base(energy=SHOWN, same_counter=False)


@pytest.mark.parametrize(("ours", "same"), [(5_000.0, True), (5_040.0, True), (4_900.0, False), (None, False)])
def test_figures_of_today_go_on_only_where_they_agree(ours: float | None, *, same: bool) -> None:
    """There is no base for what begins anew at midnight."""
    assert is_same_day(5_000.0, ours) is same
