"""One cycle: what is asked for, in which order, and what comes of what goes wrong."""

import asyncio
from collections import Counter
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from custom_components.iq_gateway.client.endpoints import ENDPOINTS
from custom_components.iq_gateway.client.errors import (
    CannotConnect,
    CertificateChanged,
    GatewayBusy,
    GatewayError,
    NoAnswerInTime,
    NotFound,
    NotPermitted,
    TokenRejected,
    WrongGateway,
)
from custom_components.iq_gateway.polling import Poller, cache, poller as polling
from tests.site.answers import info, meter, reading

from .scripted import Script
from .steps import ALL_SHOWN, STRANGER, Time, begin, cycle, poller_for


async def test_the_first_cycle_learns_what_the_site_has(script: Script, time: Time) -> None:
    """Nobody looks at anything yet: all is read once, the connection closed behind it."""
    await poller_for(script).run(frozenset())
    assert script.asked == ["info", "meters", "readings", "live", "energy", "inverters"]
    assert script.closed_after == ["inverters"]


@pytest.mark.parametrize("seed", range(8))
async def test_the_order_of_the_table_means_nothing(
    script: Script, time: Time, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Each endpoint is asked once, the description first, and the connection is closed behind the last one."""
    table = list(ENDPOINTS)
    Random(seed).shuffle(table)  # noqa: S311 (nothing is secret here)
    monkeypatch.setattr(cache, "ENDPOINTS", tuple(table))
    poller = poller_for(script)
    for keys in (frozenset[str](), ALL_SHOWN | {"report"}):
        script.closed_after.clear()
        await poller.run(keys)
        assert script.closed_after == [script.asked[-1]]
        assert keys or script.asked[:2] == ["info", "meters"]
        assert len(set(script.asked)) == len(script.take_asked()) >= 5
    assert poller.site.production.power == 600.0


async def test_a_slow_endpoint_is_no_strain(script: Script, time: Time, monkeypatch: pytest.MonkeyPatch) -> None:
    """No start waits for it; then it is asked last, and its seconds say nothing of the gateway."""
    slow = tuple(replace(row, slow=True) if row.name == "energy" else row for row in ENDPOINTS)
    monkeypatch.setattr(cache, "ENDPOINTS", slow)
    script.takes = 9.0
    poller = poller_for(script)
    await poller.run(frozenset())
    assert "energy" not in script.take_asked()
    assert (poller.lacks(ALL_SHOWN), poller.owes(ALL_SHOWN)) == (False, True)
    result = await poller.run(ALL_SHOWN)
    assert script.asked[-1] == "energy"
    assert not poller.owes(ALL_SHOWN)
    assert result.seconds == dict.fromkeys(script.asked[:-1], 9.0)


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
        (ALL_SHOWN, ["live", "readings", "energy", "inverters"]),
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
    script.errors["readings"] = error
    result = await poller.run(ALL_SHOWN)
    assert script.asked == ["live", "readings"]
    assert result.answered == {"live"}
    assert result.errors == dict.fromkeys(("readings", "energy", "inverters"), error)


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


@pytest.mark.parametrize("error", [NotFound(), NotPermitted()])
async def test_what_will_not_answer_is_asked_hourly(script: Script, time: Time, error: GatewayError) -> None:
    """From the second time on, and never given up: a gateway that starts may refuse everything for a moment."""
    script.errors["energy"] = error
    poller = poller_for(script)
    first = await poller.run(frozenset())
    assert first.refused == {"energy"}
    script.take_asked()

    asked = ["energy" in await cycle(poller, time, script) for _ in range(26)]
    assert [number for number, was_asked in enumerate(asked, 1) if was_asked] == [1, 13, 25]
    script.errors.clear()
    for _ in range(12):
        await cycle(poller, time, script)
    assert poller.site.production.last_seven_days is not None
    assert "energy" in await cycle(poller, time, script)


async def test_another_token_may_ask_for_what_was_refused(script: Script, time: Time) -> None:
    """Its role may be higher."""
    script.errors["energy"] = NotPermitted()
    poller = poller_for(script)
    await poller.run(frozenset())
    await cycle(poller, time, script)
    assert "energy" not in await cycle(poller, time, script)
    poller.forget_refusals()
    assert "energy" in await cycle(poller, time, script)
    # And this one, too, may have been refused by chance.
    assert "energy" in await cycle(poller, time, script)
    assert "energy" not in await cycle(poller, time, script)


@pytest.mark.parametrize("error", [NotFound(), NotPermitted(), GatewayBusy(), CannotConnect()])
async def test_what_answered_before_is_asked_on(
    poller: Poller, time: Time, script: Script, error: GatewayError
) -> None:
    """It can only be out of sorts."""
    script.errors["energy"] = error
    await cycle(poller, time, script)
    assert "energy" in await cycle(poller, time, script)


@pytest.mark.parametrize("listed", [[], [meter("production", state="disabled")]])
@pytest.mark.parametrize("again", [1, 2])
async def test_no_meters_where_there_may_be_some_is_said_twice(
    script: Script, time: Time, listed: list[Any], again: int
) -> None:
    """A gateway that starts may list none: the next cycle asks again, and nothing is taken for granted meanwhile.

    Whatever is listed in the end is read again for a quarter of an hour.
    """
    meters, script.payloads["meters"] = script.payloads["meters"], listed
    poller = poller_for(script)
    result = await poller.run(frozenset())
    assert result.answered == {"info", "live", "energy", "inverters"}
    assert "meters" not in poller.cache.snapshot().answers
    assert "readings" not in script.take_asked()

    if again == 1:
        script.payloads["meters"] = meters
    asked = await cycle(poller, time, script)
    assert "meters" in asked
    assert ("readings" in asked) is (again == 1)
    assert poller.site.production.power == (600.0 if again == 1 else 4.0)
    for _ in range(3 if again == 1 else 2):
        assert "meters" in await cycle(poller, time, script)
    assert "meters" not in await cycle(poller, time, script)


async def test_first_meters_that_are_wrong_for_a_while_are_others_soon(script: Script, time: Time) -> None:
    """Nothing was proved by a first list: those that are listed then are believed once they are listed twice."""
    right = script.payloads["meters"]
    script.payloads["meters"] = [meter("net-consumption") | {"eid": right[0]["eid"]}, right[1]]
    poller = poller_for(script)
    await poller.run(frozenset())
    for _ in range(2):
        await cycle(poller, time, script)
        assert "production" not in poller.site.meters
    script.payloads["meters"] = right
    await cycle(poller, time, script)
    assert "production" not in poller.site.meters
    await cycle(poller, time, script)
    assert poller.site.production.power == 600.0


async def test_meters_that_fail_at_first_are_there_with_the_next_cycle(script: Script, time: Time) -> None:
    """Until then the site is not one without meters: nobody has said so."""
    script.errors["meters"] = GatewayBusy()
    poller = poller_for(script)
    await poller.run(frozenset())
    assert "readings" not in script.take_asked()
    snapshot = poller.cache.snapshot()
    assert "meters" not in snapshot.answers
    assert "meters" not in snapshot.settled
    script.errors.clear()
    asked = await cycle(poller, time, script)
    assert asked.index("meters") < asked.index("readings")
    assert poller.site.production.power == 600.0


async def test_without_meters_no_readings(script: Script, time: Time) -> None:
    """An empty list of meters has no readings worth asking for."""
    script.payloads |= {"meters": [], "info": info(metered=False)}
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
    """The list of meters has been read, often enough as any first list."""
    script.payloads["readings"].append(STRANGER)
    poller = poller_for(script)
    await begin(poller, time, script)
    assert "meters" not in await cycle(poller, time, script)


async def test_a_new_meter_is_there_at_once(poller: Poller, time: Time, script: Script) -> None:
    """The cycle that first reads it also learns what it is."""
    script.payloads["meters"].append(meter("storage"))
    script.payloads["readings"].append(reading("storage", 42.0))
    await cycle(poller, time, script)
    assert poller.site.battery.power == 42.0


async def test_description_and_meters_are_read_hourly(poller: Poller, time: Time, script: Script) -> None:
    """Never both in one cycle, however much the cycle asks for."""
    script.payloads["consumption"] = [{"reportType": "total-consumption", "cumulative": {"apprntPwr": 1.0}}]
    cycles = [await cycle(poller, time, script, ALL_SHOWN | {"report"}) for _ in range(26)]
    assert [number for number, asked in enumerate(cycles, 1) if "info" in asked] == [9, 21]
    assert [number for number, asked in enumerate(cycles, 1) if "meters" in asked] == [12, 24]


async def test_what_nobody_looks_at_is_read_hourly(poller: Poller, time: Time, script: Script) -> None:
    """A new inverter, or a battery, is found without anybody looking for it; one endpoint a cycle."""
    cycles = [await cycle(poller, time, script, ()) for _ in range(29)]
    assert max(map(len, cycles)) == 1
    counts = Counter(name for asked in cycles for name in asked)
    assert counts == dict.fromkeys(("info", "meters", "readings", "live", "energy", "inverters"), 2)


async def test_phases_follow_the_list_of_meters(poller: Poller, time: Time, script: Script) -> None:
    """An installer may correct them at any time; what lasts for a quarter of an hour is no odd list."""
    script.payloads["meters"][0]["phaseCount"] = 3
    while "meters" not in await cycle(poller, time, script):
        pass
    shown = [poller.site.meters["production"].phase_count]
    for _ in range(3):
        await cycle(poller, time, script)
        shown.append(poller.site.meters["production"].phase_count)
    assert shown == [1, 1, 1, 3]


async def test_an_endpoint_that_hangs_is_asked_less_and_less(poller: Poller, time: Time, script: Script) -> None:
    """Once its values no longer stand; the others are asked as always, and it is again with its first answer."""
    script.errors["energy"] = NoAnswerInTime()
    cycles = [await cycle(poller, time, script) for _ in range(48)]
    assert [number for number, asked in enumerate(cycles, 1) if "energy" in asked] == [1, 2, 3, 4, 5, 7, 11, 19, 31, 43]
    assert all("readings" in asked for asked in cycles)
    script.errors.clear()
    while "energy" not in await cycle(poller, time, script):
        pass
    assert "energy" in await cycle(poller, time, script)


async def test_no_error_is_kept_from_the_caller(script: Script, time: Time) -> None:
    """Not even where nothing answers at all."""
    names: dict[str, Any] = dict.fromkeys(("info", "meters", "live", "energy", "inverters"), CannotConnect())
    script.errors = names
    result = await poller_for(script).run(frozenset())
    assert names.items() <= result.errors.items()
    assert not result.answered
