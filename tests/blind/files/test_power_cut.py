"""The power of Home Assistant's machine goes; the gateway, and what it counts, do not notice."""

from datetime import timedelta
from pathlib import Path

from _pytest.mark import ParameterSet
import pytest

from tests import states

from .home import Home, home

HOUR = timedelta(hours=1)
KEYS = (
    "production_energy",
    "consumption_energy",
    "grid_import_energy",
    "grid_export_energy",
    "battery_charged_energy",
    "battery_discharged_energy",
)


async def _exact(here: Home, before: dict[str, float | None]) -> None:
    """Hold the totals against what they were, and after an hour against the house."""
    serial = here.gateway.serial
    await here.settle()
    after = states.figures(here.hass, serial, KEYS)
    await here.live(HOUR)
    end = states.figures(here.hass, serial, KEYS)
    truth = here.gateway.house.totals._asdict()
    fallen = {key: (before[key], after[key]) for key in KEYS if (after[key] or 0) < (before[key] or 0)}
    off_by = {key: round((end[key] or 0) - truth[key.removesuffix("_energy")]) for key in KEYS}
    assert (fallen, {key: wh for key, wh in off_by.items() if abs(wh) > 1}) == ({}, {})


@pytest.mark.parametrize("off", [0, 60])
@pytest.mark.parametrize("written", [14])
async def test_after_a_power_cut_totals_are_exact(socket_enabled: None, tmp_path: Path, off: int, written: int) -> None:
    """All that was recorded until then is there, and the counters of the gateway go on as if nothing had been."""
    async with home(tmp_path, built_in=False) as here:
        await here.set_up_ours()
        await here.live(5 * HOUR - timedelta(minutes=written + 1), every=timedelta(seconds=290))
        await here.write_delayed()
        await here.live(timedelta(minutes=written), every=timedelta(seconds=290))
        before = states.figures(here.hass, here.gateway.serial, KEYS)
        await here.crash("entries", "entities", "devices", off=timedelta(seconds=off))
        await _exact(here, before)


EMPTY = "The entry is not set up with a ledger that says null"


def _lost(content: str | None, off: int, reason: str = "", *, orderly: bool) -> ParameterSet:
    marks = [pytest.mark.xfail(strict=True, reason=reason)] if reason else []
    return pytest.param(content, off, orderly, marks=marks)


@pytest.mark.parametrize(
    ("content", "off", "orderly"),
    [
        _lost(None, 30, orderly=True),
        _lost("{", 600, orderly=False),
        _lost(None, 30, orderly=False),
        _lost("{", 30, orderly=False),
        _lost("null", 600, EMPTY, orderly=True),
    ],
)
async def test_a_ledger_that_is_lost_costs_nothing(
    socket_enabled: None, tmp_path: Path, content: str | None, off: int, orderly: bool
) -> None:
    """As a power cut on a memory card may leave it; all that was shown has been recorded."""
    async with home(tmp_path, built_in=False) as here:
        await here.set_up_ours()
        await here.live(5 * HOUR - timedelta(minutes=5), every=timedelta(seconds=290))
        await here.write_delayed()
        before = states.figures(here.hass, here.gateway.serial, KEYS)
        entry_id = here.ours.entry_id
        if orderly:
            await here.stop()
        else:
            await here.cut("entries", "entities", "devices")
        ledger = here.directory / ".storage" / f"iq_gateway.{entry_id}"
        assert ledger.exists()
        if content is None:
            ledger.unlink()
        else:
            ledger.write_text(content)
        here.frozen.tick(timedelta(seconds=off))
        await here.boot(here.directory)
        await _exact(here, before)
