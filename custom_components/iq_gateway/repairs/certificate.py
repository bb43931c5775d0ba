"""The fix for a gateway that shows another certificate: have the user compare, then pin the new one."""

from typing import Final

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_HOST
import voluptuous as vol

from ..client.errors import CannotConnect, GatewayBusy, GatewayError, WrongGateway
from ..const import CONF_FINGERPRINT, CONF_SERIAL
from ..flow.checks import FoundGateway, async_find_gateway
from ..flow.forms import readable_fingerprint

_REASONS: Final[dict[type[GatewayError], str]] = {
    WrongGateway: "another_gateway",
    GatewayBusy: "gateway_busy",
    CannotConnect: "cannot_connect",
    GatewayError: "not_a_gateway",
}


class CertificateRepairFlow(RepairsFlow):
    """Shows both fingerprints, and pins the one that was shown."""

    _found: FoundGateway

    def __init__(self, entry: ConfigEntry) -> None:
        self._entry = entry

    async def async_step_init(self, _user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Look who answers, without telling it anything secret; it must say the serial number that we know."""
        known = self._entry.data
        try:
            self._found = await async_find_gateway(self.hass, known[CONF_HOST], serial=known[CONF_SERIAL])
        except GatewayError as err:
            reason = next(reason for kind, reason in _REASONS.items() if isinstance(err, kind))
            return self.async_abort(reason=reason, description_placeholders={"title": self._entry.title})
        return await self.async_step_confirm()

    async def async_step_confirm(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Show the certificates; on confirmation, trust the new one and go on with it."""
        known, found = self._entry.data[CONF_FINGERPRINT], self._found.fingerprint
        if user_input is None and found != known:
            return self.async_show_form(
                step_id="confirm",
                data_schema=vol.Schema({}),
                description_placeholders={
                    "title": self._entry.title,
                    "known": readable_fingerprint(known),
                    "found": readable_fingerprint(found),
                },
            )
        self.hass.config_entries.async_update_entry(self._entry, data={**self._entry.data, CONF_FINGERPRINT: found})
        await self.hass.config_entries.async_reload(self._entry.entry_id)
        return self.async_create_entry(data={})
