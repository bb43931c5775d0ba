"""What controls keep to: their own gateway, those who were given them, and the option."""

import asyncio
from dataclasses import replace
from typing import Any, Final

from homeassistant.components.homeassistant.exposed_entities import DATA_EXPOSED_ENTITIES, async_should_expose
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest

from custom_components.iq_gateway.const import DOMAIN
from custom_components.iq_gateway.devices import KINDS
from tests import states
from tests.conftest import EntrySetUp
from tests.controls.conftest import Bench, Waits
from tests.controls.table import BATTERY, CASES, set_to
from tests.simulator import Clock, GatewaySimulator, Obedience
from tests.simulator.endpoints import TARIFF

CHANGING: Final = ("number", "select", "switch", "time")
ASSISTANTS: Final = ("conversation", "cloud.alexa", "cloud.google_assistant")


def changing(hass: HomeAssistant, entry_id: str) -> list[er.RegistryEntry]:
    """Return what changes something at the gateway, or could."""
    registered = er.async_entries_for_config_entry(er.async_get(hass), entry_id)
    keys = {one.key for kind in KINDS for one in kind.entities if one.control is None}
    return [one for one in registered if one.domain in CHANGING and not one.unique_id.endswith(tuple(keys))]


@pytest.mark.parametrize("case", [case for case in CASES if case.key == "generator_exercise_start"], ids=["all"])
async def test_no_assistant_is_given_a_control_unless_somebody_does_so(bench: Bench) -> None:
    """Not even one that is given all that is new; whoever exposes one does so by hand."""
    assert await async_setup_component(bench.hass, "homeassistant", {})
    await bench.next_cycle()
    exposed = bench.hass.data[DATA_EXPOSED_ENTITIES]
    found = changing(bench.hass, bench.entry.entry_id)
    assert {one.domain for one in found} == set(CHANGING)
    for assistant in ASSISTANTS:
        exposed.async_set_expose_new_entities(assistant, True)
        assert [one.entity_id for one in found if async_should_expose(bench.hass, assistant, one.entity_id)] == []


@pytest.mark.parametrize("case", [case for case in CASES if case.key in ("nc2", "sleep")], ids=lambda case: case.key)
async def test_with_the_option_everything_of_a_change_goes(bench: Bench, hass_storage: dict[str, Any]) -> None:
    """Even one that is on its way: no entity, no place in the registry, no notice, no memory, and nothing sent."""
    bench.waits.hold = True
    change = asyncio.create_task(bench.change())
    await bench.waits.held.wait()
    bench.waits.hold = False
    sent = len(bench.sent)
    bench.hass.config_entries.async_update_entry(bench.entry, options={})
    await bench.hass.config_entries.async_reload(bench.entry.entry_id)
    with pytest.raises(HomeAssistantError):
        await change
    await bench.settle()
    for _ in range(3):
        await bench.waits(400)
        await bench.next_cycle()
    assert changing(bench.hass, bench.entry.entry_id) == []
    assert bench.repair is None
    assert [name for name in hass_storage if name.endswith(".changes")] == []
    assert len(bench.sent) == sent == 1


async def test_two_gateways_have_nothing_to_do_with_each_other(
    hass: HomeAssistant, socket_enabled: None, waits: Waits, clock: Clock, setup_entry: EntrySetUp
) -> None:
    """Each change goes to its own; what one ignores is told of that one alone, and stays when the other is removed."""
    site = replace(BATTERY, serial="122222222222")
    async with GatewaySimulator(BATTERY, clock=clock) as first, GatewaySimulator(site, clock=clock) as second:
        one, two = [
            await setup_entry(gateway, options={"controls": True}, token=gateway.mint("owner"))
            for gateway in (first, second)
        ]
        numbers = [states.entity_id(hass, gateway.serial, "reserve", "number") for gateway in (first, second)]
        second.switchboard.obedience[TARIFF] = Obedience.ECHOES
        done, failed = await asyncio.gather(*(set_to(hass, number, "45") for number in numbers), return_exceptions=True)
        await hass.async_block_till_done(wait_background_tasks=True)
        assert done is None
        assert (
            isinstance(failed, HomeAssistantError) or states.state(hass, second.serial, "reserve", "number") == "10.0"
        )
        told = [at.attributes["change"] for number in numbers if (at := hass.states.get(number))]
        assert told == ["confirmed", "no_effect"]
        assert [len(gateway.switchboard.taken) for gateway in (first, second)] == [1, 1]
        await hass.config_entries.async_remove(one.entry_id)
        await hass.async_block_till_done()
        await set_to(hass, numbers[1], "10")
        assert [len(gateway.switchboard.taken) for gateway in (first, second)] == [1, 1]
        assert not ir.async_get(hass).async_get_issue(DOMAIN, f"change_{one.entry_id}")
        assert two.runtime_data.controls.book.all
