"""IQ Batteries as a user sees them: one by one on devices of their own, all together on the gateway's."""

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
SERIAL: Final = "492320000140"
SECCTRL: Final = "/ivp/ensemble/secctrl"
POWER: Final = "/ivp/ensemble/power"
SCHEDULE: Final = "/ivp/sc/sched"


def inventory(**told: Json) -> Json:
    """Return an inventory with a battery among groups that are none."""
    whole: dict[str, Json] = {
        "part_num": "836-01826-r76",
        "serial_num": SERIAL,
        "last_rpt_date": 1722966950,
        "device_status": ["envoy.global.ok", "prop.done"],
        "communicating": True,
        "percentFull": 39,
        "temperature": 18,
        "maxCellTemp": 19,
        "dc_switch_off": False,
        "encharge_capacity": 5000,
    }
    return [{"grid_profile_name": "x"}, {"type": "ENCHARGE", "devices": [whole | told]}, {"type": "ENPOWER"}]


def powers(**told: Json) -> Json:
    """Return its power."""
    whole: dict[str, Json] = {"serial_num": SERIAL, "real_power_mw": -1324000, "apparent_power_mva": -1330000}
    return {"devices:": [whole | {"soc": 41} | told]}


async def test_a_battery_is_a_device_with_its_figures(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """Under a name that does not tell the whole serial number, with its model by part number."""
    gateway.override("inventory", inventory())
    gateway.override("battery_power", powers())
    entry = await setup_entry(gateway)
    device = states.device(hass, SERIAL)
    assert (device.name, device.model, device.model_id) == ("IQ Battery 000140", "IQ Battery 5P", "836-01826-r76")
    assert (device.serial_number, device.via_device_id) == (SERIAL, states.device(hass, gateway.serial).id)
    shown = {key: states.figure(hass, SERIAL, key) for key in ("level", "power", "available_energy", "capacity")}
    assert shown == {"level": 41.0, "power": -1324.0, "available_energy": 2050.0, "capacity": 5000.0}
    assert states.figure(hass, SERIAL, "temperature") == 18.0
    assert states.state(hass, SERIAL, "communicating", "binary_sensor") == STATE_ON
    assert states.state(hass, SERIAL, "problem", "binary_sensor") == STATE_OFF

    off = [states.entity_id(hass, SERIAL, key) for key in ("max_cell_temperature", "apparent_power", "last_report")]
    off.append(states.entity_id(hass, SERIAL, "dc_switch", "binary_sensor"))
    assert [hass.states.get(one) for one in off] == [None] * 4
    await states.enable(hass, entry, *off)
    assert states.figure(hass, SERIAL, "max_cell_temperature") == 19.0
    assert states.figure(hass, SERIAL, "apparent_power") == -1330.0
    assert states.state(hass, SERIAL, "last_report") == "2024-08-06T17:55:50+00:00"
    assert states.state(hass, SERIAL, "dc_switch", "binary_sensor") == STATE_ON


@pytest.mark.parametrize(
    ("part_number", "model"),
    [
        ("836-01250-r00", "IQ Battery 10C"),
        ("830-01760-r37", "IQ Battery 3T"),
        ("839-01926-r06", "IQ Battery 5P"),
        ("999-00000-r01", "IQ Battery"),
        (None, "IQ Battery"),
    ],
)
async def test_a_battery_has_its_model(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator, part_number: str | None, model: str
) -> None:
    """One that nobody knows yet is an IQ Battery all the same."""
    gateway.override("inventory", inventory(part_num=part_number))
    await setup_entry(gateway)
    assert states.device(hass, SERIAL).model == model


async def test_a_fault_is_named(hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator) -> None:
    """In words."""
    gateway.override("inventory", inventory(device_status=["prop.done", "envoy.cond_flags.encharge.dc-switch-off"]))
    await setup_entry(gateway)
    shown = hass.states.get(states.entity_id(hass, SERIAL, "problem", "binary_sensor"))
    assert shown is not None
    assert (shown.state, shown.attributes["conditions"]) == (STATE_ON, "dc switch off")


async def test_after_a_restart_of_the_gateway_texts_stand_for_figures(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """Which are unknown."""
    gateway.override("inventory", inventory(temperature="unknown", percentFull="unknown", device_status=None))
    gateway.override("battery_power", powers(real_power_mw="unknown", soc="unknown"))
    await setup_entry(gateway)
    for key in ("level", "power", "available_energy", "temperature"):
        assert states.state(hass, SERIAL, key) == STATE_UNKNOWN
    assert states.state(hass, SERIAL, "problem", "binary_sensor") == STATE_UNKNOWN
    assert states.figure(hass, SERIAL, "capacity") == 5000.0


async def test_a_battery_that_is_not_reached_gives_no_figure(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """Rather than 0 W."""
    gateway.override("inventory", inventory(communicating=False))
    gateway.override("battery_power", {"devices:": [{"serial_num": "1", "real_power_mw": 0, "soc": 50}]})
    await setup_entry(gateway)
    assert states.state(hass, SERIAL, "power") == STATE_UNKNOWN
    assert states.state(hass, SERIAL, "level") == STATE_UNKNOWN
    assert states.state(hass, SERIAL, "communicating", "binary_sensor") == STATE_OFF


async def test_powers_that_an_owner_may_not_read_have_no_entity(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """As of 7.3.130: the inventory alone tells of batteries, and 401 of one path ends nothing."""
    gateway.override("inventory", inventory())
    for name in ("battery_power", "secctrl"):
        gateway.fault(name, Fault.UNAUTHORIZED)
    await setup_entry(gateway)
    assert states.find(hass, SERIAL, "power") is None
    assert states.figure(hass, SERIAL, "level") == 39.0
    assert states.find(hass, gateway.serial, "battery_capacity") is None
    assert states.figure(hass, gateway.serial, "battery_level") is not None


async def test_silent_powers_take_only_their_own_down(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """After two cycles; the level goes over to the listed one."""
    gateway.override("inventory", inventory())
    gateway.override("battery_power", powers())
    await setup_entry(gateway)
    gateway.fault("battery_power", Fault.BAD_GATEWAY)
    shown = []
    for _ in range(3):
        await pass_time(hass, freezer, CYCLE)
        shown.append((states.state(hass, SERIAL, "power"), states.figure(hass, SERIAL, "level")))
    assert shown == [("-1324.0", 41.0), ("-1324.0", 41.0), (STATE_UNAVAILABLE, 39.0)]
    assert states.figure(hass, SERIAL, "temperature") == 18.0


async def test_a_new_battery_comes_without_a_reload_and_goes_by_hand(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """With all of its entities, once two lists hold it."""
    entry = await setup_entry(gateway)
    gateway.override("inventory", inventory())
    gateway.override("battery_power", powers())
    for _ in range(2):
        await pass_time(hass, freezer, CYCLE)
    assert (states.figure(hass, SERIAL, "level"), states.figure(hass, SERIAL, "power")) == (41.0, -1324.0)
    assert not await async_remove_config_entry_device(hass, entry, states.device(hass, SERIAL))
    gateway.override("inventory", None)
    await pass_time(hass, freezer, CYCLE)
    device = states.device(hass, SERIAL)
    assert await async_remove_config_entry_device(hass, entry, device)
    dr.async_get(hass).async_remove_device(device.id)
    await pass_time(hass, freezer, CYCLE)

    gateway.override("inventory", inventory())
    # One cycle may leave it for the next.
    await pass_time(hass, freezer, CYCLE)
    await pass_time(hass, freezer, CYCLE)
    assert states.figure(hass, SERIAL, "level") == 41.0, "bought back"


@pytest.fixture
async def home(socket_enabled: None, freezer: FrozenDateTimeFactory, clock: Clock) -> GatewaySimulator:
    """Five batteries and a System Controller, on an evening in June."""
    freezer.move_to("2026-06-21T19:30:00+00:00")
    return GatewaySimulator("system_controller", clock=clock)


async def test_a_home_with_five_batteries(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, setup_entry: EntrySetUp, home: GatewaySimulator
) -> None:
    """Together they are what the gateway shows of all of them."""
    async with home as gateway:
        entry = await setup_entry(gateway)
        await pass_time(hass, freezer, CYCLE)
        batteries = states.coordinator(entry).data.site.iq_batteries
        assert len(batteries) == 5
        together = sum(states.figure(hass, serial, "power") or 0.0 for serial in batteries)
        assert together == pytest.approx(states.figure(hass, gateway.serial, "battery_power"), abs=1)
        stored = sum(states.figure(hass, serial, "available_energy") or 0.0 for serial in batteries)
        assert stored == pytest.approx(states.figure(hass, gateway.serial, "battery_stored_energy"), abs=150)
        assert states.figure(hass, gateway.serial, "battery_capacity") == 25_000.0
        assert states.figure(hass, gateway.serial, "battery_health") == 99.0

        assert together > 0, "it is evening"
        assert states.state(hass, gateway.serial, "battery_charging", "binary_sensor") == STATE_OFF
        assert states.state(hass, gateway.serial, "battery_time_to_full") == STATE_UNKNOWN
        left = (states.figure(hass, gateway.serial, "battery_stored_energy") or 0.0) - 0.2 * 25_000
        hours = states.figure(hass, gateway.serial, "battery_time_to_empty")
        assert hours == pytest.approx(left / together, rel=0.6)

        await states.enable(
            hass,
            entry,
            states.entity_id(hass, gateway.serial, "battery_grid_charging_allowed", "binary_sensor"),
            *(states.entity_id(hass, gateway.serial, f"battery_{key}") for key in ("reserve_energy", "shutdown_level")),
        )
        assert states.state(hass, gateway.serial, "battery_grid_charging_allowed", "binary_sensor") == STATE_OFF
        assert states.figure(hass, gateway.serial, "battery_reserve_energy") == 5_000.0
        assert states.figure(hass, gateway.serial, "battery_shutdown_level") == 10.0


@pytest.mark.parametrize("fault", [Fault.NOT_FOUND, Fault.FORBIDDEN, Fault.UNAUTHORIZED])
async def test_without_live_data_batteries_have_level_energy_and_reserve(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    setup_entry: EntrySetUp,
    home: GatewaySimulator,
    fault: Fault,
) -> None:
    """Of each cycle; where the firmware has none, or the token's role may not read it."""
    async with home as gateway:
        gateway.fault("live", fault)
        await setup_entry(gateway)
        await pass_time(hass, freezer, CYCLE)
        gateway.requests.clear()
        for level in (40, 41):
            told: dict[str, Json] = {"agg_soc": level, "ENC_agg_avail_energy": level * 250, "configured_backup_soc": 20}
            gateway.override("secctrl", told)
            await pass_time(hass, freezer, CYCLE)
            assert states.figure(hass, gateway.serial, "battery_level") == level
            assert states.figure(hass, gateway.serial, "battery_stored_energy") == level * 250
            assert states.figure(hass, gateway.serial, "battery_reserve") == 20.0
        assert [request.path for request in gateway.requests].count(SECCTRL) == 2
        assert states.find(hass, gateway.serial, "battery_mode") is None


async def test_what_nobody_needs_is_not_asked(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, setup_entry: EntrySetUp, home: GatewaySimulator
) -> None:
    """Powers of batteries that nobody looks at, hourly; what controls them, each quarter of an hour; no schedule."""
    async with home as gateway:
        entry = await setup_entry(gateway)
        batteries = states.coordinator(entry).data.site.iq_batteries
        off = [states.entity_id(hass, serial, key) for serial in batteries for key in ("level", "power")]
        off += [states.entity_id(hass, serial, "available_energy") for serial in batteries]
        await states.disable(hass, entry, *off)
        gateway.requests.clear()
        for _ in range(24):
            await pass_time(hass, freezer, CYCLE)
        asked = [request.path for request in gateway.requests]
        assert 1 <= asked.count(POWER) <= 2
        assert 6 <= asked.count(SECCTRL) <= 8
        assert SCHEDULE not in asked
