"""What switches a house: its dry contacts, its generator, its relay, and an outage of the grid."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests import states
from tests.conftest import EntrySetUp
from tests.simulator import PROFILES, Clock, Fault, GatewaySimulator
from tests.simulator.answers import ANSWERS, Scene
from tests.simulator.profiles import Profile
from tests.simulator.reply import Json
from tests.time_lapse import pass_time

CYCLE: Final = timedelta(seconds=300)
LOOK: Final = timedelta(seconds=30)
SWITCHED: Final = replace(PROFILES["off_grid"], on_grid=True, inverters=2, contacts={"NC1": "Water heater", "NC2": ""})
WITH_GENERATOR: Final = replace(PROFILES["generator_idle"], inverters=2)
COLLAR: Final = replace(PROFILES["collar"], inverters=2)

RELAY_OPEN: Final[dict[str, Json]] = {
    "mains_admin_state": "closed",
    "mains_oper_state": "open",
    "Enchg_grid_mode": "multimode-offgrid",
}


@pytest.fixture
def profile() -> Profile:
    """A System Controller with a battery and two contacts in use, unless a test says otherwise."""
    return SWITCHED


@pytest.fixture
async def gateway(socket_enabled: None, clock: Clock, profile: Profile) -> AsyncGenerator[GatewaySimulator]:
    """A site that can leave the grid."""
    async with GatewaySimulator(profile, clock=clock) as simulator:
        yield simulator


def controller(gateway: GatewaySimulator) -> str:
    """Return the serial number of its System Controller."""
    return serial_of(gateway, "ENPOWER")


def serial_of(gateway: GatewaySimulator, kind: str) -> str:
    """Return the serial number of the first device of a kind in the inventory."""
    scene = Scene(house=gateway.house, serial=gateway.serial, firmware=gateway.firmware, stamp=0)
    groups: Any = ANSWERS["/ivp/ensemble/inventory"](scene)
    return next(str(group["devices"][0]["serial_num"]) for group in groups if group["type"] == kind)


def devices_named(hass: HomeAssistant, entry: MockConfigEntry, *names: str) -> list[str]:
    """Return which of these devices there are."""
    found = [device.name or "" for device in dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)]
    return [name for name in names if name in found]


async def look(hass: HomeAssistant, freezer: FrozenDateTimeFactory, *, cycles: int = 1) -> None:
    """Let cycles pass."""
    for _ in range(cycles):
        await pass_time(hass, freezer, CYCLE)


async def test_contacts_that_are_used_are_devices_by_the_name_of_their_load(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """Reached through their System Controller; those that nothing hangs on are none."""
    entry = await setup_entry(gateway)
    await look(hass, freezer)
    serial = controller(gateway)
    through = states.device(hass, serial).id
    heater, other = states.device(hass, f"{serial}_nc1"), states.device(hass, f"{serial}_nc2")
    assert (heater.name, other.name) == ("Water heater", "Dry contact NC2")
    assert (heater.model, other.model) == ("NC1", "NC2")
    assert heater.via_device_id == other.via_device_id == through
    assert states.state(hass, f"{serial}_nc1", "contact", "binary_sensor") == STATE_ON
    assert not states.find(hass, f"{serial}_no1", "contact", "binary_sensor")

    gateway.override("dry_contacts", {"dry_contacts": [{"id": "NC1", "status": "open"}, {"id": "NC2"}]})
    await look(hass, freezer)
    assert states.state(hass, f"{serial}_nc1", "contact", "binary_sensor") == STATE_OFF
    assert states.state(hass, f"{serial}_nc2", "contact", "binary_sensor") == STATE_UNKNOWN

    mode = states.entity_id(hass, f"{serial}_nc1", "mode")
    assert hass.states.get(mode) is None, "off by default"
    await states.enable(hass, entry, mode, states.entity_id(hass, f"{serial}_nc2", "mode"))
    assert states.state(hass, f"{serial}_nc1", "mode") == "battery_level"
    assert states.state(hass, f"{serial}_nc2", "mode") == "manual"


@pytest.mark.parametrize("profile", [replace(SWITCHED, contacts={}), replace(SWITCHED, system_controller=False)])
async def test_four_contacts_that_nobody_uses_are_no_devices(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """Every gateway tells of four."""
    await setup_entry(gateway)
    await look(hass, freezer, cycles=2)
    assert not [one for one in hass.states.async_entity_ids("binary_sensor") if "contact" in one]
    assert not any(request.path == "/ivp/ensemble/dry_contacts" for request in gateway.requests)


async def test_a_contact_of_a_type_to_come_is_a_contact(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """One that switches somebody else's inverter, as one system has it; beside rows that are broken."""
    third: dict[str, Json] = {"id": "NO1", "type": "3RD-PV", "load_name": "Barn", "mode": 7}
    gateway.override("dry_contact_settings", {"dry_contacts": [third, None, {"type": "LOAD"}, {"id": "NC1"}]})
    entry = await setup_entry(gateway)
    await look(hass, freezer)
    assert devices_named(hass, entry, "Barn", "Water heater", "Dry contact NC1") == ["Barn"]
    assert states.state(hass, f"{controller(gateway)}_no1", "contact", "binary_sensor") == STATE_OFF


@pytest.mark.parametrize("fault", [Fault.UNAUTHORIZED, Fault.NOT_FOUND])
@pytest.mark.parametrize(
    "path", ["dry_contacts", "dry_contact_settings", "generator", "generator_config", "generator_mode", "relay"]
)
@pytest.mark.parametrize("profile", [replace(WITH_GENERATOR, battery=SWITCHED.battery)])
async def test_a_path_that_is_refused_takes_nothing_else_down(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    setup_entry: EntrySetUp,
    gateway: GatewaySimulator,
    caplog: pytest.LogCaptureFixture,
    path: str,
    fault: Fault,
) -> None:
    """Some firmware keeps one or the other to itself, or has none of it."""
    if fault is Fault.UNAUTHORIZED:
        gateway.deny("owner", path)
    else:
        gateway.fault(path, fault)
    entry = await setup_entry(gateway)
    await look(hass, freezer, cycles=2)
    assert states.state(hass, gateway.serial, "grid_outage", "binary_sensor") == STATE_OFF, "the inventory tells too"
    assert states.figure(hass, gateway.serial, "production_power") is not None
    contact = states.find(hass, f"{controller(gateway)}_nc1", "contact", "binary_sensor")
    assert bool(contact) is (path != "dry_contact_settings")
    running = states.find(hass, f"{gateway.serial}_generator", "running", "binary_sensor")
    assert bool(running) is (path != "generator_config")
    assert "ERROR" not in caplog.text
    assert not list(entry.async_get_active_flows(hass, {"reauth"}))


@pytest.mark.parametrize("profile", [WITH_GENERATOR])
async def test_a_generator_shows_what_it_does_and_what_it_was_told(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """A device by the name of its maker, reached through the System Controller."""
    entry = await setup_entry(gateway)
    await look(hass, freezer)
    part = f"{gateway.serial}_generator"
    device = states.device(hass, part)
    assert (device.name, device.manufacturer, device.model) == ("Generator", "Generac", "G007042-3 (14kW)")
    assert device.via_device_id == states.device(hass, controller(gateway)).id
    assert [states.state(hass, part, key) for key in ("mode", "start_level", "stop_level")] == ["auto", "30.0", "70.0"]
    assert states.state(hass, part, "running", "binary_sensor") == STATE_OFF
    rated = states.entity_id(hass, part, "rated_power")
    assert hass.states.get(rated) is None, "off by default"

    running: dict[str, Json] = {"oper_state": "close", "start_soc": 100, "stop_soc": -1, "present": 0}
    gateway.override("generator", running)
    gateway.override("generator_mode", {"gen_cmd": "On"})
    await states.enable(hass, entry, rated)
    assert states.figure(hass, part, "rated_power") == 14_000.0
    assert states.state(hass, part, "running", "binary_sensor") == STATE_ON
    assert [states.state(hass, part, key) for key in ("mode", "start_level")] == ["on", "100.0"]
    assert states.state(hass, part, "stop_level") == STATE_UNKNOWN, "it stops at none"


async def test_what_is_said_of_no_generator_makes_none(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """That one is present is said where none is."""
    await setup_entry(gateway)
    await look(hass, freezer, cycles=2)
    assert not states.find(hass, f"{gateway.serial}_generator", "running", "binary_sensor")
    assert not any(request.path == "/ivp/ensemble/generator" for request in gateway.requests)
    gateway.override("generator_config", {"gen_type": "Standby"})
    await look(hass, freezer, cycles=25)
    assert states.state(hass, f"{gateway.serial}_generator", "running", "binary_sensor") == STATE_OFF


@pytest.mark.parametrize("profile", [COLLAR])
async def test_a_combiner_shows_whether_it_is_reached(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """On a device of its own, beside the collar."""
    entry = await setup_entry(gateway)
    serial = serial_of(gateway, "C6 COMBINER CONTROLLER")
    device = states.device(hass, serial)
    assert (device.name, device.model_id, device.serial_number) == ("Combiner controller", "800-02403-r08", serial)
    assert states.state(hass, serial, "communicating", "binary_sensor") == STATE_ON
    await states.enable(hass, entry, states.entity_id(hass, serial, "state"))
    assert states.state(hass, serial, "state") == "ENCMN_C6_CC_READY"


def outage(hass: HomeAssistant, gateway: GatewaySimulator) -> str:
    """Return what is shown of an outage."""
    return states.state(hass, gateway.serial, "grid_outage", "binary_sensor")


async def test_an_outage_is_shown_half_a_minute_after_the_relay_tells(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """Once it has told twice; and so is its end."""
    await setup_entry(gateway)
    assert outage(hass, gateway) == STATE_OFF
    gateway.override("relay", RELAY_OPEN)
    await look(hass, freezer)
    assert outage(hass, gateway) == STATE_OFF, "it has told once"
    await pass_time(hass, freezer, LOOK)
    assert outage(hass, gateway) == STATE_ON

    gateway.override("relay", RELAY_OPEN | {"mains_oper_state": "open synchronizing"})
    await look(hass, freezer)
    assert outage(hass, gateway) == STATE_ON
    gateway.override("relay", None)
    await look(hass, freezer)
    await pass_time(hass, freezer, LOOK)
    assert outage(hass, gateway) == STATE_OFF


async def test_an_outage_that_is_there_at_the_start_is_shown(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """Until it is told twice nothing is."""
    gateway.override("relay", RELAY_OPEN)
    await setup_entry(gateway)
    await pass_time(hass, freezer, LOOK)
    assert outage(hass, gateway) == STATE_ON


@pytest.mark.parametrize(
    "told",
    [
        pytest.param({"mains_admin_state": "open", "mains_oper_state": "open"}, id="by choice"),
        pytest.param(RELAY_OPEN | {"Enchg_grid_mode": "multimode-generator"}, id="a generator run"),
        pytest.param({"mains_admin_state": "closed", "mains_oper_state": "closed"}, id="on the grid"),
    ],
)
async def test_what_is_no_outage_is_not_shown_as_one(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    setup_entry: EntrySetUp,
    gateway: GatewaySimulator,
    told: dict[str, Json],
) -> None:
    """The house is off the grid by its owner's will, or fed by a generator."""
    await setup_entry(gateway)
    gateway.override("relay", told)
    for _ in range(4):
        await pass_time(hass, freezer, LOOK)
        assert outage(hass, gateway) == STATE_OFF
    await look(hass, freezer, cycles=2)
    assert outage(hass, gateway) == STATE_OFF


@pytest.mark.parametrize(
    "profile", [replace(PROFILES["generator"], inverters=2)], ids=["a generator that runs, as the house tells of it"]
)
async def test_a_house_on_its_generator_is_not_in_an_outage(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """Its relay is open and wanted closed."""
    gateway.override("relay", {"mains_admin_state": "closed", "mains_oper_state": "open"})
    await setup_entry(gateway)
    await look(hass, freezer, cycles=3)
    assert outage(hass, gateway) == STATE_OFF
    assert states.state(hass, f"{gateway.serial}_generator", "running", "binary_sensor") == STATE_ON


async def test_one_odd_answer_is_no_outage(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """Nor does one take it away."""
    await setup_entry(gateway)
    gateway.override("relay", RELAY_OPEN)
    await look(hass, freezer)
    gateway.override("relay", None)
    await pass_time(hass, freezer, LOOK)
    assert outage(hass, gateway) == STATE_OFF
    odd: list[Json] = [{"mains_oper_state": "mended"}, {}, [], "oops", {"mains_admin_state": 7, "mains_oper_state": 1}]
    for told_oddly in odd:
        gateway.override("relay", told_oddly)
        await look(hass, freezer)
        assert outage(hass, gateway) == STATE_OFF, "the inventory tells it then"


async def test_a_relay_that_falls_silent_takes_the_outage_down_with_it(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """After two cycles, as everywhere, if all that stands in for it is silent as well."""
    await setup_entry(gateway)
    for path in ("relay", "inventory", "live"):
        gateway.fault(path, Fault.BAD_GATEWAY)
    shown = []
    for _ in range(3):
        await look(hass, freezer)
        shown.append(outage(hass, gateway))
    assert shown == [STATE_OFF, STATE_OFF, STATE_UNAVAILABLE]


@pytest.mark.parametrize("profile", [COLLAR])
@pytest.mark.parametrize(("wanted", "expected"), [("closed", STATE_ON), ("open", STATE_OFF)])
async def test_a_collar_tells_of_an_outage_in_the_inventory(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    setup_entry: EntrySetUp,
    gateway: GatewaySimulator,
    wanted: str,
    expected: str,
) -> None:
    """Whether it was wanted, the relay is asked; not before, since it says closed at any time."""
    await setup_entry(gateway)
    assert not any(request.path == "/ivp/ensemble/relay" for request in gateway.requests)
    gateway.override("relay", {"mains_admin_state": wanted, "mains_oper_state": "closed"})
    gateway.override("inventory", off_grid_collar)
    await look(hass, freezer)
    assert outage(hass, gateway) == STATE_OFF
    await pass_time(hass, freezer, LOOK)
    assert outage(hass, gateway) == expected


def off_grid_collar(groups: Any) -> Any:  # noqa: ANN401
    """Return an inventory whose collar is off the grid."""
    for group in groups:
        if group["type"] == "COLLAR":
            group["devices"][0]["admin_state_str"] = "ENCMN_MDE_OFF_GRID"
    return groups


@pytest.mark.parametrize("profile", [replace(PROFILES["metered_battery"], inverters=2)])
async def test_without_a_relay_nothing_is_told_of_outages(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """A gateway without one says that it is closed."""
    await setup_entry(gateway)
    await look(hass, freezer)
    assert not states.find(hass, gateway.serial, "grid_outage", "binary_sensor")
    assert not any(request.path == "/ivp/ensemble/relay" for request in gateway.requests)


@pytest.mark.parametrize(
    ("told", "state", "relay"),
    [
        ("closed", "on_grid", STATE_ON),
        ("open", "off_grid", STATE_OFF),
        ("open synchronized", "resynchronizing", STATE_OFF),
    ],
)
async def test_without_live_data_the_relay_tells_of_the_grid(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    setup_entry: EntrySetUp,
    gateway: GatewaySimulator,
    told: str,
    state: str,
    relay: str,
) -> None:
    """Old firmware, a role, or a gateway that is none: live data is refused."""
    gateway.deny("owner", "live", "stream")
    gateway.override("relay", {"mains_admin_state": "closed", "mains_oper_state": told})
    await setup_entry(gateway)
    await look(hass, freezer, cycles=3)
    assert states.state(hass, gateway.serial, "grid_state") == state
    assert states.state(hass, gateway.serial, "grid_relay", "binary_sensor") == relay


@pytest.mark.parametrize("profile", [COLLAR])
async def test_without_live_data_a_collar_tells_of_the_grid(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """And never the relay, which it is not."""
    gateway.deny("owner", "live", "stream")
    gateway.override("inventory", off_grid_collar)
    await setup_entry(gateway)
    await look(hass, freezer, cycles=3)
    assert states.state(hass, gateway.serial, "grid_state") == "off_grid"


@pytest.mark.parametrize("profile", [replace(PROFILES["net_single"], inverters=2)])
async def test_without_live_data_and_hardware_there_is_no_grid_state(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """That the relay is closed is no sign of one."""
    gateway.deny("owner", "live", "stream")
    await setup_entry(gateway)
    await look(hass, freezer, cycles=3)
    assert not states.find(hass, gateway.serial, "grid_state")


async def test_contacts_are_there_at_once_after_a_restart(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """What they are for is remembered."""
    entry = await setup_entry(gateway)
    await look(hass, freezer)
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert states.state(hass, f"{controller(gateway)}_nc1", "contact", "binary_sensor") == STATE_ON


async def test_how_the_gateway_is_read_is_told(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """Whose token it is, by default; what the requests are like, where somebody looks at it."""
    entry = await setup_entry(gateway)
    assert states.state(hass, gateway.serial, "token_role") == "owner"
    counted = ("response_time", "requests_last_hour")
    await states.enable(hass, entry, *(states.entity_id(hass, gateway.serial, key) for key in counted))
    await look(hass, freezer)  # Home Assistant loads it once more by itself
    gateway.requests.clear()
    before = states.figure(hass, gateway.serial, "requests_last_hour")
    await look(hass, freezer)
    after = states.figure(hass, gateway.serial, "requests_last_hour")
    assert before is not None
    assert after is not None
    assert after - before == len([request for request in gateway.requests if request.method == "GET"])
    shown = hass.states.get(states.entity_id(hass, gateway.serial, "response_time"))
    assert shown is not None
    assert shown.attributes["unit_of_measurement"] == "ms"


@pytest.mark.parametrize(("role", "shown"), [("installer", "installer"), ("grandmother", "unknown")])
async def test_the_role_of_a_token_is_what_it_says(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator, role: str, shown: str
) -> None:
    """A role that nobody knows is unknown."""
    await setup_entry(gateway, token=gateway.mint(role))
    assert states.state(hass, gateway.serial, "token_role") == shown


async def test_the_page_of_a_gateway_is_one_that_it_has(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """That at the root is gone from 8.3.5286 on."""
    await setup_entry(gateway)
    assert states.device(hass, gateway.serial).configuration_url == f"https://{gateway.host}/home"
