"""The gateway whose token it is all about."""

from collections.abc import AsyncGenerator

import pytest

from tests.simulator import Clock, GatewaySimulator


@pytest.fixture
async def gateway(socket_enabled: None, clock: Clock) -> AsyncGenerator[GatewaySimulator]:
    """A home without meters, which takes little to simulate over weeks."""
    async with GatewaySimulator("standard", clock=clock) as simulator:
        yield simulator
