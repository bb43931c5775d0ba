"""Nothing that is written anywhere names a token, an account or a gateway: one long run, and a search through it."""

from collections.abc import Iterator
import json
import logging
import traceback
from typing import Self
from urllib.parse import quote_plus

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntry, ConfigEntryState
from homeassistant.const import CONF_PASSWORD, CONF_TOKEN, CONF_USERNAME
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.iq_gateway.client.errors import CloudError, GatewayError, TokenError
from custom_components.iq_gateway.const import CONF_REMEMBER_PASSWORD, DOMAIN
from custom_components.iq_gateway.diagnostics import async_get_config_entry_diagnostics
from custom_components.iq_gateway.tokens.renewal import CONF_SIGN_INS, SignIns, remember
from tests import cloud_answers
from tests.conftest import PASSWORD, USERNAME
from tests.fixes import open_fix
from tests.flow.steps import ACCOUNT, account_form, choose, finish, start, submit
from tests.simulator import CloudSimulator, Fault, GatewaySimulator
from tests.simulator.reply import Json


class Exceptions(list[BaseException]):
    """Every error of the client that comes into being."""

    @classmethod
    def watch(cls, monkeypatch: pytest.MonkeyPatch) -> Self:
        """Keep each of them."""
        found = cls()

        def remember(error: BaseException, *_args: object) -> None:
            found.append(error)

        for kind in (GatewayError, CloudError, TokenError):
            monkeypatch.setattr(kind, "__init__", remember)
        return found

    def texts(self) -> Iterator[str]:
        """Write them down as a log would, with their causes."""
        for error in self:
            yield "".join(traceback.format_exception(error))


@pytest.fixture
def exceptions(monkeypatch: pytest.MonkeyPatch) -> Exceptions:
    """Keep the errors of a run."""
    return Exceptions.watch(monkeypatch)


async def refresh(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Run a cycle now."""
    await entry.runtime_data.async_refresh()
    await hass.async_block_till_done()


async def live_through_faults(hass: HomeAssistant, gateway: GatewaySimulator, entry: ConfigEntry) -> None:
    """Meet everything that a gateway can do wrong, for one endpoint and for all."""
    quick = [fault for fault in Fault if fault not in (Fault.HANG, Fault.DRIP)]
    for fault in quick:
        gateway.fault("readings", fault)
        await refresh(hass, entry)
        gateway.clear_faults()
    for fault in (Fault.RESET, Fault.UNAVAILABLE, Fault.UNAUTHORIZED, Fault.HTML_PAGE):
        gateway.fault("*", fault)
        await refresh(hass, entry)
        gateway.clear_faults()
    await gateway.stop()
    await refresh(hass, entry)
    await gateway.start()
    await refresh(hass, entry)


async def live_through_the_cloud(
    hass: HomeAssistant, gateway: GatewaySimulator, cloud: CloudSimulator, entry: ConfigEntry
) -> None:
    """Meet everything that the cloud can answer, with a token that is rejected at the start."""
    # Without the memory of the last sign-in, after which none would be tried for an hour.
    working = {key: value for key, value in entry.data.items() if key != CONF_SIGN_INS}
    for answer in cloud_answers.ALL.values():
        answer.arrange(cloud)
        rejected = gateway.mint()
        gateway.revoke(rejected)
        hass.config_entries.async_update_entry(entry, data={**working, CONF_TOKEN: rejected})
        await hass.config_entries.async_reload(entry.entry_id)
        await hass.async_block_till_done()
    for token in ("no token", gateway.mint(serial="122999888777")):
        hass.config_entries.async_update_entry(entry, data={**working, CONF_TOKEN: token})
        await hass.config_entries.async_reload(entry.entry_id)
        await hass.async_block_till_done()
    cloud_answers.arrange_normal(cloud)
    for flow in entry.async_get_active_flows(hass, {SOURCE_REAUTH}):
        form = await choose(hass, await submit(hass, flow), "account")
        form = await submit(hass, form, **{**ACCOUNT, CONF_PASSWORD: "a wrong one"})
        await submit(hass, form, **{**ACCOUNT, CONF_REMEMBER_PASSWORD: True})
    assert entry.state is ConfigEntryState.LOADED

    gateway.revoke(entry.data[CONF_TOKEN])
    remember(hass, entry, SignIns(failures=1))
    await refresh(hass, entry)
    assert len(cloud.sign_ins) > len(cloud_answers.ALL)


async def live_through_a_new_certificate(hass: HomeAssistant, gateway: GatewaySimulator, entry: ConfigEntry) -> None:
    """Meet another certificate while running and at the start, and repair it."""
    gateway.new_certificate()
    await refresh(hass, entry)
    await hass.config_entries.async_reload(entry.entry_id)
    (issue_id,) = [issue_id for domain, issue_id in ir.async_get(hass).issues if domain == DOMAIN]
    manager, form = await open_fix(hass, issue_id)
    await manager.async_configure(form["flow_id"], {})
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED


async def test_no_secret_is_written_anywhere(
    hass: HomeAssistant,
    gateway: GatewaySimulator,
    cloud: CloudSimulator,
    exceptions: Exceptions,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Logs at their most talkative, errors with their causes, repairs and diagnostics."""
    caplog.set_level(logging.DEBUG)
    serials: set[str] = set()

    def note_serials(payload: Json) -> Json:
        assert isinstance(payload, list)
        serials.update(str(inverter["serialNumber"]) for inverter in payload if isinstance(inverter, dict))
        return payload

    gateway.override("/api/v1/production/inverters", note_serials)
    result = await submit(hass, await start(hass), host=gateway.host, serial="122999888777")
    assert result["errors"]
    form = await submit(hass, await account_form(hass, gateway), **{**ACCOUNT, CONF_PASSWORD: "a wrong one"})
    result = await finish(hass, await submit(hass, form, **ACCOUNT))
    entry = result["result"]
    written: list[str] = []

    def write_down() -> None:
        written.append(repr([issue.translation_placeholders for issue in ir.async_get(hass).issues.values()]))
        written.append(f"{entry.reason} {entry.error_reason_translation_placeholders} {entry.title}")

    await live_through_faults(hass, gateway, entry)
    gateway.revoke(entry.data[CONF_TOKEN])
    await refresh(hass, entry)
    written.append(json.dumps(await async_get_config_entry_diagnostics(hass, entry)))
    write_down()
    await live_through_the_cloud(hass, gateway, cloud, entry)
    write_down()
    await live_through_a_new_certificate(hass, gateway, entry)
    write_down()
    assert await hass.config_entries.async_unload(entry.entry_id)

    tokens = {request.headers.get("authorization", "").removeprefix("Bearer ") for request in gateway.requests} - {""}
    account = {USERNAME, quote_plus(USERNAME), PASSWORD, quote_plus(PASSWORD), "a wrong one"}
    sessions = {value for request in cloud.requests for value in request.cookies.values()}
    secrets = {gateway.serial, entry.data[CONF_TOKEN], *tokens, *account, *serials, *sessions}
    assert len(tokens) > 5
    assert sessions
    assert serials
    written += ["".join(traceback.format_exception(*record.exc_info)) for record in caplog.records if record.exc_info]
    written += [f"{record.name} {record.getMessage()}" for record in caplog.records]
    written += list(exceptions.texts())
    assert len(exceptions) > 50
    assert any(text.startswith("custom_components.iq_gateway") for text in written)
    found = {text for text in written for secret in secrets if secret in text}
    assert found == set()
    assert CONF_USERNAME in entry.data
