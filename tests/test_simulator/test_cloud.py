"""The cloud: both routes to a token, and every way of not getting one."""

from collections.abc import AsyncIterator
import json
import ssl

from aiohttp import ClientConnectorError, ClientSession, DummyCookieJar, FormData, TCPConnector
import pytest

from tests.simulator import Account, CloudBehaviour, CloudSimulator, GatewaySimulator
from tests.simulator.reply import Json
from tests.simulator.tokens import verify

from .conftest import Browser, Page

NAME, WORD = "somebody@example.com", "a word & another"


class Customer:
    """Somebody with an account."""

    def __init__(self, browser: Browser, cloud: CloudSimulator, gateway: GatewaySimulator) -> None:
        self._browser = browser
        self._cloud = cloud
        self._serial = gateway.serial

    async def sign_in(self, name: str = NAME, word: str = WORD) -> Page:
        """Sign in with a form."""
        url = f"{self._cloud.enlighten_url}/login/login.json?"
        return await self._browser.send("POST", url, data={"user[email]": name, "user[password]": word})

    async def post_tokens(self, session: Json, *, serial: str | None = None) -> Page:
        """Ask for a token by the first route."""
        asked = {"session_id": session, "serial_num": serial or self._serial, "username": NAME}
        return await self._browser.send("POST", f"{self._cloud.entrez_url}/tokens", json=asked)

    async def get_token(self, cookie: str, *, serial: str | None = None) -> Page:
        """Ask for a token by the second route."""
        url = f"{self._cloud.enlighten_url}/entrez-auth-token?serial_num={serial or self._serial}"
        return await self._browser.send("GET", url, headers={"Cookie": cookie})

    async def both(self) -> tuple[Page, Page]:
        """Sign in and take both routes."""
        page = await self.sign_in()
        return (
            await self.post_tokens(page.record()["session_id"]),
            await self.get_token(page.headers["set-cookie"].split(";")[0]),
        )


@pytest.fixture
async def cloud(gateway: GatewaySimulator) -> AsyncIterator[CloudSimulator]:
    """A cloud with one account and one gateway."""
    async with CloudSimulator(clock=gateway.clock, gateways=[gateway]) as simulator:
        simulator.accounts[NAME] = Account(password=WORD)
        yield simulator


@pytest.fixture
async def customer(cloud: CloudSimulator, gateway: GatewaySimulator) -> AsyncIterator[Customer]:
    """Somebody who trusts the cloud's certificate for the authority's sake."""
    context = ssl.create_default_context(cafile=cloud.ca_file)
    async with ClientSession(connector=TCPConnector(ssl=context), cookie_jar=DummyCookieJar()) as session:
        yield Customer(Browser(session), cloud, gateway)


@pytest.mark.parametrize(("role", "lifetime"), [("owner", 31_536_000), ("installer", 43_200)])
async def test_both_routes_give_a_token_that_the_gateway_takes(
    role: str, lifetime: int, customer: Customer, cloud: CloudSimulator, gateway: GatewaySimulator, browser: Browser
) -> None:
    """A bare one, and one in JSON with its end."""
    cloud.accounts[NAME].role = role
    posted, got = await customer.both()
    token = str(got.record()["token"])
    now = int(gateway.clock.now())
    assert got.record()["expires_at"] == now + lifetime
    assert got.record()["generation_time"] == now
    for raw in (posted.text, token):
        claims = verify(raw)
        assert claims
        assert (claims.serial, claims.role, claims.issued) == (gateway.serial, role, now)
        assert claims.expires - claims.issued == lifetime
        assert (await browser.ask(gateway, "/ivp/meters", token=raw)).status == 200
    assert len(cloud.sign_ins) == 1


async def test_a_multipart_form_signs_in_too(cloud: CloudSimulator, browser: Browser) -> None:
    """As curl sends it."""
    form = FormData()
    form.add_field("user[email]", NAME, content_type="text/plain")
    form.add_field("user[password]", WORD)
    page = await browser.send("POST", f"{cloud.enlighten_url}/login/login.json", data=form)
    assert page.record()["message"] == "success"


async def test_wrong_password(customer: Customer, cloud: CloudSimulator) -> None:
    """401, for an unknown name too."""
    for page in (await customer.sign_in(word="x"), await customer.sign_in(name="nobody@example.com")):
        assert page.status == 401
        assert str(page.record()["message"]).startswith("Invalid")
    assert [request.status for request in cloud.sign_ins] == [401, 401]
    assert not any(request.authorized for request in cloud.sign_ins)


async def test_repeated_rejections_lock_the_account_for_a_day(customer: Customer, cloud: CloudSimulator) -> None:
    """After the third wrong password the right one does not help any more."""
    for _ in range(3):
        await customer.sign_in(word="x")
    assert (await customer.sign_in()).record() == {"success": False, "isBlocked": True}
    cloud.clock.advance(86_400)
    assert (await customer.sign_in()).record()["message"] == "success"


@pytest.mark.parametrize(
    ("account", "answer"),
    [
        (Account(password=WORD, mfa=True), {"success": True, "isBlocked": False}),
        (Account(password=WORD, blocked=True), {"success": False, "isBlocked": True}),
    ],
    ids=["mfa", "blocked"],
)
async def test_accounts_that_get_no_session(
    account: Account, answer: dict[str, Json], customer: Customer, cloud: CloudSimulator
) -> None:
    """200, but no session."""
    cloud.accounts[NAME] = account
    page = await customer.sign_in()
    assert (page.status, page.record()) == (200, answer)


@pytest.mark.parametrize(
    ("behaviour", "status", "text"),
    [
        (CloudBehaviour.TOO_MANY_REQUESTS, 429, "<!DOCTYPE"),
        (CloudBehaviour.SERVER_ERROR, 503, "<!DOCTYPE"),
        (CloudBehaviour.HTML_PAGE, 200, "<!DOCTYPE"),
        (CloudBehaviour.NOT_ACCEPTABLE, 406, "<!DOCTYPE"),
        (CloudBehaviour.TOO_MANY_SESSIONS, 200, '{"message": "Too many active sessions.."}'),
        (CloudBehaviour.SIGN_IN_TEXT, 200, "Come back later"),
        (CloudBehaviour.MFA_VARIANT, 200, '{"success": true, "isBlocked": false, "requires_mfa": true}'),
    ],
)
async def test_signing_in_gone_wrong(
    behaviour: CloudBehaviour, status: int, text: str, customer: Customer, cloud: CloudSimulator
) -> None:
    """No session in any of these."""
    cloud.behaviour = behaviour
    page = await customer.sign_in()
    assert page.status == status
    assert page.text.startswith(text)
    assert "session_id" not in page.text


async def test_unreachable(customer: Customer, cloud: CloudSimulator) -> None:
    """No connection comes about."""
    cloud.behaviour = CloudBehaviour.UNREACHABLE
    with pytest.raises(ClientConnectorError):
        await customer.sign_in()
    assert not cloud.requests


@pytest.mark.parametrize(
    ("behaviour", "statuses", "text"),
    [
        (CloudBehaviour.TOKENS_FORBIDDEN, (403, 403), "Forbidden"),
        (CloudBehaviour.TOKENS_UNAVAILABLE, (503, 503), "<!DOCTYPE"),
        (CloudBehaviour.TOKENS_HTML, (200, 200), "<!DOCTYPE"),
        (CloudBehaviour.NOT_A_TOKEN, (200, 200), "Not enough segments"),
        (CloudBehaviour.EMPTY_TOKEN, (200, 200), ""),
    ],
)
async def test_no_token_on_either_route(
    behaviour: CloudBehaviour, statuses: tuple[int, int], text: str, customer: Customer, cloud: CloudSimulator
) -> None:
    """Refusals, pages, and texts that are none."""
    cloud.behaviour = behaviour
    pages = await customer.both()
    assert tuple(page.status for page in pages) == statuses
    assert all(text in page.text for page in pages)
    assert not any(verify(page.text) for page in pages)


async def test_only_the_first_route_refused(customer: Customer, cloud: CloudSimulator) -> None:
    """The second gives a token."""
    cloud.behaviour = CloudBehaviour.TOKENS_REFUSED
    posted, got = await customer.both()
    assert posted.status == 403
    assert verify(str(got.record()["token"]))


async def test_token_in_json_on_the_first_route(customer: Customer, cloud: CloudSimulator) -> None:
    """As it once was."""
    cloud.behaviour = CloudBehaviour.TOKENS_AS_JSON
    posted, got = await customer.both()
    assert set(posted.record()) == {"generation_time", "token", "expires_at"} == set(got.record())
    assert verify(str(posted.record()["token"]))


async def test_tokens_that_are_of_no_use(customer: Customer, cloud: CloudSimulator, gateway: GatewaySimulator) -> None:
    """For another gateway, or expired."""
    cloud.behaviour = CloudBehaviour.OTHER_GATEWAY
    claims = verify((await customer.both())[0].text)
    assert claims
    assert claims.serial != gateway.serial
    cloud.behaviour = CloudBehaviour.EXPIRED_TOKEN
    claims = verify((await customer.both())[0].text)
    assert claims
    assert claims.expires < gateway.clock.now()


async def test_no_token_without_a_session(customer: Customer) -> None:
    """401 on both routes."""
    for page in (await customer.post_tokens("made up"), await customer.get_token("_enlighten_4_session=made up")):
        assert page.status == 401
        assert "sign in first" in page.text


async def test_no_token_for_a_gateway_of_somebody_else(
    customer: Customer, cloud: CloudSimulator, gateway: GatewaySimulator
) -> None:
    """Neither for one that the cloud does not know, nor for one that is not the account's."""
    session = (await customer.sign_in()).record()["session_id"]
    assert (await customer.post_tokens(session, serial="122000000000")).status == 403
    assert (await customer.post_tokens(session)).status == 200
    cloud.accounts[NAME].serials = {"122000000000"}
    assert (await customer.post_tokens(session)).status == 403
    assert gateway.serial not in json.dumps([page.path for page in cloud.requests])
