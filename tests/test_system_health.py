"""System information: gateways, tokens and the cloud at a glance."""

from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import get_system_health_info

from custom_components.iq_gateway.const import DOMAIN
from tests.conftest import EntryMaker, EntrySetUp
from tests.simulator import Clock, CloudSimulator, Fault, GatewaySimulator
from tests.states import coordinator


async def info(hass: HomeAssistant) -> dict[str, Any]:
    """Return what is shown, once the check that it starts is done."""
    assert await async_setup_component(hass, DOMAIN, {})
    assert await async_setup_component(hass, "system_health", {})
    shown: dict[str, Any] = await get_system_health_info(hass, DOMAIN)
    return shown | {"cloud_reachable": await shown["cloud_reachable"]}


async def test_a_gateway_that_answers(
    hass: HomeAssistant,
    setup_entry: EntrySetUp,
    gateway: GatewaySimulator,
    cloud: CloudSimulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Its token has a year to go, and the cloud is there."""
    await setup_entry(gateway, token=gateway.mint(lifetime=timedelta(days=90, hours=1)))
    answered = dt_util.utcnow()
    freezer.tick(timedelta(seconds=90))
    assert await info(hass) == {
        "gateways": 1,
        "gateways_reachable": 1,
        "token_days": 90,
        "last_answer": answered,
        "cloud_reachable": "ok",
    }


async def test_the_gateway_that_is_worst_off_counts(
    hass: HomeAssistant,
    setup_entry: EntrySetUp,
    gateway: GatewaySimulator,
    cloud: CloudSimulator,
    clock: Clock,
    freezer: FrozenDateTimeFactory,
) -> None:
    """One of two is silent, and the other one's token ends sooner."""
    async with GatewaySimulator("standard", clock=clock, serial="122333444999") as second:
        silent = await setup_entry(second)
        last_heard = dt_util.utcnow()
        freezer.tick(timedelta(seconds=90))
        await setup_entry(gateway, token=gateway.mint(lifetime=timedelta(days=40, hours=1)))
        second.fault("*", Fault.UNAVAILABLE)
        await coordinator(silent).async_refresh()
        shown = await info(hass)
    assert (shown["gateways"], shown["gateways_reachable"]) == (2, 1)
    assert shown["last_answer"] == last_heard
    assert shown["token_days"] == 40


async def test_a_gateway_that_is_not_set_up_yet(
    hass: HomeAssistant, add_entry: EntryMaker, gateway: GatewaySimulator, cloud: CloudSimulator
) -> None:
    """Nothing is known of it but that it should be there."""
    gateway.fault("*", Fault.UNAVAILABLE)
    add_entry(gateway)
    await cloud.stop()
    assert await info(hass) == {
        "gateways": 1,
        "gateways_reachable": 0,
        "cloud_reachable": {"type": "failed", "error": "unreachable"},
    }
