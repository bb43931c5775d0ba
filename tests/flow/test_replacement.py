"""A gateway that was replaced: reconfigure meets another serial number, asks, and the entry goes on with it."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import SOURCE_IGNORE, SOURCE_ZEROCONF, ConfigEntry, ConfigEntryState, ConfigFlowResult
from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_TOKEN, CONF_USERNAME
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr, entity_registry as er, issue_registry as ir
from homeassistant.helpers.storage import Store
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, flush_store

from custom_components.iq_gateway.const import CONF_FINGERPRINT, CONF_REMEMBER_PASSWORD, CONF_SERIAL, DOMAIN
from custom_components.iq_gateway.flow.replacement import async_replace_gateway
from custom_components.iq_gateway.issues import Issue, async_raise
from tests import states
from tests.conftest import PASSWORD, USERNAME, EntryMaker, EntrySetUp, second_cycle
from tests.flow.steps import ACCOUNT, choose, shown, start, submit
from tests.flow.test_discovery import announcement
from tests.meters import noon
from tests.pins import kept
from tests.simulator import Clock, CloudSimulator, Fault, GatewaySimulator
from tests.time_lapse import pass_time

CYCLE: Final = timedelta(seconds=301)
BATTERY: Final = "492320000140"
NEW_SERIAL: Final = "122999000111"
MAC: Final = (dr.CONNECTION_NETWORK_MAC, "00:1d:c0:ab:cd:ef")
WRITE: Final = Store._async_write_data  # before the tests' own Home Assistant writes to memory instead
TOTALS: Final = (
    "production_energy",
    "grid_import_energy",
    "grid_export_energy",
    "battery_charged_energy",
    "battery_discharged_energy",
    "consumption_energy",
)

type Json = Any


class FactoryNew:
    """Meters that have hardly counted anything yet, each from another figure on."""

    def __init__(self) -> None:
        self._installed: dict[tuple[int, str], float] = {}

    def __call__(self, rows: Json) -> Json:
        """Return the readings less what was on the meters when they were first asked."""
        return [
            {
                **row,
                **{
                    name: row[name] - self._installed.setdefault((row["eid"], name), row[name] - 100.0 * place * weight)
                    for name, weight in (("actEnergyDlvd", 2), ("actEnergyRcvd", 1))
                },
            }
            for place, row in enumerate(rows, start=1)
        ]


@pytest.fixture
def clock(freezer: FrozenDateTimeFactory) -> Clock:
    """Noon of a summer day, so that what is counted moves."""
    return noon()


@pytest.fixture
async def new_gateway(gateway: GatewaySimulator, clock: Clock) -> AsyncGenerator[GatewaySimulator]:
    """A gateway for the same house, whose microinverters and batteries are those that were there before."""
    async with GatewaySimulator("metered_battery", clock=clock, serial=NEW_SERIAL) as simulator:
        simulator.override("readings", FactoryNew())
        for peer in (gateway, simulator):
            peer.override("inverters", same_inverters)
            peer.override("inventory", same_batteries)
            peer.override("battery_power", {"devices:": [{"serial_num": BATTERY, "real_power_mw": 0, "soc": 50}]})
        yield simulator


def same_batteries(groups: Json) -> Json:
    """Return an inventory with one battery, which is the same at every gateway."""
    return [{**group, "devices": [{**group["devices"][0], "serial_num": BATTERY}]} for group in groups]


def same_inverters(rows: Json) -> Json:
    """Return the inverters' reports under serial numbers that are the same at every gateway."""
    return [{**row, "serialNumber": f"1220{place:08}"} for place, row in enumerate(rows)]


async def ask(hass: HomeAssistant, entry: MockConfigEntry, gateway: GatewaySimulator) -> ConfigFlowResult:
    """Reconfigure with another gateway's address, and go as far as the question."""
    result = await submit(hass, await entry.start_reconfigure_flow(hass), host=gateway.host)
    assert result["type"] is FlowResultType.MENU
    assert (result["step_id"], result["menu_options"]) == ("replace", ["sign_in", "reconfigure"])
    return result


async def replace(hass: HomeAssistant, entry: MockConfigEntry, gateway: GatewaySimulator) -> ConfigFlowResult:
    """Go all the way, with a token."""
    result = await choose(hass, await submit(hass, await ask(hass, entry, gateway), next_step_id="sign_in"), "token")
    return await submit(hass, result, token=gateway.mint())


def figures(hass: HomeAssistant, serial: str) -> dict[str, float | None]:
    """Return the totals that are shown, in Wh."""
    return {key: states.figure(hass, serial, key) for key in TOTALS}


def registered(hass: HomeAssistant, entry: MockConfigEntry) -> dict[str, str]:
    """Return the unique ids of an entry's entities by entity id."""
    return {
        entity.entity_id: entity.unique_id
        for entity in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    }


def devices(hass: HomeAssistant, entry: MockConfigEntry) -> dict[str, set[str]]:
    """Return the identifiers of an entry's devices by device id."""
    return {
        device.id: {identifier for _, identifier in device.identifiers}
        for device in dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    }


def renamed(identifier: str, old: GatewaySimulator, new: GatewaySimulator) -> str:
    """Return what an identifier should have become."""
    return identifier.replace(old.serial, new.serial)


async def test_devices_entities_and_their_ids_stay(
    hass: HomeAssistant, gateway: GatewaySimulator, new_gateway: GatewaySimulator, setup_entry: EntrySetUp
) -> None:
    """Also what the user named, placed or disabled; nothing is there twice, and nothing is the old gateway's."""
    entry = await setup_entry(gateway)
    all_devices = devices(hass, entry)
    registry = dr.async_get(hass)
    device_id = next(device_id for device_id, identifiers in all_devices.items() if gateway.serial in identifiers)
    registry.async_update_device(device_id, name_by_user="Attic", new_connections={MAC})
    er.async_get(hass).async_update_entity(
        states.entity_id(hass, gateway.serial, "production_energy"), new_entity_id="sensor.sun"
    )
    entities = registered(hass, entry)
    shown_before = set(hass.states.async_entity_ids())

    assert (await replace(hass, entry, new_gateway))["reason"] == "reconfigure_successful"
    assert entry.state is ConfigEntryState.LOADED
    assert registered(hass, entry) == {
        entity_id: renamed(unique_id, gateway, new_gateway) for entity_id, unique_id in entities.items()
    }
    assert entities["sensor.sun"] == f"{gateway.serial}_production_energy"
    assert devices(hass, entry) == {
        kept_id: {renamed(identifier, gateway, new_gateway) for identifier in identifiers}
        for kept_id, identifiers in all_devices.items()
    }
    assert any(identifier.startswith("1220") for identifiers in all_devices.values() for identifier in identifiers)
    assert set(hass.states.async_entity_ids()) == shown_before
    kept = registry.async_get(device_id)
    assert isinstance(kept, dr.DeviceEntry)
    assert (kept.name_by_user, kept.serial_number, kept.connections) == ("Attic", new_gateway.serial, set())


async def test_the_entry_is_the_new_gateways(
    hass: HomeAssistant, gateway: GatewaySimulator, new_gateway: GatewaySimulator, setup_entry: EntrySetUp
) -> None:
    """Its title and options stay; the old one is left alone, and gets nothing that is for the new one."""
    entry = await setup_entry(gateway, options={"update_interval": 60}, sign_ins="of the old token")
    result = await ask(hass, entry, new_gateway)
    assert result["description_placeholders"] == {
        "title": "IQ Gateway",
        "known": gateway.serial[-4:],
        "found": new_gateway.serial[-4:],
    }
    result = await submit(hass, result, next_step_id="sign_in")
    assert result["menu_options"] == ["account", "token"]
    assert not any("authorization" in request.headers for request in new_gateway.requests)
    gateway.requests.clear()
    result = await choose(hass, result, "token")
    token = new_gateway.mint()
    await submit(hass, result, token=token)
    assert entry.unique_id == new_gateway.serial
    assert entry.data == {
        CONF_HOST: new_gateway.host,
        CONF_SERIAL: new_gateway.serial,
        **kept(new_gateway),
        CONF_TOKEN: token,
    }
    assert (entry.title, entry.options) == ("IQ Gateway", {"update_interval": 60})
    assert len(hass.config_entries.async_entries(DOMAIN)) == 1
    assert not any(token in request.headers.get("authorization", "") for request in gateway.requests)


async def test_totals_go_on_from_where_they_are(
    hass: HomeAssistant,
    gateway: GatewaySimulator,
    new_gateway: GatewaySimulator,
    setup_entry: EntrySetUp,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The new counters begin elsewhere; what they count is added, over a restart too, and nobody is asked."""
    entry = await setup_entry(gateway)
    await pass_time(hass, freezer, CYCLE)
    before = figures(hass, gateway.serial)
    assert all(total and total > 10_000 for total in before.values())

    await replace(hass, entry, new_gateway)
    await second_cycle(hass, entry)
    assert figures(hass, new_gateway.serial) == pytest.approx(before, abs=0.01)
    counted = new_gateway.house.totals.production
    for _ in range(6):
        await pass_time(hass, freezer, CYCLE)
    await hass.config_entries.async_reload(entry.entry_id)
    await pass_time(hass, freezer, CYCLE)
    more = new_gateway.house.totals.production - counted
    assert more > 100
    produced = figures(hass, new_gateway.serial)["production_energy"]
    assert produced == pytest.approx((before["production_energy"] or 0) + more, abs=0.01)
    assert ir.async_get(hass).issues == {}


async def test_a_gateway_that_is_gone_can_be_replaced(
    hass: HomeAssistant,
    gateway: GatewaySimulator,
    new_gateway: GatewaySimulator,
    cloud: CloudSimulator,
    setup_entry: EntrySetUp,
) -> None:
    """Home Assistant was restarted since; totals and account are remembered, requests to the user are not."""
    cloud.gateways = [gateway, new_gateway]
    entry = await setup_entry(gateway, username=USERNAME, password="an old password")
    before = figures(hass, gateway.serial)
    await hass.config_entries.async_unload(entry.entry_id)
    await gateway.stop()
    assert not await hass.config_entries.async_setup(entry.entry_id)
    async_raise(hass, entry, Issue.TOTALS, text="total_changed", changes="of the old gateway")

    result = await submit(hass, await ask(hass, entry, new_gateway), next_step_id="sign_in")
    result = await choose(hass, result, "account")
    assert shown(result) == {CONF_USERNAME: USERNAME, CONF_REMEMBER_PASSWORD: True}
    assert (await submit(hass, result, **ACCOUNT))["reason"] == "reconfigure_successful"
    assert entry.state is ConfigEntryState.LOADED
    assert entry.data[CONF_PASSWORD] == PASSWORD
    await second_cycle(hass, entry)
    # Some seconds pass.
    assert figures(hass, new_gateway.serial) == pytest.approx(before, abs=20)
    assert ir.async_get(hass).issues == {}


async def test_without_confirmation_nothing_changes(
    hass: HomeAssistant, gateway: GatewaySimulator, new_gateway: GatewaySimulator, setup_entry: EntrySetUp
) -> None:
    """The way back leads to the address; the known gateway there is reconfigured as ever."""
    entry = await setup_entry(gateway)
    before, entities, all_devices = dict(entry.data), registered(hass, entry), devices(hass, entry)
    result = await submit(hass, await ask(hass, entry, new_gateway), next_step_id="reconfigure")
    assert shown(result) == {CONF_HOST: gateway.host}
    result = await submit(hass, result, host=gateway.host)
    assert result["menu_options"] == ["keep", "account", "token"]
    await choose(hass, result, "keep")
    assert (entry.data, entry.unique_id, entry.state) == (before, gateway.serial, ConfigEntryState.LOADED)
    assert (registered(hass, entry), devices(hass, entry)) == (entities, all_devices)
    assert not any("authorization" in request.headers for request in new_gateway.requests)


@pytest.mark.usefixtures("no_setup")
async def test_a_failed_sign_in_changes_nothing(
    hass: HomeAssistant, gateway: GatewaySimulator, new_gateway: GatewaySimulator, add_entry: EntryMaker
) -> None:
    """The old gateway's token is not the new one's."""
    entry = add_entry(gateway)
    before = dict(entry.data)
    result = await submit(hass, await ask(hass, entry, new_gateway), next_step_id="sign_in")
    result = await submit(hass, await choose(hass, result, "token"), token=gateway.mint())
    assert result["errors"] == {CONF_TOKEN: "token_for_other_gateway"}
    assert (entry.data, entry.unique_id) == (before, gateway.serial)


@pytest.mark.usefixtures("no_setup")
async def test_a_gateway_with_an_entry_of_its_own_replaces_none(
    hass: HomeAssistant, gateway: GatewaySimulator, new_gateway: GatewaySimulator, add_entry: EntryMaker
) -> None:
    """Whether it had one before, or got it while the user was signing in."""
    entry = add_entry(gateway)
    before = dict(entry.data)
    result = await submit(hass, await ask(hass, entry, new_gateway), next_step_id="sign_in")
    result = await choose(hass, result, "token")
    add_entry(new_gateway)
    assert (await submit(hass, result, token=new_gateway.mint()))["reason"] == "already_configured"
    result = await submit(hass, await entry.start_reconfigure_flow(hass), host=new_gateway.host)
    assert result["reason"] == "already_configured"
    assert (entry.data, entry.unique_id) == (before, gateway.serial)
    assert len(hass.config_entries.async_entries(DOMAIN)) == 2


@pytest.mark.usefixtures("no_setup")
async def test_the_offer_of_the_new_gateway_is_withdrawn(
    hass: HomeAssistant, gateway: GatewaySimulator, new_gateway: GatewaySimulator, add_entry: EntryMaker
) -> None:
    """It was discovered as a further gateway before; now there is nothing left to add."""
    entry = add_entry(gateway)
    offer = await start(hass, SOURCE_ZEROCONF, announcement(new_gateway.serial, "192.168.1.30"))
    assert offer["step_id"] == "discovery_confirm"
    await replace(hass, entry, new_gateway)
    assert hass.config_entries.flow.async_progress() == []


@pytest.mark.usefixtures("no_setup")
async def test_an_ignored_gateway_may_replace_one(
    hass: HomeAssistant, gateway: GatewaySimulator, new_gateway: GatewaySimulator, add_entry: EntryMaker
) -> None:
    """The user did not want it as a further one; of that nothing is left."""
    entry = add_entry(gateway)
    await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_IGNORE}, data={"unique_id": new_gateway.serial, "title": "IQ Gateway"}
    )
    assert (await replace(hass, entry, new_gateway))["reason"] == "reconfigure_successful"
    assert hass.config_entries.async_entries(DOMAIN) == [entry]
    assert entry.unique_id == new_gateway.serial


@pytest.mark.usefixtures("no_setup")
async def test_a_setup_under_way_is_waited_for(
    hass: HomeAssistant, gateway: GatewaySimulator, new_gateway: GatewaySimulator, add_entry: EntryMaker
) -> None:
    """It would register the old gateway after everything had become the new one's."""
    entry = add_entry(gateway)
    result = await submit(hass, await ask(hass, entry, new_gateway), next_step_id="sign_in")
    result = await choose(hass, result, "token")
    begun = asyncio.Event()

    async def begin(hass: HomeAssistant, entry: ConfigEntry, data: Mapping[str, str]) -> None:
        begun.set()
        await async_replace_gateway(hass, entry, data)

    with patch("custom_components.iq_gateway.config_flow.async_replace_gateway", begin):
        async with entry.setup_lock:
            submitted = asyncio.ensure_future(submit(hass, result, token=new_gateway.mint()))
            await begun.wait()
            assert entry.unique_id == gateway.serial
        assert (await submitted)["reason"] == "reconfigure_successful"
    assert entry.unique_id == new_gateway.serial


async def test_unique_ids_change_only_while_nothing_is_shown(
    hass: HomeAssistant, gateway: GatewaySimulator, new_gateway: GatewaySimulator, setup_entry: EntrySetUp
) -> None:
    """Entities that are there would go on under ids that are no longer theirs."""
    entry = await setup_entry(gateway)
    seen: list[ConfigEntryState] = []

    @callback
    def note(event: Event[er.EventEntityRegistryUpdatedData]) -> None:
        if event.data["action"] == "update" and "unique_id" in event.data["changes"]:
            seen.append(entry.state)

    hass.bus.async_listen(er.EVENT_ENTITY_REGISTRY_UPDATED, note)
    await replace(hass, entry, new_gateway)
    assert len(seen) > 10
    assert set(seen) == {ConfigEntryState.NOT_LOADED}
    assert entry.state.name == "LOADED"


@pytest.mark.usefixtures("no_setup")
async def test_a_gateway_that_cannot_be_unloaded_is_not_replaced(
    hass: HomeAssistant, gateway: GatewaySimulator, new_gateway: GatewaySimulator, add_entry: EntryMaker
) -> None:
    """The flow says so, now and later; a restart of Home Assistant finds everything as it was."""
    entry = add_entry(gateway)
    await hass.config_entries.async_setup(entry.entry_id)
    before = dict(entry.data)
    with patch("custom_components.iq_gateway.async_unload_entry", return_value=False):
        assert (await replace(hass, entry, new_gateway))["reason"] == "not_unloaded"
    assert entry.state is ConfigEntryState.FAILED_UNLOAD
    assert (await replace(hass, entry, new_gateway))["reason"] == "not_unloaded"
    assert (entry.data, entry.unique_id) == (before, gateway.serial)


async def test_a_first_cycle_under_way_is_waited_for(
    hass: HomeAssistant, gateway: GatewaySimulator, new_gateway: GatewaySimulator, add_entry: EntryMaker
) -> None:
    """An entry that is being set up cannot be unloaded; as soon as it is, the flow goes on."""
    entry = add_entry(gateway)
    result = await submit(hass, await ask(hass, entry, new_gateway), next_step_id="sign_in")
    result = await choose(hass, result, "token")
    gateway.fault("info", Fault.HANG)
    begun = asyncio.Event()
    entry.async_on_state_change(begun.set)
    setting_up = hass.async_create_task(hass.config_entries.async_setup(entry.entry_id))
    await begun.wait()
    assert entry.state is ConfigEntryState.SETUP_IN_PROGRESS
    begun.clear()

    async def begin(hass: HomeAssistant, entry: ConfigEntry, data: Mapping[str, str]) -> None:
        begun.set()
        await async_replace_gateway(hass, entry, data)

    with patch("custom_components.iq_gateway.config_flow.async_replace_gateway", begin):
        submitted = hass.async_create_task(
            hass.config_entries.flow.async_configure(result["flow_id"], {CONF_TOKEN: new_gateway.mint()})
        )
        await begun.wait()
        assert (entry.state, entry.unique_id) == (ConfigEntryState.SETUP_IN_PROGRESS, gateway.serial)
        gateway.clear_faults()
        gateway.drop_connections()
        assert (await submitted)["reason"] == "reconfigure_successful"
    await setting_up
    await hass.async_block_till_done()
    assert (entry.state, entry.unique_id) == (ConfigEntryState.LOADED, new_gateway.serial)


class TestOnDisk:
    """What Home Assistant's storage holds in the end."""

    @pytest.fixture
    def hass_config_dir(self, hass_tmp_config_dir: str) -> str:
        """A folder of its own to write to."""
        return hass_tmp_config_dir

    async def test_nothing_secret_of_the_old_gateway_is_stored(
        self, hass: HomeAssistant, gateway: GatewaySimulator, new_gateway: GatewaySimulator, add_entry: EntryMaker
    ) -> None:
        """Neither its token nor its certificate, nor the account it was signed in with."""
        entry = add_entry(gateway, username=USERNAME, password="an old password")
        await hass.config_entries.async_setup(entry.entry_id)
        old = [entry.data[key] for key in (CONF_TOKEN, CONF_FINGERPRINT, CONF_USERNAME, CONF_PASSWORD)]
        await replace(hass, entry, new_gateway)
        with patch.object(Store, "_async_write_data", WRITE):
            await flush_store(hass.config_entries._store)
            await flush_store(dr.async_get(hass)._store)
            await flush_store(er.async_get(hass)._store)
        folder = Path(hass.config.path(".storage"))
        files = await asyncio.to_thread(lambda: {path.name: path.read_text() for path in folder.iterdir()})
        assert {"core.config_entries", "core.device_registry", "core.entity_registry"} <= files.keys()
        assert new_gateway.serial in files["core.device_registry"]
        assert not [(name, secret) for name, text in files.items() for secret in old if secret in text]
