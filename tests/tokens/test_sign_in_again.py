"""What the user is asked where a token cannot be renewed without them, and what the answer leads to."""

from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.repairs import RepairsFlowManager, RepairsFlowResult
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState, ConfigFlowResult
from homeassistant.const import CONF_TOKEN
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.iq_gateway.flow.forms import ACCOUNT_ERRORS
from custom_components.iq_gateway.issues import Issue
from custom_components.iq_gateway.tokens.renewal import Obstacle
from tests import cloud_answers
from tests.cloud_answers import CloudAnswer
from tests.conftest import EntrySetUp
from tests.fixes import open_fix
from tests.flow import steps as flow_steps
from tests.flow.steps import choose, submit
from tests.simulator import CloudSimulator, GatewaySimulator
from tests.time_lapse import pass_time
from tests.tokens.steps import ACCOUNT, DAY, HOUR, SLOW, asked, due_soon, refresh, revoked, told


async def open_repair(hass: HomeAssistant, entry: MockConfigEntry) -> tuple[RepairsFlowManager, RepairsFlowResult]:
    """Open the repair about the token, as the frontend does."""
    return await open_fix(hass, f"{Issue.TOKEN}_{entry.entry_id}")


async def request(hass: HomeAssistant, entry: MockConfigEntry) -> ConfigFlowResult:
    """Take up the one request to sign in again, as far as the choice of how."""
    (flow,) = entry.async_get_active_flows(hass, {SOURCE_REAUTH})
    return await submit(hass, flow)


async def test_a_pasted_token_is_never_replaced(
    hass: HomeAssistant,
    gateway: GatewaySimulator,
    cloud: CloudSimulator,
    freezer: FrozenDateTimeFactory,
    setup_entry: EntrySetUp,
) -> None:
    """A month before its end a repair says so, and leads to reauth; with the new token all is well again."""
    token = due_soon(gateway)
    entry = await setup_entry(gateway, token=token, options=SLOW)
    assert told(hass, entry) is None
    await pass_time(hass, freezer, 2 * HOUR)
    assert told(hass, entry) == "token_ends"
    assert asked(hass, entry) == 0
    assert entry.data[CONF_TOKEN] == token
    assert cloud.requests == []

    manager, form = await open_repair(hass, entry)
    assert form["step_id"] == "confirm"
    placeholders: dict[str, Any] = dict(form["description_placeholders"] or {})
    assert placeholders["title"] == entry.title
    done = await manager.async_configure(form["flow_id"], {})
    await hass.async_block_till_done()
    assert done["type"] is FlowResultType.CREATE_ENTRY
    assert asked(hass, entry) == 1

    new = gateway.mint()
    result = await submit(hass, await choose(hass, await request(hass, entry), "token"), token=new)
    assert result["reason"] == "reauth_successful"
    assert entry.state is ConfigEntryState.LOADED
    assert entry.data[CONF_TOKEN] == new
    assert told(hass, entry) is None
    await pass_time(hass, freezer, DAY)
    assert (told(hass, entry), asked(hass, entry)) == (None, 0)


async def test_an_installers_pasted_token_is_told_of_an_hour_ahead(
    hass: HomeAssistant, gateway: GatewaySimulator, freezer: FrozenDateTimeFactory, setup_entry: EntrySetUp
) -> None:
    """A twelfth of its life; and when it ends, reauth takes the repair's place."""
    entry = await setup_entry(gateway, token=gateway.mint("installer"), options=SLOW)
    await pass_time(hass, freezer, 10.9 * HOUR)
    assert told(hass, entry) is None
    await pass_time(hass, freezer, 0.2 * HOUR)
    assert told(hass, entry) == "token_ends"
    await pass_time(hass, freezer, HOUR)
    await refresh(hass, entry)
    assert (told(hass, entry), asked(hass, entry)) == (None, 1)


@pytest.mark.parametrize("answer", cloud_answers.ALL.values(), ids=cloud_answers.ALL)
async def test_reauth_with_an_account(
    hass: HomeAssistant, gateway: GatewaySimulator, cloud: CloudSimulator, setup_entry: EntrySetUp, answer: CloudAnswer
) -> None:
    """Each refusal of the cloud has its own text; the same form leads on when it is over, and clears the memory."""
    cloud_answers.FINAL["wrong_password"].arrange(cloud)
    entry = await setup_entry(gateway, token=revoked(gateway), **ACCOUNT)
    form = await choose(hass, await request(hass, entry), "account")
    cloud.requests.clear()
    answer.arrange(cloud)
    form = await submit(hass, form, **flow_steps.ACCOUNT)
    field = next(field for field, text in ACCOUNT_ERRORS.values() if text == answer.obstacle)
    assert form["errors"] == {field: answer.obstacle}
    # A cloud that has become unreachable still gets a request on the connection that it had before.
    assert len(cloud.requests) == (answer.requests or 1)

    cloud_answers.arrange_normal(cloud)
    cloud.requests.clear()
    result = await submit(hass, form, **flow_steps.ACCOUNT)
    assert result["reason"] == "reauth_successful"
    assert entry.state is ConfigEntryState.LOADED
    assert len(cloud.sign_ins) == 1
    assert (told(hass, entry), asked(hass, entry)) == (None, 0)
    gateway.revoke(entry.data[CONF_TOKEN])
    await refresh(hass, entry)
    assert len(cloud.sign_ins) == 2


async def test_a_repair_opens_while_its_entry_does_not_load(
    hass: HomeAssistant, gateway: GatewaySimulator, cloud: CloudSimulator, setup_entry: EntrySetUp
) -> None:
    """With a cloud that gives no token, another one can be pasted."""
    cloud_answers.PASSING["tokens_forbidden"].arrange(cloud)
    entry = await setup_entry(gateway, token=revoked(gateway), **ACCOUNT)
    assert told(hass, entry) == Obstacle.TOKEN_NOT_ISSUED
    manager, form = await open_repair(hass, entry)
    await manager.async_configure(form["flow_id"], {})
    await hass.async_block_till_done()
    await submit(hass, await choose(hass, await request(hass, entry), "token"), token=gateway.mint())
    assert entry.state is ConfigEntryState.LOADED
    assert told(hass, entry) is None
