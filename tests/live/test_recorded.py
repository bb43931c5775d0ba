"""Ticks on recorded systems: what they tell is what a cycle tells at the same moment."""

from pathlib import Path

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest

from tests import states
from tests.conftest import EntrySetUp
from tests.edits import Record, reported_now
from tests.simulator import Clock, GatewaySimulator
from tests.simulator.reply import Json
from tests.test_replay import CURRENT

from .seconds import Seconds

FLOWS = ("production", "consumption", "grid", "grid_import", "grid_export", "battery", "generator")


def _risen(told: Json) -> Json:
    """Return a reading, or all of its channels, with a tenth more power than was recorded."""
    if isinstance(told, list):
        return [_risen(one) for one in told]
    if not isinstance(told, dict):
        return told
    power = told.get("activePower")
    changed: Record = {"activePower": 1.1 * power} if isinstance(power, int | float) else {}
    if "channels" in told:
        changed["channels"] = _risen(told["channels"])
    return {**told, **changed}


@pytest.mark.parametrize("folder", CURRENT, ids=lambda folder: folder.name)
async def test_powers_of_a_tick_are_those_of_a_cycle(
    hass: HomeAssistant, socket_enabled: None, frozen: FrozenDateTimeFactory, setup_entry: EntrySetUp, folder: Path
) -> None:
    """The same meters, signs, sums and phases, from readings that no cycle has seen yet."""
    async with GatewaySimulator(replay=folder, clock=Clock()) as gateway:
        gateway.override("inverters", reported_now(gateway.clock))
        entry = await setup_entry(gateway)
        if not states.find(hass, gateway.serial, "live_power", "switch"):
            assert not states.coordinator(entry).site.meters, "nothing can be live there"
            return
        seconds, shown = Seconds(hass, entry, frozen), states.coordinator(entry)
        gateway.override("readings", _risen)
        before = shown.site
        await seconds.turn("turn_on")
        await seconds.live(3, cycles=False)
        live = shown.site
        await shown.poller.run(shown.wanted)
        cycle = shown.poller.site
        for name in FLOWS:
            mine, theirs = getattr(live, name), getattr(cycle, name)
            assert (mine.power, mine.phases) == (theirs.power, theirs.phases), name
        assert live.battery.charging == cycle.battery.charging
        assert any(getattr(live, name).power != getattr(before, name).power for name in FLOWS)
        await seconds.turn("turn_off")
