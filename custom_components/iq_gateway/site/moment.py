"""Moments by the gateway's clock."""

from datetime import UTC, datetime


def moment(timestamp: int | None) -> datetime | None:
    """Return a moment from seconds since 1970; None for what is none."""
    if timestamp is None:
        return None
    try:
        return datetime.fromtimestamp(timestamp, UTC)
    except ValueError, OverflowError, OSError:
        return None
