"""The options: intervals and live data; what is done once: the Energy panel, and taking over."""

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
from ..coordinator import IQGatewayConfigEntry
from ..solar_forecast import async_solar_forecasts
from ..takeover.journal import Journal
from ..takeover.texts import async_advice, async_undo_texts
from .takeover import GIVE_BACK, TAKE_OVER, Offer, async_begin, async_offer, async_return, async_ways


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
    """Change the options, and the entry reloads by itself; or take over from the built-in integration, or go back."""

    _offer: Offer | None = None

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show the options as they are, and take the new ones; beside the built-in integration, ask first what for."""
        if user_input is None and async_ways(self.hass, self.config_entry):
            return await self.async_step_choose()
        if user_input is not None:
            # No field of the form.
            if pending := self.config_entry.options.get(CONF_ENERGY_PANEL_PENDING):
                user_input = {**user_input, CONF_ENERGY_PANEL_PENDING: pending}
            return self.async_create_entry(data=user_input)
        return await self.async_step_settings()

    async def async_step_choose(self, _user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask what the options were opened for."""
        ways = async_ways(self.hass, self.config_entry)
        advice = await async_advice(self.hass, self.config_entry)
        return self.async_show_menu(
            step_id="choose", menu_options=["settings", *ways], description_placeholders={"advice": advice}
        )

    async def async_step_settings(self, _user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show the options as they are."""
        schema = WITH_FORECAST if await async_solar_forecasts(self.hass) else SCHEMA
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(schema, self.config_entry.options),
        )

    async def async_step_take_over(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show what taking over from the built-in integration would do; once that is confirmed, have it done."""
        entry: IQGatewayConfigEntry = self.config_entry
        if user_input is None or self._offer is None:
            self._offer = await async_offer(self.hass, entry.runtime_data.data, str(entry.unique_id), entry.title)
            if self._offer is None:
                return self.async_abort(reason="nothing_to_take_over")
            return self.async_show_form(
                step_id=TAKE_OVER, data_schema=self._offer.schema, description_placeholders=self._offer.texts
            )
        async_begin(self.hass, entry, self._offer.journal(user_input))
        return self.async_create_entry(data=dict(entry.options))

    async def async_step_give_back(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Say what the way back cannot give back; once that is confirmed, have it done."""
        entry = self.config_entry
        journal = Journal.of(entry)
        if journal is None:
            return self.async_abort(reason="nothing_to_take_over")
        if user_input is None:
            texts = await async_undo_texts(self.hass, journal, entry.title)
            return self.async_show_form(step_id=GIVE_BACK, data_schema=vol.Schema({}), description_placeholders=texts)
        await async_return(self.hass, entry, journal)
        return self.async_create_entry(data=dict(entry.options))
