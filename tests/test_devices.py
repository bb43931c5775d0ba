"""Devices: what hangs on what, what follows the firmware, what may be removed."""

from dataclasses import replace
from datetime import timedelta
import json
import logging
from typing import Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest

from custom_components.iq_gateway import async_remove_config_entry_device
from custom_components.iq_gateway.devices import KINDS, AnyKind, renamed
from custom_components.iq_gateway.devices.meter import NAMED, meter_key
from tests import states
from tests.conftest import EntryMaker, EntrySetUp
from tests.edits import rows
from tests.noon import NOON
from tests.simulator import PROFILES, Clock, Fault, GatewaySimulator
from tests.simulator.reply import Json
from tests.time_lapse import pass_time

CYCLE: Final = timedelta(seconds=300)


async def test_meters_and_inverters_are_reached_through_the_gateway(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """Each is a device of its own, by a name that tells it from the others and a model that tells what it is."""
    entry = await setup_entry(gateway)
    own = states.device(hass, gateway.serial)
    serial = next(iter(states.coordinator(entry).data.site.inverters))
    names = {
        f"{gateway.serial}_production_meter": ("IQ Gateway production meter", None),
        f"{gateway.serial}_net_consumption_meter": ("IQ Gateway grid meter", None),
        f"{gateway.serial}_storage_meter": ("IQ Gateway storage meter", None),
        serial: (f"Inverter {serial[-6:]}", "Microinverter"),
    }
    for identifier, (name, model) in names.items():
        device = states.device(hass, identifier)
        assert (device.name, device.model, device.via_device_id) == (name, model, own.id)
    assert states.device(hass, serial).serial_number == serial


@pytest.mark.usefixtures("socket_enabled")
async def test_the_meters_of_two_gateways_are_told_apart(
    hass: HomeAssistant, clock: Clock, add_entry: EntryMaker, gateway: GatewaySimulator
) -> None:
    """By the names of the devices, and by the ids of their entities."""
    async with GatewaySimulator("metered_battery", clock=clock, serial="122333444999") as second:
        for one, title in ((gateway, "House"), (second, "Barn")):
            entry = add_entry(one)
            hass.config_entries.async_update_entry(entry, title=title)
        await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
        meters = [states.device(hass, f"{one.serial}_net_consumption_meter").name for one in (gateway, second)]
        problems = [
            states.entity_id(hass, one.serial, "storage_meter_problem", "binary_sensor") for one in (gateway, second)
        ]
    assert meters == ["House grid meter", "Barn grid meter"]
    assert problems == ["binary_sensor.house_storage_meter_problem", "binary_sensor.barn_storage_meter_problem"]


async def test_every_clamp_has_a_name_of_its_own(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """The one that measures net consumption measures the grid; the one of all loads the consumption."""
    kinds = sorted(NAMED)
    gateway.override(
        "meters",
        rows(lambda listed: [listed[0] | {"eid": eid, "measurementType": kind} for eid, kind in enumerate(kinds)]),
    )
    await setup_entry(gateway)
    names = {kind: states.device(hass, f"{gateway.serial}_{meter_key(kind)}").name for kind in kinds}
    assert len(set(names.values())) == len(kinds)
    assert names["net-consumption"] == "IQ Gateway grid meter"
    assert names["total-consumption"] == "IQ Gateway consumption meter"


async def test_a_new_title_changes_no_entity_id(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """Nor does the new name of a device in an installation that was there before."""
    entry = await setup_entry(gateway)
    before = {one.entity_id for one in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)}
    hass.config_entries.async_update_entry(entry, title="Roof")
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert states.device(hass, f"{gateway.serial}_storage_meter").name == "Roof storage meter"
    assert {one.entity_id for one in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)} == before


@pytest.mark.parametrize(("count", "enabled"), [(60, 60), (61, 0)])
@pytest.mark.usefixtures("freezer", "socket_enabled")
async def test_single_inverters_of_a_large_site_are_off_by_default(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    clock: Clock,
    setup_entry: EntrySetUp,
    count: int,
    enabled: int,
) -> None:
    """A field of them is looked at as a whole; each can be enabled."""
    freezer.move_to(NOON)
    async with GatewaySimulator(replace(PROFILES["standard"], inverters=count), clock=clock) as gateway:
        entry = await setup_entry(gateway)
        inverters = states.coordinator(entry).data.site.inverters
        powers = [states.entity_id(hass, serial, "power") for serial in inverters]
        assert len(powers) == count
        assert len([power for power in powers if hass.states.get(power)]) == enabled
        assert states.figure(hass, gateway.serial, "inverters_reporting") == count


async def test_inverters_that_are_shown_stay_when_more_are_added(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """What was once enabled is the user's to disable."""
    entry = await setup_entry(gateway)
    before = list(states.coordinator(entry).data.site.inverters)
    more = [f"1220000{number:05}" for number in range(60)]
    gateway.override("inverters", rows(lambda listed: [*listed, *({**listed[0], "serialNumber": one} for one in more)]))
    await pass_time(hass, freezer, CYCLE)
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert len(states.coordinator(entry).data.site.inverters) == len(before) + len(more)
    assert None not in [states.figure(hass, serial, "power") for serial in before]


async def test_what_two_gateways_list_stays_with_the_first(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    clock: Clock,
    setup_entry: EntrySetUp,
    gateway: GatewaySimulator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """An installer moved inverters to a second gateway: they go over to it once the user removes them at the first."""
    async with GatewaySimulator("net_single", clock=clock, serial="122333444999") as second:
        for one in (gateway, second):
            one.override("inverters", rows(lambda listed: [listed[0] | {"serialNumber": "122000000077"}, *listed[1:]]))
        first_entry, second_entry = await setup_entry(gateway), await setup_entry(second)
        owner, registry = states.entity_id(hass, "122000000077", "power"), er.async_get(hass)
        for entry in (first_entry, second_entry):
            await hass.config_entries.async_reload(entry.entry_id)
            await hass.async_block_till_done()
            assert states.figure(hass, "122000000077", "power") is not None
        assert (found := registry.async_get(owner))
        assert found.config_entry_id == first_entry.entry_id
        assert "unique ID" not in caplog.text
        assert len(states.coordinator(second_entry).data.site.inverters) > 1

        gateway.override("inverters", rows(lambda listed: listed[1:]))
        await pass_time(hass, freezer, CYCLE)
        device = states.device(hass, "122000000077")
        assert await async_remove_config_entry_device(hass, first_entry, device)
        dr.async_get(hass).async_remove_device(device.id)
        await pass_time(hass, freezer, CYCLE)
        moved = registry.async_get(states.entity_id(hass, "122000000077", "power"))
        assert moved is not None
        assert moved.config_entry_id == second_entry.entry_id
        assert states.figure(hass, "122000000077", "power") is not None
    assert "unique ID" not in caplog.text


@pytest.mark.usefixtures("socket_enabled")
async def test_every_kind_and_every_entity_is_had_by_some_site(
    hass: HomeAssistant, clock: Clock, setup_entry: EntrySetUp
) -> None:
    """A kind of device that no simulated site has, or an entity that none of them shows, would be tested by nothing.

    Controls are in a table of their own.
    """
    names = json.loads((states.FOLDER / "translations/en.json").read_text())["device"]
    entities = {
        (kind.name, one.translation_key or one.key) for kind in KINDS for one in kind.entities if not one.control
    }
    for profile in PROFILES.values():
        async with GatewaySimulator(replace(profile, inverters=1), clock=clock) as gateway:
            entry = await setup_entry(gateway)
            data = states.coordinator(entry).data
            registered = {
                one.unique_id for one in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
            }
            for kind in KINDS:
                for key, subject in kind.subjects(data).items():
                    identifier = kind.identifier(gateway.serial, key)
                    assert states.device(hass, identifier).name
                    assert kind.describe(key, subject).get("translation_key") in {None, *names}
                    entities -= {
                        (kind.name, one.translation_key or one.key)
                        for one in kind.entities
                        if f"{identifier}_{one.key}" in registered
                    }
            await hass.config_entries.async_remove(entry.entry_id)
    assert entities == set()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_what_has_a_serial_number_of_its_own_outlives_the_gateway(kind: AnyKind) -> None:
    """What is a part of the gateway goes over to the one that takes its place."""
    before, after = kind.identifier("122000000001", "key-1"), kind.identifier("122000000002", "key-1")
    assert renamed(before, "122000000001", "122000000002") == after
    assert renamed(f"{before}_power", "122000000001", "122000000002") == f"{after}_power"


async def test_a_meter_of_an_unknown_kind_has_its_kind_for_a_name(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """Firmware to come may know others."""
    gateway.override("meters", rows(lambda listed: [*listed, listed[0] | {"eid": 7, "measurementType": "heat-pump"}]))
    await setup_entry(gateway)
    name = states.device(hass, f"{gateway.serial}_heat_pump_meter").name
    assert name is not None
    assert "heat-pump" in name


async def test_a_phase_that_is_wired_later_appears_without_a_reload(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """An installer corrected how a meter is set up."""
    gateway.override("meters", rows(lambda listed: [one | {"phaseCount": 1} for one in listed]))
    await setup_entry(gateway)
    assert states.find(hass, gateway.serial, "production_meter_voltage_l2") is None
    gateway.override("meters", None)
    for _ in range(24):
        await pass_time(hass, freezer, CYCLE)
    assert states.find(hass, gateway.serial, "production_meter_voltage_l2") is not None
    assert states.find(hass, gateway.serial, "production_power_l2") is not None


async def test_the_device_follows_the_firmware(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """An update shows within two hours."""
    await setup_entry(gateway)
    gateway.firmware = "D8.3.6087"
    for _ in range(24):
        await pass_time(hass, freezer, CYCLE)
    assert states.device(hass, gateway.serial).sw_version == "D8.3.6087"


async def test_what_is_listed_cannot_be_removed(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """It would only come back."""
    entry = await setup_entry(gateway)
    for device in dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)[:6]:
        assert not await async_remove_config_entry_device(hass, entry, device)


@pytest.mark.parametrize("name", ["inverters", "meters"])
async def test_what_is_no_longer_listed_can_be_removed(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    setup_entry: EntrySetUp,
    gateway: GatewaySimulator,
    name: str,
) -> None:
    """By hand; it stays until then."""
    entry = await setup_entry(gateway)
    site = states.coordinator(entry).data.site
    gone = {"inverters": next(iter(site.inverters)), "meters": f"{gateway.serial}_production_meter"}[name]
    gateway.override(name, rows(lambda listed: listed[1:]))
    for _ in range(24 if name == "meters" else 1):
        await pass_time(hass, freezer, CYCLE)
    device = states.device(hass, gone)
    assert await async_remove_config_entry_device(hass, entry, device)


@pytest.mark.parametrize("fault", [Fault.BAD_GATEWAY, Fault.HTML_PAGE, Fault.WRONG_SHAPE, Fault.EMPTY])
async def test_a_bad_answer_lets_nothing_be_removed(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    setup_entry: EntrySetUp,
    gateway: GatewaySimulator,
    fault: Fault,
) -> None:
    """Who is silent has not said that anything is gone."""
    entry = await setup_entry(gateway)
    inverter = next(iter(states.coordinator(entry).data.site.inverters))
    gateway.fault("inverters", fault)
    for _ in range(4):
        await pass_time(hass, freezer, CYCLE)
    assert not await async_remove_config_entry_device(hass, entry, states.device(hass, inverter))


@pytest.mark.parametrize("is_first", [True, False])
async def test_what_two_lists_hold_is_one_device(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
    setup_entry: EntrySetUp,
    gateway: GatewaySimulator,
    is_first: bool,
) -> None:
    """A battery rather than an inverter, if both tell of it at once; else it stays what it was; nothing is logged."""
    serial = "492320000140"
    battery: Json = {"serial_num": serial, "encharge_capacity": 5000, "percentFull": 40, "communicating": True}
    named = rows(lambda listed: [*listed, {"type": "ENCHARGE", "devices": [battery]}])
    if is_first:
        gateway.override("inventory", named)
    gateway.override("inverters", rows(lambda listed: [*listed, {**listed[0], "serialNumber": serial}]))
    await setup_entry(gateway)
    gateway.override("inventory", named)
    await pass_time(hass, freezer, CYCLE)
    assert states.device(hass, serial).model == ("IQ Battery" if is_first else "Microinverter")
    assert (states.find(hass, serial, "level") is not None) is is_first
    assert states.figure(hass, serial, "power") is not None or is_first
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []


async def test_what_has_the_gateways_own_serial_number_is_the_gateway(
    hass: HomeAssistant, caplog: pytest.LogCaptureFixture, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """Whatever lists it."""
    gateway.override("inverters", rows(lambda listed: [*listed, {**listed[0], "serialNumber": gateway.serial}]))
    await setup_entry(gateway)
    assert states.device(hass, gateway.serial).model == "IQ Gateway"
    assert states.find(hass, gateway.serial, "power") is None
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []
