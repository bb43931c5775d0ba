"""What these cases may use."""

import pytest


@pytest.fixture
def expected_lingering_timers() -> bool:
    """A Home Assistant whose power goes leaves timers behind."""
    return True


@pytest.fixture
def expected_lingering_tasks() -> bool:
    """And tasks."""
    return True
