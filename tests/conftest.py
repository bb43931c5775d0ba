"""What every test may use: a simulated gateway and cloud on real sockets, and entries that lead to them."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from datetime import timedelta
import logging
from typing import Any, Protocol
from unittest.mock import patch

from freezegun import freeze_time
from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.energy.data import EnergyManager, async_get_manager
from homeassistant.components.recorder.core import Recorder
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_HOST, CONF_TOKEN
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util.ssl import SSL_ALPN_HTTP11, SSLCipherList, client_context
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.iq_gateway.client import cloud as cloud_client
from custom_components.iq_gateway.const import CONF_FINGERPRINT, CONF_SERIAL, DOMAIN
from custom_components.iq_gateway.polling import stream
from tests import states
from tests.network import Network
from tests.simulator import Account, Clock, CloudSimulator, GatewaySimulator
from tests.simulator.certificates import self_signed

USERNAME = "somebody@example.com"
PASSWORD = "correct horse battery staple"
SOON = timedelta(seconds=30)
# A day in autumn, the sun up at the simulated site.
FROZEN_FROM = "2026-11-20 11:00:00"


@pytest.fixture(scope="session", autouse=True)
def _certificates() -> None:
    """Make one before any test stops time: what makes certificates keeps the clock that it first meets."""
    self_signed("envoy")


@pytest.fixture(autouse=True)
def enable_event_loop_debug() -> None:
    """Leave the loop's debugging off: remembering where each step came from takes a third of the time of all tests."""


@pytest.fixture(autouse=True)
def _custom_integrations(request: pytest.FixtureRequest) -> None:
    """Let Home Assistant find the integration, where a test has one."""
    if "recorder_mock" in request.fixturenames:
        request.getfixturevalue("recorder_mock")  # wants to come before Home Assistant
    if "hass" in request.fixturenames:
        request.getfixturevalue("enable_custom_integrations")


@pytest.fixture(autouse=True)
def _moving_at_once(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody wait for live data in real seconds: the simulated one moves as soon as its stream is enabled."""
    if "hass" in request.fixturenames:
        monkeypatch.setattr(stream, "MOVES_AFTER", 0.0)


@pytest.fixture
def freezer(_certificates: None) -> Generator[FrozenDateTimeFactory]:
    """Stop time, for every test at the same moment, so that it says the same at night."""
    with freeze_time(FROZEN_FROM) as frozen:
        assert isinstance(frozen, FrozenDateTimeFactory)
        yield frozen


@pytest.fixture
def clock(request: pytest.FixtureRequest) -> Clock:
    """The time of the simulated site: the computer's, frozen where that is, and then before anything happens there."""
    if "freezer" in request.fixturenames:
        request.getfixturevalue("freezer")
    return Clock()


@pytest.fixture
async def gateway(socket_enabled: None, clock: Clock) -> AsyncGenerator[GatewaySimulator]:
    """A home with meters, microinverters and a battery."""
    async with GatewaySimulator("metered_battery", clock=clock) as simulator:
        yield simulator


@pytest.fixture
async def cloud(
    socket_enabled: None, clock: Clock, gateway: GatewaySimulator, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[CloudSimulator]:
    """The cloud that knows the gateway, with one account; Home Assistant trusts its certificate."""
    async with CloudSimulator(clock=clock, gateways=[gateway]) as simulator:
        simulator.accounts[USERNAME] = Account(password=PASSWORD)
        monkeypatch.setattr(cloud_client, "ENLIGHTEN_URL", simulator.enlighten_url)
        monkeypatch.setattr(cloud_client, "ENTREZ_URL", simulator.entrez_url)
        context = client_context(SSLCipherList.PYTHON_DEFAULT, SSL_ALPN_HTTP11)
        await asyncio.to_thread(context.load_verify_locations, simulator.ca_file)
        yield simulator


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Network:
    """A network with made-up addresses; fill it with gateways."""
    network = Network()
    monkeypatch.setattr("aiohttp.connector.aiohappyeyeballs.start_connection", network.start_connection)
    return network


@pytest.fixture
def no_setup() -> Generator[None]:
    """Entries count as set up without anything being read, for tests of the flow alone."""
    with (
        patch("custom_components.iq_gateway.async_setup_entry", return_value=True),
        patch("custom_components.iq_gateway.async_unload_entry", return_value=True),
    ):
        yield


class EntryMaker(Protocol):
    """Adds an entry for a simulated gateway to Home Assistant, without setting it up."""

    def __call__(
        self, gateway: GatewaySimulator, *, options: dict[str, Any] | None = None, **data: str
    ) -> MockConfigEntry:
        """Take further data, or other data than the gateway's own, by name."""


@pytest.fixture
def add_entry(hass: HomeAssistant) -> EntryMaker:
    """Entries as the flow makes them, signed in with a pasted token of an owner."""
    _pass_over_hung_up(hass.loop)

    def add(gateway: GatewaySimulator, *, options: dict[str, Any] | None = None, **data: str) -> MockConfigEntry:
        entry = MockConfigEntry(
            domain=DOMAIN,
            title="IQ Gateway",
            unique_id=gateway.serial,
            data={
                CONF_HOST: gateway.host,
                CONF_SERIAL: gateway.serial,
                CONF_FINGERPRINT: gateway.fingerprint,
                CONF_TOKEN: gateway.mint(),
                **data,
            },
            options=options or {},
        )
        entry.add_to_hass(hass)
        return entry

    return add


def _pass_over_hung_up(loop: asyncio.AbstractEventLoop) -> None:
    """Pass over what a simulated gateway says of a client that hangs up in the handshake, as one that stops does."""
    handle = loop.get_exception_handler()

    def hung_up(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        ours = isinstance(context.get("exception"), ConnectionResetError) and "incoming" in str(context.get("message"))
        if handle and not ours:
            handle(loop, context)

    loop.set_exception_handler(hung_up)


async def second_cycle(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Run the cycle that would come half a minute after the first one, if anything waits for it to be shown.

    Once more for a total that is only known to exist since then.
    """
    for _ in range(2):
        if entry.state is ConfigEntryState.LOADED and states.coordinator(entry).update_interval == SOON:
            await states.coordinator(entry).async_refresh()
            await hass.async_block_till_done()


class EntrySetUp(Protocol):
    """Adds an entry for a simulated gateway and sets it up."""

    async def __call__(
        self, gateway: GatewaySimulator, *, options: dict[str, Any] | None = None, **data: str
    ) -> MockConfigEntry:
        """Return the entry once Home Assistant is done with it, whatever state that left it in."""


@pytest.fixture
def setup_entry(hass: HomeAssistant, add_entry: EntryMaker) -> EntrySetUp:
    """The integration at work, its totals shown."""

    async def set_up(
        gateway: GatewaySimulator, *, options: dict[str, Any] | None = None, **data: str
    ) -> MockConfigEntry:
        entry = add_entry(gateway, options=options, **data)
        await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
        await second_cycle(hass, entry)
        return entry

    return set_up


@pytest.fixture
async def energy_manager(recorder_mock: Recorder, hass: HomeAssistant) -> EnergyManager:
    """The Energy panel's preferences, in a Home Assistant where nobody has filled them in."""
    # Each statement of the recorder in the log takes longer than the statement itself.
    logging.getLogger("sqlalchemy.engine").setLevel(logging.WARNING)
    assert await async_setup_component(hass, "energy", {})
    return await async_get_manager(hass)
