"""Reauth and reconfigure: the same steps for a gateway that is set up already."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_TOKEN, CONF_USERNAME
from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, flush_store

from custom_components.iq_gateway.const import CONF_FINGERPRINT, CONF_REMEMBER_PASSWORD, CONF_SERIAL
from tests.conftest import PASSWORD, USERNAME, EntryMaker
from tests.flow.steps import ACCOUNT, choose, shown, submit
from tests.pins import in_days, kept
from tests.simulator import Clock, CloudBehaviour, CloudSimulator, Fault, GatewaySimulator

pytestmark = pytest.mark.usefixtures("no_setup")

ANOTHER_SERIAL = "122999000111"
WRITE = Store._async_write_data  # before the tests' own Home Assistant writes to memory instead


@pytest.fixture
def entry(gateway: GatewaySimulator, add_entry: EntryMaker) -> MockConfigEntry:
    """A gateway that is signed in with a remembered account."""
    return add_entry(gateway, username=USERNAME, password="an old password")


async def reauth_menu(hass: HomeAssistant, entry: MockConfigEntry) -> ConfigFlowResult:
    """Start reauth, and go as far as the menu."""
    result = await entry.start_reauth_flow(hass)
    assert result["step_id"] == "reauth_confirm"
    context = hass.config_entries.flow.async_get(result["flow_id"])["context"]
    assert context["title_placeholders"] == {"name": "IQ Gateway", "host": entry.data[CONF_HOST]}
    assert result["description_placeholders"]["title"] == "IQ Gateway"
    return await submit(hass, result)


async def reconfigure_menu(hass: HomeAssistant, entry: MockConfigEntry, host: str) -> ConfigFlowResult:
    """Start reconfigure with an address, and go one step further."""
    result = await entry.start_reconfigure_flow(hass)
    assert result["step_id"] == "reconfigure"
    assert shown(result) == {CONF_HOST: entry.data[CONF_HOST]}
    return await submit(hass, result, host=host)


async def test_reauth_with_the_account(
    hass: HomeAssistant, gateway: GatewaySimulator, cloud: CloudSimulator, entry: MockConfigEntry
) -> None:
    """The e-mail address is filled in; the new password and token replace the old ones."""
    before = dict(entry.data)
    result = await choose(hass, await reauth_menu(hass, entry), "account")
    assert shown(result) == {CONF_USERNAME: USERNAME, CONF_REMEMBER_PASSWORD: True}
    result = await submit(hass, result, **ACCOUNT)
    assert result["reason"] == "reauth_successful"
    assert entry.data == {**before, **kept(gateway), CONF_PASSWORD: PASSWORD, CONF_TOKEN: entry.data[CONF_TOKEN]}
    assert entry.data[CONF_TOKEN] != before[CONF_TOKEN]
    assert len(hass.config_entries.async_entries()) == 1


async def test_reauth_with_a_token_forgets_the_account(
    hass: HomeAssistant, gateway: GatewaySimulator, entry: MockConfigEntry
) -> None:
    """Who pastes a token has it replaced by nobody."""
    token = gateway.mint(lifetime=timedelta(days=10))
    result = await choose(hass, await reauth_menu(hass, entry), "token")
    assert (await submit(hass, result, token=token))["reason"] == "reauth_successful"
    assert entry.data == {
        CONF_HOST: gateway.host,
        CONF_SERIAL: gateway.serial,
        **kept(gateway),
        CONF_TOKEN: token,
    }


async def test_reauth_after_a_pasted_token_does_not_remember_by_default(
    hass: HomeAssistant, gateway: GatewaySimulator, add_entry: EntryMaker
) -> None:
    """What was not stored before is not stored without being asked for."""
    result = await choose(hass, await reauth_menu(hass, add_entry(gateway)), "account")
    assert shown(result) == {CONF_USERNAME: "", CONF_REMEMBER_PASSWORD: False}


@pytest.mark.parametrize(
    ("behaviour", "field", "error"),
    [
        (CloudBehaviour.UNREACHABLE, "base", "cloud_unreachable"),
        (CloudBehaviour.TOO_MANY_REQUESTS, "base", "cloud_unreachable"),
        (CloudBehaviour.HTML_PAGE, "base", "cloud_unreachable"),
        (CloudBehaviour.TOO_MANY_SESSIONS, CONF_USERNAME, "too_many_sessions"),
        (CloudBehaviour.MFA_VARIANT, CONF_USERNAME, "mfa_required"),
        (CloudBehaviour.OTHER_GATEWAY, CONF_USERNAME, "token_not_issued"),
        (CloudBehaviour.NOT_A_TOKEN, CONF_USERNAME, "token_not_issued"),
    ],
)
async def test_a_failed_reauth_changes_nothing(
    hass: HomeAssistant,
    gateway: GatewaySimulator,
    cloud: CloudSimulator,
    entry: MockConfigEntry,
    behaviour: CloudBehaviour,
    field: str,
    error: str,
) -> None:
    """The entry keeps what it has until there is something better."""
    before = dict(entry.data)
    result = await choose(hass, await reauth_menu(hass, entry), "account")
    cloud.behaviour = behaviour
    result = await submit(hass, result, **ACCOUNT)
    assert result["errors"] == {field: error}
    assert shown(result) == {CONF_USERNAME: USERNAME, CONF_REMEMBER_PASSWORD: True}
    assert entry.data == before
    assert len(cloud.sign_ins) <= 1


async def test_reauth_with_an_account_that_does_not_own_the_gateway(
    hass: HomeAssistant, gateway: GatewaySimulator, cloud: CloudSimulator, entry: MockConfigEntry
) -> None:
    """Neither its token nor another gateway's can slip in."""
    cloud.accounts[USERNAME].serials = [ANOTHER_SERIAL]
    result = await submit(hass, await choose(hass, await reauth_menu(hass, entry), "account"), **ACCOUNT)
    assert result["errors"] == {CONF_USERNAME: "token_not_issued"}
    result = await choose(hass, await reauth_menu(hass, entry), "token")
    result = await submit(hass, result, token=gateway.mint(serial=ANOTHER_SERIAL))
    assert result["errors"] == {CONF_TOKEN: "token_for_other_gateway"}


async def test_reauth_asks_for_nothing_while_the_gateway_is_away(
    hass: HomeAssistant, gateway: GatewaySimulator, entry: MockConfigEntry
) -> None:
    """A token could not be verified; the form says so and waits."""
    gateway.fault("info", Fault.BAD_GATEWAY)
    result = await reauth_menu(hass, entry)
    assert result["step_id"] == "reauth_confirm"
    assert result["errors"] == {"base": "gateway_busy"}
    gateway.clear_faults()
    assert (await submit(hass, result))["step_id"] == "sign_in"


async def test_reauth_with_another_gateway_at_the_address(
    hass: HomeAssistant, gateway: GatewaySimulator, clock: Clock, add_entry: EntryMaker
) -> None:
    """It is told before anything secret is asked."""
    async with GatewaySimulator("standard", clock=clock, serial=ANOTHER_SERIAL) as other:
        result = await reauth_menu(hass, add_entry(gateway, host=other.host))
    assert result["errors"] == {"base": "another_gateway"}


async def test_another_certificate_is_shown_before_anything_is_sent(
    hass: HomeAssistant, gateway: GatewaySimulator, entry: MockConfigEntry
) -> None:
    """Both fingerprints are there to compare; submitting trusts the new one, and pins it."""
    known = gateway.fingerprint
    gateway.new_certificate()
    result = await reauth_menu(hass, entry)
    assert result["step_id"] == "certificate"
    placeholders = result["description_placeholders"]
    assert placeholders is not None
    assert placeholders["known"].replace(":", "").lower() == known
    assert placeholders["found"].replace(":", "").lower() == gateway.fingerprint
    assert placeholders["found"][2] == ":"
    assert not any("authorization" in request.headers for request in gateway.requests)

    result = await choose(hass, await submit(hass, result), "token")
    assert (await submit(hass, result, token=gateway.mint()))["reason"] == "reauth_successful"
    assert entry.data[CONF_FINGERPRINT] == gateway.fingerprint


async def test_reconfigure_can_change_the_address_alone(
    hass: HomeAssistant, gateway: GatewaySimulator, entry: MockConfigEntry
) -> None:
    """Token and account stay; so does the identity on which history hangs."""
    before = dict(entry.data)
    hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_HOST: "envoy.local"})
    result = await reconfigure_menu(hass, entry, f"https://{gateway.host}/")
    assert result["menu_options"] == ["keep", "account", "token"]
    result = await choose(hass, result, "keep")
    assert result["reason"] == "reconfigure_successful"
    assert entry.data == {**before, **kept(gateway)}
    assert entry.unique_id == gateway.serial
    assert len(hass.config_entries.async_entries()) == 1


@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        ("rejected", "token_rejected"),
        ("expired", "token_rejected"),
        ("none", "token_rejected"),
        ("busy", "gateway_busy"),
    ],
)
async def test_a_token_that_is_kept_is_tested_at_the_new_address(
    hass: HomeAssistant, gateway: GatewaySimulator, entry: MockConfigEntry, trouble: str, error: str
) -> None:
    """An address at which it does not work is not stored; there is a way on from there."""
    year = timedelta(days=365)
    token = {"expired": gateway.mint(issued=datetime.now(UTC) - 2 * year), "none": "none"}.get(trouble, gateway.mint())
    hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_HOST: "envoy.local", CONF_TOKEN: token})
    before = dict(entry.data)
    result = await reconfigure_menu(hass, entry, gateway.host)
    if trouble == "rejected":
        gateway.revoke(token)
    elif trouble == "busy":
        gateway.fault("/auth/check_jwt", Fault.BAD_GATEWAY)
    result = await choose(hass, result, "keep")
    assert (result["step_id"], result["errors"]) == ("keep", {"base": error})
    assert entry.data == before

    gateway.clear_faults()
    result = await submit(hass, result)
    if trouble != "busy":
        hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_TOKEN: gateway.mint()})
    assert (await choose(hass, result, "keep"))["reason"] == "reconfigure_successful"
    assert entry.data[CONF_HOST] == gateway.host


@pytest.mark.parametrize("known", ["key", "fingerprint"])
async def test_a_renewed_certificate_needs_no_confirmation(
    hass: HomeAssistant, gateway: GatewaySimulator, add_entry: EntryMaker, known: str
) -> None:
    """If its key is known; what is known of it afterwards is what it shows now."""
    entry = add_entry(gateway, **kept(gateway)) if known == "key" else add_entry(gateway)
    gateway.renew_certificate(ends=in_days(gateway, 365))
    result = await reauth_menu(hass, entry)
    if known == "fingerprint":
        assert result["step_id"] == "certificate"
        result = await submit(hass, result)
    await submit(hass, await choose(hass, result, "token"), token=gateway.mint())
    assert {name: entry.data[name] for name in kept(gateway)} == kept(gateway)


async def test_reconfigure_can_change_how_to_sign_in(
    hass: HomeAssistant, gateway: GatewaySimulator, cloud: CloudSimulator, entry: MockConfigEntry
) -> None:
    """From an account to a token, and back with another account."""
    token = gateway.mint()
    result = await choose(hass, await reconfigure_menu(hass, entry, gateway.host), "token")
    assert (await submit(hass, result, token=token))["reason"] == "reconfigure_successful"
    assert entry.data[CONF_TOKEN] == token
    assert CONF_PASSWORD not in entry.data

    result = await choose(hass, await reconfigure_menu(hass, entry, gateway.host), "account")
    assert (await submit(hass, result, **ACCOUNT))["reason"] == "reconfigure_successful"
    assert entry.data[CONF_TOKEN] != token
    assert entry.data[CONF_PASSWORD] == PASSWORD


@pytest.mark.parametrize("host", ["not a host", "127.0.0.1:1"])
async def test_reconfigure_to_an_address_without_a_gateway(
    hass: HomeAssistant, entry: MockConfigEntry, host: str
) -> None:
    """The error is on the address, what was typed stays, the entry does too."""
    before = dict(entry.data)
    result = await reconfigure_menu(hass, entry, host)
    assert result["errors"] == {CONF_HOST: "invalid_host" if " " in host else "cannot_connect"}
    assert shown(result) == {CONF_HOST: host}
    assert entry.data == before


async def test_reconfigure_to_another_gateway(
    hass: HomeAssistant, gateway: GatewaySimulator, clock: Clock, entry: MockConfigEntry
) -> None:
    """Its serial number is another one: the text says so and asks, and nothing changes."""
    before = dict(entry.data)
    async with GatewaySimulator("standard", clock=clock, serial=ANOTHER_SERIAL) as other:
        result = await reconfigure_menu(hass, entry, other.host)
    assert result["step_id"] == "replace"
    assert entry.data == before
    assert not any("authorization" in request.headers for request in other.requests)


async def test_reconfigure_shows_another_certificate_too(
    hass: HomeAssistant, gateway: GatewaySimulator, entry: MockConfigEntry
) -> None:
    """The token that is kept goes to whoever shows the confirmed certificate, and to nobody else."""
    gateway.new_certificate()
    result = await reconfigure_menu(hass, entry, gateway.host)
    assert result["step_id"] == "certificate"
    assert entry.data[CONF_FINGERPRINT] != gateway.fingerprint
    await choose(hass, await submit(hass, result), "keep")
    assert entry.data[CONF_FINGERPRINT] == gateway.fingerprint


class TestOnDisk:
    """What Home Assistant's storage holds in the end."""

    @pytest.fixture
    def hass_config_dir(self, hass_tmp_config_dir: str) -> str:
        """A folder of its own to write to."""
        return hass_tmp_config_dir

    @pytest.mark.usefixtures("cloud")
    async def test_a_password_not_to_be_remembered_is_not_in_storage(
        self, hass: HomeAssistant, entry: MockConfigEntry
    ) -> None:
        """Neither the new nor the old one is in the file, and the account's name is gone as well."""
        hass.config_entries._async_schedule_save()
        assert "an old password" in await stored(hass)

        result = await choose(hass, await reauth_menu(hass, entry), "account")
        await submit(hass, result, **{**ACCOUNT, CONF_REMEMBER_PASSWORD: False})
        text = await stored(hass)
        assert entry.data[CONF_TOKEN] in text
        for secret in (PASSWORD, "an old password", USERNAME):
            assert secret not in text


async def stored(hass: HomeAssistant) -> str:
    """Have Home Assistant write its entries to disk, and read the file."""
    with patch.object(Store, "_async_write_data", WRITE):
        await flush_store(hass.config_entries._store)
    return await asyncio.to_thread(Path(hass.config.path(".storage", "core.config_entries")).read_text)
