"""The options."""

from unittest.mock import patch

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
import pytest

from tests.conftest import EntryMaker
from tests.flow.steps import shown
from tests.simulator import GatewaySimulator

pytestmark = pytest.mark.usefixtures("no_setup")


async def test_the_options_are_an_interval_live_data_and_controls(
    hass: HomeAssistant, gateway: GatewaySimulator, add_entry: EntryMaker
) -> None:
    """All have defaults, take effect by a reload, and show again as they were set."""
    entry = add_entry(gateway)
    assert await hass.config_entries.async_setup(entry.entry_id)
    result = await hass.config_entries.options.async_init(entry.entry_id)
    assert result["step_id"] == "init"
    with patch.object(hass.config_entries, "async_schedule_reload") as reload:
        result = await hass.config_entries.options.async_configure(
            result["flow_id"], {"update_interval": 60, "live_interval": 10, "keep_live_data": False, "controls": True}
        )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options == {"update_interval": 60, "live_interval": 10, "keep_live_data": False, "controls": True}
    reload.assert_called_once_with(entry.entry_id)
    assert shown(await hass.config_entries.options.async_init(entry.entry_id)) == entry.options


@pytest.mark.parametrize("seconds", [29, 3601])
async def test_the_interval_has_limits(
    hass: HomeAssistant, gateway: GatewaySimulator, add_entry: EntryMaker, seconds: int
) -> None:
    """Neither a storm of requests nor a day of silence can be asked for."""
    entry = add_entry(gateway)
    result = await hass.config_entries.options.async_init(entry.entry_id)
    with pytest.raises(InvalidData):
        await hass.config_entries.options.async_configure(
            result["flow_id"], {"update_interval": seconds, "keep_live_data": True}
        )
