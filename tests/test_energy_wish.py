"""The Energy panel, filled in when the flow or the options ask for it: once, when the entities exist."""

from homeassistant.components.energy.data import EnergyManager
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
import pytest

from custom_components.iq_gateway.const import CONF_ENERGY_PANEL, CONF_ENERGY_PANEL_PENDING, CONF_KEEP_LIVE_DATA
from tests.conftest import EntrySetUp
from tests.energy_panel import BATTERY, GRID, SOLAR, prefer, saved
from tests.flow.steps import finish, shown, submit, token_form
from tests.simulator import Clock, Fault, GatewaySimulator


async def test_a_wish_is_fulfilled_once(
    energy_manager: EnergyManager, hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """It is forgotten then, the other options are not; what the user removes later stays removed."""
    entry = await setup_entry(gateway, options={CONF_ENERGY_PANEL: True, CONF_KEEP_LIVE_DATA: False})
    assert saved(energy_manager) == [SOLAR, GRID, BATTERY]
    assert entry.options == {CONF_KEEP_LIVE_DATA: False}
    await prefer(energy_manager)
    await hass.config_entries.async_reload(entry.entry_id)
    assert saved(energy_manager) == []


async def test_a_new_gateway_is_put_into_the_panel(
    energy_manager: EnergyManager, hass: HomeAssistant, gateway: GatewaySimulator
) -> None:
    """The flow's last step is all it takes."""
    result = await submit(hass, await token_form(hass, gateway), token=gateway.mint())
    result = await finish(hass, result, energy_panel=True)
    assert saved(energy_manager) == [SOLAR, GRID, BATTERY]
    assert result["result"].options == {}


async def test_the_options_put_a_gateway_into_the_panel(
    energy_manager: EnergyManager, hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """Each time they are asked to; the switch is off again afterwards."""
    entry = await setup_entry(gateway)
    for _ in range(2):
        await prefer(energy_manager)
        result = await hass.config_entries.options.async_init(entry.entry_id)
        assert CONF_ENERGY_PANEL not in shown(result)
        await hass.config_entries.options.async_configure(result["flow_id"], {CONF_ENERGY_PANEL: True})
        await hass.async_block_till_done()
        assert saved(energy_manager) == [SOLAR, GRID, BATTERY]
    assert CONF_ENERGY_PANEL not in entry.options


async def test_without_a_wish_the_panel_is_not_touched(
    energy_manager: EnergyManager, hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """Nothing happens unasked."""
    await setup_entry(gateway)
    assert energy_manager.data is None


async def test_a_wish_outlives_a_gateway_that_is_away(
    energy_manager: EnergyManager, hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """It waits for the first set-up that succeeds."""
    gateway.fault("*", Fault.UNAVAILABLE)
    entry = await setup_entry(gateway, options={CONF_ENERGY_PANEL: True})
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert energy_manager.data is None
    gateway.clear_faults()
    await hass.config_entries.async_reload(entry.entry_id)
    assert saved(energy_manager) == [SOLAR, GRID, BATTERY]
    assert not entry.options


async def test_what_a_silent_endpoint_keeps_away_is_added_at_a_later_start(
    energy_manager: EnergyManager, hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """That alone: what was added before, and removed by the user since, stays away."""
    gateway.fault("meters", Fault.UNAVAILABLE)
    entry = await setup_entry(gateway, options={CONF_ENERGY_PANEL: True})
    assert entry.state is ConfigEntryState.LOADED
    assert energy_manager.data is None
    await prefer(energy_manager)
    gateway.clear_faults()
    await hass.config_entries.async_reload(entry.entry_id)
    assert saved(energy_manager) == [SOLAR, GRID, BATTERY]
    assert not entry.options


async def test_an_endpoint_that_never_answers_brings_nothing_back(
    energy_manager: EnergyManager, hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """There are gateways whose live data are a page of html for ever."""
    gateway.fault("live", Fault.HTML_PAGE)
    entry = await setup_entry(gateway, options={CONF_ENERGY_PANEL: True})
    assert [source["type"] for source in saved(energy_manager)] == ["solar", "grid", "battery"]
    await prefer(energy_manager, SOLAR)
    for _ in range(3):
        await hass.config_entries.async_reload(entry.entry_id)
        assert saved(energy_manager) == [SOLAR]


@pytest.mark.usefixtures("socket_enabled")
async def test_what_two_complete_starts_do_not_find_is_not_there(
    energy_manager: EnergyManager, hass: HomeAssistant, setup_entry: EntrySetUp, clock: Clock
) -> None:
    """A battery that is bought years later is not put into the panel by a wish of long ago."""
    async with GatewaySimulator("net_three", clock=clock) as gateway:
        entry = await setup_entry(gateway, options={CONF_ENERGY_PANEL: True})
        gateway.fault("live", Fault.HTML_PAGE)
        for _ in range(3):
            assert entry.options == {CONF_ENERGY_PANEL_PENDING: {"battery": 1}}
            await hass.config_entries.async_reload(entry.entry_id)
        gateway.clear_faults()
        await hass.config_entries.async_reload(entry.entry_id)
    assert not entry.options
    assert [source["type"] for source in saved(energy_manager)] == ["solar", "grid"]


async def test_what_is_left_of_a_wish_outlives_a_change_of_options(
    energy_manager: EnergyManager, hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """The form has no field for it."""
    gateway.fault("meters", Fault.UNAVAILABLE)
    entry = await setup_entry(gateway, options={CONF_ENERGY_PANEL: True})
    gateway.clear_faults()
    result = await hass.config_entries.options.async_init(entry.entry_id)
    await hass.config_entries.options.async_configure(result["flow_id"], {CONF_KEEP_LIVE_DATA: True})
    await hass.async_block_till_done()
    assert saved(energy_manager) == [SOLAR, GRID, BATTERY]
    assert CONF_ENERGY_PANEL_PENDING not in entry.options


async def test_a_wish_that_cannot_be_fulfilled_is_given_up_and_logged(
    hass: HomeAssistant,
    setup_entry: EntrySetUp,
    gateway: GatewaySimulator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The gateway works without an Energy panel."""
    entry = await setup_entry(gateway, options={CONF_ENERGY_PANEL: True})
    assert entry.state is ConfigEntryState.LOADED
    assert not entry.options
    assert "the Energy panel was not set up: This Home Assistant has no Energy panel" in caplog.text
