"""The fix for a token that ends or does not work, and cannot be renewed without the user: sign in again."""

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntry
from homeassistant.helpers import issue_registry as ir
import voluptuous as vol


class TokenRepairFlow(RepairsFlow):
    """Leads to the same steps as a token that is no longer accepted."""

    def __init__(self, entry: ConfigEntry) -> None:
        self._entry = entry

    async def async_step_init(self, _user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Start with what there is to do."""
        return await self.async_step_confirm()

    async def async_step_confirm(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Have it confirmed; the sign-in waits among the discovered and needing attention."""
        if user_input is not None:
            # It may have been removed while this was read.
            if self.hass.config_entries.async_get_entry(self._entry.entry_id) is self._entry:
                self._entry.async_start_reauth(self.hass)
            return self.async_create_entry(data={})
        issue = ir.async_get(self.hass).async_get_issue(self.handler, self.issue_id)
        return self.async_show_form(
            step_id="confirm",
            data_schema=vol.Schema({}),
            description_placeholders=issue.translation_placeholders if issue else None,
        )
