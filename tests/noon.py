"""A day in June at noon, at which time stands still: every figure of a simulated site is the same each time."""

from typing import Final

NOON: Final = "2026-06-21T10:00:00+00:00"
