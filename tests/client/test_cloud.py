"""Signing in to the cloud and having a token made, over real https."""

from collections.abc import AsyncGenerator
import ssl
from typing import override

from aiohttp import ClientSession, DummyCookieJar, TCPConnector, web
import pytest

from custom_components.iq_gateway.client import cloud as cloud_client
from custom_components.iq_gateway.client.cloud import EnphaseCloud
from custom_components.iq_gateway.client.errors import (
    AccountBlocked,
    CloudError,
    CloudUnreachable,
    MfaRequired,
    TooManySessions,
)
from tests.conftest import PASSWORD, USERNAME
from tests.simulator import CloudBehaviour, CloudSimulator, GatewaySimulator, Request

LOGIN = "/login/login.json"
TOKENS = "/tokens"
AUTH_TOKEN = "/entrez-auth-token"


@pytest.fixture
async def client(cloud: CloudSimulator) -> AsyncGenerator[EnphaseCloud]:
    """A client that trusts nobody but the simulated cloud."""
    context = ssl.create_default_context(cafile=cloud.ca_file)
    async with ClientSession(connector=TCPConnector(ssl=context), cookie_jar=DummyCookieJar()) as session:
        yield EnphaseCloud(session, user_agent="iq_gateway/1.0")


def asked(cloud: CloudSimulator) -> list[str]:
    """Return the paths of all requests, in order."""
    return [request.path for request in cloud.requests]


async def mint_error(client: EnphaseCloud, serial: str, *, username: str = USERNAME, password: str = PASSWORD) -> str:
    """Fail to mint a token; return the name of the error, whose text must give nothing away."""
    with pytest.raises(CloudError) as error:
        await client.mint_token(username=username, password=password, serial=serial)
    shown: BaseException | None = error.value
    while shown is not None:
        for secret in (username, password, serial):
            assert secret not in repr(shown)
        shown = shown.__cause__ or (None if shown.__suppress_context__ else shown.__context__)
    return error.typename


async def test_an_account_is_given_a_token_for_its_gateway(
    client: EnphaseCloud, cloud: CloudSimulator, gateway: GatewaySimulator
) -> None:
    """Signing in and asking once each is enough, under our own name."""
    token = await client.mint_token(username=USERNAME, password=PASSWORD, serial=gateway.serial)
    assert token.serial == gateway.serial
    assert token.role == "owner"
    assert asked(cloud) == [LOGIN, TOKENS]
    assert {request.headers["user-agent"] for request in cloud.requests} == {"iq_gateway/1.0"}


@pytest.mark.parametrize(
    ("behaviour", "routes"),
    [
        (CloudBehaviour.TOKENS_AS_JSON, [TOKENS]),
        (CloudBehaviour.TOKENS_REFUSED, [TOKENS, AUTH_TOKEN]),
    ],
)
async def test_a_token_comes_as_text_or_json_by_either_route(
    client: EnphaseCloud, cloud: CloudSimulator, gateway: GatewaySimulator, behaviour: CloudBehaviour, routes: list[str]
) -> None:
    """The second route, with the session's cookie, is taken when the first one gives none."""
    cloud.behaviour = behaviour
    token = await client.mint_token(username=USERNAME, password=PASSWORD, serial=gateway.serial)
    assert token.serial == gateway.serial
    assert asked(cloud) == [LOGIN, *routes]


@pytest.mark.parametrize(
    ("behaviour", "error"),
    [
        (CloudBehaviour.TOO_MANY_REQUESTS, CloudUnreachable),
        (CloudBehaviour.SERVER_ERROR, CloudUnreachable),
        (CloudBehaviour.HTML_PAGE, CloudUnreachable),
        (CloudBehaviour.NOT_ACCEPTABLE, CloudUnreachable),
        (CloudBehaviour.SIGN_IN_TEXT, CloudUnreachable),
        (CloudBehaviour.TOO_MANY_SESSIONS, TooManySessions),
        (CloudBehaviour.MFA_VARIANT, MfaRequired),
    ],
)
async def test_a_cloud_that_gives_no_session_is_asked_once(
    client: EnphaseCloud,
    cloud: CloudSimulator,
    gateway: GatewaySimulator,
    behaviour: CloudBehaviour,
    error: type[CloudError],
) -> None:
    """Without a session there is nothing more to ask for, and no retry."""
    cloud.behaviour = behaviour
    assert await mint_error(client, gateway.serial) == error.__name__
    assert asked(cloud) == [LOGIN]


async def test_a_cloud_that_does_not_answer_is_unreachable(
    client: EnphaseCloud, cloud: CloudSimulator, gateway: GatewaySimulator
) -> None:
    """Broken connections and closed ports are the same to us."""
    cloud.behaviour = CloudBehaviour.UNREACHABLE
    assert await mint_error(client, gateway.serial) == "CloudUnreachable"
    await cloud.stop()
    assert await mint_error(client, gateway.serial) == "CloudUnreachable"


async def test_a_cloud_with_a_certificate_of_unknown_origin_gets_no_password(
    cloud: CloudSimulator, gateway: GatewaySimulator
) -> None:
    """Certificates of the cloud are checked, unlike the gateway's."""
    async with ClientSession() as session:
        assert await mint_error(EnphaseCloud(session, user_agent="x"), gateway.serial) == "CloudUnreachable"
    assert cloud.requests == []


async def test_a_wrong_password_is_told_from_everything_else(
    client: EnphaseCloud, cloud: CloudSimulator, gateway: GatewaySimulator
) -> None:
    """One attempt, no retry; an address that the cloud does not know looks the same."""
    assert await mint_error(client, gateway.serial, password="wrong password") == "InvalidCredentials"
    assert await mint_error(client, gateway.serial, username="nobody@example.com") == "InvalidCredentials"
    assert asked(cloud) == [LOGIN, LOGIN]


@pytest.mark.parametrize(
    ("trait", "error"), [({"mfa": True}, MfaRequired), ({"blocked": True}, AccountBlocked)], ids=["mfa", "blocked"]
)
async def test_an_account_that_cannot_be_used_says_why(
    client: EnphaseCloud,
    cloud: CloudSimulator,
    gateway: GatewaySimulator,
    trait: dict[str, bool],
    error: type[CloudError],
) -> None:
    """Both are answered with status 200; only the session tells a success."""
    for name, value in trait.items():
        setattr(cloud.accounts[USERNAME], name, value)
    assert await mint_error(client, gateway.serial) == error.__name__
    assert asked(cloud) == [LOGIN]


@pytest.mark.parametrize(
    "behaviour",
    [
        CloudBehaviour.TOKENS_FORBIDDEN,
        CloudBehaviour.NOT_A_TOKEN,
        CloudBehaviour.EMPTY_TOKEN,
        CloudBehaviour.TOKENS_HTML,
        CloudBehaviour.OTHER_GATEWAY,
        CloudBehaviour.EXPIRED_TOKEN,
    ],
)
async def test_no_valid_token_by_either_route_is_a_refusal(
    client: EnphaseCloud, cloud: CloudSimulator, gateway: GatewaySimulator, behaviour: CloudBehaviour
) -> None:
    """Whatever comes back is checked; each route is asked once."""
    cloud.behaviour = behaviour
    assert await mint_error(client, gateway.serial) == "TokenNotIssued"
    assert asked(cloud) == [LOGIN, TOKENS, AUTH_TOKEN]


async def test_an_account_that_does_not_own_the_gateway_is_refused(
    client: EnphaseCloud, cloud: CloudSimulator, gateway: GatewaySimulator
) -> None:
    """Signing in works, the token does not come."""
    cloud.accounts[USERNAME].serials = ["122000000000"]
    assert await mint_error(client, gateway.serial) == "TokenNotIssued"


async def test_trouble_on_a_token_route_is_no_refusal(
    client: EnphaseCloud, cloud: CloudSimulator, gateway: GatewaySimulator
) -> None:
    """Who could not be asked has not refused."""
    cloud.behaviour = CloudBehaviour.TOKENS_UNAVAILABLE
    assert await mint_error(client, gateway.serial) == "CloudUnreachable"
    assert asked(cloud) == [LOGIN, TOKENS, AUTH_TOKEN]


async def test_one_route_down_and_the_other_refusing_is_trouble(
    client: EnphaseCloud, cloud: CloudSimulator, gateway: GatewaySimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refusal counts only when both routes were there to give it."""
    cloud.behaviour = CloudBehaviour.TOKENS_FORBIDDEN
    monkeypatch.setattr(cloud_client, "ENTREZ_URL", "https://127.0.0.1:1")
    assert await mint_error(client, gateway.serial) == "CloudUnreachable"


class OddCloud(CloudSimulator):
    """A cloud with one answer to everything."""

    answer: web.Response

    @override
    async def _answer(self, request: web.BaseRequest, record: Request) -> web.StreamResponse:
        return self.answer


@pytest.fixture
async def odd_cloud(cloud: CloudSimulator, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[OddCloud]:
    """Take the usual cloud's place; what it redirects to is the usual one."""
    async with OddCloud() as simulator:
        monkeypatch.setattr(cloud_client, "ENLIGHTEN_URL", simulator.enlighten_url)
        yield simulator


async def test_a_password_is_not_carried_on_to_where_a_redirect_leads(
    client: EnphaseCloud, cloud: CloudSimulator, odd_cloud: OddCloud, gateway: GatewaySimulator
) -> None:
    """Form fields would go along with a 307."""
    odd_cloud.answer = web.Response(status=307, headers={"Location": f"{cloud.enlighten_url}{LOGIN}"})
    assert await mint_error(client, gateway.serial) == "CloudUnreachable"
    assert asked(odd_cloud) == [LOGIN]
    assert asked(cloud) == []


async def test_an_endless_answer_is_not_read_to_its_end(
    client: EnphaseCloud, odd_cloud: OddCloud, gateway: GatewaySimulator
) -> None:
    """What a good answer never needs is left unread, be it well-formed or not."""
    odd_cloud.answer = web.json_response({"padding": "x" * 100_000, "session_id": "1" * 32})
    assert await mint_error(client, gateway.serial) == "CloudUnreachable"
    assert asked(odd_cloud) == [LOGIN]


@pytest.mark.parametrize(
    ("document", "error"),
    [
        ({"message": "success", "session_id": "1" * 32, "isBlocked": True}, AccountBlocked),
        ({"message": "success", "session_id": "1" * 32, "requires_mfa": True}, MfaRequired),
        ({"message": "success", "session_id": ""}, CloudUnreachable),
        ({"message": "success", "session_id": None}, CloudUnreachable),
        (["success"], CloudUnreachable),
    ],
)
async def test_a_success_without_a_session_is_none(
    client: EnphaseCloud,
    odd_cloud: OddCloud,
    gateway: GatewaySimulator,
    document: object,
    error: type[CloudError],
) -> None:
    """Neither the status nor the message tells."""
    odd_cloud.answer = web.json_response(document)
    assert await mint_error(client, gateway.serial) == error.__name__
    assert asked(odd_cloud) == [LOGIN]


@pytest.mark.parametrize(
    ("document", "cookie", "error"),
    [
        ({"success": True, "isBlocked": False}, True, MfaRequired),
        ({"success": True, "isBlocked": False}, False, MfaRequired),
        ({"requires_mfa": True}, False, MfaRequired),
        ({"message": "code sent"}, True, MfaRequired),
        ({"success": True, "error": "try again later"}, False, CloudUnreachable),
        ({"success": False}, False, CloudUnreachable),
        ({"message": "Service under maintenance"}, False, CloudUnreachable),
        ({"error": "internal"}, True, CloudUnreachable),
        ({"requires_mfa": False}, False, CloudUnreachable),
        ({}, False, CloudUnreachable),
    ],
)
async def test_only_what_asks_for_a_second_factor_is_taken_for_that(
    client: EnphaseCloud,
    odd_cloud: OddCloud,
    gateway: GatewaySimulator,
    document: dict[str, object],
    cookie: bool,
    error: type[CloudError],
) -> None:
    """It ends all attempts until the user acts, so that a cloud in trouble must not look like it."""
    odd_cloud.answer = web.json_response(document)
    if cookie:
        odd_cloud.answer.set_cookie("login_otp_nonce", "1" * 32)
    assert await mint_error(client, gateway.serial) == error.__name__


def test_nothing_secret_shows_where_an_answer_is_printed() -> None:
    """As in a traceback of somebody else's."""
    secrets = (
        cloud_client._Answer(200, '{"token": "secret"}', {"session": "secret"}),
        cloud_client._SignIn("secret", {}),
    )
    assert "secret" not in repr(secrets)


async def test_too_many_sessions_is_known_by_its_text_whatever_the_status(
    client: EnphaseCloud, odd_cloud: OddCloud, gateway: GatewaySimulator
) -> None:
    """Nobody has recorded the status that comes with it."""
    odd_cloud.answer = web.json_response({"message": "Too many active sessions.."}, status=401)
    assert await mint_error(client, gateway.serial) == "TooManySessions"
