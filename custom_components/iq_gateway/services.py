"""The integration's actions: fill in the Energy panel, set a lifetime total."""

from math import isfinite
from typing import Final, cast

from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.service import async_get_config_entry, async_register_admin_service
import voluptuous as vol

from .const import CONF_SOLAR_FORECAST, DOMAIN
from .coordinator import IQGatewayConfigEntry, IQGatewayCoordinator
from .devices import TOTALS
from .energy_dashboard import async_set_up_energy_panel

SET_UP_ENERGY_PANEL: Final = "set_up_energy_panel"
SET_TOTAL: Final = "set_total"

ATTR_TOTAL: Final = "total"
ATTR_VALUE: Final = "value"
ATTR_FOLLOW: Final = "follow"

_WH_PER_KWH: Final = 1000

_ENERGY_PANEL_SCHEMA: Final = vol.Schema(
    {
        vol.Required(ATTR_CONFIG_ENTRY_ID): cv.string,
        vol.Optional(CONF_SOLAR_FORECAST, default=False): cv.boolean,
    }
)
_TOTAL_SCHEMA: Final = vol.Schema(
    {
        vol.Required(ATTR_CONFIG_ENTRY_ID): cv.string,
        vol.Required(ATTR_TOTAL): vol.In(TOTALS),
        vol.Optional(ATTR_VALUE): vol.Coerce(float),
        vol.Optional(ATTR_FOLLOW, default=False): cv.boolean,
    }
)


@callback
def async_register_services(hass: HomeAssistant) -> None:
    """Register the actions; for administrators only, as the settings that they change are."""
    async_register_admin_service(
        hass,
        DOMAIN,
        SET_UP_ENERGY_PANEL,
        _async_set_up_energy_panel,
        schema=_ENERGY_PANEL_SCHEMA,
        supports_response=SupportsResponse.OPTIONAL,
    )
    async_register_admin_service(hass, DOMAIN, SET_TOTAL, _async_set_total, schema=_TOTAL_SCHEMA)


async def _async_set_up_energy_panel(call: ServiceCall) -> ServiceResponse:
    """Put a gateway's sources into the Energy panel; respond with what was added, completed and left."""
    result = await async_set_up_energy_panel(call.hass, _entry(call), forecast=call.data[CONF_SOLAR_FORECAST])
    return cast("ServiceResponse", result.as_dict())


async def _async_set_total(call: ServiceCall) -> None:
    """Set a lifetime total to a value in kWh, or let it show the gateway's own figure."""
    entry = _entry(call)
    key, value, follow = call.data[ATTR_TOTAL], call.data.get(ATTR_VALUE), call.data[ATTR_FOLLOW]
    coordinator: IQGatewayCoordinator = entry.runtime_data
    if key not in coordinator.data.site.totals:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="total_not_measured",
            translation_placeholders={"title": entry.title, "total": key},
        )
    if follow is (value is not None):
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="total_value_or_follow")
    if value is None:
        await coordinator.totals.async_follow([key])
    elif value < 0 or not isfinite(value):
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="total_negative")
    else:
        await coordinator.totals.async_set_total(key, value * _WH_PER_KWH)
    await coordinator.async_request_refresh()


def _entry(call: ServiceCall) -> IQGatewayConfigEntry:
    """Return the entry that an action is about; one that is not loaded is an error that the user reads."""
    entry: IQGatewayConfigEntry = async_get_config_entry(call.hass, DOMAIN, call.data[ATTR_CONFIG_ENTRY_ID])
    return entry
