"""What tests of taking over may use."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from .world import World, world


@pytest.fixture
async def here(socket_enabled: None, tmp_path: Path) -> AsyncGenerator[World]:
    """A house with a battery, read by the built-in integration alone."""
    async with world(tmp_path) as one:
        await one.set_up_built_in()
        yield one
