"""Sensors: what there is at which site, of which kind, and when it shows a value."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity import Entity
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.syrupy import HomeAssistantSnapshotExtension
from syrupy.assertion import SnapshotAssertion

from custom_components.iq_gateway.const import CONF_KEEP_LIVE_DATA
from tests import states
from tests.conftest import EntrySetUp
from tests.edits import rows, section
from tests.noon import NOON
from tests.simulator import PROFILES, Clock, Fault, GatewaySimulator, Profile
from tests.time_lapse import pass_time

CYCLE: Final = timedelta(seconds=300)
SHOWN: Final = ("metered_battery", "standard", "net_three")


@pytest.fixture(autouse=True)
def noon(freezer: FrozenDateTimeFactory) -> FrozenDateTimeFactory:
    """Let every figure be the same each time."""
    freezer.move_to(NOON)
    return freezer


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Snapshots as Home Assistant keeps them."""
    return snapshot.use_extension(HomeAssistantSnapshotExtension)


@pytest.fixture
def everything_enabled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Enable what is off by default."""
    monkeypatch.setattr(Entity, "entity_registry_enabled_default", property(lambda _: True))


def _small(name: str) -> Profile:
    return replace(PROFILES[name], inverters=2)


def _described(entry: er.RegistryEntry, state: State) -> str:
    """Put what matters of an entity into one line."""
    kind = entry.original_device_class, entry.capabilities and entry.capabilities.get("state_class")
    about = [*kind, entry.unit_of_measurement, entry.entity_category]
    told = ", ".join(str(one) for one in about if one)
    return f"{entry.unique_id}: {entry.entity_id} ({told}) = {_kind(state.state)}"


def _kind(value: str) -> str:
    """Return what a state is: figures change with the simulated house, and are tested elsewhere."""
    try:
        float(value)
    except ValueError:
        return value
    return "a number"


def _all_described(hass: HomeAssistant, entry: MockConfigEntry) -> Iterator[str]:
    registered = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    for one in sorted(registered, key=lambda one: one.unique_id):
        if state := hass.states.get(one.entity_id):
            yield _described(one, state)


@pytest.mark.parametrize("profile", SHOWN)
@pytest.mark.usefixtures("everything_enabled", "socket_enabled")
async def test_every_entity_of_a_site(
    hass: HomeAssistant, clock: Clock, setup_entry: EntrySetUp, snapshot: SnapshotAssertion, profile: str
) -> None:
    """With unit, class and what they show, those that are off by default as well."""
    async with GatewaySimulator(_small(profile), clock=clock) as gateway:
        entry = await setup_entry(gateway)
        described = list(_all_described(hass, entry))
        assert described
        assert described == snapshot


@pytest.mark.parametrize("profile", SHOWN)
@pytest.mark.usefixtures("socket_enabled")
async def test_what_is_off_by_default(
    hass: HomeAssistant, clock: Clock, setup_entry: EntrySetUp, snapshot: SnapshotAssertion, profile: str
) -> None:
    """Figures for those who look for them: phases, meters' details, seven days, an inverter's best."""
    async with GatewaySimulator(_small(profile), clock=clock) as gateway:
        entry = await setup_entry(gateway)
        registered = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
        assert sorted(one.unique_id for one in registered if one.disabled_by) == snapshot


async def test_a_silent_endpoint_takes_only_its_own_entities_down(
    hass: HomeAssistant, noon: FrozenDateTimeFactory, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """They keep their value for two cycles, then are unavailable until it answers again."""
    await setup_entry(gateway)
    gateway.fault("readings", Fault.BAD_GATEWAY)
    shown = []
    for _ in range(3):
        await pass_time(hass, noon, CYCLE)
        shown.append(states.figure(hass, gateway.serial, "production_energy") is not None)
        assert states.figure(hass, gateway.serial, "battery_level") is not None
        assert states.figure(hass, gateway.serial, "inverters_reporting") is not None
    assert shown == [True, True, False]
    assert states.state(hass, gateway.serial, "production_energy") == STATE_UNAVAILABLE

    gateway.clear_faults()
    await pass_time(hass, noon, CYCLE)
    assert states.figure(hass, gateway.serial, "production_energy") is not None


async def test_what_an_answer_does_not_tell_is_unknown(
    hass: HomeAssistant, noon: FrozenDateTimeFactory, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """The endpoints answer, only the figure is missing."""
    gateway.override("secctrl", {"agg_soc": "unknown", "Enc_max_available_capacity": 25_000})
    await setup_entry(gateway)
    gateway.override("live", section("meters", soc="unknown"))
    await pass_time(hass, noon, CYCLE)
    assert states.state(hass, gateway.serial, "battery_level") == STATE_UNKNOWN
    assert states.figure(hass, gateway.serial, "battery_reserve") is not None


async def test_live_values_that_stand_still_are_not_shown(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """With the option off nothing keeps them moving, and they are half an hour old."""
    await setup_entry(gateway, options={CONF_KEEP_LIVE_DATA: False})
    assert states.state(hass, gateway.serial, "battery_mode") == STATE_UNKNOWN
    assert states.figure(hass, gateway.serial, "battery_level") is not None, "which is told elsewhere, too"
    assert not [request for request in gateway.requests if request.method == "POST"]


async def test_what_live_data_alone_tells_comes_with_its_first_answer(
    hass: HomeAssistant, noon: FrozenDateTimeFactory, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """The storage meter tells that there is a battery, and nothing of what it is used for."""
    gateway.fault("live", Fault.BAD_GATEWAY)
    await setup_entry(gateway)
    assert states.figure(hass, gateway.serial, "battery_power") is not None
    assert states.find(hass, gateway.serial, "battery_mode") is None
    assert states.find(hass, gateway.serial, "cloud_connection", "binary_sensor") is None

    gateway.clear_faults()
    await pass_time(hass, noon, CYCLE)
    assert states.find(hass, gateway.serial, "battery_mode") is not None
    assert states.state(hass, gateway.serial, "cloud_connection", "binary_sensor") == "on"


async def test_a_new_inverter_appears_without_a_reload(
    hass: HomeAssistant, noon: FrozenDateTimeFactory, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """With its entities and its device, while all others stay."""
    entry = await setup_entry(gateway)
    gateway.override("inverters", rows(lambda listed: [*listed, listed[0] | {"serialNumber": "129999999999"}]))
    for _ in range(2):
        await pass_time(hass, noon, CYCLE)
    assert states.figure(hass, "129999999999", "power") is not None
    assert len(states.coordinator(entry).data.site.inverters) == 36


async def test_a_new_meter_appears_without_a_reload(
    hass: HomeAssistant, noon: FrozenDateTimeFactory, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """The readings hold a row that the list of meters did not have: it is read again."""
    gateway.override("meters", rows(lambda listed: listed[:2]))
    gateway.override("readings", rows(lambda listed: listed[:2]))
    await setup_entry(gateway)
    assert states.find(hass, gateway.serial, "battery_charged_energy") is None

    gateway.override("meters", None)
    gateway.override("readings", None)
    await pass_time(hass, noon, CYCLE)
    assert states.find(hass, gateway.serial, "battery_charged_energy") is not None
    await pass_time(hass, noon, timedelta(seconds=31))
    assert states.figure(hass, gateway.serial, "battery_charged_energy") is not None
    assert states.find(hass, gateway.serial, "storage_meter_voltage") is not None
    assert states.find(hass, gateway.serial, "storage_meter_problem", "binary_sensor") is not None


async def test_an_inverter_that_is_no_longer_listed_is_unavailable(
    hass: HomeAssistant, noon: FrozenDateTimeFactory, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """It stays, and comes back with the list."""
    entry = await setup_entry(gateway)
    gone = next(iter(states.coordinator(entry).data.site.inverters))
    gateway.override("inverters", rows(lambda listed: listed[1:]))
    await pass_time(hass, noon, CYCLE)
    assert states.state(hass, gone, "power") == STATE_UNAVAILABLE

    gateway.override("inverters", None)
    await pass_time(hass, noon, CYCLE)
    assert states.figure(hass, gone, "power") is not None


async def test_a_phase_that_is_gone_is_unknown(
    hass: HomeAssistant, noon: FrozenDateTimeFactory, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """Readings without channels still tell the whole."""
    entry = await setup_entry(gateway)
    phase = states.entity_id(hass, gateway.serial, "production_power_l2")
    meter = states.entity_id(hass, gateway.serial, "production_meter_voltage_l2")
    await states.enable(hass, entry, phase, meter)
    # Home Assistant loads an entry with newly enabled entities again by itself, after half a minute.
    await pass_time(hass, noon, timedelta(seconds=31))
    assert states.figure(hass, gateway.serial, "production_power_l2") is not None
    assert states.figure(hass, gateway.serial, "production_meter_voltage_l2") is not None

    gateway.override("readings", rows(lambda read: [row | {"channels": []} for row in read]))
    await pass_time(hass, noon, CYCLE)
    assert states.state(hass, gateway.serial, "production_power_l2") == STATE_UNKNOWN
    assert states.state(hass, gateway.serial, "production_meter_voltage_l2") == STATE_UNKNOWN
    assert states.figure(hass, gateway.serial, "production_power") is not None


@pytest.mark.usefixtures("socket_enabled")
async def test_what_is_off_by_default_shows_at_once_when_enabled(
    hass: HomeAssistant, clock: Clock, setup_entry: EntrySetUp
) -> None:
    """Its endpoint is asked for only now that somebody looks, and without waiting for the next cycle."""
    async with GatewaySimulator(_small("net_split"), clock=clock) as gateway:
        entry = await setup_entry(gateway)
        assert "/ivp/meters/reports/consumption" not in {request.path for request in gateway.requests}
        await states.enable(hass, entry, states.entity_id(hass, gateway.serial, "consumption_apparent_power"))
        assert states.figure(hass, gateway.serial, "consumption_apparent_power") is not None


@pytest.mark.parametrize(
    ("profile", "there"), [("net_split", True), ("metered_battery", False), ("ac_batteries", False)]
)
@pytest.mark.parametrize("key", ["consumption_apparent_power", "consumption_reactive_power"])
@pytest.mark.usefixtures("socket_enabled")
async def test_a_charging_battery_is_no_load(
    hass: HomeAssistant, clock: Clock, setup_entry: EntrySetUp, profile: str, key: str, there: bool
) -> None:
    """The gateway reports what a battery charges with as the house's: nothing rather than that."""
    async with GatewaySimulator(_small(profile), clock=clock) as gateway:
        await setup_entry(gateway)
        assert (states.find(hass, gateway.serial, key) is not None) is there


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("hour", [10, 23])
@pytest.mark.usefixtures("socket_enabled")
async def test_every_enabled_entity_of_a_site_has_a_value(
    hass: HomeAssistant,
    noon: FrozenDateTimeFactory,
    clock: Clock,
    setup_entry: EntrySetUp,
    profile: str,
    hour: int,
) -> None:
    """By day and by night, at once and after some cycles."""
    noon.tick(timedelta(hours=hour - 10))
    async with GatewaySimulator(_small(profile), clock=clock) as gateway:
        entry = await setup_entry(gateway)
        outage = states.find(hass, gateway.serial, "grid_outage", "binary_sensor")
        assert set(states.without_value(hass, entry)) <= {outage}, "an outage is believed once it is told twice"
        for _ in range(4):
            await pass_time(hass, noon, CYCLE)
            assert states.without_value(hass, entry) == []
            await pass_time(hass, noon, CYCLE)
