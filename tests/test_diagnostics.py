"""Diagnostics: whole enough to be replayed, and silent about whose they are."""

from datetime import UTC, datetime, timedelta
import json
from pathlib import Path
import re
import time
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er, instance_id
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
    get_diagnostics_for_device,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.iq_gateway import diagnostics
from custom_components.iq_gateway.diagnostics import async_get_config_entry_diagnostics
from custom_components.iq_gateway.redaction import Redactor
from tests.conftest import PASSWORD, USERNAME, EntryMaker, EntrySetUp
from tests.pins import readable
from tests.simulator import Clock, Fault, GatewaySimulator
from tests.simulator.reply import Json
from tests.states import coordinator

NOON = datetime(2026, 6, 21, 12, tzinfo=UTC)
INVERTERS = "api_v1_production_inverters"
PERSONAL: Json = {
    "site_name": "Maple Street 5",
    "timezone": "Europe/Amsterdam",
    "contact": "jane@example.org at 192.168.178.23, 2a02:810b:c5bf::17 (00:1d:c0:12:34:56)",
    "serial_num": "20-A0815",
    "sn": 471108151234,
    "note": "20-A0815 of Maple Street 5",
}


async def report_of(hass: HomeAssistant, entry: MockConfigEntry) -> dict[str, Any]:
    """Return an entry's diagnostics as they would be written to a file."""
    report: dict[str, Any] = json.loads(json.dumps(await async_get_config_entry_diagnostics(hass, entry)))
    return report


def add_personal(payload: Json) -> Json:
    """Have the gateway say more than it should."""
    assert isinstance(payload, dict)
    return {**payload, "site": PERSONAL}


def serials(answer: Json) -> list[str]:
    """Return the serial numbers of the devices in one answer or several."""
    if isinstance(answer, list):
        return [serial for item in answer for serial in serials(item)]
    if not isinstance(answer, dict):
        return []
    return [
        serial
        for name, item in answer.items()
        for serial in ([str(item)] if name in {"serialNumber", "serial_num"} else serials(item))
    ]


def original_serials(entry: MockConfigEntry) -> list[str]:
    """Return the serial numbers of the devices as the gateway sent them."""
    told = {name: state.answer for name, state in coordinator(entry).poller.states.items() if name != "info"}
    found = [serial for answer in told.values() if answer for serial in serials(json.loads(answer.raw))]
    assert found
    return found


def entities_of(hass: HomeAssistant, entry: MockConfigEntry) -> dict[str, tuple[object, ...]]:
    """Return what an entry shows, by unique id; the token is not the site's."""
    registry = er.async_get(hass)
    return {
        f"{entity.domain} {entity.unique_id}": (entity.disabled_by, state.state if state else None)
        for entity in er.async_entries_for_config_entry(registry, entry.entry_id)
        if not entity.unique_id.endswith("token_expires")
        for state in [hass.states.get(entity.entity_id)]
    }


async def test_nobody_can_tell_whose_they_are(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """Neither from what is set up nor from what the gateway said, foreseen or not."""
    gateway.override("live", add_personal)
    entry = await setup_entry(gateway, username=USERNAME, password=PASSWORD)
    hass.config_entries.async_update_entry(entry, title="The Millers' roof")
    text = json.dumps(await report_of(hass, entry))

    token: str = entry.data["token"]
    originals = {
        gateway.serial,
        *original_serials(entry),
        *token.split("."),
        USERNAME,
        PASSWORD,
        gateway.host,
        gateway.host.partition(":")[0],
        "Millers",
        "Maple Street",
        "Amsterdam",
        "jane@example.org",
        "192.168.178.23",
        "2a02:810b:c5bf",
        "00:1d:c0:12:34:56",
        "20-A0815",
        "471108151234",
    }
    assert len(originals) > 40
    assert [original for original in originals if original in text] == []


@pytest.mark.parametrize(
    "profile",
    [
        "standard",
        "net_single",
        "total_consumption",
        "metered_battery",
        "battery_no_meter",
        "off_grid",
        "generator",
        "ac_batteries",
    ],
)
async def test_a_replay_shows_the_same_entities(
    hass: HomeAssistant,
    setup_entry: EntrySetUp,
    socket_enabled: None,
    tmp_path: Path,
    profile: str,
) -> None:
    """Served by the simulator, the file makes the same entities with the same states."""
    clock = Clock(start=NOON, speed=0)
    async with GatewaySimulator(profile, clock=clock) as gateway:
        gateway.enable_stream()
        entry = await setup_entry(gateway)
    report = await report_of(hass, entry)
    shown = entities_of(hass, entry)
    stand_ins = dict(zip(original_serials(entry), serials(report["answers"]), strict=True))
    stand_ins[gateway.serial] = report["entry"]["data"]["serial"]
    expected = {re.sub(r"\d{12}", lambda serial: stand_ins[serial[0]], name): value for name, value in shown.items()}

    file = tmp_path / "diagnostics.json"
    file.write_text(json.dumps({"home_assistant": {}, "data": report}))
    async with GatewaySimulator(replay=file, clock=clock) as replayed:
        replayed.enable_stream()
        again = await setup_entry(replayed)
    assert entities_of(hass, again) == expected


async def test_stand_ins_are_always_the_same(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """Two files of one system can be compared; no two inverters become one."""
    entry = await setup_entry(gateway)
    first = await report_of(hass, entry)
    await hass.config_entries.async_reload(entry.entry_id)
    second = await report_of(hass, entry)
    assert serials(first["answers"][INVERTERS]) == serials(second["answers"][INVERTERS])
    assert first["entry"] == second["entry"]
    assert first["certificate"] == second["certificate"]
    assert len(set(serials(first["answers"][INVERTERS]))) == 35


async def test_they_tell_how_each_endpoint_answers(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator, freezer: FrozenDateTimeFactory
) -> None:
    """What failed, since when, how fast and how often in the last hour."""
    entry = await setup_entry(gateway)
    gateway.fault("readings", Fault.UNAVAILABLE)
    freezer.tick(timedelta(minutes=5))
    await coordinator(entry).async_refresh()
    endpoints = (await report_of(hass, entry))["endpoints"]
    assert endpoints["readings"] == {
        "outcome": "GatewayBusy",
        "reason": "status 503",
        "age": 300.0,
        "dropped_records": 0,
        "latency": {"median": 0.0, "worst": 0.0},
        "last_hour": {"requests": 3, "failures": 1},
    }
    assert endpoints["live"]["outcome"] == "answered"
    assert endpoints["consumption"]["outcome"] == "never asked"
    assert endpoints["consumption"]["age"] is None


async def test_they_tell_what_is_set_up(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """Versions, options, the token's life, and what was made of the answers."""
    entry = await setup_entry(gateway, options={"update_interval": 60}, username=USERNAME, password=PASSWORD)
    report = await report_of(hass, entry)
    assert report["versions"]["gateway"] == gateway.firmware
    assert report["versions"].keys() == {"home_assistant", "integration", "gateway"}
    assert report["entry"]["options"] == {"update_interval": 60}
    assert report["entry"]["data"]["password"] == "**REDACTED**"
    assert report["token"]["role"] == "owner"
    assert {"battery", "consumption", "grid"} <= set(report["site"]["parts"])
    assert {kind: count for kind, count in report["site"]["devices"].items() if count} == {
        "gateways": 1,
        "meters": 3,
        "inverters": 35,
        "iq_batteries": 5,
    }
    assert report["ledger"] == json.loads(json.dumps(coordinator(entry).totals.as_dict()))
    assert "production_energy" in json.dumps(report["ledger"])


async def test_a_token_that_is_none_does_not_matter(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """Diagnostics are for when something is wrong."""
    entry = await setup_entry(gateway)
    hass.config_entries.async_update_entry(entry, data={**entry.data, "token": "none"})
    assert (await report_of(hass, entry))["token"] is None


async def test_a_device_has_its_own_entities_in_them(
    hass: HomeAssistant,
    setup_entry: EntrySetUp,
    gateway: GatewaySimulator,
    hass_client: ClientSessionGenerator,
) -> None:
    """Beside all that its gateway said."""
    assert await async_setup_component(hass, "diagnostics", {})
    entry = await setup_entry(gateway)
    serial = original_serials(entry)[0]
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    device = next(device for device in devices if device.serial_number == serial)
    report = await get_diagnostics_for_device(hass, hass_client, entry, device)
    stand_in = serials(report["answers"][INVERTERS])[0]
    told = [entity["unique_id"] for entity in report["device"]["entities"]]
    assert {f"{stand_in}_{key}" for key in ("power", "max_power", "last_report")} <= set(told)
    assert all(unique_id.startswith(f"{stand_in}_") for unique_id in told), "of no other device"
    assert "device" not in await get_diagnostics_for_config_entry(hass, hass_client, entry)


@pytest.mark.parametrize(
    ("original", "shape"),
    [
        ("122333444555", r"9\d{11}"),
        ("eyJhbGciOi.eyJhdWQi.c2ln-bmF0dXJl", r"token-\d{6}"),
        ("jane.doe@example.org", r"somebody-\d{6}@example\.com"),
        ("192.168.1.2", r"198\.18\.\d+\.\d+"),
        ("2A02:810b:1::30", r"2001:db8::[0-9a-f]+"),
        ("fe80::1", r"2001:db8::[0-9a-f]+"),
        ("2a02:1:2:3:4:5:6:7", r"2001:db8::[0-9a-f]+"),
        ("::ffff:192.168.1.2", r"2001:db8::[0-9a-f]+"),
        ("00:1D:C0:12:34:56", r"02(:[0-9a-f]{2}){5}"),
        ("America/Argentina/Ushuaia", "America/City"),
    ],
)
def test_stand_ins_have_the_shape_of_what_they_stand_for(original: str, shape: str) -> None:
    """A reader sees what kind of thing it was."""
    redacted = Redactor(b"secret").text(f"a {original}, b")
    assert re.fullmatch(rf"a {shape}, b", redacted)
    assert redacted == Redactor(b"secret").text(f"a {original}, b")


@pytest.mark.parametrize(
    "text", ["D8.3.5169", "02.00.01", "1234567890123", "704643328", "12:34:56", "0.122333444555", "2:AB:3F"]
)
def test_what_tells_nobody_apart_stays(text: str) -> None:
    """Versions, eids, counters and times look a little like serial numbers and addresses."""
    assert Redactor(b"secret").text(text) == text


def test_one_secret_gives_other_stand_ins_than_another() -> None:
    """Nobody can try out all serial numbers to find the original."""
    assert Redactor(b"one").text("122333444555") != Redactor(b"two").text("122333444555")


async def test_stand_ins_are_made_with_a_secret_that_is_nowhere_else(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """Whoever knows what Home Assistant broadcasts of itself cannot find a serial number by trying them all."""
    entry = await setup_entry(gateway)
    first = await report_of(hass, entry)
    broadcast = Redactor((await instance_id.async_get(hass)).encode())
    assert first["entry"]["data"]["serial"] != broadcast.text(gateway.serial)
    del hass.data[diagnostics._KEY]  # as a restart does
    assert (await report_of(hass, entry))["entry"]["data"]["serial"] != first["entry"]["data"]["serial"]


async def test_they_tell_the_certificate(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """There is something to compare with when another one shows up; what it looks like leaves it readable."""
    entry = await setup_entry(gateway)
    certificate = (await report_of(hass, entry))["certificate"]
    assert certificate["fingerprint"] == readable(gateway)
    assert certificate["public_key"].replace(":", "").lower() == gateway.certificate.public_key
    assert certificate["ends"] == gateway.certificate.ends.isoformat()


async def test_a_gateway_that_cannot_be_set_up_has_diagnostics_too(
    hass: HomeAssistant, add_entry: EntryMaker, gateway: GatewaySimulator, hass_client: ClientSessionGenerator
) -> None:
    """That is when they are asked for: before it was ever tried, while it is tried again, and after it was unloaded."""
    assert await async_setup_component(hass, "diagnostics", {})
    entry = add_entry(gateway)
    report = await report_of(hass, entry)
    assert (report["entry"]["state"], report["entry"]["reason"]) == ("not_loaded", None)

    await gateway.stop()
    await hass.config_entries.async_setup(entry.entry_id)
    report = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    assert (report["entry"]["state"], report["entry"]["reason"]) == ("setup_retry", "cannot_connect")
    assert report["token"]["role"] == "owner"
    assert report["certificate"]["fingerprint"] == readable(gateway)
    assert gateway.serial not in json.dumps(report)

    await gateway.start()
    await hass.config_entries.async_reload(entry.entry_id)
    assert "answers" in await get_diagnostics_for_config_entry(hass, hass_client, entry)
    await hass.config_entries.async_unload(entry.entry_id)
    assert "answers" not in await get_diagnostics_for_config_entry(hass, hass_client, entry)


@pytest.mark.parametrize("text", ["eyJ" * 40_000, "a" * 100_000, "a:" * 50_000])
def test_an_odd_text_does_not_keep_home_assistant_waiting(text: str) -> None:
    """What looks like the beginning of a token, an e-mail address or an IPv6 address over and over."""
    began = time.perf_counter()
    Redactor(b"secret").text(text)
    assert time.perf_counter() - began < 1
