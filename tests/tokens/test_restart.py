"""Whatever happens while a sign-in is under way, its token is not lost, and no second one is asked for."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from unittest.mock import patch

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_PASSWORD, CONF_TOKEN
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.iq_gateway.client.token import AccessToken
from custom_components.iq_gateway.const import CONF_SERIAL
from custom_components.iq_gateway.tokens import renewal
from custom_components.iq_gateway.tokens.minting import async_mint_token
from custom_components.iq_gateway.tokens.renewal import Obstacle, SignIns, async_renew_token
from tests.conftest import EntryMaker, EntrySetUp
from tests.simulator import CloudSimulator, GatewaySimulator
from tests.states import coordinator
from tests.tokens.steps import ACCOUNT, asked, refresh, revoked


class SlowCloud:
    """A cloud that has signed us in and made a token, but takes its time to hand it out."""

    def __init__(self) -> None:
        self.made = asyncio.Event()
        self.hands_out = asyncio.Event()

    async def mint(self, hass: HomeAssistant, *, username: str, password: str, serial: str) -> AccessToken:
        """Stand in for what has tokens made."""
        token = await async_mint_token(hass, username=username, password=password, serial=serial)
        self.made.set()
        await self.hands_out.wait()
        return token


@pytest.fixture
async def slow_cloud(cloud: CloudSimulator) -> AsyncGenerator[SlowCloud]:
    """A cloud that is slow until it is told to hand out."""
    slow = SlowCloud()
    with patch.object(renewal, "async_mint_token", slow.mint):
        yield slow


@dataclass
class Renewal:
    """A cycle with a rejected token that has got as far as the cloud."""

    entry: MockConfigEntry
    rejected: str
    cycle: asyncio.Task[None]


@pytest.fixture
async def renewal_under_way(
    hass: HomeAssistant, gateway: GatewaySimulator, slow_cloud: SlowCloud, setup_entry: EntrySetUp
) -> Renewal:
    """A renewal that waits for the cloud to hand out."""
    entry = await setup_entry(gateway, **ACCOUNT)
    rejected = entry.data[CONF_TOKEN]
    gateway.revoke(rejected)
    cycle = hass.async_create_background_task(coordinator(entry).async_refresh(), "cycle")
    await slow_cloud.made.wait()
    return Renewal(entry=entry, rejected=rejected, cycle=cycle)


async def test_who_needs_a_token_while_one_is_made_waits_for_that(
    hass: HomeAssistant,
    gateway: GatewaySimulator,
    cloud: CloudSimulator,
    slow_cloud: SlowCloud,
    add_entry: EntryMaker,
) -> None:
    """One sign-in for three who ask."""
    entry = add_entry(gateway, **ACCOUNT)
    asking = [hass.async_create_task(async_renew_token(hass, entry)) for _ in range(3)]
    await slow_cloud.made.wait()
    slow_cloud.hands_out.set()
    await asyncio.gather(*asking)
    assert len(cloud.sign_ins) == 1


async def test_an_entry_loaded_anew_during_a_renewal_takes_its_token(
    hass: HomeAssistant, cloud: CloudSimulator, slow_cloud: SlowCloud, renewal_under_way: Renewal
) -> None:
    """The one that is under way is waited for."""
    entry = renewal_under_way.entry
    assert await hass.config_entries.async_unload(entry.entry_id)
    loading = hass.async_create_task(hass.config_entries.async_setup(entry.entry_id))
    await asyncio.sleep(0)
    slow_cloud.hands_out.set()
    assert await loading
    assert entry.state is ConfigEntryState.LOADED
    assert len(cloud.sign_ins) == 1
    assert entry.data[CONF_TOKEN] != renewal_under_way.rejected
    assert asked(hass, entry) == 0


async def test_an_entry_that_is_not_loaded_keeps_the_token_for_later(
    hass: HomeAssistant, cloud: CloudSimulator, slow_cloud: SlowCloud, renewal_under_way: Renewal
) -> None:
    """As while Home Assistant stops."""
    entry = renewal_under_way.entry
    assert await hass.config_entries.async_unload(entry.entry_id)
    slow_cloud.hands_out.set()
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.NOT_LOADED
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert len(cloud.sign_ins) == 1


async def test_a_process_that_ends_during_a_sign_in_has_tried(
    hass: HomeAssistant,
    gateway: GatewaySimulator,
    cloud: CloudSimulator,
    slow_cloud: SlowCloud,
    add_entry: EntryMaker,
    renewal_under_way: Renewal,
) -> None:
    """What the entry held at that moment keeps the next process from trying at once."""
    entry = renewal_under_way.entry
    stored = dict(entry.data)
    slow_cloud.hands_out.set()
    await hass.async_block_till_done()
    await hass.config_entries.async_remove(entry.entry_id)

    entry = add_entry(gateway)
    hass.config_entries.async_update_entry(entry, data=stored)
    assert not await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert len(cloud.sign_ins) == 1
    assert SignIns.of(entry).obstacle is Obstacle.CLOUD_UNREACHABLE


async def test_a_user_who_is_faster_has_the_last_word(
    hass: HomeAssistant, gateway: GatewaySimulator, slow_cloud: SlowCloud, renewal_under_way: Renewal
) -> None:
    """A pasted token is not overwritten by one that was asked for before."""
    entry = renewal_under_way.entry
    pasted = gateway.mint()
    data = {key: value for key, value in entry.data.items() if key not in {*ACCOUNT, renewal.CONF_SIGN_INS}}
    hass.config_entries.async_update_entry(entry, data={**data, CONF_TOKEN: pasted})
    slow_cloud.hands_out.set()
    await renewal_under_way.cycle
    assert entry.data[CONF_TOKEN] == pasted
    assert CONF_PASSWORD not in entry.data
    assert coordinator(entry).gateway.token == pasted


async def test_an_entry_removed_during_a_renewal_stays_removed(
    hass: HomeAssistant, slow_cloud: SlowCloud, renewal_under_way: Renewal
) -> None:
    """Nothing comes of its token."""
    await hass.config_entries.async_remove(renewal_under_way.entry.entry_id)
    slow_cloud.hands_out.set()
    await hass.async_block_till_done()
    assert hass.config_entries.async_entries() == []


async def test_a_restart_during_reauth_asks_once(
    hass: HomeAssistant, gateway: GatewaySimulator, cloud: CloudSimulator, setup_entry: EntrySetUp
) -> None:
    """The entry tries once more at its start, and asks again if that fails; never twice."""
    entry = await setup_entry(gateway, token=revoked(gateway))
    assert asked(hass, entry) == 1
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert asked(hass, entry) == 1
    assert cloud.requests == []


async def test_two_gateways_on_one_account_do_not_disturb_each_other(
    hass: HomeAssistant, gateway: GatewaySimulator, cloud: CloudSimulator, setup_entry: EntrySetUp
) -> None:
    """One has a role too low for an endpoint and loses its token, the other goes on as ever."""
    async with GatewaySimulator("standard", serial="122999888777", clock=gateway.clock) as other:
        cloud.gateways.append(other)
        gateway.deny("owner", "energy")
        entry = await setup_entry(gateway, **ACCOUNT)
        other_entry = await setup_entry(other, **ACCOUNT)
        assert (entry.data[CONF_SERIAL], other_entry.data[CONF_SERIAL]) == (gateway.serial, other.serial)
        other_token = other_entry.data[CONF_TOKEN]

        gateway.revoke(entry.data[CONF_TOKEN])
        gateway.requests.clear()
        other.requests.clear()
        await refresh(hass, entry, times=3)
        await refresh(hass, other_entry, times=2)
        assert len(cloud.sign_ins) == 1
        assert other_entry.data[CONF_TOKEN] == other_token
        assert {request.status for request in other.requests} == {200}
        bearers = {request.headers.get("authorization") for request in other.requests}
        assert bearers <= {f"Bearer {other_token}", None}
        assert coordinator(entry).gateway.token == entry.data[CONF_TOKEN]
        denied = [request for request in gateway.requests if request.path == "/ivp/pdm/energy"]
        assert len(denied) == 2
