"""Totals made safe: pure, knows nothing of Home Assistant."""

from .counter import Change, Counter
from .ledger import Ledger
from .limits import WRAPPING, limit, limits
from .run import Reading

__all__ = ["WRAPPING", "Change", "Counter", "Ledger", "Reading", "limit", "limits"]
