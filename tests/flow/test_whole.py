"""The flow with the whole integration behind it."""

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_HOST
from homeassistant.core import HomeAssistant

from custom_components.iq_gateway.const import CONF_REMEMBER_PASSWORD
from tests.conftest import EntrySetUp
from tests.flow.steps import ACCOUNT, account_form, choose, finish, submit
from tests.simulator import CloudSimulator, GatewaySimulator


async def test_a_gateway_comes_alive_with_the_last_step(
    hass: HomeAssistant, gateway: GatewaySimulator, cloud: CloudSimulator
) -> None:
    """The entry loads, and its entities have states."""
    result = await submit(hass, await account_form(hass, gateway), **{**ACCOUNT, CONF_REMEMBER_PASSWORD: False})
    result = await finish(hass, result)
    assert result["result"].state is ConfigEntryState.LOADED
    assert hass.states.async_entity_ids("sensor")


async def test_reauth_brings_a_gateway_back(
    hass: HomeAssistant, gateway: GatewaySimulator, setup_entry: EntrySetUp
) -> None:
    """A token that was rejected at the start is asked for; the new one lets the entry load."""
    token = gateway.mint()
    gateway.revoke(token)
    entry = await setup_entry(gateway, token=token)
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["step_id"] == "reauth_confirm"

    result = await choose(hass, await hass.config_entries.flow.async_configure(flow["flow_id"], {}), "token")
    await submit(hass, result, token=gateway.mint())
    assert entry.state is ConfigEntryState.LOADED
    assert hass.config_entries.flow.async_progress() == []


async def test_reconfigure_brings_a_gateway_back(
    hass: HomeAssistant, gateway: GatewaySimulator, setup_entry: EntrySetUp
) -> None:
    """An entry whose gateway is elsewhere loads with the new address, its entities as they were."""
    entry = await setup_entry(gateway)
    known = hass.states.async_entity_ids()
    hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_HOST: "127.0.0.1:1"})
    assert not await hass.config_entries.async_reload(entry.entry_id)

    result = await submit(hass, await entry.start_reconfigure_flow(hass), host=gateway.host)
    await choose(hass, result, "keep")
    assert entry.state is ConfigEntryState.LOADED
    assert hass.states.async_entity_ids() == known
