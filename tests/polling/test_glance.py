"""A look between two cycles."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest

from custom_components.iq_gateway.client.endpoints import LIVE, READINGS, Answer, Endpoint
from custom_components.iq_gateway.client.gateway import Gateway
from custom_components.iq_gateway.polling import glance
from custom_components.iq_gateway.polling.cache import EndpointCache
from custom_components.iq_gateway.polling.request_log import RequestLog
from tests.site.answers import live, reading

PAYLOADS = {READINGS.name: [reading("production", 5.0)], LIVE.name: live()}


class _Slow:
    """A gateway that takes four seconds for each answer."""

    def __init__(self) -> None:
        self.now = 0.0

    async def read(self, endpoint: Endpoint[Any]) -> Answer[object]:
        """Return its answer."""
        self.now += 4.0
        return Answer(data=endpoint.parse(PAYLOADS[endpoint.name])[0], dropped=0, time=0.0, received=0.0, raw=b"")


async def test_each_answer_may_take_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two slow ones the second is not given up for what the first one took."""
    gateway, limits = _Slow(), list[float]()

    def limit(seconds: float) -> asyncio.Timeout:
        limits.append(seconds)
        return asyncio.timeout(None)

    monkeypatch.setattr(glance, "time", SimpleNamespace(monotonic=lambda: gateway.now))
    monkeypatch.setattr(glance, "timeout", limit)
    found = await glance.async_glance(
        cast("Gateway", gateway), EndpointCache(interval=300), [READINGS, LIVE], parts=frozenset(), log=RequestLog()
    )
    assert found.answers.keys() == {"readings", "live"}
    assert found.took == 8.0
    assert limits == [glance.DEADLINE] * 2
