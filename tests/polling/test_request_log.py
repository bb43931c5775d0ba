"""What diagnostics say of asking an endpoint."""

from contextlib import suppress
from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory

from custom_components.iq_gateway.polling.request_log import RequestLog, RequestSummary


def test_only_the_last_hour_counts(freezer: FrozenDateTimeFactory) -> None:
    """Failures have no latency."""
    log = RequestLog()
    assert log.summary() == RequestSummary(requests=0, failures=0, median=None, worst=None)
    for seconds in (1, 2, 9):
        with log.request():
            freezer.tick(seconds)
    with suppress(TimeoutError), log.request():
        freezer.tick(15)
        raise TimeoutError
    assert log.summary() == RequestSummary(requests=4, failures=1, median=2, worst=9)
    freezer.tick(timedelta(minutes=59, seconds=35))
    assert log.summary() == RequestSummary(requests=2, failures=1, median=9, worst=9)
