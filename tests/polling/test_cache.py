"""What the gateway has said: how long it stands, and what of it is not believed."""

from typing import Any

import pytest

from custom_components.iq_gateway.client.errors import CannotConnect, InvalidAnswer, NotFound
from custom_components.iq_gateway.polling import Poller
from tests.site.answers import info, inverter, live, meter, period, reading

from .scripted import Script
from .steps import ALL_SHOWN, INTERVAL, STRANGER, Time, begin, cycle, poller_for


@pytest.mark.parametrize(
    ("name", "stands"),
    [("readings", [True, True, False]), ("energy", [True, True, False]), ("inverters", [True, True, False])],
)
async def test_a_good_answer_stands_for_two_more_cycles(
    poller: Poller, time: Time, script: Script, name: str, stands: list[bool]
) -> None:
    """The gateway is away for ten minutes each night."""
    script.errors[name] = CannotConnect()
    stood = []
    for _ in stands:
        await cycle(poller, time, script)
        stood.append(name in poller.site.fresh)
    assert stood == stands


async def test_what_is_read_hourly_stands_until_it_is_read_again(poller: Poller, time: Time, script: Script) -> None:
    """And for two hours more if it then fails."""
    for _ in range(8):
        await cycle(poller, time, script)
        assert {"info", "meters"} <= poller.site.fresh
    script.errors["info"] = CannotConnect()
    stood = 0
    while "info" in poller.site.fresh:
        await cycle(poller, time, script)
        stood += 1
    assert stood == 16


async def test_a_gateway_that_is_asked_less_keeps_no_value_for_longer(
    poller: Poller, time: Time, script: Script
) -> None:
    """Under strain cycles are up to four intervals apart: a value is shown until the next one, and not beyond it."""
    time.advance(3 * INTERVAL)
    await cycle(poller, time, script)
    assert poller.site.fresh >= {"readings", "live", "energy", "inverters"}
    script.errors["readings"] = CannotConnect()
    time.advance(3 * INTERVAL)
    await cycle(poller, time, script)
    assert poller.site.fresh & {"readings", "live", "energy", "inverters"} == {"live", "energy", "inverters"}


async def test_an_inverter_whose_record_is_broken_stands_as_long(poller: Poller, time: Time, script: Script) -> None:
    """The others go on, and one that is broken for good is gone in the end."""
    script.payloads["inverters"] = [inverter("1", 80.0), inverter("2", 90.0)]
    await cycle(poller, time, script)
    script.payloads["inverters"] = ["oops", inverter("2", 91.0)]
    for _ in range(2):
        await cycle(poller, time, script)
        assert {serial: shown.power for serial, shown in poller.site.inverters.items()} == {"1": 80.0, "2": 91.0}
    await cycle(poller, time, script)
    assert set(poller.site.inverters) == {"2"}


async def test_an_inverter_that_a_whole_list_leaves_out_is_gone(poller: Poller, time: Time, script: Script) -> None:
    """Somebody took it off the roof."""
    script.payloads["inverters"] = [inverter("1", 80.0), inverter("2", 90.0)]
    await cycle(poller, time, script)
    script.payloads["inverters"] = [inverter("2", 91.0)]
    await cycle(poller, time, script)
    assert set(poller.site.inverters) == {"2"}


@pytest.mark.parametrize("name", ["readings", "inverters"])
async def test_a_list_that_is_suddenly_empty_is_no_answer(
    poller: Poller, time: Time, script: Script, name: str
) -> None:
    """As of a gateway that is just starting: what was read stands."""
    script.payloads[name] = []
    asked = await cycle(poller, time, script)
    assert poller.site.production.power == 600.0
    assert set(poller.site.inverters) == {"1"}
    assert isinstance(poller.states[name].error, InvalidAnswer)
    assert ("meters" in asked) is (name == "readings")


def _storage(*legs: float, power: float = 0.0) -> dict[str, Any]:
    """Return a storage meter's reading, the legs of which have counted so much."""
    channels = [{"eid": number, "activePower": power, "actEnergyDlvd": energy} for number, energy in enumerate(legs)]
    return reading("storage", power * sum(map(bool, legs))) | {"actEnergyDlvd": sum(legs), "channels": channels}


async def test_a_meter_that_loses_a_leg_for_a_poll_is_not_believed(poller: Poller, time: Time, script: Script) -> None:
    """Its power would halve with its counters (firmware 8.3.6087); live data has it whole, the others go on."""
    script.payloads["meters"].append(meter("storage", phases=2))
    script.payloads["readings"].append(_storage(500.0, 600.0, 0.0, power=400.0))
    script.payloads["live"] = live(storage=805.0, soc=50)
    await cycle(poller, time, script)
    assert poller.site.battery.power == 800.0

    script.payloads["readings"][-1] = _storage(500.0, 0.0, 0.0, power=400.0)
    for power in (805.0, 805.0, 400.0):
        time.advance(INTERVAL)
        script.payloads["live"]["meters"]["last_update"] = int(script.now)
        await poller.run(ALL_SHOWN)
        # What lasts is believed: a meter may have been reset, or rewired.
        assert poller.site.battery.power == power
        assert poller.site.production.power == 600.0
        # Diagnostics tell how many were left out.
        assert (answer := poller.states["readings"].answer)
        assert answer.dropped == (power > 400.0)


@pytest.mark.parametrize("name", ["energy", "production"])
async def test_sums_that_have_forgotten_what_they_counted_are_no_answer(script: Script, time: Time, name: str) -> None:
    """Until they have for longer than a restart takes."""
    script.payloads |= {"meters": [], "readings": [], "inverters": [], "info": info(metered=False)}
    script.payloads |= {"energy": {"production": {"pcu": period(1, 2, 3, 4)}}, "production": period(1, 2, 3, 4)}
    if name == "production":
        script.errors["energy"] = NotFound()
    poller = poller_for(script)
    await poller.run(ALL_SHOWN)
    script.payloads |= {"energy": {"production": {"pcu": period(0, 0, 0, 0)}}, "production": period(0, 0, 0, 0)}
    shown = []
    for _ in range(3):
        await cycle(poller, time, script)
        shown.append(poller.site.production.power)
    assert shown == [4.0, 4.0, None]


async def test_meters_that_have_forgotten_everything_are_no_answer(poller: Poller, time: Time, script: Script) -> None:
    """As of a gateway that has just started: what was read stands, whatever the row says that no meter is known for."""
    script.payloads["readings"] = [reading("production", 600.0, phases=[600.0]), STRANGER]
    script.payloads["readings"][0]["channels"][0]["actEnergyDlvd"] = 5_000.0
    await cycle(poller, time, script)
    script.payloads["readings"] = [reading("production", 0.0, phases=[0.0]), STRANGER]
    await cycle(poller, time, script)
    assert poller.site.production.power == 600.0


async def test_a_row_that_no_meter_is_known_for_is_not_judged(poller: Poller, time: Time, script: Script) -> None:
    """Nobody knows which of its legs are wired, and diagnostics tell of no record left out."""
    for energy in (5_000.0, 0.0):
        leg = {"eid": 1, "activePower": 0.0, "actEnergyDlvd": energy}
        script.payloads["readings"] = [*script.payloads["readings"][:2], STRANGER | {"channels": [leg]}]
        await cycle(poller, time, script)
        assert (answer := poller.states["readings"].answer)
        assert answer.dropped == 0


async def test_what_returns_stands_again(poller: Poller, time: Time, script: Script) -> None:
    """After a silence of any length."""
    script.errors["readings"] = CannotConnect()
    for _ in range(5):
        await cycle(poller, time, script)
    script.errors.clear()
    await cycle(poller, time, script)
    assert poller.site.production.power == 600.0


async def test_meters_that_are_missing_once_are_still_there(poller: Poller, time: Time, script: Script) -> None:
    """An odd list is not believed, and asked again in each cycle; one that lasts for a quarter of an hour is."""
    listed = script.payloads["meters"]
    script.payloads["meters"] = []
    while "meters" not in await cycle(poller, time, script):
        pass
    for _ in range(3):
        assert poller.site.grid.power == -150.0
        assert "meters" in await cycle(poller, time, script)
    assert not poller.site.meters
    script.payloads["meters"] = listed
    await cycle(poller, time, script)
    assert poller.site.grid.power == -150.0


async def test_meters_that_are_missing_for_less_than_a_quarter_of_an_hour(
    poller: Poller, time: Time, script: Script
) -> None:
    """However often they are read in that time."""
    script.payloads["meters"] = script.payloads["meters"][:1]
    while "meters" not in await cycle(poller, time, script):
        pass
    for _ in range(29):
        time.advance(30)
        await poller.run(ALL_SHOWN)
        assert "meters" in script.asked
        assert poller.site.grid.power == -150.0
    time.advance(30)
    await poller.run(ALL_SHOWN)
    assert set(poller.site.meters) == {"production"}


@pytest.mark.parametrize("kind", ["storage", "net-consumption"])
@pytest.mark.parametrize("is_first", [True, False])
async def test_a_meter_that_is_listed_as_two_is_never_believed(
    script: Script, time: Time, *, kind: str, is_first: bool
) -> None:
    """However long that lasts, also by the first list; the same record twice is no contradiction."""
    listed = script.payloads["meters"]
    twice = [*listed, {**listed[0], "measurementType": kind}]
    poller = poller_for(script)
    if not is_first:
        await begin(poller, time, script)
    script.payloads["meters"] = twice
    for _ in range(16):
        await cycle(poller, time, script)
        assert set(poller.site.meters) == (set() if is_first else {"production", "net-consumption"})
    script.payloads["meters"] = [*listed, listed[0]]
    await cycle(poller, time, script)
    assert set(poller.site.meters) == {"production", "net-consumption"}


async def test_a_second_meter_of_a_kind_has_to_last(poller: Poller, time: Time, script: Script) -> None:
    """Another one with a lower number would take the place of the known one."""
    script.payloads["meters"].append({**script.payloads["meters"][0], "eid": 1})
    script.payloads["readings"].append({**script.payloads["readings"][0], "eid": 1, "activePower": 99.0})
    for _ in range(3):
        assert poller.site.production.power == 600.0
        assert "meters" in await cycle(poller, time, script)
    await cycle(poller, time, script)
    assert poller.site.production.power == 99.0


async def test_meters_that_have_changed_are_watched_for_an_hour(poller: Poller, time: Time, script: Script) -> None:
    """A wrong list that was believed is found out at once; one that stays is read hourly again."""
    script.payloads["meters"] = script.payloads["meters"][:1]
    while "meters" not in await cycle(poller, time, script):
        pass
    asked = ["meters" in await cycle(poller, time, script) for _ in range(22)]
    assert asked == [True] * 11 + [False] * 11


@pytest.mark.parametrize(
    ("age", "shown"),
    [
        pytest.param(600.0, [None, None, None], id="old"),
        pytest.param(-86_400.0, [50.0, 50.0, None], id="of tomorrow"),
        pytest.param(None, [50.0, 50.0, None], id="without a time"),
    ],
)
async def test_live_data_that_is_not_of_now(
    script: Script, time: Time, age: float | None, shown: list[float | None]
) -> None:
    """What stands still is never shown as current; an odd time makes an answer no worse than none."""
    poller = poller_for(script, keep_live_data=False)
    script.payloads["live"] = live(soc=50)
    await poller.run(ALL_SHOWN)
    levels = []
    for _ in shown:
        time.advance(INTERVAL)
        script.payloads["live"]["meters"] |= {"soc": 70, "last_update": age if age is None else int(script.now - age)}
        await poller.run(ALL_SHOWN)
        levels.append(poller.site.battery.level)
    assert levels == shown
