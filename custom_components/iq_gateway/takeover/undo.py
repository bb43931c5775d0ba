"""Back to the built-in integration: what had moved returns, with what it has become meanwhile."""

from dataclasses import replace

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

from ..const import LOGGER
from ..coordinator import IQGatewayCoordinator
from .energy import async_restore_panel
from .journal import BUILT_IN, Journal, Stage, async_drop
from .registry import async_are_here, async_disable, async_enable, async_move_back


async def async_undo(hass: HomeAssistant, coordinator: IQGatewayCoordinator, journal: Journal) -> None:
    """Hand back what was taken, before anything of ours is there; our totals go on without what was added to them."""
    entry = coordinator.config_entry
    built_in = hass.config_entries.async_get_entry(journal.entry_id)
    if built_in is None:
        async_drop(hass, entry)
        return
    if journal.stage is Stage.UNDO:
        for key, began in journal.began.items():
            coordinator.totals.async_move(key, -began.shift)
        coordinator.data = coordinator.data_with_totals()
    elif not async_are_here(hass, journal):
        return
    await async_give_back(hass, built_in, journal)
    replace(journal, stage=Stage.BACK).async_write(hass, entry)
    LOGGER.info("%s: gave back the entities of %s", entry.title, BUILT_IN)


async def async_give_back(hass: HomeAssistant, built_in: ConfigEntry, journal: Journal) -> None:
    """Move every entity back, and have the built-in integration run as it did before.

    It is disabled while they move, even where it runs: only by enabling it, Home Assistant enables its devices, whose
    last change may have got lost.
    """
    await async_restore_panel(hass, journal.panel, stage="after", to="before")
    runs = built_in.disabled_by is None
    if runs:
        await async_disable(hass, built_in)
    for move in journal.moves:
        async_move_back(hass, built_in, move)
    if runs or not journal.was_disabled:
        async_enable(hass, built_in)
