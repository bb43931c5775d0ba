"""A day in June at noon, at which time stands still: every figure of a simulated site is the same each time."""

from typing import Final

from freezegun.api import FrozenDateTimeFactory
import pytest

from tests.simulator import gateway as simulator
from tests.simulator.certificates import self_signed

NOON: Final = "2026-06-21T10:00:00+00:00"


def stop_time_at_noon(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> FrozenDateTimeFactory:
    """Stop the time; to be called by a fixture before the first gateway is simulated."""
    # Made before time stands still: what makes certificates takes no other time than the real one.
    certificate = self_signed("envoy")
    monkeypatch.setattr(simulator, "self_signed", lambda _name: certificate)
    freezer = request.getfixturevalue("freezer")
    assert isinstance(freezer, FrozenDateTimeFactory)
    freezer.move_to(NOON)
    return freezer
