"""A home that answers as a test wants, and what polls it."""

from collections.abc import Iterator

import pytest

from custom_components.iq_gateway.polling import Poller
from tests.site.answers import inverter, live, meter, period, reading

from .scripted import Script
from .steps import Time, begin, poller_for


@pytest.fixture
def script() -> Script:
    """A home with production and net meter, microinverters, and live data that moves."""
    return Script(
        meters=[meter("production"), meter("net-consumption")],
        readings=[reading("production", 600.0), reading("net-consumption", -150.0)],
        live=live(),
        energy={"production": {"pcu": period(1, 2, 3, 4), "eim": period(5, 6, 7, 8)}},
        inverters=[inverter("1")],
        production=period(9, 10, 11, 12),
    )


@pytest.fixture
def time(script: Script) -> Iterator[Time]:
    """The time of the poller."""
    time = Time(script)
    with time.in_charge():
        yield time


@pytest.fixture
async def poller(script: Script, time: Time) -> Poller:
    """A poller that knows the site: after its first cycle, and the second one, in which the meters are said again."""
    poller = poller_for(script)
    await begin(poller, time, script)
    return poller
