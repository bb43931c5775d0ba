"""The pace of polling: quick after a silence, slow under strain, back to normal by itself."""

from datetime import timedelta

from custom_components.iq_gateway.client.errors import CannotConnect, GatewayBusy, GatewayError
from custom_components.iq_gateway.outcomes import CycleResult
from custom_components.iq_gateway.pace import Pace

CHOSEN = timedelta(seconds=300)
CALM = CycleResult(answered=frozenset({"readings", "live", "energy"}))


def _cycle(*answered: str, seconds: float = 0.5, **errors: GatewayError) -> CycleResult:
    return CycleResult(answered=frozenset(answered), errors=errors, seconds=seconds)


def test_a_silent_gateway_is_asked_again_soon_then_later_then_as_always() -> None:
    """A reboot takes a minute or two; whoever is away for longer is not hammered."""
    pace, silence = Pace(CHOSEN), _cycle(readings=CannotConnect(), live=CannotConnect())
    assert [pace.after(silence).total_seconds() for _ in range(4)] == [60, 120, 300, 300]
    assert pace.after(CALM) == CHOSEN
    assert pace.after(silence).total_seconds() == 60


def test_retries_are_never_slower_than_the_chosen_pace() -> None:
    """Who polls every 30 s does not wait for 60."""
    assert Pace(timedelta(seconds=30)).after(_cycle(live=CannotConnect())).total_seconds() == 30


def test_one_busy_endpoint_changes_nothing() -> None:
    """One failure stays one failure."""
    assert Pace(CHOSEN).after(_cycle("readings", "live", energy=GatewayBusy())) == CHOSEN


def test_a_gateway_under_strain_is_asked_less_and_comes_back_by_itself() -> None:
    """Two of three endpoints busy: half the pace, then a quarter and no less; each calm cycle takes a step back."""
    pace, strain = Pace(CHOSEN), _cycle("readings", live=GatewayBusy(), energy=GatewayBusy())
    assert [pace.after(strain).total_seconds() for _ in range(3)] == [600, 1200, 1200]
    assert [pace.after(CALM).total_seconds() for _ in range(3)] == [600, 300, 300]


def test_slow_answers_are_strain_too() -> None:
    """Nothing fails, but a cycle takes half a minute."""
    assert Pace(CHOSEN).after(_cycle("readings", "live", seconds=30)).total_seconds() == 600


def test_broken_connections_to_some_endpoints_are_no_strain() -> None:
    """Only "busy" tells that asking less would help."""
    assert Pace(CHOSEN).after(_cycle("readings", live=CannotConnect(), energy=CannotConnect())) == CHOSEN
