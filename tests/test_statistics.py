"""The Energy panel's statistics over two days with everything that befalls a gateway: the truth, hour by hour."""

from pathlib import Path

from .proof.days import live
from .proof.verdict import table

# A part of the truth: what is still on its way in the last cycle.
TOLERANCE = 0.001


async def test_two_days_in_the_energy_panel_are_what_happened(socket_enabled: None, tmp_path: Path) -> None:
    """A hundred faults, two nights, reboots and an update: no hour is negative, none impossible, the sum is right."""
    outcome = await live(2, tmp_path)
    told = table(outcome.verdicts)
    assert all(verdict.error <= TOLERANCE for verdict in outcome.verdicts), f"the sum is off:\n{told}"
    assert not any(verdict.negative for verdict in outcome.verdicts), f"an hour is negative:\n{told}"
    assert not any(verdict.impossible for verdict in outcome.verdicts), f"an hour holds too much:\n{told}"
