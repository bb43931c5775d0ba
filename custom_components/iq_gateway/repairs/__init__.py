"""The fixes that Home Assistant's repairs offer, by the issue that they are for."""

from collections.abc import Callable
from typing import Final

from homeassistant.components.repairs import ConfirmRepairFlow, RepairsFlow
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

from ..issues import Issue
from .beside import BesideRepairFlow
from .certificate import CertificateRepairFlow
from .token import TokenRepairFlow
from .totals import HeldTotalsRepairFlow, TotalsRepairFlow

_FLOWS: Final[dict[Issue, Callable[[ConfigEntry], RepairsFlow]]] = {
    Issue.BESIDE: BesideRepairFlow,
    Issue.CERTIFICATE: CertificateRepairFlow,
    Issue.TOKEN: TokenRepairFlow,
    Issue.TOTALS: TotalsRepairFlow,
    Issue.TOTALS_HELD: HeldTotalsRepairFlow,
}


async def async_create_fix_flow(
    hass: HomeAssistant,
    issue_id: str,  # noqa: ARG001
    data: dict[str, str | int | float | None] | None,
) -> RepairsFlow:
    """Return the flow for an issue; one whose entry is gone can only be confirmed away.

    That is also what Home Assistant makes of all of them while it has no entry to load: each has a text for it.
    """
    kept = data or {}
    entry = hass.config_entries.async_get_entry(str(kept.get("entry_id")))
    return _FLOWS[Issue(str(kept["issue"]))](entry) if entry else ConfirmRepairFlow()
