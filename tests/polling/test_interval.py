"""The pace of polling: quick after a silence, slow under strain, back to normal by itself."""

from datetime import timedelta

import pytest

from custom_components.iq_gateway.client.errors import (
    CannotConnect,
    GatewayBusy,
    GatewayError,
    NoAnswerInTime,
    NotFound,
)
from custom_components.iq_gateway.polling import PollResult
from custom_components.iq_gateway.polling.interval import PollInterval

CHOSEN = timedelta(seconds=300)
CALM = PollResult(answered=frozenset({"readings", "live", "energy"}))


def _cycle(*answered: str, seconds: float = 0.5, **errors: GatewayError) -> PollResult:
    return PollResult(answered=frozenset(answered), errors=errors, seconds=dict.fromkeys(answered, seconds))


def test_a_silent_gateway_is_asked_again_soon_then_later_then_as_always() -> None:
    """A reboot takes a minute or two; whoever is away for longer is not hammered."""
    interval, silence = PollInterval(CHOSEN), _cycle(readings=CannotConnect(), live=CannotConnect())
    assert [interval.next(silence).total_seconds() for _ in range(4)] == [60, 120, 300, 300]
    assert interval.next(CALM) == CHOSEN
    assert interval.next(silence).total_seconds() == 60


def test_retries_are_never_slower_than_the_chosen_pace() -> None:
    """Who polls every 30 s does not wait for 60."""
    assert PollInterval(timedelta(seconds=30)).next(_cycle(live=CannotConnect())).total_seconds() == 30


@pytest.mark.parametrize(
    "result",
    [
        pytest.param(_cycle("readings", "live", energy=GatewayBusy()), id="one busy"),
        pytest.param(_cycle("readings", energy=GatewayBusy()), id="one of two busy"),
        pytest.param(_cycle("readings", "live", energy=NoAnswerInTime(), inverters=NoAnswerInTime()), id="two hang"),
        pytest.param(PollResult(answered=frozenset({"live", "energy"}), seconds={"live": 14.0}), id="one slow"),
        pytest.param(_cycle("info", "meters", "readings", "live", "energy", "inverters", seconds=5), id="long cycle"),
    ],
)
def test_what_is_no_trouble_of_the_whole_gateway_changes_nothing(result: PollResult) -> None:
    """One failure stays one failure, and neither do half of the endpoints speak for the rest; the sum tells nothing."""
    assert PollInterval(CHOSEN).next(result) == CHOSEN


def test_a_gateway_under_strain_is_asked_less_and_comes_back_by_itself() -> None:
    """Two of four endpoints busy: half the pace, then a quarter and no less; each calm cycle takes a step back."""
    interval, strain = PollInterval(CHOSEN), _cycle("readings", "inverters", live=GatewayBusy(), energy=GatewayBusy())
    assert [interval.next(strain).total_seconds() for _ in range(3)] == [600, 1200, 1200]
    assert [interval.next(CALM).total_seconds() for _ in range(3)] == [600, 300, 300]


def test_a_gateway_on_which_most_hangs_is_asked_less() -> None:
    """One endpoint that answers does not make the gateway well."""
    hanging = _cycle("readings", live=NoAnswerInTime(), energy=NoAnswerInTime(), inverters=NoAnswerInTime())
    assert PollInterval(CHOSEN).next(hanging).total_seconds() == 600


def test_slow_answers_are_strain_too() -> None:
    """Nothing fails, but each request takes many seconds."""
    assert PollInterval(CHOSEN).next(_cycle("readings", "live", seconds=10)).total_seconds() == 600


def test_broken_connections_to_some_endpoints_are_no_strain() -> None:
    """Only "busy" tells that asking less would help."""
    assert PollInterval(CHOSEN).next(_cycle("readings", live=CannotConnect(), energy=CannotConnect())) == CHOSEN


def test_a_refusal_is_no_silence() -> None:
    """Who says that there is nothing to read is there."""
    interval = PollInterval(CHOSEN)
    refused = PollResult(answered=frozenset(), errors={"energy": NotFound()}, refused=frozenset({"energy"}))
    assert interval.next(refused) == CHOSEN
    assert not interval.silent
