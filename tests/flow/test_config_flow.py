"""The flow that a user starts, against a simulated gateway and cloud over real https."""

from datetime import UTC, datetime, timedelta
from typing import Any

from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_TOKEN, CONF_USERNAME
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest

from custom_components.iq_gateway.const import (
    CONF_ENERGY_PANEL,
    CONF_REMEMBER_PASSWORD,
    CONF_SERIAL,
    DEFAULT_HOST,
)
from tests.conftest import PASSWORD, USERNAME, EntryMaker
from tests.flow.steps import ACCOUNT, account_form, choose, finish, shown, start, submit, token_form
from tests.pins import kept, readable
from tests.simulator import Clock, CloudBehaviour, CloudSimulator, Fault, GatewaySimulator

pytestmark = pytest.mark.usefixtures("no_setup")

ANOTHER_SERIAL = "122999000111"


async def test_an_account_is_all_it_takes(
    hass: HomeAssistant, gateway: GatewaySimulator, cloud: CloudSimulator
) -> None:
    """Address, account, done: the token is minted and verified, the certificate noted."""
    result = await start(hass)
    assert result["step_id"] == "user"
    assert shown(result) == {CONF_HOST: DEFAULT_HOST}

    result = await submit(hass, result, host=gateway.host)
    assert result["menu_options"] == ["account", "token"]
    result = await choose(hass, result, "account")
    result = await submit(hass, result, **ACCOUNT)
    result = await finish(hass, result)

    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "IQ Gateway"
    entry = result["result"]
    assert entry.unique_id == gateway.serial
    assert {**entry.data, CONF_TOKEN: ""} == {
        CONF_HOST: gateway.host,
        CONF_SERIAL: gateway.serial,
        **kept(gateway),
        CONF_TOKEN: "",
        CONF_USERNAME: USERNAME,
        CONF_PASSWORD: PASSWORD,
    }
    assert [request.path for request in gateway.requests if request.authorized] == ["/auth/check_jwt"]
    assert gateway.requests[-1].headers["authorization"] == f"Bearer {entry.data[CONF_TOKEN]}"
    assert len(cloud.sign_ins) == 1
    assert cloud.sign_ins[0].headers["user-agent"].startswith("iq_gateway/")


async def test_a_password_not_to_be_remembered_is_forgotten(
    hass: HomeAssistant, gateway: GatewaySimulator, cloud: CloudSimulator
) -> None:
    """It mints one token; neither it nor the e-mail address is stored."""
    result = await submit(hass, await account_form(hass, gateway), **{**ACCOUNT, CONF_REMEMBER_PASSWORD: False})
    result = await finish(hass, result)
    assert set(result["result"].data) == {CONF_HOST, CONF_SERIAL, CONF_TOKEN, *kept(gateway)}


@pytest.mark.parametrize("pasted", ["{}", ' "{}"\n', "Bearer {}", '{{"token":"{}"}}'])
async def test_a_pasted_token_does_without_an_account(
    hass: HomeAssistant, gateway: GatewaySimulator, pasted: str
) -> None:
    """What came along when it was copied does no harm; the cloud is not asked."""
    result = await token_form(hass, gateway)
    assert result["description_placeholders"] == {
        "token_url": "https://entrez.enphaseenergy.com",
        "serial": gateway.serial,
    }
    token = gateway.mint("installer")
    result = await finish(hass, await submit(hass, result, token=pasted.format(token)))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["result"].data == {
        CONF_HOST: gateway.host,
        CONF_SERIAL: gateway.serial,
        **kept(gateway),
        CONF_TOKEN: token,
    }


@pytest.mark.parametrize(
    "typed",
    ["https://{}", "https://{}/", " HTTPS://{}/home#overview ", "{}"],
)
async def test_an_address_may_be_copied_from_the_browser(
    hass: HomeAssistant, gateway: GatewaySimulator, typed: str
) -> None:
    """Scheme, path and blanks are left out."""
    result = await submit(hass, await start(hass), host=typed.format(gateway.host), serial=f" {gateway.serial} ")
    result = await submit(hass, await choose(hass, result, "token"), token=gateway.mint())
    result = await finish(hass, result)
    assert result["result"].data[CONF_HOST] == gateway.host


@pytest.mark.parametrize(
    "host", ["", "not a host", "ftp://envoy.local", "envoy.local:http", "me@envoy.local", "fe80::1%1"]
)
async def test_what_is_no_address_is_not_looked_for(hass: HomeAssistant, host: str) -> None:
    """The error is on the field, and what was typed stays."""
    result = await submit(hass, await start(hass), host=host, serial="122333444555")
    assert result["errors"] == {CONF_HOST: "invalid_host"}
    assert shown(result) == {CONF_HOST: host, CONF_SERIAL: "122333444555"}


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.REFUSED, "cannot_connect"),
        (Fault.RESET, "cannot_connect"),
        (Fault.BAD_GATEWAY, "gateway_busy"),
        (Fault.HTML_PAGE, "not_a_gateway"),
        (Fault.EMPTY, "not_a_gateway"),
        (Fault.NOT_FOUND, "not_a_gateway"),
    ],
)
async def test_an_address_without_a_gateway_can_be_corrected(
    hass: HomeAssistant, gateway: GatewaySimulator, fault: Fault, error: str
) -> None:
    """Each trouble has its own text, on the address; once it is over the same form goes on."""
    gateway.fault("info", fault)
    result = await submit(hass, await start(hass), host=gateway.host)
    assert result["errors"] == {CONF_HOST: error}
    assert shown(result) == {CONF_HOST: gateway.host}

    gateway.clear_faults()
    result = await submit(hass, result, host=gateway.host)
    assert result["step_id"] == "sign_in"


async def test_nothing_at_the_address(hass: HomeAssistant, gateway: GatewaySimulator) -> None:
    """A closed port is told as such."""
    await gateway.stop()
    result = await submit(hass, await start(hass), host=gateway.host)
    assert result["errors"] == {CONF_HOST: "cannot_connect"}


async def test_another_serial_number_than_the_typed_one(hass: HomeAssistant, gateway: GatewaySimulator) -> None:
    """The error is on the serial number; leaving it out takes the gateway that answers."""
    result = await submit(hass, await start(hass), host=gateway.host, serial=ANOTHER_SERIAL)
    assert result["errors"] == {CONF_SERIAL: "wrong_serial"}
    result = await submit(hass, result, host=gateway.host, serial="")
    assert result["step_id"] == "sign_in"


async def test_a_gateway_older_than_tokens(hass: HomeAssistant, gateway: GatewaySimulator) -> None:
    """Firmware before 7 has another API."""
    gateway.firmware = "R4.10.35"
    result = await submit(hass, await start(hass), host=gateway.host)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "legacy_firmware"


async def test_a_gateway_that_is_set_up_already(
    hass: HomeAssistant, gateway: GatewaySimulator, cloud: CloudSimulator, add_entry: EntryMaker
) -> None:
    """Nothing secret is asked for it."""
    add_entry(gateway)
    result = await submit(hass, await start(hass), host=gateway.host)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"


@pytest.mark.parametrize(
    ("wanted", "options"), [({}, {CONF_ENERGY_PANEL: True}), ({"energy_panel": False}, {})], ids=["by default", "not"]
)
async def test_the_energy_panel_is_filled_in_if_wanted(
    hass: HomeAssistant, gateway: GatewaySimulator, wanted: dict[str, bool], options: dict[str, bool]
) -> None:
    """The wish is kept for when the entities exist."""
    result = await submit(hass, await token_form(hass, gateway), token=gateway.mint())
    result = await finish(hass, result, **wanted)
    assert result["result"].options == options


async def test_a_gateway_that_was_set_up_meanwhile(
    hass: HomeAssistant, gateway: GatewaySimulator, add_entry: EntryMaker
) -> None:
    """The last step may be open for long."""
    result = await submit(hass, await token_form(hass, gateway), token=gateway.mint())
    add_entry(gateway)
    assert (await finish(hass, result))["reason"] == "already_configured"


async def test_a_second_gateway_has_a_title_of_its_own(
    hass: HomeAssistant, gateway: GatewaySimulator, clock: Clock
) -> None:
    """It ends as its serial number does, which the label of the gateway tells; the first one's title stays."""
    await finish(hass, await submit(hass, await token_form(hass, gateway), token=gateway.mint()))
    async with GatewaySimulator("standard", clock=clock, serial=ANOTHER_SERIAL) as second:
        result = await finish(hass, await submit(hass, await token_form(hass, second), token=second.mint()))
    assert result["title"] == "IQ Gateway 0111"
    assert {entry.title for entry in hass.config_entries.async_entries()} == {"IQ Gateway", "IQ Gateway 0111"}


async def test_the_certificate_is_shown_before_anything_is_sent_and_at_the_end(
    hass: HomeAssistant, gateway: GatewaySimulator
) -> None:
    """The first connection takes whoever answers, so that there must be something to compare with."""
    result = await submit(hass, await start(hass), host=gateway.host)
    assert result["description_placeholders"] == {"fingerprint": readable(gateway)}
    result = await submit(hass, await choose(hass, result, "token"), token=gateway.mint())
    assert result["step_id"] == "finish"
    assert result["description_placeholders"] == {"fingerprint": readable(gateway)}


@pytest.mark.parametrize(
    ("behaviour", "field", "error"),
    [
        (CloudBehaviour.UNREACHABLE, "base", "cloud_unreachable"),
        (CloudBehaviour.TOO_MANY_REQUESTS, "base", "cloud_unreachable"),
        (CloudBehaviour.SERVER_ERROR, "base", "cloud_unreachable"),
        (CloudBehaviour.HTML_PAGE, "base", "cloud_unreachable"),
        (CloudBehaviour.NOT_ACCEPTABLE, "base", "cloud_unreachable"),
        (CloudBehaviour.SIGN_IN_TEXT, "base", "cloud_unreachable"),
        (CloudBehaviour.TOO_MANY_SESSIONS, CONF_USERNAME, "too_many_sessions"),
        (CloudBehaviour.MFA_VARIANT, CONF_USERNAME, "mfa_required"),
        (CloudBehaviour.TOKENS_UNAVAILABLE, "base", "cloud_unreachable"),
        (CloudBehaviour.TOKENS_FORBIDDEN, CONF_USERNAME, "token_not_issued"),
        (CloudBehaviour.TOKENS_HTML, CONF_USERNAME, "token_not_issued"),
        (CloudBehaviour.NOT_A_TOKEN, CONF_USERNAME, "token_not_issued"),
        (CloudBehaviour.EMPTY_TOKEN, CONF_USERNAME, "token_not_issued"),
        (CloudBehaviour.OTHER_GATEWAY, CONF_USERNAME, "token_not_issued"),
        (CloudBehaviour.EXPIRED_TOKEN, CONF_USERNAME, "token_not_issued"),
    ],
)
async def test_what_the_cloud_says_is_told_where_it_belongs(
    hass: HomeAssistant,
    gateway: GatewaySimulator,
    cloud: CloudSimulator,
    behaviour: CloudBehaviour,
    field: str,
    error: str,
) -> None:
    """One attempt at signing in, one error; all but the password stays, and the next attempt can succeed."""
    result = await account_form(hass, gateway)
    cloud.behaviour = behaviour
    result = await submit(hass, result, **{**ACCOUNT, CONF_REMEMBER_PASSWORD: False})
    assert result["errors"] == {field: error}
    assert shown(result) == {CONF_USERNAME: USERNAME, CONF_REMEMBER_PASSWORD: False}
    assert len(cloud.sign_ins) <= 1
    assert not any(request.authorized for request in gateway.requests)

    cloud.behaviour = CloudBehaviour.NORMAL
    result = await finish(hass, await submit(hass, result, **ACCOUNT))
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize("behaviour", [CloudBehaviour.TOKENS_REFUSED, CloudBehaviour.TOKENS_AS_JSON])
async def test_a_token_by_any_route_will_do(
    hass: HomeAssistant, gateway: GatewaySimulator, cloud: CloudSimulator, behaviour: CloudBehaviour
) -> None:
    """The user does not see which way the cloud took."""
    cloud.behaviour = behaviour
    result = await finish(hass, await submit(hass, await account_form(hass, gateway), **ACCOUNT))
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize(
    ("trait", "field", "error"),
    [
        ({"password": "another one"}, CONF_PASSWORD, "invalid_auth"),
        ({"mfa": True}, CONF_USERNAME, "mfa_required"),
        ({"blocked": True}, CONF_USERNAME, "account_blocked"),
        ({"serials": [ANOTHER_SERIAL]}, CONF_USERNAME, "token_not_issued"),
    ],
    ids=["wrong password", "mfa", "blocked", "not the owner"],
)
async def test_an_account_that_will_not_do(
    hass: HomeAssistant,
    gateway: GatewaySimulator,
    cloud: CloudSimulator,
    trait: dict[str, Any],
    field: str,
    error: str,
) -> None:
    """The text says why, and the cloud was asked once."""
    for name, value in trait.items():
        setattr(cloud.accounts[USERNAME], name, value)
    result = await submit(hass, await account_form(hass, gateway), **ACCOUNT)
    assert result["errors"] == {field: error}
    assert len(cloud.sign_ins) == 1


async def test_a_token_that_cannot_serve_is_not_sent(hass: HomeAssistant, gateway: GatewaySimulator) -> None:
    """Malformed, expired and another gateway's tokens are told apart before the gateway sees them."""
    result = await token_form(hass, gateway)
    for token, error in (
        ("not a token", "token_malformed"),
        (gateway.mint(serial=ANOTHER_SERIAL), "token_for_other_gateway"),
        (gateway.mint(issued=datetime.now(UTC) - timedelta(days=400)), "token_expired"),
    ):
        result = await submit(hass, result, token=token)
        assert result["errors"] == {CONF_TOKEN: error}
        assert shown(result) == {}
    assert [request.path for request in gateway.requests] == ["/info"]


FAULTS = [
    (Fault.REFUSED, "cannot_connect"),
    (Fault.BAD_GATEWAY, "gateway_busy"),
    (Fault.HTML_PAGE, "not_a_gateway"),
    (Fault.NOT_FOUND, "not_a_gateway"),
]


@pytest.mark.parametrize(("fault", "error"), FAULTS)
async def test_a_gateway_that_cannot_check_the_token(
    hass: HomeAssistant, gateway: GatewaySimulator, cloud: CloudSimulator, fault: Fault, error: str
) -> None:
    """It is not the token's fault; the forms have no field for the address, so that the error stands alone."""
    gateway.fault("/auth/check_jwt", fault)
    result = await submit(hass, await token_form(hass, gateway), token=gateway.mint())
    assert result["errors"] == {"base": error}
    result = await submit(hass, await account_form(hass, gateway), **ACCOUNT)
    assert result["errors"] == {"base": error}


async def test_a_token_that_the_gateway_rejects(
    hass: HomeAssistant, gateway: GatewaySimulator, cloud: CloudSimulator
) -> None:
    """A pasted one is wrong where it was pasted; a minted one is nobody's typing."""
    token = gateway.mint()
    gateway.revoke(token)
    result = await submit(hass, await token_form(hass, gateway), token=token)
    assert result["errors"] == {CONF_TOKEN: "token_rejected"}
    gateway.fault("/auth/check_jwt", Fault.UNAUTHORIZED)
    result = await submit(hass, await account_form(hass, gateway), **ACCOUNT)
    assert result["errors"] == {"base": "token_rejected"}


async def test_a_gateway_whose_clock_is_wrong(
    hass: HomeAssistant, gateway: GatewaySimulator, cloud: CloudSimulator
) -> None:
    """By its clock, the new token has expired long ago: the text must not blame the token."""
    gateway.clock_error = timedelta(days=800).total_seconds()
    result = await submit(hass, await token_form(hass, gateway), token=gateway.mint())
    assert result["errors"] == {"base": "gateway_clock"}
    result = await submit(hass, await account_form(hass, gateway), **ACCOUNT)
    assert result["errors"] == {"base": "gateway_clock"}


async def test_another_peer_within_the_flow_gets_no_token(
    hass: HomeAssistant, gateway: GatewaySimulator, cloud: CloudSimulator
) -> None:
    """The certificate that answered first is the one to talk to until the end."""
    result = await token_form(hass, gateway)
    gateway.requests.clear()
    gateway.new_certificate()
    result = await submit(hass, result, token=gateway.mint())
    assert result["errors"] == {"base": "certificate_changed"}
    assert gateway.requests == []


async def test_nothing_secret_is_logged(
    hass: HomeAssistant, gateway: GatewaySimulator, cloud: CloudSimulator, caplog: pytest.LogCaptureFixture
) -> None:
    """With everything at debug level: neither password, e-mail address, tokens nor the serial number."""
    caplog.set_level("DEBUG")
    form = await account_form(hass, gateway)
    for behaviour in CloudBehaviour:
        cloud.behaviour = behaviour
        form = await submit(hass, await account_form(hass, gateway), **ACCOUNT)
        if form["step_id"] == "finish":
            form = await finish(hass, form)
            await hass.config_entries.async_remove(form["result"].entry_id)
    token = gateway.mint(lifetime=timedelta(days=5))
    await submit(hass, await token_form(hass, gateway), token=f"{token}x")
    result = await finish(hass, await submit(hass, await token_form(hass, gateway), token=token))
    tokens = {request.headers.get("authorization", "").removeprefix("Bearer ") for request in gateway.requests} - {""}
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert len(tokens) > 2
    for secret in (USERNAME, PASSWORD, gateway.serial, *tokens):
        assert secret not in caplog.text
