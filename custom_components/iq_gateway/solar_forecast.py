"""Forecasts of solar production that other integrations give to Home Assistant's Energy panel."""

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant

from .const import LOGGER


async def async_solar_forecasts(hass: HomeAssistant) -> list[str]:
    """Return the ids of the entries that give a forecast; none where this Home Assistant tells it otherwise."""
    if "energy" not in hass.config.components:
        return []
    try:
        # Here rather than above: these are the panel's internals, which promise nothing.
        from homeassistant.components.energy.websocket_api import async_get_energy_platforms  # noqa: PLC0415

        domains = await async_get_energy_platforms(hass)
        return [
            entry.entry_id
            for domain in domains
            for entry in hass.config_entries.async_entries(domain, include_ignore=False, include_disabled=False)
            if entry.state is ConfigEntryState.LOADED
        ]
    except Exception:  # noqa: BLE001 (whatever became of them, a forecast is only an extra)
        LOGGER.debug("This Home Assistant does not tell who forecasts solar production", exc_info=True)
        return []
