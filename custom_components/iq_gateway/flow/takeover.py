"""The steps by which somebody takes over from the built-in integration, or goes back: the same wherever they begin."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.selector import BooleanSelector
import voluptuous as vol

from ..client.token import AccessToken
from ..const import DEFAULT_UPDATE_INTERVAL
from ..coordinator import IQGatewayConfigEntry, IQGatewayData
from ..issues import Issue, async_clear
from ..polling import Poller
from ..takeover.journal import Journal, Stage
from ..takeover.look import async_built_in, async_preview
from ..takeover.texts import async_texts
from ..takeover.undo import async_give_back
from ..totals import PublishedTotal
from .checks import FoundGateway, gateway_client

_ONLY_ENERGIES: Final = "only_energies"
_KEEP_RUNNING: Final = "keep_running"

TAKE_OVER: Final = "take_over"
GIVE_BACK: Final = "give_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """The form in which all that would happen is shown, for one confirmation."""

    built_in: ConfigEntry
    schema: vol.Schema
    texts: dict[str, str]

    def journal(self, chosen: Mapping[str, Any]) -> Journal:
        """Return what is wanted once it is confirmed."""
        return Journal(
            stage=Stage.WANTED,
            entry_id=self.built_in.entry_id,
            was_disabled=self.built_in.disabled_by is not None,
            keep_running=chosen[_KEEP_RUNNING],
            only_energies=chosen[_ONLY_ENERGIES],
        )


async def async_offer(hass: HomeAssistant, data: IQGatewayData, serial: str, title: str) -> Offer | None:
    """Return what can be offered; None if the built-in integration is not there, or has nothing that could move."""
    built_in = async_built_in(hass, serial)
    shown = await async_preview(hass, built_in, data, serial) if built_in else None
    if built_in is None or shown is None or not shown.steps:
        return None
    keeps_running = bool(shown.lacks) and built_in.disabled_by is None
    schema = vol.Schema(
        {
            vol.Required(_ONLY_ENERGIES, default=False): BooleanSelector(),
            vol.Required(_KEEP_RUNNING, default=keeps_running): BooleanSelector(),
        }
    )
    return Offer(built_in=built_in, schema=schema, texts=await async_texts(hass, shown, built_in, title))


async def async_offer_of(hass: HomeAssistant, entry: IQGatewayConfigEntry) -> Offer | None:
    """Return what can be offered for an entry that is loaded.

    Totals that wait for a second reading, in the first half minute, get it now: what moves must not depend on that.
    """
    coordinator = entry.runtime_data
    if any(total.energy is None for total in coordinator.data.totals.values()):
        await coordinator.async_refresh()
    return await async_offer(hass, coordinator.data, str(entry.unique_id), entry.title)


async def async_read(hass: HomeAssistant, found: FoundGateway, token: AccessToken) -> IQGatewayData:
    """Read a gateway that has no entry yet, once."""
    with gateway_client(hass, found.host, token=token.raw, pin=found.pin) as gateway:
        poller = Poller(gateway, serial=found.serial, interval=DEFAULT_UPDATE_INTERVAL, keep_live_data=False)
        await poller.run(frozenset())
    totals = {
        key: PublishedTotal(energy=total.energy, gateway_reading=total.energy)
        for key, total in poller.site.totals.items()
    }
    return IQGatewayData(site=poller.site, totals=totals, token=token)


@callback
def async_ways(hass: HomeAssistant, entry: ConfigEntry) -> list[str]:
    """Return which of the steps there are for an entry now."""
    journal = Journal.of(entry)
    if journal and journal.stage is not Stage.BACK:
        return [GIVE_BACK] if hass.config_entries.async_get_entry(journal.entry_id) else []
    is_read = entry.state is ConfigEntryState.LOADED
    return [TAKE_OVER] if is_read and async_built_in(hass, str(entry.unique_id)) else []


@callback
def async_begin(hass: HomeAssistant, entry: ConfigEntry, journal: Journal) -> None:
    """Have it done, or undone, while the entry is set up anew."""
    async_clear(hass, entry, Issue.BESIDE)
    journal.async_write(hass, entry)
    hass.config_entries.async_schedule_reload(entry.entry_id)


async def async_return(hass: HomeAssistant, entry: ConfigEntry, journal: Journal) -> None:
    """Have all given back: while the entry is set up anew, or at once where its gateway does not answer."""
    if entry.state is ConfigEntryState.LOADED:
        async_begin(hass, entry, replace(journal, stage=Stage.UNDO))
    elif built_in := hass.config_entries.async_get_entry(journal.entry_id):
        await async_give_back(hass, built_in, journal)
        replace(journal, stage=Stage.BACK).async_write(hass, entry)
