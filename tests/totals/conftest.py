"""A gateway at noon of a summer day, so that all counters move."""

import pytest

from tests.meters import noon
from tests.simulator import Clock


@pytest.fixture
def clock() -> Clock:
    """Noon."""
    return noon()
