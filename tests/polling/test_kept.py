"""What is known over restarts: never shown as read, never of another gateway, whatever has become of the file."""

import json
from typing import Any

import pytest

from custom_components.iq_gateway.client.errors import CannotConnect, GatewayBusy, NotFound
from custom_components.iq_gateway.polling import Poller
from custom_components.iq_gateway.polling.kept import Kept
from custom_components.iq_gateway.site import Part
from tests.site.answers import live

from .scripted import SERIAL, Script
from .steps import Time, cycle, poller_for


def _restarted(poller: Poller, script: Script) -> Poller:
    """Return the poller of the next run: it has what was stored, as it comes back from a file."""
    stored = json.loads(json.dumps(poller.keep().to_dict(serial=SERIAL)))
    restarted = poller_for(script)
    restarted.restore(Kept.from_dict(stored, serial=SERIAL))
    return restarted


async def test_the_meters_are_known_though_they_fail_at_first(poller: Poller, time: Time, script: Script) -> None:
    """The first cycle after a restart reads them; nothing is shown that was not read since."""
    restarted = _restarted(poller, script)
    assert set(restarted.site.meters) == {"production", "net-consumption"}
    assert restarted.site.fresh == set()
    powers = [restarted.site.production.power]
    script.errors["meters"] = GatewayBusy()
    await restarted.run(frozenset())
    assert "readings" in script.asked
    assert [*powers, restarted.site.production.power] == [None, 600.0]
    assert restarted.site.meters["production"].problem is None


async def test_all_is_asked_again_after_a_restart(poller: Poller, time: Time, script: Script) -> None:
    """As in the very first cycle, each endpoint once; and what may be there as far as nobody knows better yet."""
    restarted = _restarted(poller, script)
    await restarted.run(frozenset())
    assert script.asked == ["info", "meters", "readings", "inventory", "live", "energy", "inverters"]


@pytest.mark.parametrize("left", [0, 1])
async def test_meters_that_are_missing_after_a_restart_are_still_there(
    poller: Poller, time: Time, script: Script, left: int
) -> None:
    """As at any other time: until that has lasted for a quarter of an hour."""
    restarted = _restarted(poller, script)
    script.payloads["meters"] = script.payloads["meters"][:left]
    await restarted.run(frozenset())
    for _ in range(3):
        assert restarted.site.production.power == 600.0
        assert restarted.site.grid.power == -150.0
        await cycle(restarted, time, script)
    assert len(restarted.site.meters) == left


async def test_a_battery_is_known_though_live_data_fails_at_first(script: Script, time: Time) -> None:
    """Parts that were seen are there."""
    script.payloads["live"] = live(soc=50)
    poller = poller_for(script)
    await poller.run(frozenset())
    restarted = _restarted(poller, script)
    script.errors["live"] = GatewayBusy()
    await restarted.run(frozenset())
    assert Part.BATTERY in restarted.site.parts
    assert restarted.site.battery.level is None


async def test_what_answered_or_was_refused_twice_is_settled(script: Script, time: Time) -> None:
    """In two cycles, of whatever run; what only failed is not: a battery may stand in it."""
    script.errors |= {"live": GatewayBusy(), "energy": NotFound()}
    poller = poller_for(script)
    await poller.run(frozenset())
    assert poller.cache.snapshot().settled == set()
    await cycle(poller, time, script)
    assert poller.cache.snapshot().settled == {"meters", "readings", "energy", "inverters", "production"}

    restarted = _restarted(poller, script)
    assert restarted.cache.snapshot().settled == {"meters", "readings", "energy", "inverters", "production"}
    script.errors = {"live": CannotConnect()}
    await restarted.run(frozenset())
    assert restarted.cache.snapshot().settled == {"info", "meters", "readings", "energy", "inverters", "production"}


async def test_live_data_that_is_read_twice_in_a_cycle_has_told_once(script: Script, time: Time) -> None:
    """Twice within seconds proves nothing."""
    script.payloads["live"] = live(age=600, soc=50)
    poller = poller_for(script)
    await poller.run(frozenset())
    assert script.asked.count("live") == 2
    assert "live" not in poller.cache.snapshot().settled


async def test_only_what_is_needed_is_kept(poller: Poller, time: Time, script: Script) -> None:
    """Description and meters, as they came; no readings, no inverters."""
    stored = poller.keep().to_dict(serial=SERIAL)
    assert set(stored) == {"gateway", "parts", "told", "last"}
    assert SERIAL not in json.dumps(stored)
    assert set(stored["last"]) == {"info", "meters"}  # type: ignore[call-overload]


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda _: None, id="nothing"),
        pytest.param(lambda _: [], id="a list"),
        pytest.param(lambda _: {}, id="empty"),
        pytest.param(lambda stored: stored | {"gateway": None}, id="nobody's"),
    ],
)
async def test_what_cannot_be_told_whose_it_is_is_forgotten(
    poller: Poller,
    time: Time,
    script: Script,
    damage: Any,  # noqa: ANN401
) -> None:
    """Then all is learnt anew."""
    assert Kept.from_dict(damage(poller.keep().to_dict(serial=SERIAL)), serial=SERIAL) == Kept()


async def test_another_gateway_begins_anew(poller: Poller, time: Time, script: Script) -> None:
    """An entry can be taken over by one."""
    assert Kept.from_dict(poller.keep().to_dict(serial=SERIAL), serial="999888777666") == Kept()


@pytest.mark.parametrize(
    "damage",
    [
        {"parts": None, "told": []},
        {"parts": ["no such part", 7, None], "told": {"no such endpoint": 3, "live": "many"}},
        {"parts": [[]], "told": {"live": None}},
        {"last": "oops"},
    ],
)
async def test_one_damaged_thing_takes_nothing_else_along(
    poller: Poller, time: Time, script: Script, damage: dict[str, object]
) -> None:
    """What can be read is taken."""
    kept = Kept.from_dict(poller.keep().to_dict(serial=SERIAL) | damage, serial=SERIAL)
    whole = {"parts": kept.parts, "told": kept.told, "last": kept.answers}
    assert {name for name, part in whole.items() if not part} == set(damage)


@pytest.mark.parametrize(
    "odd", [None, 7, {}, {"raw": 7}, {"raw": "{", "time": 1, "received": 1}, {"raw": "[]", "time": "x"}]
)
async def test_a_damaged_answer_is_left_out(poller: Poller, time: Time, script: Script, odd: object) -> None:
    """And read anew, as at first."""
    stored: dict[str, Any] = poller.keep().to_dict(serial=SERIAL)
    stored["last"]["meters"] = odd
    assert set(Kept.from_dict(stored, serial=SERIAL).answers) == {"info"}
