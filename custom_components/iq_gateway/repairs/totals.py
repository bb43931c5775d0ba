"""The fix for counters of the gateway that lastingly went elsewhere: keep the totals continuous, or follow them."""

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntryState
from homeassistant.helpers import issue_registry as ir

from ..coordinator import IQGatewayConfigEntry, IQGatewayCoordinator


class TotalsRepairFlow(RepairsFlow):
    """Tells what happened and has the user choose."""

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
        self._keys = tuple(coordinator.totals.changes)
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
