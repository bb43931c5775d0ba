"""Controls at work: a clear noon, and waits that take no real time."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from dataclasses import dataclass, field

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.iq_gateway.client.endpoints import ENDPOINTS
from custom_components.iq_gateway.client.errors import GatewayError
from custom_components.iq_gateway.const import DOMAIN
from custom_components.iq_gateway.controls import runner
from tests import states
from tests.conftest import EntrySetUp, second_cycle
from tests.controls.allowed import assert_allowed
from tests.controls.table import Case
from tests.noon import NOON
from tests.simulator import Clock, GatewaySimulator, Profile
from tests.simulator.reply import Json
from tests.simulator.server import Request
from tests.simulator.switchboard import State


@dataclass(slots=True)
class Waits:
    """The waits of changes: they take no time, but for Home Assistant and the gateway."""

    freezer: FrozenDateTimeFactory
    look: Callable[[], None] = lambda: None
    """What is done before each of them."""
    held: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once one has begun."""
    hold: bool = False
    """Whether they never end."""

    async def __call__(self, seconds: float) -> None:
        """Stand in for the sleep of changes."""
        self.look()
        self.held.set()
        if self.hold:
            await asyncio.Event().wait()
        self.freezer.tick(seconds)
        await asyncio.sleep(0)


@pytest.fixture(autouse=True)
def waits(freezer: FrozenDateTimeFactory, monkeypatch: pytest.MonkeyPatch) -> Waits:
    """Let no change wait in real seconds, from noon on."""
    freezer.move_to(NOON)
    found = Waits(freezer)
    monkeypatch.setattr(runner, "sleep", found)
    return found


@pytest.fixture
async def gateway(
    request: pytest.FixtureRequest, socket_enabled: None, waits: Waits, clock: Clock
) -> AsyncGenerator[GatewaySimulator]:
    """The gateway of the profile that a test names by `at`."""
    async with GatewaySimulator(request.param, clock=clock) as simulator:
        yield simulator
        assert_allowed(simulator)


def at(profile: Profile) -> pytest.MarkDecorator:
    """Have the gateway be one of this profile."""
    return pytest.mark.parametrize("gateway", [profile], indirect=True, ids=[profile.name])


async def begin(setup_entry: EntrySetUp, gateway: GatewaySimulator, role: str = "owner") -> MockConfigEntry:
    """Set the site up with controls allowed."""
    return await setup_entry(gateway, options={"controls": True}, token=gateway.mint(role))


@dataclass(slots=True)
class Bench:
    """A control of a site, ready to be changed; put back as it was between two situations."""

    hass: HomeAssistant
    case: Case
    gateway: GatewaySimulator
    entry: MockConfigEntry
    waits: Waits
    monkeypatch: pytest.MonkeyPatch
    _begun: State
    _taken: int = 0
    _asked: int = 0

    @property
    def entity_id(self) -> str:
        """The id of its entity."""
        return self.case.entity_id(self.hass, self.gateway)

    @property
    def shown(self) -> str:
        """The state that its entity shows."""
        state = self.hass.states.get(self.entity_id)
        assert state is not None
        return state.state

    def told(self, attribute: str) -> object:
        """Return what its entity tells of the last change."""
        state = self.hass.states.get(self.entity_id)
        assert state is not None
        return state.attributes.get(attribute)

    async def change(self, to: str | None = None) -> None:
        """Change it, as somebody would, and wait for the end of it, beyond that of the action if need be."""
        await self.case.change(self.hass, self.gateway, to)
        await self.settle()

    async def fails(self, to: str | None = None) -> str:
        """Change it, which fails, and return the key of the text at the action; none if it failed behind its back."""
        try:
            await self.change(to)
        except HomeAssistantError as err:
            return err.translation_key or ""
        return ""

    async def settle(self) -> None:
        """Wait until nothing is followed any more."""
        await self.hass.async_block_till_done(wait_background_tasks=True)

    @property
    def sent(self) -> list[tuple[str, str, Json]]:
        """Every change that went to the gateway."""
        return self.gateway.switchboard.taken[self._taken :]

    @property
    def asked(self) -> list[Request]:
        """Every request that reached the gateway."""
        return self.gateway.requests[self._asked :]

    @property
    def repair(self) -> ir.IssueEntry | None:
        """What the user is asked to see to."""
        return ir.async_get(self.hass).async_get_issue(DOMAIN, f"change_{self.entry.entry_id}")

    async def next_cycle(self) -> None:
        """Read the gateway as usual, and before that what is read now and then."""
        paths = {self.case.path, *self.case.confirmed_by}
        coordinator = states.coordinator(self.entry)
        with suppress(GatewayError):
            await coordinator.poller.read_now(*(one for one in ENDPOINTS if one.path in paths))
        await coordinator.async_refresh()
        await self.hass.async_block_till_done()

    async def reload(self) -> None:
        """Start the integration anew."""
        await self.hass.config_entries.async_reload(self.entry.entry_id)
        await self.hass.async_block_till_done()
        await second_cycle(self.hass, self.entry)

    async def put_back(self) -> None:
        """Have site and gateway be as they were at first."""
        await self.settle()
        self.waits.look, self.waits.hold = lambda: None, False
        self.gateway.clear_faults()
        self.gateway.override(self.case.path, None)
        self.gateway.deny(self.case.role)
        self.gateway.switchboard.put_back(self._begun)
        await self.waits(100)
        await self.next_cycle()
        self._taken, self._asked = len(self.gateway.switchboard.taken), len(self.gateway.requests)
        self.waits.held.clear()
        assert self.shown == self.case.before


@pytest.fixture
async def bench(
    hass: HomeAssistant,
    socket_enabled: None,
    waits: Waits,
    clock: Clock,
    setup_entry: EntrySetUp,
    monkeypatch: pytest.MonkeyPatch,
    case: Case,
) -> AsyncGenerator[Bench]:
    """The control's site in Home Assistant, with controls allowed."""
    async with GatewaySimulator(case.profile, clock=clock) as gateway:
        case.prepare(gateway)
        entry = await setup_entry(gateway, options={"controls": True}, token=gateway.mint(case.role))
        yield Bench(hass, case, gateway, entry, waits, monkeypatch, gateway.switchboard.keep())
        assert_allowed(gateway)
