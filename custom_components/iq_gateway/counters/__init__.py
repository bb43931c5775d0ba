"""Totals made safe: pure, knows nothing of Home Assistant."""

from .counter import Change, Counter
from .ledger import Ledger
from .limits import limit, limits
from .run import Reading

__all__ = ["Change", "Counter", "Ledger", "Reading", "limit", "limits"]
