"""Moments by the gateway's clock, which may show anything."""

from datetime import UTC, datetime


def moment(timestamp: int | None) -> datetime | None:
    """Return a moment from seconds since 1970; None for what is none, or what no calendar knows (say, milliseconds)."""
    try:
        return None if timestamp is None else datetime.fromtimestamp(timestamp, UTC)
    except ValueError, OverflowError, OSError:
        return None
