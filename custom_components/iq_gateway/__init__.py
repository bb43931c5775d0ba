"""Enphase IQ Gateway for Home Assistant."""

from aiohttp import DummyCookieJar
from homeassistant.const import CONF_HOST, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.helpers.aiohttp_client import async_create_clientsession
from homeassistant.helpers.typing import ConfigType

from .absence import AbsenceWatch, async_forget_absences
from .certificate import pin_of
from .client.gateway import Gateway
from .const import DOMAIN
from .controls.book import async_forget_changes
from .coordinator import IQGatewayConfigEntry, IQGatewayCoordinator
from .devices import async_register_gateway, is_listed
from .energy_dashboard import async_fulfil_wish
from .issues import async_clear
from .live.store import async_forget_energies
from .polling.store import async_forget_kept
from .services import async_register_services
from .takeover.reconciler import async_hand_back, async_reconcile
from .totals.keeper import async_forget_totals

PLATFORMS = [Platform.BINARY_SENSOR, Platform.NUMBER, Platform.SELECT, Platform.SENSOR, Platform.SWITCH, Platform.TIME]

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:  # noqa: ARG001
    """Set up what there is once for all gateways."""
    async_register_services(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: IQGatewayConfigEntry) -> bool:
    """Set up a gateway: talk to it, read it for the first time, then bring up its device and entities."""
    # No cookies: the token goes with each request, and a cookie would open the gateway without it.
    session = async_create_clientsession(hass, verify_ssl=False, cookie_jar=DummyCookieJar())
    gateway = Gateway(session, entry.data[CONF_HOST], pin=pin_of(entry))
    coordinator = IQGatewayCoordinator(hass, entry, gateway)
    await coordinator.async_config_entry_first_refresh()

    coordinator.device_id = async_register_gateway(hass, coordinator).id
    entry.runtime_data = coordinator
    await async_reconcile(hass, coordinator)
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    await coordinator.async_complete()
    await AbsenceWatch(hass, coordinator).async_begin()
    await async_fulfil_wish(hass, entry)
    return True


async def async_unload_entry(hass: HomeAssistant, entry: IQGatewayConfigEntry) -> bool:
    """Unload a gateway; what it was being asked ends with it."""
    if unloaded := await hass.config_entries.async_unload_platforms(entry, PLATFORMS):
        await entry.runtime_data.async_close()
    return unloaded


async def async_remove_entry(hass: HomeAssistant, entry: IQGatewayConfigEntry) -> None:
    """Give back what was taken over, take back what the user was asked to see to, and forget what was known."""
    await async_hand_back(hass, entry)
    async_clear(hass, entry)
    for async_forget in (async_forget_totals, async_forget_kept, async_forget_absences, async_forget_energies):
        await async_forget(hass, entry)
    await async_forget_changes(hass, entry)


async def async_remove_config_entry_device(
    hass: HomeAssistant,  # noqa: ARG001
    entry: IQGatewayConfigEntry,
    device: dr.DeviceEntry,
) -> bool:
    """Let the user remove a device that the gateway no longer lists."""
    return not is_listed(entry.runtime_data, device)
