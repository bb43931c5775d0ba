"""Switches and numbers of the built-in integration, where changes are allowed; and a second gateway beside."""

from dataclasses import replace
from pathlib import Path

from homeassistant.helpers import entity_registry as er

from custom_components.iq_gateway.const import CONF_CONTROLS, DOMAIN
from custom_components.iq_gateway.takeover.journal import BUILT_IN
from tests.controls.table import CONTROLLER
from tests.simulator import PROFILES

from .world import World, world


def controls(here: World, platform: str) -> set[tuple[str, str]]:
    """Return the domain and unique id of all that can be changed, by whose it is."""
    return {
        (one.domain, one.entity_id)
        for one in er.async_get(here.hass).entities.values()
        if one.platform == platform and one.domain in ("switch", "select", "number", "button") and not one.disabled_by
    }


async def test_what_can_be_changed_moves_as_well(socket_enabled: None, tmp_path: Path) -> None:
    """With their ids; selects stay, as they have other options here."""
    async with world(tmp_path, CONTROLLER) as here:
        await here.set_up_built_in()
        before = controls(here, BUILT_IN)
        assert {domain for domain, _ in before} == {"switch", "select", "number"}
        await here.set_up_ours()
        here.hass.config_entries.async_update_entry(here.ours, options={CONF_CONTROLS: True})
        await here.hass.config_entries.async_reload(here.ours.entry_id)
        await here.settle()
        await here.choose("take_over", only_energies=False, keep_running=True)
        ours = controls(here, DOMAIN)
        moved = {(domain, name) for domain, name in before if (domain, name) in ours}
        # Contacts that nothing is connected to are not there here.
        stays = {here.registered(name).unique_id for domain, name in before - moved if domain != "select"}
        assert all("_relay_NO" in unique_id for unique_id in stays)
        assert {domain for domain, _ in moved} == {"switch", "number"}
        assert controls(here, BUILT_IN) == before - moved
        for domain, name in moved:
            state = here.hass.states.get(name)
            assert state is not None
            assert state.state not in ("unknown", "unavailable"), (domain, name)
        await here.choose("give_back")
        assert controls(here, BUILT_IN) == before


async def test_each_gateway_is_taken_over_by_itself(socket_enabled: None, tmp_path: Path) -> None:
    """Nothing of the other one's moves, changes or is disabled; nor on the way back."""
    async with world(tmp_path, PROFILES["metered_battery"], PROFILES["net_single"]) as here:
        there = replace(here, gateway=here.others[0])
        for one in (here, there):
            await one.set_up_built_in()
        registry = er.async_get(here.hass)
        others = er.async_entries_for_config_entry(registry, there.built_in.entry_id)
        await here.take_over_in_flow(only_energies=False, keep_running=False)
        assert er.async_entries_for_config_entry(registry, there.built_in.entry_id) == others
        assert there.built_in.disabled_by is None
        energy = str(there.id_of("lifetime_production"))
        await there.take_over_in_flow(only_energies=False, keep_running=False)
        assert there.registered(energy).config_entry_id == there.ours.entry_id
        await here.choose("give_back")
        assert there.registered(energy).platform == DOMAIN
        assert [entry.disabled_by is not None for entry in (here.built_in, there.built_in)] == [False, True]
