"""Live data: what it shows, and that it stands still while nobody asked for the stream."""

from dataclasses import replace

import pytest

from tests.simulator import PROFILES, Clock, GatewaySimulator
from tests.simulator.reply import Json

from .conftest import Browser, Page, a_number, a_record

STATUS, STREAM = "/ivp/livedata/status", "/ivp/livedata/stream"


def meters_of(page: Page) -> dict[str, Json]:
    """Return the meters' section."""
    return a_record(page.record()["meters"])


def power_of(page: Page, name: str) -> float:
    """Return one of the powers in W."""
    return a_number(a_record(meters_of(page)[name])["agg_p_mw"]) / 1000


async def switch(browser: Browser, gateway: GatewaySimulator, body: str) -> Page:
    """Ask for the stream."""
    headers = {"Authorization": f"Bearer {gateway.mint()}"}
    return await browser.send("POST", f"https://{gateway.host}{STREAM}", data=body, headers=headers)


async def test_stands_still_until_the_stream_is_asked_for(gateway: GatewaySimulator, browser: Browser) -> None:
    """Off, it shows an old state and says so."""
    first = await browser.ask(gateway, STATUS)
    gateway.clock.advance(600)
    assert (await browser.ask(gateway, STATUS)).text == first.text
    assert str(first.record()["info"]).startswith("Last available status data shown.")
    assert a_record(first.record()["connection"])["sc_stream"] == "disabled"
    assert gateway.clock.now() - a_number(meters_of(first)["last_update"]) >= 1800


async def test_moves_for_fifteen_minutes_and_then_stands_still(gateway: GatewaySimulator, browser: Browser) -> None:
    """On, it is of this second; after its time it keeps its last state, whoever else asked the gateway meanwhile."""
    page = await switch(browser, gateway, '{"enable":1}')
    assert page.json == {"sc_stream": "enabled"}
    started = int(gateway.clock.now())
    gateway.clock.advance(899)
    page = await browser.ask(gateway, STATUS)
    assert "info" not in page.record()
    assert meters_of(page)["last_update"] == started + 899
    assert power_of(page, "pv") == pytest.approx(gateway.house.power.production, abs=0.01)
    gateway.clock.advance(3600)
    await browser.ask(gateway, "/ivp/meters/readings")
    frozen = await browser.ask(gateway, STATUS)
    assert meters_of(frozen)["last_update"] == started + 900
    gateway.clock.advance(60)
    assert (await browser.ask(gateway, STATUS)).text == frozen.text


async def test_stream_wants_a_good_body(gateway: GatewaySimulator, browser: Browser) -> None:
    """400 for a body it does not understand, 405 for a GET, 404 with a slash at the end."""
    assert (await switch(browser, gateway, "enable=1")).status == 400
    assert (await browser.ask(gateway, STREAM)).status == 405
    assert (await browser.ask(gateway, f"{STREAM}/")).status == 404


async def test_stream_can_be_turned_off(gateway: GatewaySimulator, browser: Browser) -> None:
    """And then the live data stands where it was."""
    await switch(browser, gateway, '{"enable":1}')
    gateway.clock.advance(100)
    stopped = int(gateway.clock.now())
    assert (await switch(browser, gateway, '{"enable":0}')).json == {"sc_stream": "disabled"}
    gateway.clock.advance(100)
    assert meters_of(await browser.ask(gateway, STATUS))["last_update"] == stopped


@pytest.mark.parametrize("profile", [name for name, site in PROFILES.items() if len(site.meters) > 1])
async def test_load_is_the_sum_of_what_feeds_it(profile: str, clock: Clock, browser: Browser) -> None:
    """Load = sun + battery + grid + generator, in every phase too."""
    async with GatewaySimulator(profile, clock=clock) as gateway:
        gateway.enable_stream()
        sections = meters_of(await browser.ask(gateway, STATUS))
    feeding = [a_record(sections[name]) for name in ("pv", "storage", "grid", "generator")]
    load = a_record(sections["load"])
    for key in ("agg_p_mw", "agg_p_ph_a_mw", "agg_p_ph_b_mw", "agg_p_ph_c_mw"):
        assert a_number(load[key]) == pytest.approx(sum(a_number(part[key]) for part in feeding), abs=8)


@pytest.mark.parametrize(
    ("profile", "main", "generator"),
    [("metered_battery", 1, 5), ("off_grid", 0, 5), ("generator", 0, 6), ("standard", 1, 5)],
)
async def test_relays_tell_what_feeds_the_house(
    profile: str, main: int, generator: int, clock: Clock, browser: Browser
) -> None:
    """Open without a grid; the generator's closed while that runs."""
    async with GatewaySimulator(profile, clock=clock) as gateway:
        gateway.enable_stream()
        page = await browser.ask(gateway, STATUS)
    sections = meters_of(page)
    assert (sections["main_relay_state"], sections["gen_relay_state"]) == (main, generator)
    assert (power_of(page, "generator") > 0) is (profile == "generator")
    if main == 0:
        assert power_of(page, "grid") == 0


async def test_a_gateway_without_meters_knows_no_load(clock: Clock, browser: Browser) -> None:
    """Without transformers grid and load are zero, and without a battery its level is."""
    async with GatewaySimulator("standard", clock=clock) as gateway:
        gateway.enable_stream()
        page = await browser.ask(gateway, STATUS)
    assert power_of(page, "grid") == power_of(page, "load") == power_of(page, "storage") == 0
    assert power_of(page, "pv") > 0
    assert meters_of(page)["soc"] == 0


async def test_newer_firmware_refreshes_now_and_then_without_the_stream(clock: Clock, browser: Browser) -> None:
    """Every fifteen seconds, and of the moment it says."""
    site = replace(PROFILES["metered_battery"], live_refresh=15)
    async with GatewaySimulator(site, clock=clock) as gateway:
        clock.advance(3607)
        page = await browser.ask(gateway, STATUS)
        assert "info" in page.record()
        assert meters_of(page)["last_update"] == int(clock.now()) - 7
        clock.advance(7)
        assert (await browser.ask(gateway, STATUS)).text == page.text
        clock.advance(1)
        page = await browser.ask(gateway, STATUS)
    assert meters_of(page)["last_update"] == int(clock.now())
