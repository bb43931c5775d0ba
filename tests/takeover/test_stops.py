"""A taking over, or the way back, that is stopped in the middle: the next start goes on, or leaves all as it was."""

from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import ConfigEntryState
from homeassistant.helpers import device_registry as dr
import pytest

from custom_components.iq_gateway.const import DOMAIN
from custom_components.iq_gateway.takeover import reconciler, registry, undo
from custom_components.iq_gateway.takeover.journal import BUILT_IN, Journal, Stage
from tests.proof.verdict import limits

from .world import CONSUMPTION, HOUR, PRODUCTION, World, platforms, reload, stage

CLOSE = 2.0


@pytest.mark.parametrize(
    ("part", "name"),
    [
        (reconciler._Takeover, "_async_disable"),
        (reconciler, "async_mend"),
        (reconciler._Takeover, "_async_go_on"),
        (reconciler._Takeover, "_async_clean_panel"),
        (reconciler._Takeover, "_move"),
        (reconciler, "async_copy_device"),
        (reconciler, "async_enable"),
    ],
)
async def test_a_stop_in_the_middle_goes_on_at_the_next_start(here: World, part: Any, name: str) -> None:  # noqa: ANN401
    """Wherever it was: the gateway is read meanwhile, and no hour is below zero or too high in the end."""
    await here.live(HOUR)
    with patch.object(part, name, side_effect=RuntimeError("stopped")):
        await here.take_over_in_flow(only_energies=False, keep_running=True)
        await here.live(HOUR / 4)
    assert here.ours.state is ConfigEntryState.LOADED
    await reload(here)
    assert stage(here) is Stage.TAKEN
    assert platforms(here) == {PRODUCTION: DOMAIN, CONSUMPTION: DOMAIN}
    await here.live(HOUR)
    highest = limits(here.gateway.house)
    for entity_id, key in ((PRODUCTION, "production_energy"), (CONSUMPTION, "consumption_energy")):
        periods = await here.periods(entity_id)
        assert all(-CLOSE <= rise <= highest[key] for rise in periods), periods
    assert sum((await here.hours(PRODUCTION))[PRODUCTION]) == pytest.approx(
        sum(here.true_hours("production_energy")), abs=CLOSE
    )


@pytest.mark.parametrize("kept", [True, False])
async def test_what_was_written_of_the_registry_gets_lost(here: World, *, kept: bool) -> None:
    """As by a stop within minutes of a start: the entry says that all is taken, and the registry is as it was."""
    await here.live(HOUR)
    await here.take_over_in_flow(only_energies=False, keep_running=kept)
    await here.live(HOUR / 2)
    await here.hass.config_entries.async_unload(here.ours.entry_id)
    journal = Journal.of(here.ours)
    assert journal is not None
    for move in journal.moves:
        assert registry.async_move_back(here.hass, here.built_in, move)
    await reload(here)
    assert platforms(here) == {PRODUCTION: DOMAIN, CONSUMPTION: DOMAIN}
    await here.live(HOUR)
    assert min(await here.periods(CONSUMPTION)) >= 0
    assert sum((await here.hours(CONSUMPTION))[CONSUMPTION]) < 3 * limits(here.gateway.house)["consumption_energy"]


async def test_what_was_written_of_the_way_back_gets_lost(here: World) -> None:
    """The entry says that all is given back, and the registry still has it here."""
    await here.take_over_in_flow(only_energies=False, keep_running=False)
    taken = Journal.of(here.ours)
    assert taken is not None
    await here.choose("give_back")
    for entry in (here.built_in, here.ours):
        await here.hass.config_entries.async_unload(entry.entry_id)
    device = next(iter(dr.async_entries_for_config_entry(dr.async_get(here.hass), here.ours.entry_id)))
    for move in taken.moves:
        assert registry.async_move(here.hass, here.ours, move, device.id)
    await here.hass.config_entries.async_setup(here.built_in.entry_id)
    await here.hass.config_entries.async_setup(here.ours.entry_id)
    await here.hass.async_block_till_done()
    assert here.id_of("lifetime_production") == PRODUCTION
    assert platforms(here) == {PRODUCTION: BUILT_IN, CONSUMPTION: BUILT_IN}


async def test_a_stop_on_the_way_back_goes_on_at_the_next_start(here: World) -> None:
    """Until all is back, ours has it."""
    await here.take_over_in_flow(only_energies=False, keep_running=False)
    with patch.object(undo, "async_give_back", side_effect=RuntimeError("stopped")):
        await here.choose("give_back")
    assert stage(here) is Stage.UNDO
    await reload(here)
    assert stage(here) is Stage.BACK
    assert platforms(here) == {PRODUCTION: BUILT_IN, CONSUMPTION: BUILT_IN}


async def test_it_waits_while_the_recorder_is_at_work(here: World) -> None:
    """A database that is brought up to date is not written to: the next set-up goes on."""
    with patch.object(reconciler, "async_is_ready", return_value=False):
        await here.take_over_in_flow(only_energies=False, keep_running=False)
    assert (stage(here), here.built_in.state) == (Stage.WANTED, ConfigEntryState.LOADED)
    await reload(here)
    assert platforms(here) == {PRODUCTION: DOMAIN, CONSUMPTION: DOMAIN}


@pytest.mark.parametrize("kept", [{"stage": "over"}, {"stage": "taken"}, {"stage": "taken", "moves": [1]}, "odd"])
async def test_a_damaged_journal_is_none(here: World, kept: object) -> None:
    """The gateway is read all the same."""
    await here.set_up_ours()
    here.hass.config_entries.async_update_entry(here.ours, data={**here.ours.data, "takeover": kept})
    await reload(here)
    assert here.ours.state is ConfigEntryState.LOADED
    assert stage(here) is None
