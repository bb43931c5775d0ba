"""What is written of a taking over: no serial number, wherever ids and titles hold one."""

import json
import logging

from homeassistant.helpers import entity_registry as er, issue_registry as ir
import pytest

from custom_components.iq_gateway.diagnostics import async_get_config_entry_diagnostics

from .world import HOUR, World


async def test_no_serial_number_is_written_anywhere(here: World, caplog: pytest.LogCaptureFixture) -> None:
    """The built-in integration's entry and entities are called by it."""
    serial = here.gateway.serial
    here.hass.config_entries.async_update_entry(here.built_in, title=f"Envoy {serial}")
    entity_id = str(here.id_of("lifetime_production"))
    er.async_get(here.hass).async_update_entity(entity_id, new_entity_id=f"sensor.envoy_{serial}_sun")
    await here.live(HOUR / 4)
    caplog.set_level(logging.DEBUG, "custom_components.iq_gateway")
    caplog.clear()
    await here.set_up_ours()
    await here.choose("take_over", only_energies=False, keep_running=True)
    told = json.dumps(await async_get_config_entry_diagnostics(here.hass, here.ours))
    await here.choose("give_back")
    told += repr([issue.translation_placeholders for issue in ir.async_get(here.hass).issues.values()])
    lines = [record.getMessage() for record in caplog.records if record.name.startswith("custom_components")]
    assert any("took over" in line for line in lines)
    assert serial not in told + "".join(lines)
