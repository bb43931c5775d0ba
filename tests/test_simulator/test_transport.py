"""How the gateway answers: TLS, headers, tokens, sessions, roles, its record; and that it goes away at once."""

import asyncio
from datetime import timedelta
import hashlib
import ssl
import time

from aiohttp import ClientConnectorError, ClientError
import pytest

from tests.simulator import Clock, Fault, GatewaySimulator
from tests.simulator.endpoints import PATHS

from .conftest import Browser

METERS = "/ivp/meters"


async def certificate_of(gateway: GatewaySimulator) -> tuple[str, str | None]:
    """Return the fingerprint of what a handshake shows, and the version of TLS."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    host, port = gateway.host.split(":")
    _, writer = await asyncio.open_connection(host, int(port), ssl=context)
    tls = writer.get_extra_info("ssl_object")
    shown = hashlib.sha256(tls.getpeercert(binary_form=True)).hexdigest(), tls.version()
    writer.close()
    await writer.wait_closed()
    return shown


async def test_certificate_is_the_one_told_until_it_is_replaced(gateway: GatewaySimulator) -> None:
    """TLS 1.2; another certificate from the next handshake on."""
    first = gateway.fingerprint
    assert await certificate_of(gateway) == (first, "TLSv1.2")
    gateway.renew_certificate()
    key = gateway.certificate.public_key
    assert gateway.fingerprint != first
    assert await certificate_of(gateway) == (gateway.fingerprint, "TLSv1.2")
    gateway.new_certificate()
    assert gateway.certificate.public_key != key
    assert gateway.fingerprint != first
    assert await certificate_of(gateway) == (gateway.fingerprint, "TLSv1.2")


@pytest.mark.parametrize("path", [path for name, path in PATHS.items() if name not in ("stream", "info", "check_jwt")])
async def test_headers_are_a_gateways(path: str, gateway: GatewaySimulator, browser: Browser) -> None:
    """No content type on /ivp/*, which comes in chunks; JSON is called so elsewhere."""
    gateway.deny("owner")
    page = await browser.ask(gateway, path)
    assert page.status == 200
    assert page.headers["server"] == "openresty/1.17.8.1"
    assert page.headers["x-content-type-options"] == "nosniff"
    ivp = path.startswith("/ivp/")
    assert page.headers.get("content-type") == (None if ivp else "application/json")
    assert page.headers.get("transfer-encoding") == ("chunked" if ivp else None)


async def test_unknown_path_is_the_web_servers_own_page(gateway: GatewaySimulator, browser: Browser) -> None:
    """HTML, after the token has been checked."""
    page = await browser.ask(gateway, "/ivp/nothing")
    assert page.status == 404
    assert page.headers["content-type"] == "text/html"
    assert "openresty/1.17.8.1" in page.text
    assert (await browser.ask(gateway, "/ivp/nothing", token=None)).status == 401


async def test_only_a_good_token_opens(gateway: GatewaySimulator, browser: Browser) -> None:
    """401 without one, for another gateway's, for a garbled, an expired and a revoked one."""
    good = gateway.mint()
    assert (await browser.ask(gateway, METERS, token=good)).status == 200
    for bad in (None, "nonsense", good[:-4] + "AAAA", gateway.mint(serial="122999999999")):
        page = await browser.ask(gateway, METERS, token=bad)
        assert (page.status, page.headers["content-type"]) == (401, "text/html")
        assert "www-authenticate" not in page.headers
        assert "401 Authorization Required" in page.text
    short = gateway.mint(lifetime=timedelta(seconds=10))
    assert (await browser.ask(gateway, METERS, token=short)).status == 200
    gateway.clock.advance(10)
    assert (await browser.ask(gateway, METERS, token=short)).status == 401
    gateway.revoke(good)
    assert (await browser.ask(gateway, METERS, token=good)).status == 401


async def test_session_cookie_holds_for_ten_minutes_after_its_last_use(
    gateway: GatewaySimulator, browser: Browser
) -> None:
    """/auth/check_jwt hands it out; it stands in for the token."""
    page = await browser.ask(gateway, "/auth/check_jwt")
    assert (page.status, page.text) == (200, "<!DOCTYPE html><h2>Valid token.</h2>\n")
    cookie = page.headers["set-cookie"].split(";")[0]
    for pause, status in ((599, 200), (599, 200), (600, 401)):
        gateway.clock.advance(pause)
        page = await browser.send("GET", f"https://{gateway.host}{METERS}", headers={"Cookie": cookie})
        assert page.status == status
    assert (await browser.ask(gateway, "/auth/check_jwt", token=None)).status == 401


async def test_a_role_may_be_too_low_for_one_path(clock: Clock, browser: Browser) -> None:
    """Then that path says 401, while the token is fine."""
    async with GatewaySimulator(clock=clock, denied={"owner": ["energy"]}) as gateway:
        assert (await browser.ask(gateway, "/ivp/pdm/energy")).status == 401
        assert (await browser.ask(gateway, "/auth/check_jwt")).status == 200
        assert (await browser.ask(gateway, "/ivp/pdm/energy", token=gateway.mint("installer"))).status == 200
        gateway.deny("owner")
        assert (await browser.ask(gateway, "/ivp/pdm/energy")).status == 200


async def test_installers_token_lives_twelve_hours_by_itself(gateway: GatewaySimulator, browser: Browser) -> None:
    """And an owner's a year."""
    installer, owner = gateway.mint("installer"), gateway.mint()
    gateway.clock.advance(43_200)
    assert (await browser.ask(gateway, METERS, token=installer)).status == 401
    assert (await browser.ask(gateway, METERS, token=owner)).status == 200


async def test_everything_is_recorded(gateway: GatewaySimulator, browser: Browser) -> None:
    """Method, path, status, whether a good credential came, on which connection, when, with which headers."""
    await browser.ask(gateway, METERS)
    await browser.ask(gateway, "/ivp/nothing", token=None)
    first, second = gateway.requests
    assert (first.method, first.path, first.status, first.authorized) == ("GET", METERS, 200, True)
    assert (second.path, second.status, second.authorized) == ("/ivp/nothing", 401, False)
    assert first.connection == second.connection == gateway.handshakes == gateway.connections == 1
    assert first.at == gateway.clock.now()
    assert first.headers["authorization"].startswith("Bearer ")
    assert "authorization" not in second.headers


async def test_stop_refuses_and_start_keeps_the_port(gateway: GatewaySimulator, browser: Browser) -> None:
    """Nothing of the old connections is left, and the count goes on."""
    await browser.ask(gateway, METERS)
    host = gateway.host
    await gateway.stop()
    assert gateway.connections == 0
    with pytest.raises(ClientConnectorError):
        await browser.ask(gateway, METERS)
    await gateway.start()
    assert gateway.host == host
    assert (await browser.ask(gateway, METERS)).status == 200
    assert gateway.handshakes == 2


async def test_stopping_does_not_wait_for_an_answer_that_hangs(gateway: GatewaySimulator, browser: Browser) -> None:
    """The handler is cancelled with its connection."""
    gateway.fault(METERS, Fault.HANG)
    asking = asyncio.create_task(browser.ask(gateway, METERS))
    while not gateway.requests:  # noqa: ASYNC110 (the record has no event, and one round or two fill it)
        await asyncio.sleep(0)
    began = time.process_time()
    await gateway.stop()
    assert time.process_time() - began < 1
    assert gateway.connections == 0
    with pytest.raises(ClientError):
        await asking


async def test_one_worker_answers_in_turn(
    gateway: GatewaySimulator, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slow answer holds up those that were asked for after it."""
    monkeypatch.setattr("tests.simulator.endpoints.LATENCY", {METERS: 0.05})
    monkeypatch.setattr("tests.simulator.endpoints.OTHER_LATENCY", 0.0)
    gateway.latency = 1.0
    slow = asyncio.create_task(browser.ask(gateway, METERS))
    while not gateway.requests:  # noqa: ASYNC110 (the record has no event, and one round or two fill it)
        await asyncio.sleep(0)
    await browser.ask(gateway, "/ivp/meters/readings")
    assert [(request.path, request.status) for request in gateway.requests] == [
        (METERS, 200),
        ("/ivp/meters/readings", 200),
    ]
    await slow
