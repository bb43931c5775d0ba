"""Situations: the nightly absence, restarts, updates."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from aiohttp import ClientError
import pytest

from tests.simulator import Clock, Fault, GatewaySimulator, NightlyAbsence

from .conftest import Browser

METERS, READINGS = "/ivp/meters", "/ivp/meters/readings"


async def status_at(
    clock: Clock, moment: float, browser: Browser, gateway: GatewaySimulator, path: str = METERS
) -> int | None:
    """Return the status at a moment ahead; None if there was no answer."""
    clock.advance(moment - clock.now())
    try:
        return (await browser.ask(gateway, path)).status
    except ClientError:
        return None


@pytest.mark.parametrize("day", [datetime(2026, 6, 20, 21, tzinfo=UTC), datetime(2026, 12, 5, 22, tzinfo=UTC)])
async def test_each_night_it_is_away_for_ten_minutes(day: datetime, browser: Browser) -> None:
    """From 23:00 to 23:10 of its own zone, in summer and in winter."""
    clock = Clock(speed=0, start=day.timestamp() - 1)
    async with GatewaySimulator("net_single", clock=clock) as gateway:
        gateway.situations.append(NightlyAbsence(zone=ZoneInfo("Europe/Amsterdam")))
        eleven = day.timestamp()
        found = [
            await status_at(clock, eleven + offset, browser, gateway) for offset in (-1, 0, 599, 600, 86_399, 86_400)
        ]
    assert found == [200, None, None, 200, 200, None]


async def test_the_absence_may_be_of_another_kind(gateway: GatewaySimulator, browser: Browser) -> None:
    """With any fault."""
    gateway.situations.append(NightlyAbsence(zone=gateway.zone, with_fault=Fault.BAD_GATEWAY))
    eleven = gateway.clock.now() + 11 * 3600
    assert await status_at(gateway.clock, eleven, browser, gateway) == 502


async def test_a_restart_refuses_then_fails_then_is_over(gateway: GatewaySimulator, browser: Browser) -> None:
    """With empty counters once for each path, if so asked."""
    began = gateway.clock.now()
    gateway.reboot(zeros=True)
    found = [await status_at(gateway.clock, began + offset, browser, gateway) for offset in (0, 89, 90, 149, 150)]
    assert found == [None, None, 502, 502, 200]
    first = (await browser.ask(gateway, READINGS)).rows()
    second = (await browser.ask(gateway, READINGS)).rows()
    assert first[0]["actEnergyDlvd"] == 0
    assert second[0]["actEnergyDlvd"] != 0


async def test_a_restart_forgets_sessions_and_the_stream(gateway: GatewaySimulator, browser: Browser) -> None:
    """Cookies of before are worth nothing; the token is."""
    page = await browser.ask(gateway, "/auth/check_jwt")
    cookie = page.headers["set-cookie"].split(";")[0]
    gateway.enable_stream()
    gateway.reboot()
    gateway.clock.advance(10)
    with pytest.raises(ClientError):
        await browser.ask(gateway, METERS)
    gateway.clock.advance(200)
    stale = await browser.send("GET", f"https://{gateway.host}{METERS}", headers={"Cookie": cookie})
    assert stale.status == 401
    assert "info" in (await browser.ask(gateway, "/ivp/livedata/status")).record()


async def test_an_update_is_a_restart_with_another_version(gateway: GatewaySimulator, browser: Browser) -> None:
    """It shows in /info afterwards."""
    gateway.reboot(firmware="D8.3.6087")
    gateway.clock.advance(150)
    assert "<software>D8.3.6087</software>" in (await browser.ask(gateway, "/info", token=None)).text
    gateway.clear_faults()
    assert gateway.firmware == "D8.3.6087"
