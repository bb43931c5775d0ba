"""The power of Home Assistant's machine goes; the gateway, and what it counts, do not notice."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests import states

from .home import Home, home

HOUR = timedelta(hours=1)


async def _exact(here: Home, before: dict[str, float | None]) -> None:
    """Hold the totals against what they were, and after an hour against the house."""
    serial = here.gateway.serial
    await here.settle()
    after = states.figures(here.hass, serial, states.TOTALS)
    await here.live(HOUR)
    end = states.figures(here.hass, serial, states.TOTALS)
    truth = here.gateway.house.totals._asdict()
    fallen = {key: (before[key], after[key]) for key in states.TOTALS if (after[key] or 0) < (before[key] or 0)}
    off_by = {key: round((end[key] or 0) - truth[key.removesuffix("_energy")]) for key in states.TOTALS}
    assert (fallen, {key: wh for key, wh in off_by.items() if abs(wh) > 1}) == ({}, {})


EVERY = timedelta(seconds=290)
# Until just after a period of statistics is over.
LENGTH = 31 * EVERY


@pytest.mark.parametrize("off", [0, 60])
async def test_after_a_power_cut_totals_are_exact(socket_enabled: None, tmp_path: Path, off: int) -> None:
    """All that was recorded until then is there, and the counters of the gateway go on as if nothing had been."""
    async with home(tmp_path) as here:
        await here.set_up_ours()
        await here.live(LENGTH, every=EVERY)
        await here.write_delayed()
        await here.live(timedelta(minutes=14), every=EVERY)
        before = states.figures(here.hass, here.gateway.serial, states.TOTALS)
        await here.cut()
        here.frozen.tick(timedelta(seconds=off))
        await here.boot()
        await _exact(here, before)


@pytest.mark.parametrize(
    ("content", "off", "orderly"), [(None, 30, True), (None, 30, False), ("{", 30, False), ("null", 600, True)]
)
async def test_a_ledger_that_is_lost_costs_nothing(
    socket_enabled: None, tmp_path: Path, content: str | None, off: int, *, orderly: bool
) -> None:
    """As a power cut on a memory card may leave it; all that was shown has been recorded."""
    async with home(tmp_path) as here:
        await here.set_up_ours()
        await here.live(LENGTH, every=EVERY)
        await here.write_delayed()
        before = states.figures(here.hass, here.gateway.serial, states.TOTALS)
        ledger = f".storage/iq_gateway.{here.ours.entry_id}"
        await (here.stop() if orderly else here.cut())
        assert (here.directory / ledger).exists()
        if content is None:
            (here.directory / ledger).unlink()
        else:
            (here.directory / ledger).write_text(content)
        here.frozen.tick(timedelta(seconds=off))
        await here.boot()
        await _exact(here, before)
