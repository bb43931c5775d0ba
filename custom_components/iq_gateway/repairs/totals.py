"""The fix for totals that no longer follow the gateway's counters: leave them as they are, or follow the gateway."""

from collections.abc import Iterable
from typing import override

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntryState
from homeassistant.helpers import issue_registry as ir

from ..coordinator import IQGatewayConfigEntry
from ..totals.keeper import LifetimeTotals


class TotalsRepairFlow(RepairsFlow):
    """Tells of counters that lastingly went elsewhere, and has the user choose."""

    def __init__(self, entry: IQGatewayConfigEntry) -> None:
        self._entry = entry
        self._keys: tuple[str, ...] = ()

    async def async_step_init(self, _user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Show the changes and what can be done about them."""
        issue = ir.async_get(self.hass).async_get_issue(self.handler, self.issue_id)
        placeholders = issue.translation_placeholders if issue else None
        if self._entry.state is not ConfigEntryState.LOADED:
            return self.async_abort(reason="not_loaded", description_placeholders=placeholders)
        self._keys = tuple(self._concerned(self._entry.runtime_data.coordinator.totals))
        return self.async_show_menu(menu_options=["keep", "follow"], description_placeholders=placeholders)

    async def async_step_keep(self, _user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Leave the totals as they are."""
        await self._entry.runtime_data.coordinator.totals.async_keep(self._keys)
        return self.async_create_entry(data={})

    async def async_step_follow(self, _user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Show the gateway's own figures from now on."""
        coordinator = self._entry.runtime_data.coordinator
        await coordinator.totals.async_follow(self._keys)
        await coordinator.async_request_refresh()
        return self.async_create_entry(data={})

    def _concerned(self, totals: LifetimeTotals) -> Iterable[str]:
        """Return the keys of the totals that the choice is for."""
        return totals.changes


class HeldTotalsRepairFlow(TotalsRepairFlow):
    """Tells of totals none of whose readings has counted for long, and has the user choose."""

    @override
    def _concerned(self, totals: LifetimeTotals) -> Iterable[str]:
        return totals.held

    @override
    async def async_step_keep(self, _user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Wait on."""
        return self.async_create_entry(data={})
