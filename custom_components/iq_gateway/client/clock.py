"""The gateway's clock, which may show anything."""

from datetime import UTC, datetime


def moment_of(seconds: float | None) -> datetime | None:
    """Return the moment that a gateway's seconds since the epoch stand for; None if no calendar knows it (say, ms)."""
    try:
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    except ValueError, OverflowError, OSError:
        return None
