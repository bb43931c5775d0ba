"""The options: how often to read, whether to keep live data moving, and what is done once: the Energy panel."""

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
    CONF_UPDATE_INTERVAL,
    DEFAULT_KEEP_LIVE_DATA,
    DEFAULT_UPDATE_INTERVAL,
    MAX_UPDATE_INTERVAL,
    MIN_UPDATE_INTERVAL,
)

SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_UPDATE_INTERVAL, default=DEFAULT_UPDATE_INTERVAL): vol.All(
            NumberSelector(
                NumberSelectorConfig(
                    min=MIN_UPDATE_INTERVAL,
                    max=MAX_UPDATE_INTERVAL,
                    step=1,
                    unit_of_measurement=UnitOfTime.SECONDS,
                    mode=NumberSelectorMode.BOX,
                )
            ),
            vol.Coerce(int),
        ),
        vol.Required(CONF_KEEP_LIVE_DATA, default=DEFAULT_KEEP_LIVE_DATA): BooleanSelector(),
        vol.Required(CONF_CONTROLS, default=False): BooleanSelector(),
        # No setting but a wish: off again once it is fulfilled.
        vol.Optional(CONF_ENERGY_PANEL): BooleanSelector(),
    }
)


class IQGatewayOptionsFlow(OptionsFlowWithReload):
    """Change the options; the entry reloads by itself."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show the options as they are, and take the new ones."""
        if user_input is not None:
            # No field of the form.
            if pending := self.config_entry.options.get(CONF_ENERGY_PANEL_PENDING):
                user_input = {**user_input, CONF_ENERGY_PANEL_PENDING: pending}
            return self.async_create_entry(data=user_input)
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(SCHEMA, self.config_entry.options),
        )
