"""One cycle: what is asked for, in which order, and what comes of what goes wrong."""

import asyncio
from typing import Any

import pytest

from custom_components.iq_gateway import polling
from custom_components.iq_gateway.client.errors import (
    CannotConnect,
    CertificateChanged,
    GatewayBusy,
    GatewayError,
    NotFound,
    NotPermitted,
    TokenRejected,
    WrongGateway,
)
from custom_components.iq_gateway.polling import Poller
from tests.site.answers import meter, reading

from .scripted import Script
from .steps import ALL_SHOWN, HOUR, STRANGER, Time, cycle, poller_for


async def test_the_first_cycle_learns_what_the_site_has(script: Script, time: Time) -> None:
    """Nobody looks at anything yet: all is read once, the connection closed behind it."""
    await poller_for(script).run(frozenset())
    assert script.asked == ["info", "meters", "readings", "live", "energy", "inverters"]
    assert script.closed_after == ["inverters"]


@pytest.mark.parametrize("refused", ["energy", "meters"])
async def test_the_first_cycle_follows_what_it_learns(script: Script, time: Time, refused: str) -> None:
    """Where the best source is missing, the next one is read before the first entity shows."""
    script.errors[refused] = NotFound()
    poller = poller_for(script)
    await poller.run(frozenset())
    assert ("production" in script.asked) is (refused == "energy")
    assert ("readings" in script.asked) is (refused != "meters")
    assert poller.site.production.last_seven_days is not None


@pytest.mark.parametrize(
    ("keys", "asked"),
    [
        (set(), []),
        ({"token"}, []),
        ({"production_power"}, ["readings"]),
        ({"production_energy", "grid_power"}, ["readings"]),
        ({"live"}, ["live"]),
        ({"production_period"}, ["energy"]),
        ({"inverters"}, ["inverters"]),
        ({"report"}, ["consumption"]),
        ({"meter_status"}, []),
        (ALL_SHOWN, ["readings", "live", "energy", "inverters"]),
    ],
)
async def test_only_what_is_looked_at_is_asked_for(
    poller: Poller, time: Time, script: Script, keys: set[str], asked: list[str]
) -> None:
    """One question for each endpoint that a need is read from."""
    assert await cycle(poller, time, script, keys) == asked


async def test_the_connection_closes_behind_the_last_question(poller: Poller, time: Time, script: Script) -> None:
    """And not before."""
    script.closed_after.clear()
    await cycle(poller, time, script)
    assert script.closed_after == ["inverters"]


async def test_one_failure_takes_nothing_else_along(poller: Poller, time: Time, script: Script) -> None:
    """What answered is used."""
    script.errors["readings"] = busy = GatewayBusy()
    result = await poller.run(ALL_SHOWN)
    assert result.errors == {"readings": busy}
    assert result.answered == {"live", "energy", "inverters"}


@pytest.mark.parametrize("error", [TokenRejected(), CertificateChanged(), WrongGateway()])
async def test_what_concerns_the_gateway_ends_the_cycle(
    poller: Poller, time: Time, script: Script, error: GatewayError
) -> None:
    """The others would be told the same."""
    script.errors["live"] = error
    result = await poller.run(ALL_SHOWN)
    assert script.asked == ["readings", "live"]
    assert result.answered == {"readings"}
    assert result.errors == dict.fromkeys(("live", "energy", "inverters"), error)


async def test_another_gateway_at_the_address_is_not_read(script: Script, time: Time) -> None:
    """Its figures are somebody else's."""
    script.serial = "999888777666"
    result = await poller_for(script).run(frozenset())
    assert script.asked == ["info"]
    assert {type(error) for error in result.errors.values()} == {WrongGateway}
    assert not result.answered


async def test_a_cycle_that_takes_too_long_ends(
    poller: Poller, time: Time, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whose turn did not come is busy; what answered before stays."""

    async def hang() -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(polling, "CYCLE_TIMEOUT", 0)
    monkeypatch.setattr(script, "read", lambda *_, **__: hang())
    result = await poller.run(ALL_SHOWN)
    assert {name: type(error) for name, error in result.errors.items()} == dict.fromkeys(
        ("readings", "live", "energy", "inverters"), GatewayBusy
    )
    assert poller.site.production.power == 600.0


@pytest.mark.parametrize(("error", "again"), [(NotFound(), True), (NotPermitted(), False)])
async def test_what_will_not_answer_rests(script: Script, time: Time, error: GatewayError, again: bool) -> None:
    """A firmware may be updated, so it is asked hourly; a role stays the same until there is another token."""
    script.errors["energy"] = error
    poller = poller_for(script)
    first = await poller.run(frozenset())
    assert first.resting == {"energy"}
    script.take_asked()

    assert "energy" not in await cycle(poller, time, script)
    time.advance(HOUR)
    assert ("energy" in await cycle(poller, time, script)) is again


async def test_another_token_may_ask_for_what_was_refused(script: Script, time: Time) -> None:
    """Its role may be higher."""
    script.errors["energy"] = NotPermitted()
    poller = poller_for(script)
    await poller.run(frozenset())
    script.errors.clear()
    poller.forget_refusals()
    script.take_asked()
    assert "energy" in await cycle(poller, time, script)


@pytest.mark.parametrize("error", [NotFound(), NotPermitted(), GatewayBusy(), CannotConnect()])
async def test_what_answered_before_is_asked_on(
    poller: Poller, time: Time, script: Script, error: GatewayError
) -> None:
    """It can only be out of sorts."""
    script.errors["energy"] = error
    await cycle(poller, time, script)
    assert "energy" in await cycle(poller, time, script)


async def test_without_meters_no_readings(script: Script, time: Time) -> None:
    """An empty list of meters has no readings worth asking for."""
    script.payloads["meters"] = []
    poller = poller_for(script)
    await poller.run(frozenset())
    assert "readings" not in script.take_asked()
    assert "readings" not in await cycle(poller, time, script)


async def test_a_stranger_among_the_readings_has_the_meters_read_once(
    poller: Poller, time: Time, script: Script
) -> None:
    """Newer firmware always sends one row that nobody lists; another one is news again."""
    script.payloads["readings"].append(STRANGER)
    assert "meters" in await cycle(poller, time, script)
    assert "meters" not in await cycle(poller, time, script)
    script.payloads["readings"].append(STRANGER | {"eid": 5})
    assert "meters" in await cycle(poller, time, script)


async def test_a_stranger_that_was_there_from_the_beginning_is_none(script: Script, time: Time) -> None:
    """The list of meters has just been read."""
    script.payloads["readings"].append(STRANGER)
    poller = poller_for(script)
    await poller.run(frozenset())
    script.take_asked()
    assert "meters" not in await cycle(poller, time, script)


async def test_a_new_meter_is_there_at_once(poller: Poller, time: Time, script: Script) -> None:
    """The cycle that first reads it also learns what it is."""
    script.payloads["meters"].append(meter("storage"))
    script.payloads["readings"].append(reading("storage", 42.0))
    await cycle(poller, time, script)
    assert poller.site.battery.power == 42.0


async def test_description_and_meters_are_read_hourly(poller: Poller, time: Time, script: Script) -> None:
    """Never both in one cycle, so that none asks for more than five endpoints."""
    cycles = [await cycle(poller, time, script) for _ in range(26)]
    assert max(len(asked) for asked in cycles) <= 5
    for name in ("info", "meters"):
        assert sum(name in asked for asked in cycles) == 2


async def test_hourly_reads_do_not_wait_for_ever(poller: Poller, time: Time, script: Script) -> None:
    """Where every cycle is full they come all the same, an hour late."""
    keys = ALL_SHOWN | {"report"}
    script.payloads["consumption"] = [{"reportType": "total-consumption", "cumulative": {"actPower": 1.0}}]
    cycles = [await cycle(poller, time, script, keys) for _ in range(25)]
    assert sum("info" in asked for asked in cycles) == 1
    assert sum("meters" in asked for asked in cycles) == 1


async def test_no_error_is_kept_from_the_caller(script: Script, time: Time) -> None:
    """Not even where nothing answers at all."""
    names: dict[str, Any] = dict.fromkeys(
        ("info", "meters", "readings", "live", "energy", "inverters"), CannotConnect()
    )
    script.errors = names
    result = await poller_for(script).run(frozenset())
    assert names.items() <= result.errors.items()
    assert not result.answered
