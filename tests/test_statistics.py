"""The Energy panel's statistics over days with everything that befalls a gateway: the truth, hour by hour."""

from pathlib import Path

import pytest

from .proof.days import SEED, live
from .proof.faults import LONGEST, Mishaps
from .proof.verdict import ESTIMATES, table, totals_of
from .simulator import PROFILES

# A part of the truth: what is still on its way in the last cycle.
TOLERANCE = 0.001
OF_ESTIMATES = 0.02


@pytest.mark.parametrize(
    ("site", "days", "longest"), [("metered_battery", 2, LONGEST), ("standard", 1, 10), ("battery_no_meter", 1, 10)]
)
async def test_days_in_the_energy_panel_are_what_happened(
    socket_enabled: None, tmp_path: Path, site: str, days: int, longest: int
) -> None:
    """Fifty faults a day, nights, reboots and an update: no hour is negative, none impossible, the sum is right."""
    outcome = await live(days, tmp_path, site=site, mishaps=Mishaps(SEED, longest=longest))
    told = table(outcome.verdicts)
    assert [verdict.key for verdict in outcome.verdicts] == totals_of(PROFILES[site])
    assert all(verdict.error <= TOLERANCE for verdict in outcome.verdicts), f"the sum is off:\n{told}"
    assert not any(verdict.negative for verdict in outcome.verdicts), f"an hour is negative:\n{told}"
    assert not any(verdict.impossible for verdict in outcome.verdicts), f"an hour holds too much:\n{told}"


async def test_estimated_energies_of_a_day_are_near_what_happened(socket_enabled: None, tmp_path: Path) -> None:
    """Read every ten seconds, over faults of up to sixty answers: within two percent, and no hour is wrong."""
    outcome = await live(1, tmp_path, site="battery_no_meter", mishaps=Mishaps(SEED, longest=60), estimated=True)
    told = table(outcome.verdicts)
    estimates = [verdict for verdict in outcome.verdicts if verdict.key in ESTIMATES]
    assert len(estimates) == len(ESTIMATES)
    assert all(verdict.error <= OF_ESTIMATES for verdict in estimates), f"the sum is off:\n{told}"
    assert not any(verdict.negative or verdict.impossible for verdict in outcome.verdicts), f"an hour is wrong:\n{told}"
