"""Setting up, unloading and removing an entry; what is refused, and how."""

from collections.abc import AsyncGenerator

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
import pytest

from custom_components.iq_gateway.client.endpoints import ENDPOINTS, INFO
from custom_components.iq_gateway.const import CONF_UPDATE_INTERVAL
from tests import states
from tests.conftest import EntrySetUp
from tests.simulator import Clock, Fault, GatewaySimulator


@pytest.fixture
async def stranger(socket_enabled: None, clock: Clock) -> AsyncGenerator[GatewaySimulator]:
    """Another gateway."""
    async with GatewaySimulator("standard", clock=clock) as simulator:
        yield simulator


async def test_an_entry_is_set_up_and_unloaded(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """Afterwards nothing is asked any more."""
    entry = await setup_entry(gateway)
    assert entry.state is ConfigEntryState.LOADED
    coordinator = states.coordinator(entry)

    assert await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_block_till_done()
    assert entry.state.name == "NOT_LOADED"
    assert states.state(hass, gateway.serial, "production_power") == STATE_UNAVAILABLE
    assert not list(coordinator.async_contexts())
    assert gateway.connections == 0


async def test_a_reload_finds_everything_again(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """On the same devices."""
    entry = await setup_entry(gateway)
    before = {device.id for device in dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)}
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert states.figure(hass, gateway.serial, "production_power") is not None
    assert {device.id for device in dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)} == before


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault.REFUSED, "cannot_connect"),
        (Fault.RESET, "cannot_connect"),
        (Fault.BAD_GATEWAY, "not_ready"),
        (Fault.HTML_PAGE, "not_ready"),
        (Fault.EMPTY, "not_ready"),
    ],
)
async def test_a_gateway_that_tells_nothing_is_not_ready(
    setup_entry: EntrySetUp, gateway: GatewaySimulator, fault: Fault, reason: str
) -> None:
    """Home Assistant tries again by itself, and says why."""
    gateway.fault("*", fault)
    entry = await setup_entry(gateway)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert states.why_not(entry) == reason


async def test_a_description_alone_is_not_enough(setup_entry: EntrySetUp, gateway: GatewaySimulator) -> None:
    """It tells nothing of the site."""
    for endpoint in ENDPOINTS:
        if endpoint is not INFO:
            gateway.fault(endpoint.path, Fault.UNAVAILABLE)
    assert (await setup_entry(gateway)).state is ConfigEntryState.SETUP_RETRY


@pytest.mark.parametrize("silent", [endpoint.name for endpoint in ENDPOINTS if endpoint is not INFO])
async def test_one_silent_endpoint_does_not_keep_it_from_starting(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator, silent: str
) -> None:
    """What answered is shown."""
    gateway.fault(silent, Fault.BAD_GATEWAY)
    entry = await setup_entry(gateway)
    assert entry.state is ConfigEntryState.LOADED
    assert (
        states.figure(hass, gateway.serial, "inverters_reporting" if silent != "inverters" else "grid_power")
        is not None
    )
    # There may be a production meter, which alone would be right.
    assert (states.figure(hass, gateway.serial, "production_power") is None) is (silent == "meters")


async def test_a_rejected_token_asks_the_user(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """Nothing is remembered to make another one with."""
    token = gateway.mint()
    gateway.revoke(token)
    entry = await setup_entry(gateway, token=token)
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert states.why_not(entry) == "token_rejected"
    assert [flow["context"]["source"] for flow in hass.config_entries.flow.async_progress()] == [SOURCE_REAUTH]


async def test_another_certificate_is_not_talked_to(setup_entry: EntrySetUp, gateway: GatewaySimulator) -> None:
    """Nothing is sent to it; it may be anybody."""
    entry = await setup_entry(gateway, fingerprint="0" * 64)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert states.why_not(entry) == "certificate_changed"
    assert gateway.requests == []


async def test_another_gateway_at_the_address_is_not_read(
    setup_entry: EntrySetUp, gateway: GatewaySimulator, stranger: GatewaySimulator
) -> None:
    """Discovery will find the right address."""
    entry = await setup_entry(gateway, host=stranger.host, fingerprint=stranger.fingerprint)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert states.why_not(entry) == "wrong_gateway"
    assert [request.path for request in stranger.requests] == ["/info"]
    assert not any("authorization" in request.headers for request in stranger.requests)


async def test_two_gateways_at_once(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator, stranger: GatewaySimulator
) -> None:
    """Each with its own figures."""
    first, second = await setup_entry(gateway), await setup_entry(stranger)
    assert (first.state, second.state) == (ConfigEntryState.LOADED, ConfigEntryState.LOADED)
    assert len(states.coordinator(first).data.site.inverters) == 35
    assert len(states.coordinator(second).data.site.inverters) == 13
    assert not states.coordinator(first).data.site.inverters.keys() & states.coordinator(second).data.site.inverters


async def test_the_gateway_is_a_device(hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator) -> None:
    """With firmware, model and a link to its own pages."""
    await setup_entry(gateway)
    device = states.device(hass, gateway.serial)
    assert (device.manufacturer, device.model, device.model_id) == ("Enphase", "IQ Gateway", "800-00654-r08")
    assert (device.sw_version, device.serial_number) == ("D8.3.5169", gateway.serial)
    assert device.configuration_url == f"https://{gateway.host}/home"


@pytest.mark.parametrize("seconds", [30, 300, 3600])
async def test_the_pace_is_an_option(setup_entry: EntrySetUp, gateway: GatewaySimulator, seconds: int) -> None:
    """In seconds."""
    entry = await setup_entry(gateway, options={CONF_UPDATE_INTERVAL: seconds})
    interval = states.coordinator(entry).update_interval
    assert interval is not None
    assert interval.total_seconds() == seconds
