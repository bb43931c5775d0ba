"""Waits of changes that take no real time, and homes for cases."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.iq_gateway.controls import runner


@dataclass(slots=True)
class Waits:
    """The waits of changes: the time of the day goes on, and nobody waits."""

    frozen: FrozenDateTimeFactory | None = None
    look: Callable[[], None] = lambda: None
    hold: bool = False
    """Whether they never end."""
    held: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, seconds: float) -> None:
        """Stand in for the sleep of changes."""
        self.look()
        self.held.set()
        if self.hold:
            await asyncio.Event().wait()
        assert self.frozen is not None
        self.frozen.tick(seconds)
        await asyncio.sleep(0)


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> Waits:
    """Let no change wait in real seconds."""
    found = Waits()
    monkeypatch.setattr(runner, "sleep", found)
    return found
