"""The Energy panel's statistics over days with everything that befalls a gateway: the truth, hour by hour."""

from pathlib import Path

import pytest

from .proof.days import SEED, live
from .proof.faults import LONGEST, Mishaps
from .proof.verdict import table, totals_of
from .simulator import PROFILES

# A part of the truth: what is still on its way in the last cycle.
TOLERANCE = 0.001


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
