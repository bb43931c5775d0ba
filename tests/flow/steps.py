"""Steps through the flow, as the frontend takes them."""

from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import SOURCE_USER, ConfigFlowResult
from homeassistant.const import CONF_PASSWORD, CONF_USERNAME
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import BaseServiceInfo, FlowResultType

from custom_components.iq_gateway.const import CONF_REMEMBER_PASSWORD, DOMAIN
from tests.conftest import PASSWORD, USERNAME
from tests.simulator import GatewaySimulator

ACCOUNT = {CONF_USERNAME: USERNAME, CONF_PASSWORD: PASSWORD, CONF_REMEMBER_PASSWORD: True}


async def start(
    hass: HomeAssistant, source: str = SOURCE_USER, data: BaseServiceInfo | None = None
) -> ConfigFlowResult:
    """Start a flow."""
    return await hass.config_entries.flow.async_init(DOMAIN, context={"source": source}, data=data)


async def submit(hass: HomeAssistant, result: ConfigFlowResult, **fields: object) -> ConfigFlowResult:
    """Fill the form that a flow shows, and wait until everything that follows from it is done."""
    result = await hass.config_entries.flow.async_configure(result["flow_id"], fields)
    await hass.async_block_till_done()
    return result


async def choose(hass: HomeAssistant, result: ConfigFlowResult, way: str) -> ConfigFlowResult:
    """Choose from the menu that a flow shows."""
    assert result["type"] is FlowResultType.MENU
    assert result["step_id"] == "sign_in"
    return await submit(hass, result, next_step_id=way)


async def account_form(hass: HomeAssistant, gateway: GatewaySimulator) -> ConfigFlowResult:
    """Go as far as the form for the account."""
    return await choose(hass, await submit(hass, await start(hass), host=gateway.host), "account")


async def token_form(hass: HomeAssistant, gateway: GatewaySimulator) -> ConfigFlowResult:
    """Go as far as the form for the token."""
    return await choose(hass, await submit(hass, await start(hass), host=gateway.host), "token")


async def finish(hass: HomeAssistant, result: ConfigFlowResult, **fields: bool) -> ConfigFlowResult:
    """Take the last step of a new gateway, by default as it is suggested."""
    assert result["type"] is FlowResultType.FORM
    assert (result["step_id"], result["errors"]) == ("finish", {})
    return await submit(hass, result, **fields)


def shown(result: ConfigFlowResult) -> Mapping[str, Any]:
    """Return what a form suggests for its fields."""
    schema = result["data_schema"]
    assert schema is not None
    return {
        str(field): field.description["suggested_value"]
        for field in schema.schema
        if field.description and "suggested_value" in field.description
    }
