"""What Home Assistant's system information shows of the gateways and of the cloud that makes their tokens."""

import time
from typing import Any

from homeassistant.components import system_health
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from .client import cloud
from .const import DOMAIN
from .coordinator import IQGatewayConfigEntry, IQGatewayCoordinator


@callback
def async_register(hass: HomeAssistant, register: system_health.SystemHealthRegistration) -> None:  # noqa: ARG001
    """Register what is shown."""
    register.async_register_info(_async_info)


async def _async_info(hass: HomeAssistant) -> dict[str, Any]:
    """Return it; of several gateways the one that is worst off counts."""
    entries: list[IQGatewayConfigEntry] = hass.config_entries.async_entries(
        DOMAIN, include_disabled=False, include_ignore=False
    )
    loaded = [entry.runtime_data for entry in entries if entry.state is ConfigEntryState.LOADED]
    tokens = [coordinator.data.token for coordinator in loaded if coordinator.data.token]
    info: dict[str, Any] = {
        "gateways": len(entries),
        "gateways_reachable": sum(coordinator.reachable for coordinator in loaded),
    }
    if tokens:
        info["token_days"] = min(token.expires - dt_util.utcnow() for token in tokens).days
    if loaded:
        info["last_answer"] = dt_util.utc_from_timestamp(time.time() - max(map(_silent_for, loaded)))
    info["cloud_reachable"] = system_health.async_check_can_reach_url(hass, cloud.ENLIGHTEN_URL)
    return info


def _silent_for(coordinator: IQGatewayCoordinator) -> float:
    """Return how many seconds ago a gateway answered anything."""
    return time.monotonic() - max(state.read_at or 0.0 for state in coordinator.poller.states.values())
