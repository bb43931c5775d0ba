"""What the log says of silences: one line each, one for each return."""

import logging
from typing import Final

import pytest

from custom_components.iq_gateway.client.errors import CannotConnect, GatewayBusy, GatewayError, NotFound, TokenRejected
from custom_components.iq_gateway.const import DOMAIN
from custom_components.iq_gateway.polling import PollResult
from custom_components.iq_gateway.polling.outage_log import OutageLog

LOGGER: Final = f"custom_components.{DOMAIN}"


def _told(caplog: pytest.LogCaptureFixture) -> list[tuple[int, str]]:
    """Return level and text of the integration's log lines since the last time."""
    told = [(record.levelno, record.message) for record in caplog.records if record.name == LOGGER]
    caplog.clear()
    return told


def _result(*answered: str, refused: frozenset[str] = frozenset(), **errors: GatewayError) -> PollResult:
    return PollResult(answered=frozenset(answered), errors=errors, refused=refused)


def test_a_silence_and_a_return_are_one_line_each(caplog: pytest.LogCaptureFixture) -> None:
    """However long it lasts."""
    caplog.set_level(logging.INFO, LOGGER)
    log, silent = OutageLog("Home"), _result("readings", live=GatewayBusy("status 502"))
    log.update(silent)
    log.update(silent)
    assert _told(caplog) == [(logging.WARNING, "Home: live does not answer: status 502")]
    log.update(_result("readings", "live"))
    log.update(_result("readings", "live"))
    assert _told(caplog) == [(logging.INFO, "Home: live answers again")]


def test_a_gateway_that_is_away_is_one_silence(caplog: pytest.LogCaptureFixture) -> None:
    """Not one for each endpoint; what stays silent after its return is told then, and so is the next silence."""
    caplog.set_level(logging.INFO, LOGGER)
    log = OutageLog("Home")
    away = _result(readings=CannotConnect("no connection"), live=CannotConnect("no connection"))
    log.update(away)
    log.update(away)
    assert _told(caplog) == [(logging.WARNING, "Home: the gateway does not answer: no connection")]
    log.update(_result("readings", live=GatewayBusy("status 503")))
    assert _told(caplog) == [
        (logging.INFO, "Home: the gateway answers again"),
        (logging.WARNING, "Home: live does not answer: status 503"),
    ]
    log.update(_result("readings", "live"))
    assert _told(caplog) == [(logging.INFO, "Home: live answers again")]
    log.update(away)
    assert _told(caplog) == [(logging.WARNING, "Home: the gateway does not answer: no connection")]


def test_what_is_not_there_is_no_warning(caplog: pytest.LogCaptureFixture) -> None:
    """Older firmware lacks an endpoint or two."""
    caplog.set_level(logging.INFO, LOGGER)
    OutageLog("Home").update(_result("readings", energy=NotFound("not found"), refused=frozenset({"energy"})))
    assert _told(caplog) == [(logging.INFO, "Home: energy does not answer: not found")]


def test_a_cycle_without_questions_says_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """Nobody looks at anything."""
    caplog.set_level(logging.INFO, LOGGER)
    log = OutageLog("Home")
    log.update(_result(readings=CannotConnect("no connection")))
    _told(caplog)
    log.update(_result())
    assert _told(caplog) == []


def test_a_rejected_token_is_one_line(caplog: pytest.LogCaptureFixture) -> None:
    """Though the description, which takes no token, answers."""
    caplog.set_level(logging.INFO, LOGGER)
    log = OutageLog("Home")
    error = TokenRejected("not accepted")
    rejected = _result("info", readings=error, live=error, energy=error)
    log.update(rejected)
    log.update(rejected)
    log.update(_result("info", "readings", "live", "energy"))
    assert _told(caplog) == [
        (logging.WARNING, "Home: the gateway does not answer: not accepted"),
        (logging.INFO, "Home: the gateway answers again"),
    ]
