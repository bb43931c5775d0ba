"""Changes at a simulated gateway: what they take, and what becomes of them."""

from typing import Any, Final

from aiohttp import ClientError
import pytest

from tests.simulator import Clock, GatewaySimulator, Obedience
from tests.simulator.answers.switching import contact_settings

from .conftest import Browser

OPEN: Final = {"mains_admin_state": "open"}
CLOSED: Final = {"mains_admin_state": "closed"}
RELAY: Final = "/ivp/ensemble/relay"
SETTINGS: Final = "/ivp/ss/dry_contact_settings"
CONTACTS: Final = "/ivp/ensemble/dry_contacts"


async def told(browser: Browser, gateway: GatewaySimulator, path: str) -> Any:  # noqa: ANN401 (whatever JSON it is)
    """Return what the gateway answers."""
    return (await browser.ask(gateway, path)).json


async def send(browser: Browser, gateway: GatewaySimulator, path: str, body: object, *, method: str = "POST") -> int:
    """Send a change, and return the status."""
    headers = {"Authorization": f"Bearer {gateway.mint()}"}
    return (await browser.send(method, f"https://{gateway.host}{path}", json=body, headers=headers)).status


async def test_the_grid_relay_takes_half_a_minute(socket_enabled: None, browser: Browser) -> None:
    """What was ordered is told at once; on its way back it waits for the phases to meet."""
    clock = Clock(speed=0)
    async with GatewaySimulator("system_controller", clock=clock) as gateway:
        assert await send(browser, gateway, RELAY, OPEN) == 200
        clock.advance(20)
        relay = await told(browser, gateway, RELAY)
        assert (relay["mains_admin_state"], relay["mains_oper_state"]) == ("open", "closed")
        clock.advance(10)
        assert (await told(browser, gateway, RELAY))["mains_oper_state"] == "open"
        assert gateway.house.power.grid == 0.0
        await send(browser, gateway, RELAY, CLOSED)
        assert (await told(browser, gateway, RELAY))["mains_oper_state"] == "open synchronizing"
        clock.advance(30)
        assert (await told(browser, gateway, RELAY))["mains_oper_state"] == "closed"
        assert gateway.house.settings.on_grid


@pytest.mark.parametrize(
    ("obedience", "soon", "later"),
    [
        (Obedience.OBEYS, "open", "open"),
        (Obedience.IGNORES, "closed", "closed"),
        (Obedience.IS_OVERRULED, "open", "closed"),
    ],
)
async def test_a_change_may_come_to_nothing(
    socket_enabled: None, browser: Browser, obedience: Obedience, soon: str, later: str
) -> None:
    """Accepted it is either way."""
    clock = Clock(speed=0)
    async with GatewaySimulator("system_controller", clock=clock) as gateway:
        gateway.switchboard.obedience[RELAY] = obedience
        assert await send(browser, gateway, RELAY, OPEN) == 200
        clock.advance(60)
        assert (await told(browser, gateway, RELAY))["mains_oper_state"] == soon
        clock.advance(60)
        assert (await told(browser, gateway, RELAY))["mains_oper_state"] == later


async def test_contacts_read_open_after_new_settings(socket_enabled: None, browser: Browser) -> None:
    """For a while, and do not move."""
    clock = Clock(speed=0)
    async with GatewaySimulator("generator_idle", clock=clock) as gateway:
        whole = contact_settings(gateway.house.profile, "NC1") | {"soc_low": 20.0}
        assert await send(browser, gateway, SETTINGS, {"dry_contacts": whole}) == 200
        states = []
        for _ in range(3):
            clock.advance(40)
            states.append((await told(browser, gateway, CONTACTS))["dry_contacts"][1]["status"])
        assert states == ["open", "closed", "closed"]


async def test_less_than_the_whole_is_too_much(socket_enabled: None, browser: Browser) -> None:
    """The gateway answers 500, and then nothing for a while."""
    clock = Clock(speed=0)
    async with GatewaySimulator("generator_idle", clock=clock) as gateway:
        assert await send(browser, gateway, SETTINGS, {"dry_contacts": {"id": "NC1", "soc_low": 20.0}}) == 500
        clock.advance(10)
        with pytest.raises(ClientError):
            await told(browser, gateway, CONTACTS)
        clock.advance(200)
        assert (await told(browser, gateway, SETTINGS))["dry_contacts"][0]["soc_low"] == 30.0


async def test_a_role_may_be_too_low_for_a_change(socket_enabled: None, browser: Browser) -> None:
    """An owner limits nothing."""
    async with GatewaySimulator("net_split", clock=Clock(speed=0)) as gateway:
        assert await send(browser, gateway, "/ivp/ss/dpel", {"dynamic_pel_settings": {"enable": False}}) == 401
        assert await send(browser, gateway, RELAY, "open", method="DELETE") == 405
