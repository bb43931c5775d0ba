"""The fix for counters of the gateway that lastingly went elsewhere: keep the totals continuous, or follow them."""

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntryState
from homeassistant.helpers import issue_registry as ir

from ..coordinator import IQGatewayConfigEntry


class TotalsRepairFlow(RepairsFlow):
    """Tells what happened and has the user choose."""

    def __init__(self, entry: IQGatewayConfigEntry) -> None:
        self._entry = entry
        self._keys: tuple[str, ...] = ()

    async def async_step_init(self, _user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Show the changes and what can be done about them."""
        issue = ir.async_get(self.hass).async_get_issue(self.handler, self.issue_id)
        placeholders = issue.translation_placeholders if issue else None
        if self._entry.state is not ConfigEntryState.LOADED:
            return self.async_abort(reason="not_loaded", description_placeholders=placeholders)
        self._keys = tuple(self._entry.runtime_data.totals.changes)
        return self.async_show_menu(menu_options=["keep", "follow"], description_placeholders=placeholders)

    async def async_step_keep(self, _user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Leave the totals as they are."""
        await self._entry.runtime_data.totals.async_keep(self._keys)
        return self.async_create_entry(data={})

    async def async_step_follow(self, _user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Show the gateway's own figures from now on."""
        coordinator = self._entry.runtime_data
        await coordinator.totals.async_follow(self._keys)
        await coordinator.async_request_refresh()
        return self.async_create_entry(data={})
