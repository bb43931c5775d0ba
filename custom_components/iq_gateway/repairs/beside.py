"""The fix for two integrations that read one gateway: take over from the built-in one."""

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntryState

from ..coordinator import IQGatewayConfigEntry
from ..flow.takeover import Offer, async_begin, async_offer_of


class BesideRepairFlow(RepairsFlow):
    """Leads to the same form as the options."""

    _offer: Offer

    def __init__(self, entry: IQGatewayConfigEntry) -> None:
        self._entry = entry

    async def async_step_init(self, _user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Show what would happen."""
        offer = None
        if self._entry.state is ConfigEntryState.LOADED:
            offer = await async_offer_of(self.hass, self._entry)
        if offer is None:
            return self.async_abort(
                reason="nothing_to_take_over", description_placeholders={"title": self._entry.title}
            )
        self._offer = offer
        return self.async_show_form(step_id="take_over", data_schema=offer.schema, description_placeholders=offer.texts)

    async def async_step_take_over(self, user_input: dict[str, str]) -> RepairsFlowResult:
        """Have it done."""
        async_begin(self.hass, self._entry, self._offer.journal(user_input))
        return self.async_create_entry(data={})
