"""What may befall a total that was taken over, and what still refers to an entity."""

from datetime import UTC, datetime, timedelta

from homeassistant.components.automation import automations_with_device
from homeassistant.core import Event, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.storage import Store
from homeassistant.setup import async_setup_component
import pytest

from custom_components.iq_gateway.const import DOMAIN
from custom_components.iq_gateway.diagnostics import async_get_config_entry_diagnostics
from custom_components.iq_gateway.flow.replacement import async_replace_gateway
from custom_components.iq_gateway.issues import Issue, async_clear, async_raise
from custom_components.iq_gateway.takeover.journal import Journal
from tests.proof.verdict import limits
from tests.simulator import Reboot

from .world import CONSUMPTION, HOUR, PRODUCTION, World

CLOSE = 2.0


def shown(here: World, entity_id: str) -> float:
    """Return what is shown, in Wh."""
    state = here.hass.states.get(entity_id)
    assert state is not None
    return float(state.state) * 1_000_000


async def test_zeros_after_a_reboot_take_nothing_away(here: World) -> None:
    """Minutes after the move, when nothing has proved yet."""
    await here.live(HOUR)
    await here.take_over_in_flow(only_energies=False, keep_running=False)
    here.gateway.situations.append(Reboot(begins=datetime.now(UTC).timestamp() + 400, zeros=True))
    await here.live(2 * HOUR)
    most = limits(here.gateway.house)
    for entity_id, key in ((PRODUCTION, "production_energy"), (CONSUMPTION, "consumption_energy")):
        periods = await here.periods(entity_id)
        assert all(0 <= rise <= most[key] for rise in periods), periods
    assert sum((await here.hours(PRODUCTION))[PRODUCTION]) == pytest.approx(
        sum(here.true_hours("production_energy")), abs=CLOSE
    )


async def test_a_damaged_ledger_goes_on_from_what_was_shown(here: World) -> None:
    """With what the counter of consumption was taken over with."""
    await here.live(HOUR)
    await here.take_over_in_flow(only_energies=False, keep_running=False)
    await here.live(HOUR)
    before = shown(here, CONSUMPTION)
    await here.hass.config_entries.async_unload(here.ours.entry_id)
    store: Store[dict[str, str]] = Store(here.hass, 2, f"{DOMAIN}.{here.ours.entry_id}")
    await store.async_save({"totals": "damaged"})
    await here.hass.config_entries.async_setup(here.ours.entry_id)
    await here.hass.async_block_till_done()
    await here.settle()
    assert before <= shown(here, CONSUMPTION) <= before + 1_000


async def test_following_the_gateway_keeps_what_it_was_taken_over_with(here: World) -> None:
    """The user asks for the gateway's counter, and not for the years that another one had counted to be taken off."""
    await here.live(HOUR)
    await here.take_over_in_flow(only_energies=False, keep_running=False)
    await here.live(HOUR)
    before = shown(here, CONSUMPTION)
    await here.hass.services.async_call(
        DOMAIN,
        "set_total",
        {"config_entry_id": here.ours.entry_id, "total": "consumption_energy", "follow": True},
        blocking=True,
    )
    await here.hass.async_block_till_done()
    assert shown(here, CONSUMPTION) == pytest.approx(before, abs=CLOSE)


async def test_another_gateway_in_its_place_ends_the_way_back(here: World) -> None:
    """What had moved stays; its unique ids are the new gateway's."""
    await here.take_over_in_flow(only_energies=False, keep_running=False)
    ours = here.ours
    data = {key: value for key, value in ours.data.items() if key not in ("takeover", "serial")}
    await async_replace_gateway(here.hass, ours, {**data, "serial": "122333444777"})
    assert Journal.of(ours) is None
    assert here.registered(PRODUCTION).unique_id == "122333444777_production_energy"


async def test_triggers_by_device_go_on(here: World) -> None:
    """They name the built-in integration's device, which stays, and the entity by what never changes."""
    entity = here.registered(PRODUCTION)
    fired: list[Event] = []

    @callback
    def remember(event: Event) -> None:
        fired.append(event)

    here.hass.bus.async_listen("sun_shone", remember)
    trigger = {
        "trigger": "device",
        "domain": "sensor",
        "device_id": entity.device_id,
        "entity_id": entity.id,
        "type": "energy",
        "above": shown(here, PRODUCTION) / 1_000_000 + 0.01,
    }
    automation = {"alias": "Sun", "triggers": trigger, "actions": {"event": "sun_shone"}}
    assert await async_setup_component(here.hass, "automation", {"automation": [automation]})
    assert automations_with_device(here.hass, str(entity.device_id)) == ["automation.sun"]
    await here.live(HOUR)
    assert not fired
    await here.take_over_in_flow(only_energies=False, keep_running=False)
    await here.live(HOUR)
    assert len(fired) == 1


async def advice(here: World) -> str:
    """Return what the options say above their menu."""
    menu = await here.hass.config_entries.options.async_init(here.ours.entry_id)
    return (menu["description_placeholders"] or {})["advice"]


async def test_after_weeks_the_entry_may_be_deleted(here: World) -> None:
    """Not before, not while anything is wrong, and not while it runs; devices, entities and statistics stay."""
    await here.live(HOUR)
    await here.take_over_in_flow(only_energies=False, keep_running=False)
    await here.live(HOUR)
    assert await advice(here) == ""
    here.frozen.tick(timedelta(days=29))
    here.statistics.skip_until(datetime.now(UTC))
    async_raise(here.hass, here.ours, Issue.TOTALS, text="totals")
    assert await advice(here) == ""
    async_clear(here.hass, here.ours, Issue.TOTALS)
    assert "29 days" in await advice(here)
    registry = er.async_get(here.hass)
    before = {one.id: one for one in er.async_entries_for_config_entry(registry, here.ours.entry_id)}
    devices = {one.id for one in dr.async_entries_for_config_entry(dr.async_get(here.hass), here.ours.entry_id)}
    hours = (await here.hours(PRODUCTION))[PRODUCTION]
    await here.hass.config_entries.async_remove(here.built_in.entry_id)
    await here.hass.async_block_till_done()
    await here.hass.config_entries.async_reload(here.ours.entry_id)
    await here.hass.async_block_till_done()
    after = {one.id: one for one in er.async_entries_for_config_entry(registry, here.ours.entry_id)}
    assert {key: one.entity_id for key, one in after.items()} == {key: one.entity_id for key, one in before.items()}
    assert {one.id for one in dr.async_entries_for_config_entry(dr.async_get(here.hass), here.ours.entry_id)} == devices
    assert (await here.hours(PRODUCTION))[PRODUCTION][: len(hours)] == hours
    assert shown(here, PRODUCTION) > 0


async def test_diagnostics_tell_it_without_names(here: World) -> None:
    """How far it has come and by how much totals differ; not what people call their entities."""
    await here.take_over_in_flow(only_energies=False, keep_running=False)
    told = (await async_get_config_entry_diagnostics(here.hass, here.ours))["entry"]["data"]["takeover"]
    assert told["stage"] == "taken"
    assert told["began"]["consumption_energy"]["shift"] > 100_000
    assert {move["entity_id"] for move in told["moves"]} == {"**REDACTED**"}
    assert here.gateway.serial not in str(told)
