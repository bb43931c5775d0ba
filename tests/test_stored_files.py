"""Files of ours in Home Assistant's storage, as a power cut or an editor leaves them."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import asdict
import logging
from typing import Any, Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.iq_gateway.const import CONF_TAKEOVER, DOMAIN
from custom_components.iq_gateway.polling.cache import EndpointCache
from custom_components.iq_gateway.polling.kept import Kept
from custom_components.iq_gateway.site import BatteryEnergies, Part
from custom_components.iq_gateway.takeover.journal import Began, Journal, Move, Stage
from custom_components.iq_gateway.totals import Ledger, Reading
from custom_components.iq_gateway.totals.stored import rebuild
from tests import states
from tests.conftest import EntryMaker, second_cycle
from tests.simulator import GatewaySimulator

SERIAL: Final = "122333444555"
FILES: Final = ("", ".absences", ".battery", ".changes", ".gateway")
FIGURES: Final = ("production_energy", "grid_import_energy", "battery_charged_energy")


def _stored(data: object, version: object = 1) -> dict[str, object]:
    return {"version": version, "minor_version": 1, "data": data}


@pytest.mark.parametrize(
    "content",
    [
        *(None, [], 3, "text", {}, {"version": 1}, _stored(None, "two"), _stored(None, 99)),
        *(_stored(data) for data in (None, [1], 3, "text")),
    ],
    ids=repr,
)
async def test_whatever_json_a_file_holds_nothing_is_in_the_way(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    gateway: GatewaySimulator,
    add_entry: EntryMaker,
    caplog: pytest.LogCaptureFixture,
    content: object,
) -> None:
    """All of them at once: they are as good as none, and are written anew."""
    entry = add_entry(gateway)
    keys = [f"{DOMAIN}.{entry.entry_id}{name}" for name in FILES]
    hass_storage |= {key: deepcopy(content) for key in keys}
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    await second_cycle(hass, entry)
    assert entry.state is ConfigEntryState.LOADED
    assert None not in states.figures(hass, gateway.serial, FIGURES).values()
    assert not [record for record in caplog.records if record.exc_info and record.levelno >= logging.WARNING]
    await hass.config_entries.async_unload(entry.entry_id)
    assert isinstance(hass_storage[keys[0]]["data"], dict)


def _damaged(whole: Any) -> Iterator[Any]:  # noqa: ANN401
    """Yield what was stored with one thing in it each being something else."""
    yield from (None, [], [3], {}, {"x": None}, 3, -1.5, 1e308, "text", True)
    within = whole.items() if isinstance(whole, dict) else enumerate(whole) if isinstance(whole, list) else ()
    for key, part in within:
        for other in _damaged(part):
            changed = dict(whole) if isinstance(whole, dict) else list(whole)
            changed[key] = other
            yield changed


JOURNAL: Final = Journal(
    stage=Stage.TAKEN,
    entry_id="1",
    was_disabled=False,
    keep_running=False,
    moves=(Move(platform="sensor", entity_id="a", registry_id="b", unique_id="c", device_id=None, becomes="d"),),
    began={"production_energy": Began(energy=1.0, at=2.0, same_counter=True)},
    panel={"before": {}, "after": {}},
)


def _ledger() -> dict[str, object]:
    ledger = Ledger()
    for cycle in range(5):
        reading = Reading(energy=5_000.0 + cycle, source="meter", at=1e9 + 300 * cycle)
        ledger.observe({"production_energy": reading}, midnight=1e9)
    ledger.observe({"production_energy": Reading(energy=9.0, source="meter", at=1e9 + 1_500)}, midnight=1e9)
    return ledger.to_dict()


def _kept(stored: object) -> EndpointCache:
    cache = EndpointCache(interval=300)
    Kept.from_dict(stored, serial=SERIAL).put_into(cache)
    return cache


def _energies(stored: object) -> BatteryEnergies | None:
    try:
        return rebuild(BatteryEnergies, stored)
    except ValueError:
        return None


KEPT: Final = {
    **Kept(parts=frozenset(Part), told={"meters": 2}).to_dict(serial=SERIAL),
    "last": {"meters": {"raw": "[]", "time": 1.0, "received": 2.0}},
}


@pytest.mark.parametrize(
    ("whole", "load"),
    [
        pytest.param(
            _ledger(), lambda stored: Ledger.from_dict(stored if isinstance(stored, dict) else {}), id="ledger"
        ),
        pytest.param(KEPT, _kept, id="kept answers"),
        pytest.param(asdict(BatteryEnergies(at=1.0, power=2.0, stored=3.0)), _energies, id="live energies"),
        pytest.param(
            JOURNAL.as_dict(), lambda stored: Journal.of(MockConfigEntry(data={CONF_TAKEOVER: stored})), id="journal"
        ),
    ],
)
def test_one_odd_thing_in_a_file_is_none(whole: dict[str, object], load: Callable[[object], object]) -> None:
    """Whatever stands in one place of it, what is there is taken up, or not, without an error."""
    for stored in _damaged(whole):
        load(stored)
    assert load(whole)


def test_a_journal_with_something_else_in_it_is_none() -> None:
    """Nothing is done by it, rather than half of something."""
    assert Journal.of(MockConfigEntry(data={CONF_TAKEOVER: JOURNAL.as_dict()})) == JOURNAL
    for name, other in (("entry_id", []), ("moves", [{}]), ("began", {"production_energy": {"energy": "much"}})):
        assert Journal.of(MockConfigEntry(data={CONF_TAKEOVER: JOURNAL.as_dict() | {name: other}})) is None
