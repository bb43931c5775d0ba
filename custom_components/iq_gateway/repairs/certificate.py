"""The fix for a gateway that shows another certificate, with another key: have the user compare, then pin it."""

from typing import Final

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_HOST
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..certificate import async_remember_pin, comparison, pin_of
from ..client.errors import CannotConnect, GatewayBusy, GatewayError, WrongGateway
from ..const import CONF_SERIAL
from ..flow.checks import FoundGateway, async_find_gateway

_REASONS: Final[dict[type[GatewayError], str]] = {
    WrongGateway: "another_gateway",
    GatewayBusy: "gateway_busy",
    CannotConnect: "cannot_connect",
    GatewayError: "not_a_gateway",
}


class CertificateRepairFlow(RepairsFlow):
    """Shows both fingerprints, says whether a new certificate was to be expected, and pins the one that was shown."""

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
        if pin_of(self._entry).admits(self._found.pin):
            return self._trust()
        return self._show()

    def _show(self) -> RepairsFlowResult:
        """Show the certificates, with the text for a known one whose end is past, to come, or not known."""
        known = pin_of(self._entry)
        step = "unknown"
        if known.ends is not None:
            step = "ended" if known.ends <= dt_util.utcnow() else "valid"
        return self.async_show_form(
            step_id=step,
            data_schema=vol.Schema({}),
            description_placeholders={"title": self._entry.title, **comparison(known, self._found.pin)},
        )

    async def async_step_unknown(self, _user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Trust the certificate that was shown; when the known one ends is not known."""
        return self._trust()

    async def async_step_ended(self, _user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Trust it; the known one had come to its end."""
        return self._trust()

    async def async_step_valid(self, _user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Trust it; the known one had not come to its end."""
        return self._trust()

    def _trust(self) -> RepairsFlowResult:
        """Go on with the certificate; of an entry that is gone by now there is nothing left to repair."""
        if self.hass.config_entries.async_get_entry(self._entry.entry_id) is self._entry:
            async_remember_pin(self.hass, self._entry, self._found.pin)
            self.hass.config_entries.async_schedule_reload(self._entry.entry_id)
        return self.async_create_entry(data={})
