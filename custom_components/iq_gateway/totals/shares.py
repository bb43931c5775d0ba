"""How much of today a house did by itself, in %.

Both come of what totals have grown by since midnight. With a battery it counts when energy comes from the grid or goes
there: what charges the battery from the grid is import of that hour, and what the battery feeds into it is export.
"""

from collections.abc import Mapping

from .ledger import PublishedTotal

_ALL = 100.0


def self_sufficiency(totals: Mapping[str, PublishedTotal]) -> float | None:
    """Return which part of its consumption a house did not import: 1 - import / consumption."""
    return _rest(_today(totals, "grid_import_energy"), _today(totals, "consumption_energy"))


def self_consumption(totals: Mapping[str, PublishedTotal]) -> float | None:
    """Return which part of its production a house did not export: 1 - export / production."""
    return _rest(_today(totals, "grid_export_energy"), _today(totals, "production_energy"))


def _today(totals: Mapping[str, PublishedTotal], key: str) -> float | None:
    total = totals.get(key)
    return total.today if total else None


def _rest(part: float | None, whole: float | None) -> float | None:
    """Return what is left of a whole without a part, from 0 to 100; None of nothing."""
    if part is None or not whole:
        return None
    return min(max(_ALL * (1 - part / whole), 0.0), _ALL)
