"""What separates a house from the grid: its devices, their figures, and how they come and go."""

from datetime import timedelta
from typing import Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
import pytest

from custom_components.iq_gateway import async_remove_config_entry_device
from tests import states
from tests.conftest import EntrySetUp
from tests.simulator import Clock, Fault, GatewaySimulator
from tests.simulator.reply import Json
from tests.time_lapse import pass_time

CYCLE: Final = timedelta(seconds=300)
TWO_HOURS: Final = 24
COLLAR: Final = "482520020939"
CONTROLLER: Final = "482326107450"
# Of which nothing is shown: a group without figures, one without devices, one that is none.
OTHERS: Final[tuple[Json, ...]] = (
    {"type": "C6 RGM", "devices": [{"part_num": "800-02403-r08", "serial_num": "482523040550", "Device State": 80}]},
    {"type": "ENCHARGE", "devices": []},
    {"grid_profile_name": "IEEE 1547"},
)


def listed(kind: str, serial: str, **told: Json) -> Json:
    """Return an inventory with one device of a kind among others."""
    return [*OTHERS, {"type": kind, "devices": [{"serial_num": serial, **told}]}]


def collar(**told: Json) -> Json:
    """Return an inventory with a collar."""
    whole: dict[str, Json] = {
        "part_num": "865-00400-r22",
        "last_rpt_date": 1752939759,
        "admin_state_str": "ENCMN_MDE_ON_GRID",
        "communicating": True,
        "temperature": 42,
    }
    return listed("COLLAR", COLLAR, **whole | told)


async def test_a_collar_shows_its_temperature_and_whether_it_is_reached(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """On a device of its own, which is reached through the gateway."""
    gateway.override("inventory", collar())
    entry = await setup_entry(gateway)
    device = states.device(hass, COLLAR)
    assert (device.name, device.model, device.model_id) == ("IQ Meter Collar", "IQ Meter Collar", "865-00400-r22")
    assert (device.serial_number, device.via_device_id) == (COLLAR, states.device(hass, gateway.serial).id)
    assert states.figure(hass, COLLAR, "temperature") == 42.0
    assert states.state(hass, COLLAR, "communicating", "binary_sensor") == STATE_ON

    state = states.entity_id(hass, COLLAR, "state")
    assert hass.states.get(state) is None, "off by default"
    await states.enable(hass, entry, state)
    assert states.state(hass, COLLAR, "state") == "ENCMN_MDE_ON_GRID"
    assert states.find(hass, COLLAR, "last_report") is None


async def test_a_system_controller_shows_its_temperature_in_celsius(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """It measures in °F; whether it is reached, and two more that are off by default."""
    told: dict[str, Json] = {"temperature": 83, "communicating": True, "part_num": "865-00378-r27"}
    state: dict[str, Json] = {"admin_state_str": "ENPWR_STATE_OPER_CLOSED", "last_rpt_date": 1722967000}
    gateway.override("inventory", listed("ENPOWER", CONTROLLER, **told, **state))
    entry = await setup_entry(gateway)
    device = states.device(hass, CONTROLLER)
    assert (device.name, device.model) == ("IQ System Controller", "IQ System Controller")
    assert (device.model_id, device.serial_number) == ("865-00378-r27", CONTROLLER)
    assert device.via_device_id == states.device(hass, gateway.serial).id
    assert states.figure(hass, CONTROLLER, "temperature") == pytest.approx(28.33, abs=0.01)
    assert states.state(hass, CONTROLLER, "communicating", "binary_sensor") == STATE_ON

    off = [states.entity_id(hass, CONTROLLER, key) for key in ("state", "last_report")]
    assert [hass.states.get(one) for one in off] == [None, None]
    await states.enable(hass, entry, *off)
    assert states.state(hass, CONTROLLER, "state") == "ENPWR_STATE_OPER_CLOSED"
    assert states.state(hass, CONTROLLER, "last_report") == "2024-08-06T17:56:40+00:00"


async def test_a_system_controller_that_tells_nothing_is_there_all_the_same(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """By its serial number alone."""
    gateway.override("inventory", listed("ENPOWER", CONTROLLER, temperature="unknown"))
    await setup_entry(gateway)
    assert states.state(hass, CONTROLLER, "temperature") == STATE_UNKNOWN
    assert states.state(hass, CONTROLLER, "communicating", "binary_sensor") == STATE_UNKNOWN


@pytest.mark.parametrize("inventory", [[], [*OTHERS], [{"type": "COLLAR", "devices": []}, {"type": "ENPOWER"}]])
async def test_what_is_not_listed_is_no_device(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator, inventory: list[Json]
) -> None:
    """Empty groups and kinds of which nothing is shown make nothing."""
    gateway.override("inventory", inventory)
    entry = await setup_entry(gateway)
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    assert not [device.model for device in devices if device.model in {"IQ Meter Collar", "IQ System Controller"}]


@pytest.mark.parametrize(
    ("told", "temperature", "communicating"),
    [({"temperature": "unknown"}, None, STATE_ON), ({"communicating": False}, 42.0, STATE_OFF)],
)
async def test_what_a_device_does_not_tell_is_unknown(
    hass: HomeAssistant,
    setup_entry: EntrySetUp,
    gateway: GatewaySimulator,
    told: dict[str, Json],
    temperature: float | None,
    communicating: str,
) -> None:
    """After a restart of the gateway a text stands where the temperature belongs."""
    gateway.override("inventory", collar(**told))
    await setup_entry(gateway)
    assert states.figure(hass, COLLAR, "temperature") == temperature
    assert states.state(hass, COLLAR, "communicating", "binary_sensor") == communicating
    if temperature is None:
        assert states.state(hass, COLLAR, "temperature") == STATE_UNKNOWN


async def test_a_new_device_comes_without_a_reload_and_goes_by_hand(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """Within two hours; it can be removed once it is no longer listed."""
    gateway.override("inventory", [])
    entry = await setup_entry(gateway)
    assert states.find(hass, COLLAR, "temperature") is None
    gateway.override("inventory", collar())
    for _ in range(TWO_HOURS):
        await pass_time(hass, freezer, CYCLE)
    assert states.figure(hass, COLLAR, "temperature") == 42.0
    assert not await async_remove_config_entry_device(hass, entry, states.device(hass, COLLAR))

    gateway.override("inventory", [*OTHERS])
    for _ in range(4):
        await pass_time(hass, freezer, CYCLE)
    assert states.state(hass, COLLAR, "temperature") == STATE_UNAVAILABLE
    assert await async_remove_config_entry_device(hass, entry, states.device(hass, COLLAR))


async def test_a_silent_inventory_takes_only_its_own_entities_down(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """After two cycles, as everywhere; the device stays."""
    gateway.override("inventory", collar())
    entry = await setup_entry(gateway)
    gateway.fault("inventory", Fault.BAD_GATEWAY)
    shown = []
    for _ in range(3):
        await pass_time(hass, freezer, CYCLE)
        shown.append(states.state(hass, COLLAR, "temperature"))
    assert shown == ["42.0", "42.0", STATE_UNAVAILABLE]
    assert states.figure(hass, gateway.serial, "battery_level") is not None
    assert not await async_remove_config_entry_device(hass, entry, states.device(hass, COLLAR))


@pytest.mark.parametrize(
    ("profile", "fewest", "most"),
    [
        ("standard", 0, 0),
        ("net_single", 0, 0),
        ("ac_batteries", 1, 2),
        ("metered_battery", TWO_HOURS // 2, TWO_HOURS),
        ("off_grid", TWO_HOURS // 2, TWO_HOURS),
    ],
)
async def test_only_sites_that_have_something_are_asked_for_it(
    hass: HomeAssistant,
    socket_enabled: None,
    freezer: FrozenDateTimeFactory,
    clock: Clock,
    setup_entry: EntrySetUp,
    profile: str,
    fewest: int,
    most: int,
) -> None:
    """After the start: never where nothing hints at it, hourly where something may be added, else with room for it."""
    async with GatewaySimulator(profile, clock=clock) as gateway:
        await setup_entry(gateway)
        gateway.requests.clear()
        for _ in range(TWO_HOURS):
            await pass_time(hass, freezer, CYCLE)
        asked = [request.path for request in gateway.requests]
        assert fewest <= asked.count("/ivp/ensemble/inventory") <= most
