"""Binary sensors: relays, the connection to the cloud, meters with a problem."""

from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
import pytest

from tests import states
from tests.conftest import EntrySetUp
from tests.edits import Record, rows, section
from tests.simulator import Clock, GatewaySimulator


def _state(hass: HomeAssistant, gateway: GatewaySimulator, key: str) -> str:
    return states.state(hass, gateway.serial, key, "binary_sensor")


@pytest.mark.parametrize(
    ("profile", "grid", "generator"),
    [("system_controller", STATE_ON, None), ("off_grid", STATE_OFF, None), ("generator", STATE_OFF, STATE_ON)],
)
async def test_relays_of_a_site(
    hass: HomeAssistant,
    socket_enabled: None,
    clock: Clock,
    setup_entry: EntrySetUp,
    profile: str,
    grid: str,
    generator: str | None,
) -> None:
    """Closed is on; a generator's relay is off by default where no generator shows."""
    async with GatewaySimulator(profile, clock=clock) as gateway:
        await setup_entry(gateway)
        assert _state(hass, gateway, "grid_relay") == grid
        relay = states.entity_id(hass, gateway.serial, "generator_relay", "binary_sensor")
        shown = hass.states.get(relay)
        assert (shown.state if shown else None) == generator


@pytest.mark.parametrize("profile", ["standard", "net_three", "metered_battery", "ac_batteries"])
async def test_sites_that_cannot_leave_the_grid_have_no_relays(
    hass: HomeAssistant, socket_enabled: None, clock: Clock, setup_entry: EntrySetUp, profile: str
) -> None:
    """Their gateway tells a state of relays all the same, and a battery is no relay."""
    async with GatewaySimulator(profile, clock=clock) as gateway:
        await setup_entry(gateway)
        for relay in ("grid_relay", "generator_relay"):
            assert states.find(hass, gateway.serial, relay, "binary_sensor") is None
        assert states.find(hass, gateway.serial, "grid_state") is None


async def test_a_relay_of_unknown_state_is_unknown(
    hass: HomeAssistant, socket_enabled: None, clock: Clock, setup_entry: EntrySetUp
) -> None:
    """Rather than open or closed."""
    odd: Record = {"mains_admin_state": "closed", "mains_oper_state": "fault"}
    async with GatewaySimulator("system_controller", clock=clock) as gateway:
        gateway.override("live", section("meters", main_relay_state=99))
        gateway.override("relay", odd)
        gateway.override(
            "inventory", [{"type": "ENPOWER", "devices": [{"serial_num": "482326107450", "part_num": "865", **odd}]}]
        )
        await setup_entry(gateway)
        assert _state(hass, gateway, "grid_relay") == STATE_UNKNOWN
        assert states.state(hass, gateway.serial, "grid_state") == STATE_UNKNOWN


async def test_a_state_of_unknown_meaning_is_no_relay(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """Where nothing is listed that lets the house leave the grid."""
    gateway.override("live", section("meters", main_relay_state=99))
    await setup_entry(gateway)
    assert states.find(hass, gateway.serial, "grid_relay", "binary_sensor") is None


@pytest.mark.parametrize(
    ("told", "shown"), [("connected", STATE_ON), ("disconnected", STATE_OFF), (None, STATE_UNKNOWN)]
)
async def test_the_connection_to_the_cloud(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator, told: str | None, shown: str
) -> None:
    """Whether the gateway reaches Enphase, which nothing here depends on."""
    gateway.override("live", section("connection", mqtt_state=told))
    await setup_entry(gateway)
    assert _state(hass, gateway, "cloud_connection") == shown


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        ({}, STATE_OFF),
        ({"meteringStatus": "check-wiring"}, STATE_ON),
        ({"statusFlags": ["production-imbalance"]}, STATE_ON),
    ],
)
async def test_a_meter_with_a_problem(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator, change: Record, shown: str
) -> None:
    """Each meter tells for itself."""
    gateway.override("meters", rows(lambda listed: [listed[0] | change, *listed[1:]]))
    await setup_entry(gateway)
    assert _state(hass, gateway, "production_meter_problem") == shown
    assert _state(hass, gateway, "storage_meter_problem") == STATE_OFF
