"""Live power when something else wants the gateway at the same moment."""

import asyncio
from typing import override

from aiohttp import web
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
import pytest

from custom_components.iq_gateway.client.endpoints import LIVE
from tests import states
from tests.simulator import Fault, GatewaySimulator, Request, Situation

from .seconds import Living, Seconds


class _Refuses(Situation):
    """A gateway that accepts no token for some seconds."""

    def __init__(self, begins: float, seconds: float) -> None:
        self._begins, self._ends = begins, begins + seconds

    @override
    def fault(self, now: float, path: str | None = None) -> Fault | None:
        return Fault.UNAUTHORIZED if path and self._begins <= now < self._ends else None


async def test_a_cycle_waits_for_the_answer_that_is_on_its_way(
    hass: HomeAssistant, seconds: Seconds, gateway: GatewaySimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And a tick for no cycle: it passes its turn."""
    await seconds.live(23)
    answers, on_its_way, goes_on = GatewaySimulator._answer, asyncio.Event(), asyncio.Event()

    async def waits(self: GatewaySimulator, request: web.BaseRequest, record: Request) -> web.StreamResponse:
        on_its_way.set()
        await goes_on.wait()
        return await answers(self, request, record)

    monkeypatch.setattr(GatewaySimulator, "_answer", waits)
    before = len(gateway.requests)
    tick = asyncio.create_task(seconds.live(1, cycles=False))
    await on_its_way.wait()
    cycle = asyncio.create_task(seconds.coordinator.async_refresh())
    assert await seconds.coordinator.poller.glance({"readings"}) is None
    assert len(gateway.requests) - before == 1
    goes_on.set()
    await asyncio.gather(tick, cycle)
    assert gateway.most_at_a_time == 1
    assert {request.status for request in gateway.requests[before:]} == {200}
    assert seconds.coordinator.last_update_success
    assert states.figure(hass, gateway.serial, "grid_power") is not None


@pytest.mark.parametrize("gateway", ["battery_no_meter"], indirect=True)
async def test_what_a_change_reads_leaves_powers_live(
    hass: HomeAssistant, living: Living, gateway: GatewaySimulator
) -> None:
    """It reads one answer alone, and the load here is the sum of two."""
    seconds = await living(gateway, controls=True)
    gateway.house.draw(1_500)
    await seconds.live(5, cycles=False)
    await seconds.coordinator.poller.read_now(LIVE)
    load = pytest.approx(sum(gateway.house.load.power), abs=60)
    assert seconds.coordinator.live.applied(seconds.coordinator.poller.site).consumption.power == load
    await seconds.live(300)
    assert states.figure(hass, gateway.serial, "consumption_power") == pytest.approx(
        sum(gateway.house.load.power), abs=60
    )
    await seconds.turn("turn_off")


async def test_a_token_that_is_refused_for_ten_seconds_costs_one_minute(
    hass: HomeAssistant, seconds: Seconds, gateway: GatewaySimulator
) -> None:
    """Ticks wait for a cycle to find it accepted again, which is soon tried."""
    await seconds.live(20)
    gateway.situations.append(_Refuses(gateway.clock.now(), 10))
    before = len(gateway.requests)
    await seconds.live(40)
    assert states.state(hass, gateway.serial, "grid_power") == STATE_UNAVAILABLE
    assert len(gateway.requests) - before <= 10
    await seconds.live(35)
    assert states.figure(hass, gateway.serial, "grid_power") is not None
