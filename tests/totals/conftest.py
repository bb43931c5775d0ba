"""What the tests of the totals share: a gateway at noon of a summer day, and a counter that is watched."""

import pytest

from tests.meters import noon
from tests.simulator import Clock

from .watch import OLD, Watch


@pytest.fixture
def clock() -> Clock:
    """Noon of a summer day, so that all counters move."""
    return noon()


@pytest.fixture
def watch() -> Watch:
    """A meter that has not been read yet."""
    return Watch()


@pytest.fixture
def proved(watch: Watch) -> Watch:
    """A meter that has shown 1 MWh for a quarter of an hour."""
    watch.settle(OLD)
    return watch
