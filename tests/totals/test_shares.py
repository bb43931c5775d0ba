"""How much of today a house did by itself, from what its totals have grown by."""

import pytest

from custom_components.iq_gateway.totals import PublishedTotal
from custom_components.iq_gateway.totals.shares import self_consumption, self_sufficiency


@pytest.mark.parametrize(
    ("imported", "consumed", "percent"),
    [
        pytest.param(2_000.0, 8_000.0, 75.0, id="a quarter came from the grid"),
        pytest.param(0.0, 8_000.0, 100.0, id="nothing did"),
        pytest.param(9_000.0, 8_000.0, 0.0, id="more did, which charged a battery"),
        pytest.param(0.0, 0.0, None, id="nothing was consumed yet"),
        pytest.param(None, 8_000.0, None, id="nobody knows what came"),
        pytest.param(2_000.0, None, None, id="nobody knows what was consumed"),
    ],
)
def test_what_was_not_imported_is_self_sufficiency(
    imported: float | None, consumed: float | None, percent: float | None
) -> None:
    """In percent of what was consumed; lifetimes are another matter."""
    totals = {
        "grid_import_energy": PublishedTotal(energy=1e6, today=imported),
        "consumption_energy": PublishedTotal(energy=3e6, today=consumed),
    }
    assert self_sufficiency(totals) == percent


@pytest.mark.parametrize(("exported", "percent"), [(1_000.0, 80.0), (6_000.0, 0.0), (-1.0, 100.0), (None, None)])
def test_what_was_not_exported_is_self_consumption(exported: float | None, percent: float | None) -> None:
    """In percent of what was produced; a battery may export more than that."""
    totals = {"grid_export_energy": PublishedTotal(today=exported), "production_energy": PublishedTotal(today=5_000.0)}
    assert self_consumption(totals) == percent


def test_a_site_without_these_totals_has_no_shares() -> None:
    """Nothing is known of what no meter measures."""
    assert (self_sufficiency({}), self_consumption({})) == (None, None)
