"""The gateway's client over real https."""

import asyncio
import json
import traceback
from typing import override

from aiohttp import ClientSession, web
import pytest

from custom_components.iq_gateway.client import gateway as client
from custom_components.iq_gateway.client.endpoints import (
    ENDPOINTS,
    ENERGY,
    FULL_INVENTORY,
    GENERATOR_CONFIG,
    INFO,
    INVERTERS,
    LIVE,
    METERS,
    READINGS,
    Endpoint,
)
from custom_components.iq_gateway.client.errors import (
    CannotConnect,
    GatewayBusy,
    GatewayError,
    InvalidAnswer,
    NotFound,
    NotPermitted,
    TokenMalformed,
    TokenRejected,
    WrongGateway,
)
from custom_components.iq_gateway.client.gateway import Gateway
from tests.simulator import Fault, GatewaySimulator, Request, gateway as simulator
from tests.simulator.certificates import self_signed, server_context
from tests.simulator.server import HttpsServer

OTHER_SERIAL = "999888777666"


def _sent(gateway: GatewaySimulator) -> list[tuple[str, bool]]:
    """Return the paths that were asked for, and whether a token went with each."""
    return [(request.path, "authorization" in request.headers) for request in gateway.requests]


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
async def test_every_endpoint_is_read(
    client_gateway: Gateway, gateway: GatewaySimulator, endpoint: Endpoint[object]
) -> None:
    """Each of the brief's local APIs and /info gives its model, whole, to whoever may read it."""
    gateway.deny("owner")
    gateway.override("full_inventory", [{"type": "ACB", "devices": [{"serial_num": "121917000000"}]}])
    answer = await client_gateway.read(endpoint)
    assert answer.data or endpoint in (GENERATOR_CONFIG, FULL_INVENTORY), "there is none"
    assert answer.dropped == 0


async def test_the_description_is_read_without_a_token(session: ClientSession, gateway: GatewaySimulator) -> None:
    """Serial, firmware and what it can do, from a gateway nobody has signed in to."""
    info = await Gateway(session, gateway.host).info()
    assert (info.serial, info.software, info.metered, info.web_tokens) == (gateway.serial, "D8.3.5169", True, True)
    assert _sent(gateway) == [("/info", False)]


async def test_the_description_never_gets_the_token(client_gateway: Gateway, gateway: GatewaySimulator) -> None:
    """What is open to anybody is asked for as by anybody."""
    await client_gateway.info()
    assert _sent(gateway) == [("/info", False)]


async def test_the_token_follows_only_the_right_serial_number(
    client_gateway: Gateway, gateway: GatewaySimulator
) -> None:
    """The first question that needs the token is preceded by /info, later ones are not."""
    await client_gateway.read(METERS)
    await client_gateway.read(READINGS)
    assert _sent(gateway) == [("/info", False), ("/ivp/meters", True), ("/ivp/meters/readings", True)]


async def test_a_token_for_another_gateway_is_not_sent(session: ClientSession, gateway: GatewaySimulator) -> None:
    """It would open that other gateway."""
    other = Gateway(session, gateway.host, token=gateway.mint(serial=OTHER_SERIAL))
    with pytest.raises(WrongGateway):
        await other.read(METERS)
    with pytest.raises(WrongGateway):
        await other.check_token()
    assert _sent(gateway) == [("/info", False), ("/info", False)]


async def test_without_a_token_nothing_is_asked(session: ClientSession, gateway: GatewaySimulator) -> None:
    """What needs a token fails at once."""
    with pytest.raises(TokenRejected):
        await Gateway(session, gateway.host).read(METERS)
    assert gateway.requests == []


def test_what_is_no_token_is_not_taken(client_gateway: Gateway) -> None:
    """The old token stays."""
    before = client_gateway.token
    with pytest.raises(TokenMalformed):
        client_gateway.token = "no token"
    assert client_gateway.token == before


async def test_a_new_token_is_used_at_once(client_gateway: Gateway, gateway: GatewaySimulator) -> None:
    """Signing in again needs no new client."""
    assert client_gateway.token is not None
    gateway.revoke(client_gateway.token)
    with pytest.raises(TokenRejected):
        await client_gateway.check_token()
    client_gateway.token = gateway.mint(role="installer")
    await client_gateway.check_token()


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.NOT_FOUND, NotFound),
        (Fault.TOO_MANY_REQUESTS, GatewayBusy),
        (Fault.SERVER_ERROR, GatewayBusy),
        (Fault.BAD_GATEWAY, GatewayBusy),
        (Fault.UNAVAILABLE, GatewayBusy),
        (Fault.UNAUTHORIZED, NotPermitted),
        (Fault.FORBIDDEN, NotPermitted),
        (Fault.EMPTY, InvalidAnswer),
        (Fault.HTML_PAGE, InvalidAnswer),
        (Fault.TRUNCATED, InvalidAnswer),
        (Fault.WRONG_SHAPE, InvalidAnswer),
        (Fault.HUGE, InvalidAnswer),
        (Fault.NAN, InvalidAnswer),
        (Fault.RESET, CannotConnect),
        (Fault.REFUSED, CannotConnect),
    ],
)
async def test_what_goes_wrong_has_a_name_and_names_nobody(
    client_gateway: Gateway, gateway: GatewaySimulator, fault: Fault, error: type[GatewayError]
) -> None:
    """Each fault is one error of ours; neither its text nor its causes tell address, serial number or token."""
    gateway.fault("energy", fault)
    with pytest.raises(error) as raised:
        await client_gateway.read(ENERGY)

    told = "".join(traceback.format_exception(raised.value, chain=True))
    secrets = (str(gateway.port), gateway.serial, gateway.fingerprint, str(client_gateway.token))
    assert not [secret for secret in secrets if secret in told]


async def test_after_a_fault_the_next_question_is_answered(client_gateway: Gateway, gateway: GatewaySimulator) -> None:
    """No fault leaves the client or its connection unusable."""
    for fault in (Fault.RESET, Fault.HUGE, Fault.TRUNCATED, Fault.BAD_GATEWAY, Fault.HTML_PAGE):
        gateway.fault("energy", fault, times=1)
        with pytest.raises(GatewayError):
            await client_gateway.read(ENERGY)
        assert (await client_gateway.read(ENERGY)).data.microinverters


async def test_a_gateway_that_hangs_is_given_up(
    client_gateway: Gateway, gateway: GatewaySimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The deadline of one request frees the way for the next."""
    await client_gateway.info()
    gateway.fault("live", Fault.HANG)
    with monkeypatch.context() as patched:
        patched.setattr(client, "REQUEST_TIMEOUT", 0)
        with pytest.raises(GatewayBusy):
            await client_gateway.read(LIVE)
    assert (await client_gateway.read(INVERTERS)).data


async def test_nobody_at_the_address(session: ClientSession, gateway: GatewaySimulator) -> None:
    """The gateway is switched off."""
    await gateway.stop()
    with pytest.raises(CannotConnect):
        await Gateway(session, gateway.host).info()


async def test_something_without_tls_at_the_address(session: ClientSession, socket_enabled: None) -> None:
    """Plain http is not spoken, and nothing is sent over it."""
    async with _Redirecting("nowhere", encrypted=False) as plain:
        with pytest.raises(CannotConnect):
            await Gateway(session, plain.host).info()
        assert plain.requests == []


async def test_a_rejected_token_is_told_from_a_low_role(client_gateway: Gateway, gateway: GatewaySimulator) -> None:
    """Both are 401 on the endpoint; the gateway's check of tokens tells them apart."""
    gateway.deny("owner", "inverters")
    with pytest.raises(NotPermitted):
        await client_gateway.read(INVERTERS)
    assert client_gateway.token is not None
    gateway.revoke(client_gateway.token)
    with pytest.raises(TokenRejected):
        await client_gateway.read(INVERTERS)


async def test_a_check_that_says_neither_is_no_rejection(client_gateway: Gateway, gateway: GatewaySimulator) -> None:
    """A page in its place must not cost anybody their token."""
    gateway.fault("check_jwt", Fault.HTML_PAGE)
    with pytest.raises(InvalidAnswer):
        await client_gateway.check_token()


async def test_a_role_too_low_for_the_stream(client_gateway: Gateway, gateway: GatewaySimulator) -> None:
    """The token is fine, only the stream is not to be had."""
    gateway.deny("owner", "stream")
    with pytest.raises(NotPermitted):
        await client_gateway.enable_stream()


async def test_the_stream_makes_live_data_move(client_gateway: Gateway) -> None:
    """Live data is a second old once the stream was asked for."""
    before = await client_gateway.read(LIVE)
    await client_gateway.enable_stream()
    after = await client_gateway.read(LIVE)
    assert before.data.last_update
    assert after.data.last_update
    assert after.time
    assert after.data.last_update > before.data.last_update
    assert abs(after.time - after.data.last_update) <= 1


async def test_one_request_at_a_time_on_one_connection(client_gateway: Gateway, gateway: GatewaySimulator) -> None:
    """Questions asked at once wait for each other; only the last one closes the connection."""
    gateway.latency = 0.001
    gateway.deny("owner")
    await client_gateway.info()
    await asyncio.gather(*(client_gateway.read(endpoint) for endpoint in ENDPOINTS))
    assert gateway.handshakes == 1
    assert gateway.connections == 1

    await client_gateway.read(READINGS, last=True)
    assert gateway.requests[-1].headers["connection"] == "close"
    await client_gateway.read(READINGS)
    assert gateway.handshakes == 2


async def test_no_cookie_is_kept(client_gateway: Gateway, gateway: GatewaySimulator) -> None:
    """The gateway's session cookie would open it to whoever has it, without the token."""
    await client_gateway.check_token()
    await client_gateway.read(METERS)
    assert not any(request.cookies for request in gateway.requests)


async def test_a_redirect_is_not_followed(session: ClientSession, gateway: GatewaySimulator) -> None:
    """A gateway does not send anybody elsewhere; what does so is none."""
    async with _Redirecting(gateway.host) as redirecting:
        with pytest.raises(InvalidAnswer):
            await Gateway(session, redirecting.host).info()
        assert [request.path for request in redirecting.requests] == ["/info"]
    assert gateway.requests == []


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("envoy.local", "https://envoy.local/info"),
        ("192.168.1.9", "https://192.168.1.9/info"),
        ("127.0.0.1:8443", "https://127.0.0.1:8443/info"),
        ("fe80::1", "https://[fe80::1]/info"),
        ("[fe80::1]:8443", "https://[fe80::1]:8443/info"),
    ],
)
async def test_every_way_to_write_an_address(
    session: ClientSession, monkeypatch: pytest.MonkeyPatch, host: str, address: str
) -> None:
    """With and without port, version 4 and 6; always https."""
    asked: list[str] = []

    def refuse(_method: str, url: object, **_options: object) -> None:
        asked.append(str(url))
        raise OSError

    monkeypatch.setattr(session, "request", refuse)
    with pytest.raises(CannotConnect):
        await Gateway(session, host).info()
    assert asked == [address]


async def test_an_answer_tells_the_gateways_time(client_gateway: Gateway, gateway: GatewaySimulator) -> None:
    """By the gateway's own clock, however wrong it is."""
    gateway.clock_error = -7_200.0
    answer = await client_gateway.read(INFO)
    assert answer.time is not None
    assert answer.data.time == answer.time
    assert gateway.clock.now() - answer.time == pytest.approx(7_200, abs=2)


async def test_a_gateway_that_knows_no_time_is_given_ours(
    client_gateway: Gateway, gateway: GatewaySimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An odd date must not cost the answer."""
    monkeypatch.setattr(simulator, "formatdate", lambda *_, **__: "yesterday")
    answer = await client_gateway.read(READINGS)
    assert answer.time == answer.received


class _Redirecting(HttpsServer):
    """A web server that sends everybody elsewhere."""

    def __init__(self, target: str, *, encrypted: bool = True) -> None:
        super().__init__(context=server_context(self_signed("elsewhere")) if encrypted else None)
        self._target = target

    @override
    def _now(self) -> float:
        return 0.0

    @override
    async def _answer(self, request: web.BaseRequest, record: Request) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": f"https://{self._target}/info"})


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_a_change_goes_out_once(client_gateway: Gateway, gateway: GatewaySimulator, method: str) -> None:
    """Whatever becomes of the connection: what was sent may have been done."""
    await client_gateway.info()
    gateway.fault("tariff", Fault.REFUSED)
    with pytest.raises(CannotConnect):
        await client_gateway.write(method, "/admin/lib/tariff", {})
    assert [request.path for request in gateway.requests].count("/admin/lib/tariff") == 1


async def test_a_change_is_sent_as_json(client_gateway: Gateway, gateway: GatewaySimulator) -> None:
    """With the token, a type, and numbers that stay what they are."""
    body = {"dynamic_pel_settings": {"enable": True, "limit_value_W": 50.0}, "filename": "ä"}
    gateway.deny("owner")
    assert await client_gateway.write("POST", "/ivp/ss/dpel", body) == body
    sent = gateway.requests[-1]
    assert sent.authorized
    assert sent.headers["content-type"] == "application/json"
    assert json.loads(sent.body) == body
    assert b"50.0" in sent.body


@pytest.mark.parametrize("fault", [Fault.UNAUTHORIZED, Fault.FORBIDDEN])
async def test_a_change_may_be_above_the_role(client_gateway: Gateway, gateway: GatewaySimulator, fault: Fault) -> None:
    """Which is no matter of the token itself."""
    gateway.fault("tariff", fault)
    with pytest.raises(NotPermitted):
        await client_gateway.write("PUT", "/admin/lib/tariff", {})


async def test_an_answer_to_a_change_that_is_no_json_says_nothing(
    client_gateway: Gateway, gateway: GatewaySimulator
) -> None:
    """It was accepted all the same."""
    gateway.fault("power_mode", Fault.EMPTY)
    gateway.deny("owner")
    assert await client_gateway.write("PUT", "/ivp/mod/603980032/mode/power", {"length": 1, "arr": [0]}) is None
