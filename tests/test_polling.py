"""One cycle: what is asked for, in which order, and what comes of what goes wrong."""

import asyncio
from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any, Final

import pytest

from custom_components.iq_gateway import doubts, memory, polling
from custom_components.iq_gateway.client.errors import (
    CannotConnect,
    CertificateChanged,
    GatewayBusy,
    GatewayError,
    InvalidAnswer,
    NotFound,
    NotPermitted,
    TokenRejected,
    WrongGateway,
)
from custom_components.iq_gateway.polling import Poller
from tests.scripted import SERIAL, STREAM, Script
from tests.site.answers import info, inverter, live, meter, period, reading

INTERVAL: Final = 300.0
HOUR: Final = 3_600.0
ALL_SHOWN: Final = frozenset(
    {"production_power", "production_energy", "grid_power", "production_period", "inverters", "live", "battery_power"}
)
STRANGER: Final = {"eid": 1023410688, "activePower": 0.0}


class Time:
    """The time of the computer and of the gateway, moved by hand."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self.now = 1_000.0

    def monotonic(self) -> float:
        """Stand in for the function of that name."""
        return self.now

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds
        self._script.now += seconds


@pytest.fixture
def script() -> Script:
    """A home with production and net meter, microinverters, and live data that moves."""
    return Script(
        meters=[meter("production"), meter("net-consumption")],
        readings=[reading("production", 600.0), reading("net-consumption", -150.0)],
        live=live(),
        energy={"production": {"pcu": period(1, 2, 3, 4), "eim": period(5, 6, 7, 8)}},
        inverters=[inverter("1")],
        production=period(9, 10, 11, 12),
    )


@pytest.fixture
def time(script: Script, monkeypatch: pytest.MonkeyPatch) -> Time:
    """The time of the poller."""
    time = Time(script)
    for module in (polling, memory, doubts):
        monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=time.monotonic))
    return time


def poller_for(script: Script, *, keep_live_data: bool = True) -> Poller:
    """Return a poller that has asked nothing yet."""
    return Poller(script, serial=SERIAL, interval=INTERVAL, keep_live_data=keep_live_data)


@pytest.fixture
async def poller(script: Script, time: Time) -> Poller:
    """A poller after its first cycle."""
    poller = poller_for(script)
    await poller.run(frozenset())
    script.take_asked()
    return poller


async def cycle(poller: Poller, time: Time, script: Script, keys: Iterable[str] = ALL_SHOWN) -> list[str]:
    """Run a cycle an interval later, and return what was asked."""
    time.advance(INTERVAL)
    await poller.run(frozenset(keys))
    return script.take_asked()


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
    assert poller.site.production.today is not None


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


async def test_meters_that_are_missing_once_are_still_there(poller: Poller, time: Time, script: Script) -> None:
    """One odd list is not believed, and asked again in the next cycle; one that is repeated is."""
    listed = script.payloads["meters"]
    time.advance(7200)
    script.payloads["meters"] = []
    await cycle(poller, time, script)
    assert poller.site.grid.power == -150.0
    assert "meters" in await cycle(poller, time, script)
    assert not poller.site.meters
    script.payloads["meters"] = listed
    time.advance(7200)
    await cycle(poller, time, script)
    assert poller.site.grid.power == -150.0


async def test_description_and_meters_are_read_hourly(poller: Poller, time: Time, script: Script) -> None:
    """Never both in one cycle, so that none asks for more than five endpoints."""
    cycles = [await cycle(poller, time, script) for _ in range(26)]
    assert max(len(asked) for asked in cycles) <= 5
    for name in ("info", "meters"):
        assert sum(name in asked for asked in cycles) == 2


async def test_hourly_reads_do_not_wait_for_ever(poller: Poller, time: Time, script: Script) -> None:
    """Where every cycle is full they come all the same, an hour late."""
    keys = ALL_SHOWN | {"report"}
    script.payloads["consumption"] = [{"reportType": "total-consumption", "cumulative": {}}]
    cycles = [await cycle(poller, time, script, keys) for _ in range(25)]
    assert sum("info" in asked for asked in cycles) == 1
    assert sum("meters" in asked for asked in cycles) == 1


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
    """As of a gateway that has just started: what was read stands."""
    script.payloads["readings"] = [reading("production", 600.0, phases=[600.0])]
    script.payloads["readings"][0]["channels"][0]["actEnergyDlvd"] = 5_000.0
    await cycle(poller, time, script)
    script.payloads["readings"] = [reading("production", 0.0, phases=[0.0])]
    await cycle(poller, time, script)
    assert poller.site.production.power == 600.0


async def test_what_returns_stands_again(poller: Poller, time: Time, script: Script) -> None:
    """After a silence of any length."""
    script.errors["readings"] = CannotConnect()
    for _ in range(5):
        await cycle(poller, time, script)
    script.errors.clear()
    await cycle(poller, time, script)
    assert poller.site.production.power == 600.0


# The stream of live data


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


@pytest.fixture
def still(script: Script) -> Script:
    """The same home with a battery, the live data of which stands still."""
    script.payloads["live"] = live(age=600, soc=50)
    return script


def _keep_moving(script: Script) -> None:
    script.payloads["live"]["meters"]["last_update"] = int(script.now)


async def test_live_data_that_stands_still_is_set_in_motion(still: Script, time: Time) -> None:
    """And read again, so that the first cycle already shows the battery."""
    poller = poller_for(still)
    await poller.run(frozenset())
    assert [name for name in still.asked if name in ("live", STREAM)] == ["live", STREAM, "live"]
    assert still.asked.index(STREAM) < still.asked.index("inverters") < len(still.asked) - 1
    assert poller.site.battery.level == 50.0


async def test_the_stream_is_renewed_before_it_ends(still: Script, time: Time) -> None:
    """In every other cycle, with a single read of live data as the last question."""
    poller = poller_for(still)
    await poller.run(frozenset())
    still.take_asked()
    cycles = []
    for _ in range(4):
        time.advance(INTERVAL)
        _keep_moving(still)
        await poller.run(ALL_SHOWN)
        cycles.append(still.take_asked())
    assert [STREAM in asked for asked in cycles] == [False, True, False, True]
    assert [asked.count("live") for asked in cycles] == [1, 1, 1, 1]
    assert cycles[1] == [STREAM, "readings", "energy", "inverters", "live"]


async def test_a_stream_that_is_not_wanted_is_left_alone(still: Script, time: Time) -> None:
    """Then nothing is sent to the gateway, and nothing that stands still is shown."""
    poller = poller_for(still, keep_live_data=False)
    await poller.run(frozenset())
    assert STREAM not in still.asked
    assert poller.site.battery.level is None


async def test_live_data_without_battery_and_relay_may_stand_still(script: Script, time: Time) -> None:
    """Its powers come from the meters."""
    script.payloads["live"] = live(age=600, grid=5.0)
    await poller_for(script).run(frozenset())
    assert STREAM not in script.asked


@pytest.mark.parametrize(("error", "again"), [(NotPermitted(), False), (NotFound(), False), (GatewayBusy(), True)])
async def test_a_stream_that_is_refused(still: Script, time: Time, error: GatewayError, again: bool) -> None:
    """Is not asked for any more; one that was busy is, in the next cycle."""
    still.errors[STREAM] = error
    poller = poller_for(still)
    await poller.run(frozenset())
    assert still.take_asked().count(STREAM) == 1
    assert (STREAM in await cycle(poller, time, still)) is again


async def test_a_token_that_ends_the_stream_ends_the_cycle(still: Script, time: Time) -> None:
    """As everywhere else."""
    still.errors[STREAM] = TokenRejected()
    result = await poller_for(still).run(frozenset())
    assert {type(error) for error in result.errors.values()} == {TokenRejected}


async def test_no_error_is_kept_from_the_caller(script: Script, time: Time) -> None:
    """Not even where nothing answers at all."""
    names: dict[str, Any] = dict.fromkeys(
        ("info", "meters", "readings", "live", "energy", "inverters"), CannotConnect()
    )
    script.errors = names
    result = await poller_for(script).run(frozenset())
    assert names.items() <= result.errors.items()
    assert not result.answered
