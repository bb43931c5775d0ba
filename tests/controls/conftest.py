"""Controls at work: a clear noon, and waits that take no real time."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
import os
from typing import Final, TypeIs

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.iq_gateway.controls import runner
from tests import states
from tests.conftest import EntrySetUp
from tests.controls.table import CASES, Case
from tests.noon import NOON
from tests.simulator import Clock, GatewaySimulator
from tests.simulator.reply import Json


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


@dataclass(frozen=True, slots=True)
class Bench:
    """A control of a site, ready to be changed."""

    hass: HomeAssistant
    case: Case
    gateway: GatewaySimulator
    entry: MockConfigEntry

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
        await self.hass.async_block_till_done(wait_background_tasks=True)
        if self.told("change") in ("failed", "no_effect"):
            raise HomeAssistantError(translation_key=str(self.told("reason")))

    @property
    def sent(self) -> list[tuple[str, str, Json]]:
        """Every change that went to the gateway."""
        return [*self.gateway.switchboard.taken]

    async def next_cycle(self) -> None:
        """Read the gateway as usual."""
        await states.coordinator(self.entry).async_refresh()
        await self.hass.async_block_till_done()


@pytest.fixture(params=CASES, ids=lambda case: case.key)
def case(request: pytest.FixtureRequest) -> Case:
    """Each control there is."""
    found: Case = request.param
    return found


@pytest.fixture
async def bench(
    hass: HomeAssistant, socket_enabled: None, waits: Waits, clock: Clock, setup_entry: EntrySetUp, case: Case
) -> AsyncGenerator[Bench]:
    """The control's site in Home Assistant, with controls allowed."""
    async with GatewaySimulator(case.profile, clock=clock) as gateway:
        case.prepare(gateway)
        entry = await setup_entry(gateway, options={"controls": True}, token=gateway.mint(case.role))
        yield Bench(hass, case, gateway, entry)


# Situations that each control is tried in at each run. In each of the others it is a fifth of them, by turns; with
# EVERY_CONTROL=1 all are tried in all.
_FOR_ALL: Final = frozenset({"test_done", "test_ignored", "test_refused_by_role"})
_OF_OTHERS: Final = 5


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what other runs try, as a run of all of them takes minutes."""
    if os.environ.get("EVERY_CONTROL"):
        return
    situations: dict[str, int] = {}
    left = {item for item in items if _is_sampled(item) and not _is_tried(item, situations)}
    config.hook.pytest_deselected(items=[*left])
    items[:] = [item for item in items if item not in left]


def _is_sampled(item: pytest.Item) -> TypeIs[pytest.Function]:
    return isinstance(item, pytest.Function) and item.path.name == "test_every_control.py"


def _is_tried(item: pytest.Function, situations: dict[str, int]) -> bool:
    number = situations.setdefault(item.originalname, len(situations))
    case = CASES.index(item.callspec.params["case"])
    return item.originalname in _FOR_ALL or (number + case) % _OF_OTHERS == 0
