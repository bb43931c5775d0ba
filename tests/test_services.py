"""The action that sets a lifetime total: what it asks of the totals, and what it refuses."""

from typing import Any
from unittest.mock import AsyncMock

from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import ServiceValidationError, Unauthorized
from homeassistant.util.yaml import load_yaml_dict
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser

from custom_components.iq_gateway.const import DOMAIN
from custom_components.iq_gateway.devices import TOTALS
from tests import states
from tests.conftest import EntrySetUp
from tests.simulator import Clock, GatewaySimulator


class Totals:
    """What the action asked of the totals."""

    def __init__(self, entry: MockConfigEntry, monkeypatch: pytest.MonkeyPatch) -> None:
        self.set, self.follow = AsyncMock(), AsyncMock()
        totals = states.coordinator(entry).totals
        monkeypatch.setattr(totals, "async_set_total", self.set, raising=False)
        monkeypatch.setattr(totals, "async_follow", self.follow)

    @property
    def untouched(self) -> bool:
        """Whether nothing was asked."""
        return not self.set.await_count and not self.follow.await_count


async def set_total(
    hass: HomeAssistant, entry: MockConfigEntry, *, context: Context | None = None, **data: object
) -> None:
    """Call the action."""
    call = {"config_entry_id": entry.entry_id, "total": "grid_import_energy", **data}
    await hass.services.async_call(DOMAIN, "set_total", call, blocking=True, context=context)


async def test_a_total_is_set_to_a_value(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The user thinks in kWh, the totals count in Wh; it shows without waiting for the next cycle."""
    entry = await setup_entry(gateway)
    totals = Totals(entry, monkeypatch)
    gateway.requests.clear()
    await set_total(hass, entry, value=1234.5)
    await hass.async_block_till_done()
    totals.set.assert_awaited_once_with("grid_import_energy", 1_234_500.0)
    assert totals.follow.await_count == 0
    assert gateway.requests


async def test_a_total_follows_the_gateway(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own figure, whatever that is."""
    entry = await setup_entry(gateway)
    totals = Totals(entry, monkeypatch)
    await set_total(hass, entry, follow=True)
    totals.follow.assert_awaited_once_with(["grid_import_energy"])
    assert totals.set.await_count == 0


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({"value": -0.1}, "total_negative"),
        ({"value": float("nan")}, "total_negative"),
        ({"value": float("inf")}, "total_negative"),
        ({}, "total_value_or_follow"),
        ({"follow": False}, "total_value_or_follow"),
        ({"value": 0, "follow": True}, "total_value_or_follow"),
    ],
)
async def test_what_is_no_total_is_refused(
    hass: HomeAssistant,
    setup_entry: EntrySetUp,
    gateway: GatewaySimulator,
    monkeypatch: pytest.MonkeyPatch,
    data: dict[str, Any],
    reason: str,
) -> None:
    """In the user's words, and nothing is changed."""
    entry = await setup_entry(gateway)
    totals = Totals(entry, monkeypatch)
    with pytest.raises(ServiceValidationError) as caught:
        await set_total(hass, entry, **data)
    assert caught.value.translation_key == reason
    assert totals.untouched


async def test_a_total_that_the_site_has_not_is_refused(
    hass: HomeAssistant,
    socket_enabled: None,
    clock: Clock,
    setup_entry: EntrySetUp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A site without a battery has none that was charged."""
    async with GatewaySimulator("net_single", clock=clock) as gateway:
        entry = await setup_entry(gateway)
        totals = Totals(entry, monkeypatch)
        with pytest.raises(ServiceValidationError) as caught:
            await set_total(hass, entry, total="battery_charged_energy", value=1)
    assert caught.value.translation_key == "total_not_measured"
    assert caught.value.translation_placeholders == {"title": "IQ Gateway", "total": "battery_charged_energy"}
    assert totals.untouched


async def test_a_gateway_that_is_not_loaded_is_refused(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """There is nothing to set."""
    entry = await setup_entry(gateway)
    await hass.config_entries.async_unload(entry.entry_id)
    with pytest.raises(ServiceValidationError):
        await set_total(hass, entry, value=1)


async def test_only_administrators_set_totals(
    hass: HomeAssistant,
    setup_entry: EntrySetUp,
    gateway: GatewaySimulator,
    monkeypatch: pytest.MonkeyPatch,
    hass_read_only_user: MockUser,
) -> None:
    """What the Energy panel counts hangs on it."""
    entry = await setup_entry(gateway)
    totals = Totals(entry, monkeypatch)
    with pytest.raises(Unauthorized):
        await set_total(hass, entry, value=1, context=Context(user_id=hass_read_only_user.id))
    assert totals.untouched


def test_the_form_offers_every_total() -> None:
    """In the order of the totals, and no other."""
    fields = load_yaml_dict(str(states.FOLDER / "services.yaml"))["set_total"]["fields"]
    assert tuple(fields["total"]["selector"]["select"]["options"]) == TOTALS
