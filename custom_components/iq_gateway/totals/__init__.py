"""Lifetime totals made safe: a pure ledger, and where Home Assistant keeps it."""

from .ledger import Ledger, PublishedTotal, Standing
from .lifetime import Change, LifetimeTotal, Origin
from .series import Reading

__all__ = ["Change", "Ledger", "LifetimeTotal", "Origin", "PublishedTotal", "Reading", "Standing"]
