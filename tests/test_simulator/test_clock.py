"""The clock."""

from datetime import UTC, datetime, timedelta

from freezegun.api import FrozenDateTimeFactory

from tests.simulator import Clock


def test_follows_frozen_time(freezer: FrozenDateTimeFactory) -> None:
    """A test that freezes time drives it."""
    freezer.move_to(datetime(2026, 3, 1, 12, tzinfo=UTC))
    clock = Clock()
    freezer.tick(timedelta(minutes=5))
    assert clock.moment() == datetime(2026, 3, 1, 12, 5, tzinfo=UTC)
    clock.advance(60)
    assert clock.moment() == datetime(2026, 3, 1, 12, 6, tzinfo=UTC)


def test_runs_faster_from_where_it_was_told(freezer: FrozenDateTimeFactory) -> None:
    """With a speed it runs by itself from its own start."""
    clock = Clock(speed=60, start=datetime(2026, 3, 1, tzinfo=UTC))
    freezer.tick(10)
    assert clock.moment() == datetime(2026, 3, 1, 0, 10, tzinfo=UTC)


def test_stands_still_at_speed_zero(freezer: FrozenDateTimeFactory) -> None:
    """With speed 0 only `advance` moves it."""
    clock = Clock(speed=0, start=1000.0)
    freezer.tick(10)
    assert clock.now() == 1000.0
    clock.advance(5)
    assert clock.now() == 1005.0
