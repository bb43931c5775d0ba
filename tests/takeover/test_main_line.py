"""The built-in integration, then ours, then the built-in one again: with its own code and the real recorder."""

import logging
import os
from unittest.mock import patch

from homeassistant.components.homeassistant.exposed_entities import async_expose_entity, async_should_expose
from homeassistant.config_entries import ConfigEntryDisabler, ConfigEntryState
from homeassistant.helpers import area_registry as ar, device_registry as dr, entity_registry as er
from homeassistant.setup import async_setup_component
import pytest

from custom_components.iq_gateway.const import DOMAIN
from custom_components.iq_gateway.takeover.journal import BUILT_IN
from custom_components.iq_gateway.totals.keeper import LifetimeTotals
from tests.proof.contenders import BUILT_IN as CONTENDER
from tests.proof.verdict import limits

from .world import HOUR, World

# Wh; what one of the two endpoints tells some seconds later than the other, and whole Wh.
CLOSE = 2.0
CONSUMPTION = "consumption_energy"
# What hangs on an entity's entry in the registry, and must not change by what integration it is.
KEPT = ("entity_id", "id", "name", "icon", "area_id", "labels", "aliases", "categories", "hidden_by", "disabled_by")


def energies(here: World) -> dict[str, str]:
    """Return the built-in integration's ids of lifetime energies, by the keys of ours."""
    found = {key: here.id_of(suffix) for key, suffix in CONTENDER.keys.items()}
    assert all(found.values())
    return {key: entity_id for key, entity_id in found.items() if entity_id}


def numbers(here: World, ids: dict[str, str]) -> dict[str, float]:
    """Return what is shown, in MWh."""
    shown = {key: here.hass.states.get(entity_id) for key, entity_id in ids.items()}
    return {key: float(state.state) for key, state in shown.items() if state}


def of_the_user(entity: er.RegistryEntry) -> dict[str, dict[str, object]]:
    """Return an entity's options: units, precision, voice assistants. What is suggested is the integration's."""
    return {
        domain: {key: value for key, value in options.items() if key != "suggested_display_precision"}
        for domain, options in entity.options.items()
    }


async def test_the_hours_are_the_house_s_own(here: World, caplog: pytest.LogCaptureFixture) -> None:
    """Three hours of the built-in integration, four of ours, an hour after the way back: none below zero, no spike."""
    ids = energies(here)
    await here.live(3 * HOUR)
    shown = numbers(here, ids)
    caplog.set_level(logging.WARNING)
    caplog.clear()
    await here.take_over_in_flow(only_energies=False, keep_running=False)
    taken_at = numbers(here, ids)
    await here.live(4 * HOUR)
    said = [record.getMessage() for record in caplog.records if record.name.startswith(("homeassistant", "custom"))]
    assert [line for line in said if "custom integration" not in line] == []
    for key, figure in shown.items():
        assert figure <= taken_at[key] <= figure + 0.000_05, f"{key} went from {figure} to {taken_at[key]} MWh"
    await here.choose("give_back")
    await here.live(HOUR)
    hours = await here.hours(*ids.values())
    highest = limits(here.gateway.house)
    for key, entity_id in ids.items():
        got, true = hours[entity_id], here.true_hours(key)
        assert len(got) == 8
        assert all(-CLOSE <= hour <= highest[key] for hour in got), f"{key}: {got}"
        # The built-in integration counts a charging battery as consumption.
        ours = slice(4, 7) if key == CONSUMPTION else slice(8)
        assert got[ours] == pytest.approx(true[ours], abs=CLOSE), key


async def test_days_and_nights_are_the_house_s_own(here: World) -> None:
    """So many days each: hours in which nothing moves, and midnights, are the house's own as well."""
    days = int(os.environ.get("TAKEOVER_DAYS", "1")) * 24
    ids = energies(here)
    await here.live(days * HOUR)
    await here.take_over_in_flow(only_energies=False, keep_running=False)
    await here.live(days * HOUR)
    await here.choose("give_back")
    await here.live(24 * HOUR)
    hours = await here.hours(*ids.values())
    for key, entity_id in ids.items():
        got, true = hours[entity_id], here.true_hours(key)
        # In the hour of the move, the built-in integration counted its last five minutes.
        ours = slice(days + 1, 2 * days) if key == CONSUMPTION else slice(2 * days + 24)
        assert got[ours] == pytest.approx(true[ours], abs=CLOSE), key


async def test_every_period_of_five_minutes_rises(here: World) -> None:
    """Around the move, too, where hours would hide a dip."""
    ids = energies(here)
    await here.live(HOUR)
    await here.take_over_in_flow(only_energies=False, keep_running=False)
    await here.live(HOUR)
    for key, entity_id in ids.items():
        periods = await here.periods(entity_id)
        assert len(periods) >= 23
        assert min(periods) >= 0, f"{key}: {periods}"


async def test_without_bases_it_would_show(here: World) -> None:
    """The counter of consumption is another one: were it taken as it is, all that they differ by would be an hour.

    Unless the ledger saw by itself that the recorder knows more, as after its file got lost: that is a second net.
    """
    entity_id = energies(here)[CONSUMPTION]
    await here.live(HOUR)
    with (
        patch.object(LifetimeTotals, "async_continue_at", return_value=0.0),
        patch.object(LifetimeTotals, "_async_compare"),
    ):
        await here.take_over_in_flow(only_energies=False, keep_running=False)
        await here.live(HOUR)
    assert min((await here.hours(entity_id))[entity_id]) < -100_000


async def test_what_hangs_on_an_entity_stays(here: World) -> None:
    """Ids, names, areas, labels, voice assistants, units: before, after, and after the way back."""
    hass, registry = here.hass, er.async_get(here.hass)
    await here.live(HOUR)
    ids = energies(here)
    entity_id = ids["production_energy"]
    area = ar.async_get(hass).async_create("Roof")
    registry.async_update_entity(
        entity_id,
        name="My sun",
        icon="mdi:weather-sunny",
        area_id=area.id,
        labels={"bright"},
        categories={"energy": "sun"},
        hidden_by=er.RegistryEntryHider.USER,
    )
    registry.async_update_entity_options(entity_id, "sensor", {"unit_of_measurement": "kWh", "display_precision": 1})
    assert await async_setup_component(hass, "homeassistant", {})
    for assistant in ("conversation", "cloud.alexa", "cloud.google_assistant"):
        async_expose_entity(hass, assistant, entity_id, should_expose=True)
    registry.async_update_entity_options(entity_id, "cloud.google_assistant", {"should_expose": True, "2fa": True})
    names = [*ids.values(), *(here.id_of(key) for key in ("production", "net_consumption", "battery_level"))]
    before = {name: here.registered(str(name)) for name in names}
    await here.take_over_in_flow(only_energies=False, keep_running=False)
    for name, was in before.items():
        entity = here.registered(str(name))
        assert (entity.platform, entity.config_entry_id) == (DOMAIN, here.ours.entry_id), name
        assert {key: getattr(entity, key) for key in KEPT} == {key: getattr(was, key) for key in KEPT}
        assert of_the_user(entity) == of_the_user(was)
    shown = hass.states.get(entity_id)
    assert shown is not None
    assert shown.attributes["unit_of_measurement"] == "kWh"
    assert async_should_expose(hass, "cloud.alexa", entity_id)
    assert (here.built_in.disabled_by, here.built_in.state) == (ConfigEntryDisabler.USER, ConfigEntryState.NOT_LOADED)
    await here.choose("give_back")
    assert here.built_in.state is ConfigEntryState.LOADED
    for name, was in before.items():
        entity = here.registered(str(name))
        assert (entity.platform, entity.unique_id, entity.device_id) == (BUILT_IN, was.unique_id, was.device_id)
        assert {key: getattr(entity, key) for key in KEPT} == {key: getattr(was, key) for key in KEPT}
        assert (state := hass.states.get(str(name)))
        assert state.state not in ("unavailable", "unknown")
    assert here.id_of("production_energy", DOMAIN) == "sensor.iq_gateway_production_energy"
    assert here.ours.data["takeover"]["stage"] == "back"


async def test_areas_and_names_of_devices_go_along(here: World) -> None:
    """To our devices, as far as these have none of their own; the built-in integration keeps its devices."""
    hass, registry = here.hass, dr.async_get(here.hass)
    area = ar.async_get(hass).async_create("Cellar")
    theirs = registry.async_get(str(here.registered(energies(here)["production_energy"]).device_id))
    assert theirs is not None
    registry.async_update_device(theirs.id, area_id=area.id, labels={"sun"}, name_by_user="My gateway")
    await here.take_over_in_flow(only_energies=False, keep_running=False)
    entity = here.registered(energies_here := str(here.id_of("production_energy", DOMAIN)))
    ours = registry.async_get(str(entity.device_id))
    assert ours is not None
    assert energies_here == "sensor.envoy_lifetime_energy_production"
    assert (ours.area_id, ours.labels, ours.name_by_user) == (area.id, {"sun"}, "My gateway")
    assert ours.id != theirs.id
    assert registry.async_get(theirs.id) is not None
