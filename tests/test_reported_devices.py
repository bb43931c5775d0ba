"""Devices that report one by one: details of inverters, AC batteries, Q-relays, and what each has counted."""

from collections.abc import AsyncGenerator, Callable
from datetime import timedelta
import json
import logging
from typing import Any, Final, cast

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import STATE_ON, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest

from custom_components.iq_gateway import async_remove_config_entry_device
from custom_components.iq_gateway.const import DOMAIN
from tests import states
from tests.conftest import EntrySetUp, second_cycle
from tests.noon import NOON
from tests.simulator import PROFILES, Clock, Fault, GatewaySimulator
from tests.simulator.reply import Json
from tests.time_lapse import pass_time

CYCLE: Final = timedelta(seconds=300)
DEVICE_DATA: Final = "/ivp/pdm/device_data"
INVENTORY: Final = "/inventory.json"
DETAILS: Final = (
    "energy",
    "energy_today",
    "dc_voltage",
    "dc_current",
    "ac_voltage",
    "ac_current",
    "frequency",
    "temperature",
    "signal",
)

type Row = dict[str, Any]


@pytest.fixture(autouse=True)
def _noon(freezer: FrozenDateTimeFactory) -> None:
    """Let it be noon in summer, so that all counters move."""
    freezer.move_to(NOON)


@pytest.fixture
async def home(socket_enabled: None, clock: Clock) -> AsyncGenerator[GatewaySimulator]:
    """A home with two AC batteries and a Q-relay."""
    async with GatewaySimulator("ac_batteries", clock=clock) as simulator:
        yield simulator


def serials(gateway: GatewaySimulator, kind: str) -> list[str]:
    """Return the serial numbers of the devices of a kind, as they are told one by one."""
    reply = gateway.source.reply(DEVICE_DATA, 0)
    assert reply is not None
    rows = json.loads(reply.body).values()
    return [row["sn"] for row in rows if isinstance(row, dict) and row["devName"] == kind and row["active"]]


def edited(change: Callable[[Row], Row | None]) -> Callable[[Json], Json]:
    """Return an edit of each row of the device data; None leaves it out."""

    def edit(payload: Json) -> Json:
        changed = {key: change(row) if isinstance(row, dict) else row for key, row in cast(Row, payload).items()}
        return {key: row for key, row in changed.items() if row is not None}

    return edit


def asked(gateway: GatewaySimulator, path: str) -> int:
    """Return how often a path was asked for."""
    return [request.path for request in gateway.requests].count(path)


async def enable(hass: HomeAssistant, entry: Any, *entity_ids: str) -> None:  # noqa: ANN401
    """Enable entities, and wait until what they count is shown."""
    await states.enable(hass, entry, *entity_ids)
    await second_cycle(hass, entry)


async def test_ac_batteries_show_what_each_does(
    hass: HomeAssistant, setup_entry: EntrySetUp, home: GatewaySimulator
) -> None:
    """On devices of their own; what only the slow answer tells comes with the second cycle, without a reload."""
    entry = await setup_entry(home)
    first, second = serials(home, "acb")
    device = states.device(hass, first)
    assert (device.name, device.model, device.serial_number) == (f"AC Battery {first[-6:]}", "AC Battery", first)
    assert device.via_device_id == states.device(hass, home.serial).id
    report = home.house.reports[-1]
    for serial in (first, second):
        shown = states.figures(hass, serial, ("level", "health", "temperature", "charged_energy", "discharged_energy"))
        assert shown == pytest.approx(
            {
                "level": round(report.level),
                "health": 86.0,
                "temperature": 32.0,
                "charged_energy": report.charged / 2,
                "discharged_energy": report.discharged / 2,
            },
            abs=0.01,
        )
        assert states.state(hass, serial, "charge_status") in {"idle", "charging", "discharging"}
        assert states.state(hass, serial, "communicating", "binary_sensor") == STATE_ON
    power = sum(states.figure(hass, serial, "power") or 0.0 for serial in (first, second))
    before = home.house.reports[0]
    hours = (report.time - before.time) / 3600
    flowed = report.discharged - before.discharged - report.charged + before.charged
    assert power == pytest.approx(flowed / hours, abs=2)
    off = [states.entity_id(hass, first, key) for key in ("sleep_state", "last_report")]
    assert [hass.states.get(one) for one in off] == [None, None]
    await enable(hass, entry, *off)
    await states.coordinator(entry).async_refresh()
    await hass.async_block_till_done()
    assert states.state(hass, first, "sleep_state") == "awake"
    assert states.without_value(hass, entry) == []


async def test_a_q_relay_shows_how_it_is_switched(
    hass: HomeAssistant, setup_entry: EntrySetUp, home: GatewaySimulator
) -> None:
    """And on request the voltage of the one line that is connected."""
    entry = await setup_entry(home)
    (serial,) = serials(home, "nsrb")
    device = states.device(hass, serial)
    assert (device.name, device.model, device.model_id) == (f"Q-Relay {serial[-6:]}", "Q-Relay", "800-00598-r04")
    assert states.figures(hass, serial, ("temperature", "frequency")) == {"temperature": 51.0, "frequency": 50.003}
    assert states.state(hass, serial, "relay", "binary_sensor") == STATE_ON
    assert states.state(hass, serial, "communicating", "binary_sensor") == STATE_ON
    assert states.find(hass, serial, "voltage_l2") is None
    await enable(hass, entry, *(states.entity_id(hass, serial, key) for key in ("voltage_l1", "switch_count")))
    assert states.figures(hass, serial, ("voltage_l1", "switch_count")) == {"voltage_l1": 235.284, "switch_count": 1.0}


async def test_devices_come_without_a_reload_and_go_by_hand(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, setup_entry: EntrySetUp, home: GatewaySimulator
) -> None:
    """An AC battery that is added shows within two cycles; what it counted goes with it."""
    (_, late) = serials(home, "acb")
    without = edited(lambda row: None if row["sn"] == late else row)

    def unlisted(payload: Json) -> Json:
        return [row for row in cast(list[Row], payload) if row["serialNumber"] != late]

    def uninstalled(payload: Json) -> Json:
        groups = cast(list[Row], payload)
        return [group | {"devices": [one for one in group["devices"] if one["serial_num"] != late]} for group in groups]

    edits = {"device_data": without, "inverters": unlisted, "full_inventory": uninstalled}
    for name, edit in edits.items():
        home.override(name, edit)
    entry = await setup_entry(home)
    assert states.find(hass, late, "level") is None
    for name in edits:
        home.override(name, None)
    for _ in range(5):
        await pass_time(hass, freezer, CYCLE)
    assert states.figure(hass, late, "level") is not None
    assert states.figure(hass, late, "charged_energy") is not None
    assert states.state(hass, late, "communicating", "binary_sensor") == STATE_ON
    assert not await async_remove_config_entry_device(hass, entry, states.device(hass, late))
    totals = states.coordinator(entry).totals
    assert f"{late}/charged_energy" in json.dumps(totals.as_dict())

    for name, edit in edits.items():
        home.override(name, edit)
    for _ in range(4):
        await pass_time(hass, freezer, CYCLE)
    assert states.state(hass, late, "level") == STATE_UNAVAILABLE
    device = states.device(hass, late)
    assert await async_remove_config_entry_device(hass, entry, device)
    dr.async_get(hass).async_remove_device(device.id)
    for _ in range(4):
        await pass_time(hass, freezer, CYCLE)
    assert late not in json.dumps(totals.as_dict())


@pytest.mark.parametrize("profile", ["metered_battery", "standard", "net_three", "large"])
async def test_a_home_without_such_devices_is_not_asked_for_them(
    hass: HomeAssistant,
    socket_enabled: None,
    freezer: FrozenDateTimeFactory,
    clock: Clock,
    setup_entry: EntrySetUp,
    profile: str,
) -> None:
    """Not at all where nothing hints at them, once where they might be."""
    async with GatewaySimulator(profile, clock=clock) as gateway:
        await setup_entry(gateway)
        assert asked(gateway, DEVICE_DATA) == (profile != "metered_battery")
        for _ in range(15):
            await pass_time(hass, freezer, CYCLE)
        assert asked(gateway, DEVICE_DATA) == (profile != "metered_battery")
        assert asked(gateway, INVENTORY) == 0


async def test_details_of_an_inverter_are_read_while_somebody_looks_at_them(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """Off by default; once one is on, one request more a cycle, for all of them."""
    entry = await setup_entry(gateway)
    serial = serials(gateway, "pcu")[3]
    wanted = [states.entity_id(hass, serial, key) for key in DETAILS]
    assert [hass.states.get(one) for one in wanted] == [None] * len(wanted)
    await enable(hass, entry, *wanted)
    gateway.requests.clear()
    for _ in range(3):
        await pass_time(hass, freezer, CYCLE)
    assert asked(gateway, DEVICE_DATA) == 3
    shown = states.figures(hass, serial, DETAILS)
    assert None not in shown.values()
    assert (shown["ac_voltage"], shown["frequency"], shown["temperature"]) == (238.944, 50.085, 26.0)
    each = gateway.house.totals.production / PROFILES["metered_battery"].inverters
    assert shown["energy"] == pytest.approx(each, abs=200)
    assert 0 < (shown["energy_today"] or 0.0) < each
    await states.disable(hass, entry, *wanted)
    gateway.requests.clear()
    await pass_time(hass, freezer, CYCLE)
    assert asked(gateway, DEVICE_DATA) == 0


async def test_no_inverter_of_a_large_site_is_lost(
    hass: HomeAssistant, socket_enabled: None, clock: Clock, setup_entry: EntrySetUp
) -> None:
    """All sixty have a power; details are offered of the fifty that tell any."""
    async with GatewaySimulator("large", clock=clock) as gateway:
        entry = await setup_entry(gateway)
        inverters = list(states.coordinator(entry).data.site.inverters)
        assert len(inverters) == 60
        assert None not in [states.figure(hass, serial, "power") for serial in inverters]
        detailed = {serial for serial in inverters if states.find(hass, serial, "dc_voltage")}
        assert detailed == set(serials(gateway, "pcu"))
        assert len(detailed) == 50
        await enable(hass, entry, *(states.entity_id(hass, serial, "energy") for serial in detailed))
        assert None not in [states.figure(hass, serial, "energy") for serial in detailed]
        await hass.config_entries.async_unload(entry.entry_id)


def counter(serial: str, joules: Callable[[float], float]) -> Callable[[Json], Json]:
    """Return an edit of what a device has counted."""

    def change(row: Row) -> Row:
        if row["sn"] != serial:
            return row
        channel = row["channels"][0]
        lifetime = channel["lifetime"]
        return row | {
            "channels": [channel | {"lifetime": lifetime | {"joulesProduced": joules(lifetime["joulesProduced"])}}]
        }

    return edited(change)


async def test_an_inverters_energy_never_falls(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
    setup_entry: EntrySetUp,
    gateway: GatewaySimulator,
) -> None:
    """A gateway that counts it anew: the total goes on from where it was, somebody is told, without a serial number."""
    entry = await setup_entry(gateway)
    serial = serials(gateway, "pcu")[0]
    await enable(hass, entry, states.entity_id(hass, serial, "energy"))
    for _ in range(5):
        await pass_time(hass, freezer, CYCLE)
    before = states.figure(hass, serial, "energy")
    assert before is not None
    forgotten = before * 3600
    caplog.set_level(logging.DEBUG)
    gateway.override("device_data", counter(serial, lambda joules: max(joules - forgotten, 0) + 1_000))
    shown = [before]
    for _ in range(12):
        await pass_time(hass, freezer, CYCLE)
        figure = states.figure(hass, serial, "energy")
        assert figure is not None
        shown.append(figure)
    assert shown == sorted(shown)
    assert before < shown[-1] < before + 1_000
    assert "counter of energy of a device went from" in caplog.text
    assert serial not in "".join(record.getMessage() for record in caplog.records if DOMAIN in record.name)


async def test_a_row_that_is_missing_stands_for_two_cycles(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """Then its energy is unknown; that of another inverter goes on."""
    entry = await setup_entry(gateway)
    lost, other = serials(gateway, "pcu")[:2]
    await enable(hass, entry, *(states.entity_id(hass, serial, "energy") for serial in (lost, other)))
    await pass_time(hass, freezer, CYCLE)
    gateway.override("device_data", edited(lambda row: None if row["sn"] == lost else row))
    shown = []
    for _ in range(3):
        await pass_time(hass, freezer, CYCLE)
        shown.append(states.state(hass, lost, "energy"))
    assert shown[0] == shown[1] != STATE_UNKNOWN
    assert shown[2] == STATE_UNKNOWN
    assert states.figure(hass, other, "energy") is not None
    gateway.override("device_data", None)
    await pass_time(hass, freezer, CYCLE)
    assert states.figure(hass, lost, "energy") is not None


@pytest.mark.parametrize("fault", [Fault.BAD_GATEWAY, Fault.HTML_PAGE, Fault.NOT_FOUND, Fault.FORBIDDEN])
async def test_a_silent_answer_takes_only_its_own_entities_down(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    setup_entry: EntrySetUp,
    home: GatewaySimulator,
    fault: Fault,
) -> None:
    """After two cycles, as everywhere; the level is that of the slow inventory then."""
    await setup_entry(home)
    serial = serials(home, "acb")[0]
    home.fault("device_data", fault)
    for _ in range(4):
        await pass_time(hass, freezer, CYCLE)
    assert states.state(hass, serial, "health") == STATE_UNAVAILABLE
    assert states.state(hass, serial, "charged_energy") == STATE_UNAVAILABLE
    assert states.figure(hass, serial, "level") is not None
    assert states.state(hass, serial, "charge_status") != STATE_UNAVAILABLE
    assert states.figure(hass, home.serial, "production_power") is not None


@pytest.mark.parametrize("payload", [[], {}, "text", {"1": {"devName": "acb"}}, {"deviceCount": "many", "1": 7}])
async def test_whatever_comes_is_no_error(
    hass: HomeAssistant,
    caplog: pytest.LogCaptureFixture,
    setup_entry: EntrySetUp,
    home: GatewaySimulator,
    payload: Json,
) -> None:
    """The home is there all the same."""
    for name in ("device_data", "full_inventory"):
        home.override(name, lambda _: payload)
    await setup_entry(home)
    assert states.figure(hass, home.serial, "production_power") is not None
    assert not [record for record in caplog.records if record.exc_info]


async def test_a_restart_forgets_nothing_that_a_device_has_counted(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    freezer: FrozenDateTimeFactory,
    setup_entry: EntrySetUp,
    home: GatewaySimulator,
) -> None:
    """What is added to a counter stays added to it."""
    entry = await setup_entry(home)
    serial = serials(home, "acb")[0]
    total = states.coordinator(entry).totals
    before = states.figure(hass, serial, "discharged_energy")
    assert before is not None
    await total.async_set_total(f"{serial}/discharged_energy", before + 5_000)
    await pass_time(hass, freezer, CYCLE)
    assert states.figure(hass, serial, "discharged_energy") == pytest.approx(before + 5_000, abs=200)
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert states.figure(hass, serial, "discharged_energy") == pytest.approx(before + 5_000, abs=200)
    assert f"{serial}/discharged_energy" in json.dumps(hass_storage[f"{DOMAIN}.{entry.entry_id}"])


async def test_a_meter_shows_its_own_power_and_energies(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """In all and by phase, off by default, each way by itself."""
    entry = await setup_entry(gateway)
    keys = ("power", "power_l1", "energy_delivered", "energy_received", "energy_delivered_l1", "energy_received_l2")
    wanted = [states.entity_id(hass, gateway.serial, f"net_consumption_meter_{key}") for key in (*keys, "status")]
    assert {hass.states.get(one) for one in wanted} == {None}
    await enable(hass, entry, *wanted)
    grid = gateway.house.grid
    shown = states.figures(hass, gateway.serial, [f"net_consumption_meter_{key}" for key in keys])
    expected = (sum(grid.power), grid.power[0], sum(grid.delivered), sum(grid.received), grid.delivered[0])
    assert [*shown.values()] == pytest.approx([*expected, grid.received[1]], abs=0.01)
    assert states.state(hass, gateway.serial, "net_consumption_meter_status") == "normal"


async def test_the_grids_power_is_shown_each_way(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """Off by default; one of the two is zero."""
    entry = await setup_entry(gateway)
    wanted = [states.entity_id(hass, gateway.serial, f"grid_{way}_power") for way in ("import", "export")]
    assert {hass.states.get(one) for one in wanted} == {None}
    await enable(hass, entry, *wanted)
    power = states.figure(hass, gateway.serial, "grid_power")
    assert power
    assert states.figure(hass, gateway.serial, "grid_import_power") == max(power, 0.0)
    assert states.figure(hass, gateway.serial, "grid_export_power") == max(-power, 0.0)


async def test_nobody_is_listed_twice(hass: HomeAssistant, setup_entry: EntrySetUp, home: GatewaySimulator) -> None:
    """AC batteries and relays are no inverters."""
    entry = await setup_entry(home)
    inverters = states.coordinator(entry).data.site.inverters
    assert inverters.keys() == set(serials(home, "pcu"))
    unique = [one.unique_id for one in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)]
    assert len(unique) == len(set(unique))
