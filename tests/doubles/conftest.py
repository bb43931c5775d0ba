"""A Home Assistant beside another gateway, and a look at what it wrote down once the case is over."""

from collections.abc import AsyncGenerator, Callable
from datetime import timedelta
import json
import logging

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_HOST, CONF_TOKEN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.iq_gateway.const import CONF_FINGERPRINT, CONF_SERIAL, DOMAIN
from custom_components.iq_gateway.diagnostics import async_get_config_entry_diagnostics
from tests import states
from tests.conftest import second_cycle
from tests.doubles import sites
from tests.doubles.double import SERIAL, SESSION, Double, Site
from tests.noon import NOON
from tests.time_lapse import pass_time

_SERIALS = (SERIAL, *sites.BATTERIES, sites.CONTROLLER, sites.COLLAR, sites.COMBINER, sites.ACS[0], sites.Q_RELAY)
_SECRETS = (*_SERIALS, sites.inverter(1), SESSION, "127.0.0.1", "owner@example.org")


class Home:
    """A site with its gateway, and what Home Assistant shows of it."""

    def __init__(self, hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
        self.hass = hass
        self.freezer = freezer
        self.gateway = Double(sites.base)
        self.gateway.passes_time = lambda: freezer.tick(1)
        self.entry = MockConfigEntry(domain=DOMAIN, title="IQ Gateway", unique_id=SERIAL)

    async def start(self, site: Site) -> None:
        """Set the integration up, and have its totals shown."""
        self.gateway.site = site
        await self.first(site)
        await second_cycle(self.hass, self.entry)

    async def first(self, site: Site) -> None:
        """Set the integration up, and no more."""
        self.gateway.site = site
        gateway = self.gateway
        data = {CONF_HOST: gateway.host, CONF_SERIAL: SERIAL, CONF_FINGERPRINT: gateway.fingerprint}
        self.entry = MockConfigEntry(
            domain=DOMAIN, title="IQ Gateway", unique_id=SERIAL, data={**data, CONF_TOKEN: gateway.token}
        )
        self.entry.add_to_hass(self.hass)
        await self.hass.config_entries.async_setup(self.entry.entry_id)
        await self.hass.async_block_till_done()
        assert self.entry.state is ConfigEntryState.LOADED

    async def wait(self, seconds: float = 300, times: int = 1) -> None:
        """Let time pass."""
        for _ in range(times):
            await pass_time(self.hass, self.freezer, timedelta(seconds=seconds))

    async def until(self, comes: Callable[[], object], *, cycles: int = 25) -> None:
        """Let time pass until something comes; two hours at most unless told otherwise."""
        for _ in range(cycles):
            await self.wait()
            if comes():
                break
        assert comes()

    def registered(self) -> dict[str, str]:
        """Return the entity ids by unique ids."""
        listed = er.async_entries_for_config_entry(er.async_get(self.hass), self.entry.entry_id)
        return {one.unique_id: one.entity_id for one in listed}

    def ending(self, *endings: str) -> list[str]:
        """Return the unique ids that end so."""
        return sorted(one for one in self.registered() if one.endswith(endings))

    def shown(self, unique_id: str) -> str:
        """Return the state of an entity; one that is not enabled fails the case."""
        state = self.hass.states.get(self.registered()[unique_id])
        assert state is not None, f"{unique_id} is disabled"
        return state.state

    def figure(self, key: str, serial: str = SERIAL) -> float | None:
        """Return a number in W, Wh or the sensor's own unit."""
        return states.figure(self.hass, serial, key)

    def devices(self) -> set[str]:
        """Return the identifiers of all devices."""
        return {name for device in self.listed_devices() for _, name in device.identifiers}

    def listed_devices(self) -> list[dr.DeviceEntry]:
        """Return the devices of the entry."""
        return dr.async_entries_for_config_entry(dr.async_get(self.hass), self.entry.entry_id)


@pytest.fixture
async def home(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, socket_enabled: None, caplog: pytest.LogCaptureFixture
) -> AsyncGenerator[Home]:
    """A home; what was written of it names nobody, and nothing went wrong behind the scenes."""
    freezer.move_to(NOON)
    caplog.set_level(logging.DEBUG, logger="custom_components.iq_gateway")
    home = Home(hass, freezer)
    async with home.gateway:
        yield home
        told = json.dumps(await async_get_config_entry_diagnostics(hass, home.entry), default=str)
        home.gateway.hanging.clear()
        await hass.config_entries.async_unload(home.entry.entry_id)
        await hass.async_block_till_done()
    bad = [one.getMessage() for one in caplog.records if one.levelno >= logging.ERROR or one.exc_info]
    assert bad == []
    own = "\n".join(one.getMessage() for one in caplog.records if one.name.startswith("custom_components.iq_gateway"))
    for secret in (*_SECRETS, home.gateway.token):
        assert secret not in own, "in the log"
        assert secret not in told, "in the diagnostics"
