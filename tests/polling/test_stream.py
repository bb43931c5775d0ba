"""The stream of live data: set in motion where it is needed, and left alone elsewhere."""

import pytest

from custom_components.iq_gateway.client.endpoints import Answer, Endpoint
from custom_components.iq_gateway.client.errors import (
    GatewayBusy,
    GatewayError,
    NoAnswerInTime,
    NotFound,
    NotPermitted,
    TokenRejected,
)
from custom_components.iq_gateway.polling.stream import MOVES_AFTER
from tests.site.answers import live

from .scripted import STREAM, Script
from .steps import ALL_SHOWN, INTERVAL, Time, begin, cycle, poller_for


@pytest.fixture
def still(script: Script) -> Script:
    """The same home with a battery, the live data of which stands still."""
    script.payloads |= {"live": live(age=600, soc=50), "inventory": [], "secctrl": {"agg_soc": 0}}
    return script


def _keep_moving(script: Script) -> None:
    script.payloads["live"]["meters"]["last_update"] = int(script.now)


async def test_live_data_that_stands_still_is_set_in_motion(still: Script, time: Time) -> None:
    """And read again, so that the first cycle already shows the battery."""
    poller = poller_for(still)
    await poller.run(frozenset())
    assert [name for name in still.asked if name in ("live", STREAM)] == ["live", STREAM, "live"]
    assert still.asked.index(STREAM) < still.asked.index("inverters") < len(still.asked) - 1
    assert still.closed_after == ["live"]
    assert poller.site.battery.level == 50.0


async def test_values_are_given_time_to_move(still: Script, time: Time) -> None:
    """A stream that had stopped takes 2.5 seconds to show; where other answers took as long nobody waits for it."""
    began = time.now
    await poller_for(still).run(frozenset())
    assert time.now - began == MOVES_AFTER

    still.take_asked()
    still.payloads["live"] = live(age=600, soc=50)
    still.takes = 2.0
    began = time.now
    await poller_for(still).run(frozenset())
    assert time.now - began == still.takes * len(still.asked)


async def test_a_stream_that_runs_is_left_alone(still: Script, time: Time) -> None:
    """However long it has: asking again may disturb it, and only its answers tell when it has ended."""
    poller = poller_for(still)
    await begin(poller, time, still)
    for _ in range(10):
        time.advance(INTERVAL)
        _keep_moving(still)
        await poller.run(ALL_SHOWN)
    assert STREAM not in still.asked


async def test_a_stream_that_has_ended_is_set_in_motion_once_its_answer_says_so(still: Script, time: Time) -> None:
    """Of cycles half an hour apart each has to; the values are given time to move."""
    poller = poller_for(still)
    await begin(poller, time, still)
    time.advance(1800)
    began = time.now
    await poller.run(ALL_SHOWN)
    assert [name for name in still.asked if name != "secctrl"] == [
        "live",
        STREAM,
        "readings",
        "energy",
        "inverters",
        "live",
    ]
    assert time.now - began == MOVES_AFTER
    assert poller.site.battery.level == 50.0


async def test_live_data_that_answers_at_last_is_no_failure(
    still: Script, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it hangs it comes to be due that its stream is set in motion again; what is read after that counts."""
    poller, began, hanging = poller_for(still), time.now, ["live"]

    async def enable_in_vain() -> None:
        pass

    async def enable() -> None:
        hanging.clear()
        await Script.enable_stream(still)

    async def read[T](endpoint: Endpoint[T], *, last: bool = False) -> Answer[T]:
        if endpoint.name in hanging:
            time.advance(15.0)
            raise NoAnswerInTime
        return await Script.read(still, endpoint, last=last)

    monkeypatch.setattr(still, "enable_stream", enable_in_vain)
    await poller.run(frozenset())
    time.advance(began + 50.0 - time.now)
    monkeypatch.setattr(still, "enable_stream", enable)
    monkeypatch.setattr(still, "read", read)
    result = await poller.run(ALL_SHOWN)
    assert not hanging
    assert ("live" in result.answered, "live" in result.errors) == (True, False)


async def test_a_stream_that_is_not_wanted_is_left_alone(still: Script, time: Time) -> None:
    """Then nothing is sent to the gateway, and nothing that stands still is shown."""
    poller = poller_for(still, keep_live_data=False)
    await poller.run(frozenset())
    assert STREAM not in still.asked
    assert poller.site.battery.level is None


async def test_live_data_that_nobody_looks_at_may_stand_still(still: Script, time: Time) -> None:
    """It is read hourly all the same, for what it tells of the site."""
    poller = poller_for(still)
    await begin(poller, time, still)
    cycles = [await cycle(poller, time, still, {"production_power"}) for _ in range(18)]
    assert [number for number, asked in enumerate(cycles) if "live" in asked] == [14]
    assert not any(STREAM in asked for asked in cycles)


async def test_live_data_that_comes_late_is_set_in_motion(still: Script, time: Time) -> None:
    """Its entities come with its first answer, so that nobody can look at it before."""
    still.errors["live"] = GatewayBusy()
    poller = poller_for(still)
    await poller.run(frozenset())
    still.errors.clear()
    await cycle(poller, time, still, {"production_power"})
    assert poller.site.battery.level == 50.0


async def test_live_data_without_battery_and_relay_may_stand_still(script: Script, time: Time) -> None:
    """Its powers come from the meters."""
    script.payloads["live"] = live(age=600, grid=5.0)
    await poller_for(script).run(frozenset())
    assert STREAM not in script.asked


@pytest.mark.parametrize("error", [NotPermitted(), NotFound()])
async def test_a_stream_that_is_refused_is_tried_hourly(still: Script, time: Time, error: GatewayError) -> None:
    """From the second time on; a gateway that starts may refuse everything for a moment."""
    still.errors[STREAM] = error
    poller = poller_for(still)
    await poller.run(frozenset())
    assert still.take_asked().count(STREAM) == 1
    tried = [STREAM in await cycle(poller, time, still) for _ in range(26)]
    assert [number for number, was_tried in enumerate(tried, 1) if was_tried] == [1, 13, 25]
    still.errors.clear()
    for _ in range(12):
        await cycle(poller, time, still)
    assert poller.site.battery.level == 50.0


async def test_a_stream_for_which_the_gateway_was_busy_is_tried_each_cycle(still: Script, time: Time) -> None:
    """It says nothing of the next time."""
    still.errors[STREAM] = GatewayBusy()
    poller = poller_for(still)
    await poller.run(frozenset())
    assert all([STREAM in await cycle(poller, time, still) for _ in range(4)])


async def test_another_token_may_set_the_stream_in_motion(still: Script, time: Time) -> None:
    """Its role may be higher."""
    still.errors[STREAM] = NotPermitted()
    poller = poller_for(still)
    await poller.run(frozenset())
    await cycle(poller, time, still)
    poller.forget_refusals()
    assert STREAM in await cycle(poller, time, still)


async def test_a_token_that_ends_the_stream_ends_the_cycle(still: Script, time: Time) -> None:
    """As everywhere else."""
    still.errors[STREAM] = TokenRejected()
    result = await poller_for(still).run(frozenset())
    assert {type(error) for error in result.errors.values()} == {TokenRejected}
