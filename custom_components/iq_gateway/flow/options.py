"""The options: how often to read and to write, whether to keep live data moving, and once: the Energy panel."""

from typing import Any, Final

from homeassistant.config_entries import ConfigFlowResult, OptionsFlowWithReload
from homeassistant.const import UnitOfTime
from homeassistant.helpers.selector import BooleanSelector, NumberSelector, NumberSelectorConfig, NumberSelectorMode
import voluptuous as vol

from ..const import (
    CONF_CONTROLS,
    CONF_ENERGY_PANEL,
    CONF_ENERGY_PANEL_PENDING,
    CONF_KEEP_LIVE_DATA,
    CONF_LIVE_INTERVAL,
    CONF_SOLAR_FORECAST,
    CONF_UPDATE_INTERVAL,
    DEFAULT_KEEP_LIVE_DATA,
    DEFAULT_LIVE_INTERVAL,
    DEFAULT_UPDATE_INTERVAL,
    MAX_LIVE_INTERVAL,
    MAX_UPDATE_INTERVAL,
    MIN_LIVE_INTERVAL,
    MIN_UPDATE_INTERVAL,
)
from ..solar_forecast import async_solar_forecasts


def _seconds(least: int, most: int) -> vol.All:
    """Return what takes a number of seconds between these."""
    config = NumberSelectorConfig(
        min=least, max=most, step=1, unit_of_measurement=UnitOfTime.SECONDS, mode=NumberSelectorMode.BOX
    )
    return vol.All(NumberSelector(config), vol.Coerce(int))


SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_UPDATE_INTERVAL, default=DEFAULT_UPDATE_INTERVAL): _seconds(
            MIN_UPDATE_INTERVAL, MAX_UPDATE_INTERVAL
        ),
        vol.Required(CONF_LIVE_INTERVAL, default=DEFAULT_LIVE_INTERVAL): _seconds(MIN_LIVE_INTERVAL, MAX_LIVE_INTERVAL),
        vol.Required(CONF_KEEP_LIVE_DATA, default=DEFAULT_KEEP_LIVE_DATA): BooleanSelector(),
        vol.Required(CONF_CONTROLS, default=False): BooleanSelector(),
        # No setting but a wish: off again once it is fulfilled.
        vol.Optional(CONF_ENERGY_PANEL): BooleanSelector(),
    }
)
# A wish as well, and offered where there is any.
WITH_FORECAST: Final = SCHEMA.extend({vol.Optional(CONF_SOLAR_FORECAST): BooleanSelector()})


class IQGatewayOptionsFlow(OptionsFlowWithReload):
    """Change the options; the entry reloads by itself."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show the options as they are, and take the new ones."""
        if user_input is not None:
            # No field of the form.
            if pending := self.config_entry.options.get(CONF_ENERGY_PANEL_PENDING):
                user_input = {**user_input, CONF_ENERGY_PANEL_PENDING: pending}
            return self.async_create_entry(data=user_input)
        schema = WITH_FORECAST if await async_solar_forecasts(self.hass) else SCHEMA
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(schema, self.config_entry.options),
        )
