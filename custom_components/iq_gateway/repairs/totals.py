"""The fix for totals that no longer follow the gateway's counters: leave them as they are, or follow the gateway."""

from collections.abc import Iterable
from typing import override

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntryState
from homeassistant.helpers import issue_registry as ir

from ..coordinator import IQGatewayConfigEntry, IQGatewayCoordinator
from ..totals.keeper import LifetimeTotals


class TotalsRepairFlow(RepairsFlow):
    """Tells of counters that lastingly went elsewhere, and has the user choose."""

    def __init__(self, entry: IQGatewayConfigEntry) -> None:
        self._entry = entry
        self._keys: tuple[str, ...] = ()

    @property
    def _coordinator(self) -> IQGatewayCoordinator | None:
        """What runs the gateway; None while it does not run, as in the midst of a reload."""
        return self._entry.runtime_data if self._entry.state is ConfigEntryState.LOADED else None

    def _abort_not_loaded(self) -> RepairsFlowResult:
        """Say that there is nothing to decide upon now; the issue stays."""
        return self.async_abort(reason="not_loaded", description_placeholders={"title": self._entry.title})

    async def async_step_init(self, _user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Show the changes and what can be done about them."""
        if (coordinator := self._coordinator) is None:
            return self._abort_not_loaded()
        self._keys = tuple(self._concerned(coordinator.totals))
        issue = ir.async_get(self.hass).async_get_issue(self.handler, self.issue_id)
        return self.async_show_menu(
            step_id="init",
            menu_options=["keep", "follow"],
            description_placeholders=issue.translation_placeholders if issue else None,
        )

    async def async_step_keep(self, _user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Leave the totals as they are."""
        if (coordinator := self._coordinator) is None:
            return self._abort_not_loaded()
        await coordinator.totals.async_keep(self._keys)
        return self.async_create_entry(data={})

    async def async_step_follow(self, _user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Show the gateway's own figures from now on."""
        if (coordinator := self._coordinator) is None:
            return self._abort_not_loaded()
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
