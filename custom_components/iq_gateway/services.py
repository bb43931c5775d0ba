"""The integration's action: fill in the Energy panel."""

from typing import Final, cast

from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse, callback
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.service import async_get_config_entry, async_register_admin_service
import voluptuous as vol

from .const import DOMAIN
from .energy_dashboard import async_set_up_energy_panel

SET_UP_ENERGY_PANEL: Final = "set_up_energy_panel"

_SCHEMA: Final = vol.Schema({vol.Required(ATTR_CONFIG_ENTRY_ID): cv.string})


@callback
def async_register_services(hass: HomeAssistant) -> None:
    """Register the action; for administrators only, as the Energy panel's own settings are."""
    async_register_admin_service(
        hass,
        DOMAIN,
        SET_UP_ENERGY_PANEL,
        _async_set_up_energy_panel,
        schema=_SCHEMA,
        supports_response=SupportsResponse.OPTIONAL,
    )


async def _async_set_up_energy_panel(call: ServiceCall) -> ServiceResponse:
    """Put a gateway's sources into the Energy panel; respond with what was added, completed and left."""
    entry = async_get_config_entry(call.hass, DOMAIN, call.data[ATTR_CONFIG_ENTRY_ID])
    result = await async_set_up_energy_panel(call.hass, entry)
    return cast("ServiceResponse", result.as_dict())
