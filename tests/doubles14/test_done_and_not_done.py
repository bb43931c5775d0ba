"""Every control by a real service call: done, ignored, refused, broken off."""

from itertools import cycle

from homeassistant.core import Event, EventStateChangedData
import pytest

from . import documents as docs
from .conftest import House
from .dialects import LOUD_AND_BACKWARDS, NUMBERS_AS_TEXT_AND_MORE, PLAIN, Dialect
from .double import Json
from .table import CONTROLS, Control

MANNERS = ("echo", "message", "204", "empty", "reordered", "old")
LEARNT = 700
"""Seconds until everything that is read now and then has been read."""


def stage(house: House, control: Control) -> str:
    """Return how far a change has come."""
    return str(house.state(control.platform, control.key).attributes.get("change"))


async def begin(house: House, **options: Json) -> None:
    """Set an entry up and let everything be learnt."""
    await house.move_in(**options)
    await house.pace.passes(LEARNT)
    await house.settle()


@pytest.mark.parametrize(
    ("first", "dialect", "old_for"),
    [(0, PLAIN, 0.0), (3, NUMBERS_AS_TEXT_AND_MORE, 0.0), (1, LOUD_AND_BACKWARDS, 0.0), (2, PLAIN, 20.0)],
    ids=["plain", "numbers as text, and more", "upper case, backwards", "old for 20 s"],
)
async def test_each_is_sent_once_as_the_gateway_wants_it_and_shown_when_it_is_true(
    house: House, first: int, dialect: Dialect, old_for: float
) -> None:
    """Whatever form answers have; the body is checked by the double, to the letter."""
    house.double.dialect, house.double.old_for = dialect, old_for
    await begin(house)
    early: list[str] = []
    answers = cycle(MANNERS[first:] + MANNERS[:first])
    for control in CONTROLS:
        name = house.find(control.platform, control.key)
        before, sent = house.state(control.platform, control.key).state, len(house.double.writes)
        assert before != control.shown
        house.double.manner = next(answers)

        def watch(event: Event[EventStateChangedData], control: Control = control, name: str | None = name) -> None:
            new = event.data["new_state"]
            if event.data["entity_id"] == name and new and new.state == control.shown:
                early.extend([str(control)] * (control.truth(house.double) != control.done))

        stop = house.hass.bus.async_listen("state_changed", watch)
        await house.set(control.platform, control.key, control.value)
        if control.slow:
            assert house.state(control.platform, control.key).state == before
            assert stage(house, control) == "pending"
            await house.pace.passes(1300)
            await house.settle()
        assert house.state(control.platform, control.key).state == control.shown, str(control)
        assert stage(house, control) == "confirmed", str(control)
        assert len(house.double.writes) == sent + 1
        assert house.double.writes[-1][1] == control.path
        stop()
    assert early == []


async def test_what_is_accepted_and_ignored_is_an_error_and_never_shown(house: House) -> None:
    """The double says 200 to everything and does nothing."""
    await begin(house)
    for control in CONTROLS:
        house.double.ignores = {control.path}
        before, sent = house.state(control.platform, control.key).state, len(house.double.writes)
        if control.slow:
            await house.set(control.platform, control.key, control.value)
            await house.pace.passes(4500)
            await house.settle()
        else:
            assert str(await house.fails(control.platform, control.key, control.value)), str(control)
        assert house.state(control.platform, control.key).state == before, str(control)
        assert stage(house, control) in ("no_effect", "failed"), str(control)
        assert len(house.double.writes) == sent + 1


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refusal_is_told_as_a_matter_of_the_role(house: House, status: int) -> None:
    """Nothing is tried twice; the entity goes on."""
    await begin(house)
    for control in CONTROLS:
        house.double.refuses = {control.path: status}
        before, sent = house.state(control.platform, control.key).state, len(house.double.writes)
        error = await house.fails(control.platform, control.key, control.value)
        assert "role" in str(error) or "token" in str(error), f"{control}: {error}"
        assert house.state(control.platform, control.key).state == before, str(control)
        assert stage(house, control) == "failed", str(control)
        assert len(house.double.writes) == sent + 1, str(control)


@pytest.mark.parametrize("status", [400, 503])
async def test_a_gateway_that_fails_is_told_at_the_action(house: House, status: int) -> None:
    """Once, without trying again."""
    await begin(house)
    for control in CONTROLS:
        house.double.refuses = {control.path: status}
        before, sent = house.state(control.platform, control.key).state, len(house.double.writes)
        error = await house.fails(control.platform, control.key, control.value)
        assert str(error), str(control)
        assert house.state(control.platform, control.key).state == before, str(control)
        assert stage(house, control) == "failed", str(control)
        assert len(house.double.writes) == sent + 1, str(control)


async def test_a_gateway_that_goes_away_ends_in_the_truth(house: House) -> None:
    """The write got through, the answer did not; nothing is sent again, and what is shown later is what is so."""
    await begin(house)
    double = house.double
    for control in CONTROLS:
        name = house.find(control.platform, control.key)
        before, sent = house.state(control.platform, control.key).state, len(double.writes)
        double.gone_after_write = True
        await house.fails(control.platform, control.key, control.value)
        shown = house.hass.states.get(name or "")
        assert shown
        assert shown.state in (before, "unavailable"), str(control)
        double.gone = double.gone_after_write = False
        await house.pace.passes(2500 if control.slow else 1000)
        await house.settle()
        assert house.state(control.platform, control.key).state == control.shown, str(control)
        assert len(double.writes) == sent + 1


async def test_an_exception_in_a_friendly_answer_is_none_the_less_one(house: House) -> None:
    """An AC battery that the gateway does not know: 200 with a message, and a backtrace."""
    await begin(house)
    house.double.manner = "exception"
    error = await house.fails("switch", "sleep", True)
    assert docs.AC_BATTERY not in str(error)
    assert house.state("switch", "sleep").state == "off"
    assert house.state("switch", "sleep").attributes["change"] == "failed"
