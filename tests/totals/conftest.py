"""What the tests of the totals share: a gateway at noon of a summer day, and a counter that is watched."""

from freezegun.api import FrozenDateTimeFactory
import pytest

from tests.meters import noon
from tests.simulator import Clock

from .watch import OLD, Watch


@pytest.fixture
def clock(freezer: FrozenDateTimeFactory) -> Clock:
    """Noon of a summer day, so that all counters move; of the computer's time as it is once it stands still."""
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
