"""Cycles know nothing of what is read between them: with and without it, they end the same."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import restore_state

from tests.simulator import Clock, Fault, GatewaySimulator, Reboot

from .seconds import Living


async def _ledger(hass: HomeAssistant, living: Living, *, on: bool) -> dict[str, Any]:
    """Return the ledger after 40 minutes with a reboot and faults, of a house that is the same each time."""
    async with GatewaySimulator("metered_battery", clock=Clock()) as gateway:
        gateway.house.noise = 30.0
        seconds = await living(gateway, on=on)
        gateway.situations.append(Reboot(begins=gateway.clock.now() + 250, zeros=False))
        await seconds.live(800 - seconds.now)
        gateway.fault("readings", Fault.STORAGE_LEG_LOST)
        await seconds.live(700)
        gateway.fault("readings", Fault.HALVED)
        await seconds.live(310)
        gateway.clear_faults()
        await seconds.live(600)
        entry = seconds.coordinator.config_entry
        told = seconds.coordinator.totals.as_dict()
        await hass.config_entries.async_remove(entry.entry_id)
        return told


async def test_the_ledger_is_the_same(hass: HomeAssistant, socket_enabled: None, living: Living, frozen: Any) -> None:  # noqa: ANN401
    """Candidates and doubts included, over faults that ticks meet as well."""
    begins = frozen()
    without = await _ledger(hass, living, on=False)
    frozen.move_to(begins)
    restore_state.async_get(hass).last_states.clear()
    assert _promised(await _ledger(hass, living, on=True)) == _promised(without)


def _promised(ledger: dict[str, Any]) -> dict[str, Any]:
    """Return the totals but for the highest rate seen: a cycle more comes where ticks find that the gateway is back."""
    return {key: {**total, "peak": None} for key, total in ledger["totals"].items()}
