"""Each control in each of the things that may become of a change, one after the other on one site.

With EVERY_CONTROL=1 each is tried in all. Otherwise one of each path is tried in those that matter most, all that
differ from it by a key in the first alone, and each in an eighth of the others by turns.
"""

import asyncio
from collections.abc import Awaitable, Callable
import logging
import os
from typing import Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.exceptions import HomeAssistantError
import pytest

from tests.controls.conftest import Bench
from tests.controls.table import CASES, Case
from tests.simulator import Fault, Obedience
from tests.simulator.endpoints import AC_BATTERY_CONFIG, GENERATOR_MODE, POWER_LIMIT, POWER_MODE
from tests.simulator.reply import Json

type Situation = Callable[[Bench], Awaitable[None]]

_OF_OTHERS: Final = 8
# Is told by two, of whom the second is not asked to play along here.
_TOLD_BY_TWO: Final = ("reserve", "charge_from_grid")


async def done(bench: Bench) -> None:
    """It is sent in the form that the gateway takes, once, and shown as soon as the gateway says so."""
    await bench.change()
    assert bench.shown == bench.case.wanted
    assert bench.told("change") == "confirmed"
    ((method, path, body),) = bench.sent
    expected_method, expected = bench.case.sent
    assert (method, path) == (expected_method, bench.case.path)
    assert expected(body) if callable(expected) else body == expected
    await bench.next_cycle()
    assert bench.shown == bench.case.wanted


async def so_already(bench: Bench) -> None:
    """Automations say the same over and over: nothing is sent."""
    await bench.change(bench.case.before)
    assert bench.sent == []
    assert bench.shown == bench.case.before


async def slow(bench: Bench) -> None:
    """Until it is confirmed, the old value stands, and the entity tells that something is on its way."""
    bench.gateway.switchboard.delays[bench.case.path] = bench.case.slow
    seen: list[tuple[str, object]] = []
    bench.waits.look = lambda: seen.append((bench.shown, bench.told("change")))
    await bench.change()
    requests = bench.asked
    first = next(at for at, one in enumerate(requests) if one.method != "GET" and one.path == bench.case.path) + 1
    assert {one.path for one in requests[first : first + 2]} <= {bench.case.path, *bench.case.confirmed_by}
    waited = [shown for shown, change in seen if change == "pending"]
    assert len(waited) > 5
    assert {*waited} == {bench.case.before}
    assert bench.told("change") == "confirmed"
    assert bench.shown == bench.case.wanted
    assert len(bench.sent) == 1


async def ignored(bench: Bench) -> None:
    """A gateway that accepts it and does nothing is no success: at the action, or in repairs once that has ended."""
    bench.gateway.switchboard.obedience[bench.case.path] = bench.case.ignores
    error = await bench.fails()
    assert error in ("", "control_no_effect")
    assert bench.told("change") == "no_effect"
    assert "nothing came of it" in str(bench.told("reason"))
    assert (bench.repair is not None) is (error == "")
    assert len(bench.sent) == 1
    await bench.put_back()
    await bench.change()
    assert bench.told("change") == "confirmed"
    assert bench.told("reason") is None
    assert bench.repair is None


async def refused_by_role(bench: Bench) -> None:
    """The entity stays, and the error says what is missing."""
    bench.gateway.deny(bench.case.role, bench.case.path)
    assert await bench.fails() == "control_role"
    assert bench.told("change") == "failed"
    assert "role" in str(bench.told("reason"))
    assert bench.entry.state is ConfigEntryState.LOADED


def _gone(fault: Fault) -> Situation:
    """Return what happens when a gateway takes a change, and is gone."""

    async def gone_in_the_middle(bench: Bench) -> None:
        """What was sent may have been done: it is looked for, never sent again, and nothing is claimed."""
        send = bench.gateway.switchboard.send

        def send_and_go(method: str, path: str, body: Json, now: float) -> Json:
            answer = send(method, path, body, now)
            bench.gateway.fault("*", fault)
            return answer

        with bench.monkeypatch.context() as patch:
            patch.setattr(bench.gateway.switchboard, "send", send_and_go)
            assert await bench.fails() == "control_silent"
        assert len(bench.sent) == 1
        bench.gateway.clear_faults()
        await bench.next_cycle()
        await bench.change()
        assert bench.shown == bench.case.wanted
        assert len(bench.sent) <= 2

    return gone_in_the_middle


async def restarted_in_the_middle(bench: Bench) -> None:
    """The action ends with it; afterwards it is found out what came of the change, and nothing is sent again."""
    await _restart(bench)
    assert bench.shown == bench.case.wanted
    assert (bench.told("change"), bench.told("wanted")) == ("confirmed", _native(bench.case))
    assert len(bench.sent) == 1


async def restarted_and_ignored(bench: Bench) -> None:
    """That nothing came of it is found out as well, and told where somebody looks who waits for it no more."""
    bench.gateway.switchboard.obedience[bench.case.path] = Obedience.IGNORES
    await _restart(bench)
    assert bench.shown == bench.case.before
    assert (bench.told("change"), bench.told("wanted")) == ("no_effect", _native(bench.case))
    assert bench.repair is not None
    assert bench.repair.translation_placeholders is not None
    shown = bench.hass.states.get(bench.entity_id)
    assert shown is not None
    assert shown.name in bench.repair.translation_placeholders["changes"]
    bench.gateway.switchboard.obedience.clear()
    await bench.change()
    assert bench.told("change") == "confirmed"
    assert bench.repair is None


async def _restart(bench: Bench) -> None:
    """Have the integration start anew while a change is on its way."""
    bench.waits.hold = True
    change = asyncio.create_task(bench.change())
    await bench.waits.held.wait()
    bench.waits.hold = False
    await bench.hass.config_entries.async_reload(bench.entry.entry_id)
    with pytest.raises(HomeAssistantError) as raised:
        await change
    assert raised.value.translation_key == "control_interrupted"
    await bench.settle()


def _native(case: Case) -> object:
    """Return what is wanted as attributes have it."""
    return float(case.wanted) if case.platform == "number" else case.wanted


async def two_users_at_once(bench: Bench) -> None:
    """One after the other, and the last one has it."""
    await asyncio.gather(bench.change(), bench.change(bench.case.before))
    assert bench.shown == bench.case.before
    assert bench.told("change") == "confirmed"
    times = [one.at for one in bench.asked if one.path == bench.case.path and one.method != "GET"]
    assert len(times) == 2
    assert times[1] - times[0] >= 30


async def two_users_who_want_the_same(bench: Bench) -> None:
    """It is sent once, however long it takes."""
    await asyncio.gather(bench.change(), bench.change())
    await bench.change()
    assert bench.shown == bench.case.wanted
    assert bench.told("change") == "confirmed"
    assert len(bench.sent) == 1


async def gone_before(bench: Bench) -> None:
    """Nothing is sent to a gateway that does not answer."""
    bench.gateway.fault("*", Fault.REFUSED)
    assert await bench.fails() == "control_no_answer"
    assert bench.sent == []


async def beside_a_cycle(bench: Bench) -> None:
    """A change and a cycle at the same time wait for each other."""
    await asyncio.gather(bench.change(), bench.next_cycle())
    assert bench.shown == bench.case.wanted


async def overwritten(bench: Bench) -> None:
    """What somebody else takes back is told by what is shown, and where that is known to happen by more."""
    bench.gateway.switchboard.obedience[bench.case.path] = Obedience.IS_OVERRULED
    await bench.change()
    await bench.waits(200)
    await bench.next_cycle()
    assert bench.shown == bench.case.before
    assert (bench.told("change") == "overwritten") is (bench.repair is not None)


async def says_again_what_it_was_told(bench: Bench) -> None:
    """Whatever else it used to say: one object for a list, a tariff without a schedule, a relay without a state."""
    if bench.case.path in (POWER_LIMIT, POWER_MODE, AC_BATTERY_CONFIG, GENERATOR_MODE):
        return  # it is told in other words than it tells, or what is measured has to agree
    if bench.case.key in _TOLD_BY_TWO:
        return

    def keep(_method: str, path: str, body: Json, _now: float) -> Json:
        bench.gateway.override(path, body)
        return body

    with bench.monkeypatch.context() as patch:
        patch.setattr(bench.gateway.switchboard, "send", keep)
        await bench.change()
    assert bench.told("change") == "confirmed"


async def no_longer_allowed(bench: Bench) -> None:
    """Neither an entity nor a place in the registry, once the user has switched controls off."""
    assert bench.shown != STATE_UNAVAILABLE
    entity_id = bench.entity_id
    bench.hass.config_entries.async_update_entry(bench.entry, options={})
    await bench.hass.config_entries.async_reload(bench.entry.entry_id)
    await bench.hass.async_block_till_done()
    assert bench.hass.states.get(entity_id) is None
    assert bench.repair is None


ALWAYS: Final[dict[str, Situation]] = {
    "done": done,
    "slow": slow,
    "ignored": ignored,
    "refused by role": refused_by_role,
    "restarted in the middle": restarted_in_the_middle,
}
BY_TURNS: Final[dict[str, Situation]] = {
    "so already": so_already,
    "gone, refused": _gone(Fault.REFUSED),
    "gone, reset": _gone(Fault.RESET),
    "gone, 502": _gone(Fault.BAD_GATEWAY),
    "gone before": gone_before,
    "restarted and ignored": restarted_and_ignored,
    "two users at once": two_users_at_once,
    "two users who want the same": two_users_who_want_the_same,
    "beside a cycle": beside_a_cycle,
    "overwritten": overwritten,
    "says again what it was told": says_again_what_it_was_told,
    "no longer allowed": no_longer_allowed,
}


def situations_of(case: Case) -> dict[str, Situation]:
    """Return the situations that a control is tried in at this run."""
    if os.environ.get("EVERY_CONTROL"):
        return ALWAYS | BY_TURNS
    number = CASES.index(case)
    is_like_another = case.path in {one.path for one in CASES[:number]}
    always = {"done": done} if is_like_another else ALWAYS
    return always | {name: one for at, (name, one) in enumerate(BY_TURNS.items()) if (at + number) % _OF_OTHERS == 0}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.key)
async def test_control(bench: Bench, case: Case, caplog: pytest.LogCaptureFixture, subtests: pytest.Subtests) -> None:
    """Whatever becomes of a change, it is told as it is, and the log has neither an error nor a secret of it."""
    for name, situation in situations_of(case).items():
        with subtests.test(name):
            await bench.put_back()
            caplog.clear()
            await situation(bench)
            await bench.settle()
            assert [one.getMessage() for one in caplog.records if one.levelno >= logging.ERROR] == []
            ours = [
                one for one in caplog.records if one.name.startswith(("custom_components", "homeassistant.components"))
            ]
            assert [one.getMessage() for one in ours if one.exc_info or bench.gateway.serial in one.getMessage()] == []
