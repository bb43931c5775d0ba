"""Gateways that announce themselves: new ones are offered, known ones followed when they really moved."""

import asyncio
from ipaddress import ip_address
from unittest.mock import patch

from homeassistant.config_entries import SOURCE_DHCP, SOURCE_IGNORE, SOURCE_ZEROCONF, ConfigFlowResult
from homeassistant.const import CONF_HOST
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.service_info.dhcp import DhcpServiceInfo
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo
import pytest

from custom_components.iq_gateway.const import DOMAIN
from tests.conftest import EntryMaker
from tests.flow.steps import choose, finish, shown, start, submit
from tests.network import Network
from tests.pins import kept
from tests.simulator import Clock, Fault, GatewaySimulator

pytestmark = pytest.mark.usefixtures("no_setup")

OLD = "192.168.1.20"
NEW = "192.168.1.30"
NEW_IPV6 = "2001:db8::30"
ANOTHER_SERIAL = "122999000111"


def announcement(serial: str | None, *addresses: str, version: str | None = "8.3.5169") -> ZeroconfServiceInfo:
    """Return what zeroconf makes of a gateway's announcement."""
    properties = {"serialnum": serial, "protovers": version}
    return ZeroconfServiceInfo(
        ip_address=ip_address(addresses[0]),
        ip_addresses=[ip_address(address) for address in addresses],
        port=443,
        hostname="envoy.local.",
        type="_enphase-envoy._tcp.local.",
        name="envoy._enphase-envoy._tcp.local.",
        properties={name: value for name, value in properties.items() if value is not None},
    )


async def announce(hass: HomeAssistant, serial: str | None, *addresses: str) -> ConfigFlowResult:
    """Have a gateway announce itself, and wait for what comes of it."""
    result = await start(hass, SOURCE_ZEROCONF, announcement(serial, *addresses))
    await hass.async_block_till_done()
    return result


async def lease(hass: HomeAssistant, address: str, mac: str = "001dc0abcdef") -> ConfigFlowResult:
    """Have the router give an address to something called envoy."""
    info = DhcpServiceInfo(ip=address, hostname="envoy", macaddress=mac)
    result = await start(hass, SOURCE_DHCP, info)
    await hass.async_block_till_done()
    return result


@pytest.mark.parametrize(
    ("addresses", "host"),
    [
        ([NEW], NEW),
        ([NEW_IPV6], f"[{NEW_IPV6}]"),
        ([NEW_IPV6, NEW], NEW),
        (["169.254.120.1", NEW], NEW),
    ],
    ids=["IPv4", "IPv6", "both", "unused port"],
)
async def test_a_new_gateway_is_offered(
    hass: HomeAssistant, gateway: GatewaySimulator, network: Network, addresses: list[str], host: str
) -> None:
    """It says what was found where, and submitting it confirms; only then is the gateway asked."""
    network.update(dict.fromkeys([NEW, NEW_IPV6], gateway))
    result = await announce(hass, gateway.serial, *addresses)
    assert result["step_id"] == "discovery_confirm"
    assert result["description_placeholders"] == {"serial": gateway.serial[-4:], "host": host}
    assert shown(result) == {}
    assert gateway.requests == []

    flow = hass.config_entries.flow.async_get(result["flow_id"])
    assert flow["context"]["title_placeholders"] == {"name": f"IQ Gateway {gateway.serial[-4:]}", "host": host}

    result = await submit(hass, result)
    result = await submit(hass, await choose(hass, result, "token"), token=gateway.mint())
    result = await finish(hass, result)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["result"].data[CONF_HOST] == host


@pytest.mark.parametrize("trouble", ["silent", "another gateway", "web page"])
async def test_a_discovered_gateway_that_is_not_there(
    hass: HomeAssistant, gateway: GatewaySimulator, network: Network, clock: Clock, trouble: str
) -> None:
    """The form says so; once it is, the same form goes on."""
    async with GatewaySimulator("standard", clock=clock, serial=ANOTHER_SERIAL) as other:
        if trouble == "another gateway":
            network[NEW] = other
        elif trouble == "web page":
            network[NEW] = gateway
            gateway.fault("info", Fault.HTML_PAGE)
        result = await submit(hass, await announce(hass, gateway.serial, NEW))
    error = {"silent": "cannot_connect", "another gateway": "wrong_serial", "web page": "not_a_gateway"}[trouble]
    assert (result["step_id"], result["errors"]) == ("discovery_confirm", {"base": error})
    gateway.clear_faults()
    network[NEW] = gateway
    assert (await submit(hass, result))["step_id"] == "sign_in"


async def test_several_gateways_are_offered_side_by_side(hass: HomeAssistant, gateway: GatewaySimulator) -> None:
    """Each has a flow of its own, however often it announces itself."""
    assert (await announce(hass, gateway.serial, OLD))["type"] is FlowResultType.FORM
    assert (await announce(hass, ANOTHER_SERIAL, NEW))["type"] is FlowResultType.FORM
    assert (await announce(hass, gateway.serial, NEW_IPV6))["reason"] == "already_in_progress"
    assert len(hass.config_entries.flow.async_progress()) == 2


@pytest.mark.parametrize(
    ("info", "reason"),
    [
        (announcement("122333444555", "169.254.120.1"), "link_local_address"),
        (announcement("122333444555", "fe80::1"), "link_local_address"),
        (announcement(None, NEW), "not_a_gateway"),
        (announcement("", NEW), "not_a_gateway"),
        (announcement("12233344455", NEW), "not_a_gateway"),
        (announcement("1223334445556", NEW), "not_a_gateway"),
        (announcement("١٢٢٣٣٣٤٤٤٥٥٥", NEW), "not_a_gateway"),
        (announcement("<b>call 1-800</b>", NEW), "not_a_gateway"),
        (announcement("122333444555", NEW, version="3.9.36"), "legacy_firmware"),
    ],
    ids=["unused port", "IPv6 of one link", "none", "empty", "short", "long", "other digits", "a message", "old"],
)
async def test_announcements_that_lead_nowhere(hass: HomeAssistant, info: ZeroconfServiceInfo, reason: str) -> None:
    """They are dropped without a question to the user."""
    result = await start(hass, SOURCE_ZEROCONF, info)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == reason


@pytest.mark.parametrize("version", [None, "unknown"])
async def test_an_announcement_without_a_version_is_taken_up(hass: HomeAssistant, version: str | None) -> None:
    """What it is will show when it is asked."""
    result = await start(hass, SOURCE_ZEROCONF, announcement("122333444555", NEW, version=version))
    assert result["type"] is FlowResultType.FORM


async def placeholder(hass: HomeAssistant, info: ZeroconfServiceInfo) -> str | None:
    """Return the address that an announcement leads to."""
    placeholders = (await start(hass, SOURCE_ZEROCONF, info))["description_placeholders"]
    return placeholders["host"] if placeholders else None


async def test_a_port_of_its_own_is_kept(hass: HomeAssistant) -> None:
    """Port 80 is where gateways redirect from, if anything; any other one is meant."""
    info = announcement("122333444555", NEW)
    info.port = 8443
    assert await placeholder(hass, info) == f"{NEW}:8443"
    info = announcement(ANOTHER_SERIAL, OLD)
    info.port = 80
    assert await placeholder(hass, info) == OLD


async def test_a_gateway_that_moved_is_followed(
    hass: HomeAssistant, gateway: GatewaySimulator, network: Network, add_entry: EntryMaker
) -> None:
    """Its old address is silent, the new one shows its certificate and serial number."""
    entry = add_entry(gateway, host=OLD)
    network[NEW] = gateway
    result = await announce(hass, gateway.serial, NEW)
    assert result["reason"] == "already_configured"
    assert entry.data[CONF_HOST] == NEW
    assert not any(request.authorized for request in gateway.requests)


async def test_a_gateway_on_two_networks_stays_where_it_is(
    hass: HomeAssistant, gateway: GatewaySimulator, network: Network, add_entry: EntryMaker
) -> None:
    """As long as the known address answers as that gateway, others are no news."""
    entry = add_entry(gateway, host=OLD)
    network.update({OLD: gateway, NEW: gateway})
    for address in (NEW, OLD, NEW_IPV6, NEW):
        assert (await announce(hass, gateway.serial, address))["reason"] == "already_configured"
        assert entry.data[CONF_HOST] == OLD


async def test_an_old_address_that_now_is_somebody_elses(
    hass: HomeAssistant, gateway: GatewaySimulator, network: Network, add_entry: EntryMaker, clock: Clock
) -> None:
    """Another gateway there does not count as an answer."""
    entry = add_entry(gateway, host=OLD)
    async with GatewaySimulator("standard", clock=clock, serial=ANOTHER_SERIAL) as other:
        network.update({OLD: other, NEW: gateway})
        await announce(hass, gateway.serial, NEW)
    assert entry.data[CONF_HOST] == NEW


@pytest.mark.parametrize("impostor", ["silent", "other serial number", "other certificate", "busy"])
async def test_a_claim_that_does_not_hold_is_not_followed(
    hass: HomeAssistant,
    gateway: GatewaySimulator,
    network: Network,
    add_entry: EntryMaker,
    clock: Clock,
    impostor: str,
) -> None:
    """Anybody can announce anything."""
    serial = ANOTHER_SERIAL if impostor == "other serial number" else gateway.serial
    async with GatewaySimulator("standard", clock=clock, serial=serial) as peer:
        pinned = peer if impostor == "other serial number" else gateway
        entry = add_entry(gateway, host=OLD, fingerprint=pinned.fingerprint)
        if impostor == "busy":
            gateway.fault("info", Fault.BAD_GATEWAY)
        if impostor != "silent":
            network[NEW] = gateway if impostor == "busy" else peer
        result = await announce(hass, gateway.serial, NEW)
    assert result["reason"] == "already_configured"
    assert entry.data[CONF_HOST] == OLD


async def test_of_two_announcements_at_once_one_is_followed(
    hass: HomeAssistant, gateway: GatewaySimulator, network: Network, add_entry: EntryMaker
) -> None:
    """A gateway that comes back on two networks settles on one address."""
    entry = add_entry(gateway, host=OLD)
    network.update({NEW: gateway, NEW_IPV6: gateway})
    entries = hass.config_entries
    with patch.object(entries, "async_update_entry", wraps=entries.async_update_entry) as update:
        await asyncio.gather(announce(hass, gateway.serial, NEW), announce(hass, gateway.serial, NEW_IPV6))
        settled = entry.data[CONF_HOST]
        assert settled in (NEW, f"[{NEW_IPV6}]")
        await asyncio.gather(announce(hass, gateway.serial, NEW), announce(hass, gateway.serial, NEW_IPV6))
    assert entry.data[CONF_HOST] == settled
    assert update.call_count == 1


async def test_a_gateway_that_the_user_ignores_stays_ignored(
    hass: HomeAssistant, gateway: GatewaySimulator, network: Network
) -> None:
    """It is neither asked nor offered again."""
    network[NEW] = gateway
    await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_IGNORE}, data={"unique_id": gateway.serial, "title": "IQ Gateway"}
    )
    assert (await announce(hass, gateway.serial, NEW))["reason"] == "already_configured"
    assert gateway.requests == []


async def test_a_lease_for_a_new_gateway_offers_it(
    hass: HomeAssistant, gateway: GatewaySimulator, network: Network
) -> None:
    """Its serial number comes from the gateway itself, which gets nothing secret."""
    network[NEW] = gateway
    result = await lease(hass, NEW)
    assert result["description_placeholders"] == {"host": NEW, "serial": gateway.serial[-4:]}
    assert [request.path for request in gateway.requests] == ["/info"]


async def test_a_lease_for_a_known_gateway_is_followed(
    hass: HomeAssistant, gateway: GatewaySimulator, network: Network, add_entry: EntryMaker
) -> None:
    """Its MAC address is noted on its device and on no other, to recognize it whatever it calls itself."""
    entry = add_entry(gateway, host=OLD)
    registry = dr.async_get(hass)
    for name in (gateway.serial, "inverter"):
        registry.async_get_or_create(config_entry_id=entry.entry_id, identifiers={(DOMAIN, name)})
    network[NEW] = gateway
    assert (await lease(hass, NEW))["reason"] == "already_configured"
    assert entry.data[CONF_HOST] == NEW
    noted = {
        name: device.connections
        for device in dr.async_entries_for_config_entry(registry, entry.entry_id)
        for _, name in device.identifiers
    }
    assert noted == {gateway.serial: {("mac", "00:1d:c0:ab:cd:ef")}, "inverter": set()}


async def test_a_stranger_leaves_no_mac_address(
    hass: HomeAssistant, gateway: GatewaySimulator, network: Network, add_entry: EntryMaker, clock: Clock
) -> None:
    """He says the gateway's serial number, which it broadcasts, at an address of his own or at the gateway's."""
    entry = add_entry(gateway, host=OLD)
    registry = dr.async_get(hass)
    device = registry.async_get_or_create(config_entry_id=entry.entry_id, identifiers={(DOMAIN, gateway.serial)})
    async with GatewaySimulator("standard", clock=clock, serial=gateway.serial) as stranger:
        network.update({OLD: gateway, NEW: stranger})
        assert (await lease(hass, NEW, "deadbeef0001"))["reason"] == "already_configured"
        network[OLD] = stranger
        assert (await lease(hass, OLD, "deadbeef0002"))["reason"] == "already_configured"
    known = registry.async_get(device.id)
    assert isinstance(known, dr.DeviceEntry)
    assert known.connections == set()
    assert entry.data[CONF_HOST] == OLD


async def test_mac_addresses_do_not_add_up(
    hass: HomeAssistant, gateway: GatewaySimulator, network: Network, add_entry: EntryMaker
) -> None:
    """The one that was seen last stays, also where the certificate is a later one with the known key."""
    entry = add_entry(gateway, host=NEW, **kept(gateway))
    registry = dr.async_get(hass)
    device = registry.async_get_or_create(config_entry_id=entry.entry_id, identifiers={(DOMAIN, gateway.serial)})
    network[NEW] = gateway
    gateway.renew_certificate()
    for mac in ("001dc0000001", "001dc0000002", "001dc0000003"):
        await lease(hass, NEW, mac)
    known = registry.async_get(device.id)
    assert isinstance(known, dr.DeviceEntry)
    assert known.connections == {("mac", "00:1d:c0:00:00:03")}


async def test_a_lease_for_an_ignored_gateway_changes_nothing(
    hass: HomeAssistant, gateway: GatewaySimulator, network: Network
) -> None:
    """It has neither a certificate nor a device."""
    network[NEW] = gateway
    await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_IGNORE}, data={"unique_id": gateway.serial, "title": "IQ Gateway"}
    )
    assert (await lease(hass, NEW))["reason"] == "already_configured"


async def test_a_lease_for_what_gives_no_serial_number_of_a_gateway_is_dropped(
    hass: HomeAssistant, gateway: GatewaySimulator, network: Network
) -> None:
    """Anybody may call himself envoy and answer anything."""
    network[NEW] = gateway
    gateway._source.serial = "hello there"
    assert (await lease(hass, NEW))["reason"] == "not_a_gateway"


async def test_a_lease_for_something_else_is_dropped(
    hass: HomeAssistant, gateway: GatewaySimulator, network: Network
) -> None:
    """What does not answer as a gateway is none; an old gateway is not supported."""
    assert (await lease(hass, NEW))["reason"] == "cannot_connect"
    network[NEW] = gateway
    gateway.firmware = "R4.10.35"
    assert (await lease(hass, NEW))["reason"] == "legacy_firmware"
