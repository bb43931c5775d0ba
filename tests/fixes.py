"""Repairs, opened as the frontend does."""

from typing import Any

from homeassistant.components.repairs import DOMAIN as REPAIRS, RepairsFlowManager, RepairsFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component

from custom_components.iq_gateway.const import DOMAIN


async def open_fix(hass: HomeAssistant, issue_id: str) -> tuple[RepairsFlowManager, RepairsFlowResult]:
    """Open an issue's fix flow; older versions of Home Assistant name the issue in other words than newer ones."""
    assert await async_setup_component(hass, REPAIRS, {})
    manager: RepairsFlowManager = hass.data[REPAIRS]["flow_manager"]
    named: Any = {"issue_id": issue_id}
    return manager, await manager.async_init(DOMAIN, context=named, data=named)
