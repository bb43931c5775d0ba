"""What came of it: a table of the entities, and whether anything is wrong."""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
import re
from typing import Final

from scripts.lib.develop.api import Websocket
from scripts.lib.develop.set_up import DOMAIN

# A total is shown once a second reading agrees with the first, which is half a minute after the set-up.
SETTLE_SECONDS: Final = 90
# By the end of a unique id, why a value is to come: nobody read the counters when the day of the set-up began, and
# batteries that are idle last for ever.
_TO_COME: Final = {
    "_today": "known from the first midnight on",
    "_battery_time_to_empty": "known while the batteries discharge",
    "_battery_time_to_full": "known while the batteries charge",
}
WITHOUT_VALUE: Final = frozenset({"unavailable", "unknown"})

_RECORD: Final = re.compile(r"^\S+ \S+ (?P<level>[A-Z]+) \(")
_BAD_LEVELS: Final = frozenset({"WARNING", "ERROR", "CRITICAL"})
# Home Assistant says this of every custom integration, at every start.
_UNTESTED: Final = f"We found a custom integration {DOMAIN} which has not been tested by Home Assistant"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An enabled entity: its state as Home Assistant shows it, with its unit."""

    entity_id: str
    state: str
    unit: str
    reason: str | None

    @property
    def has_value(self) -> bool:
        """Whether the state is a value."""
        return self.state not in WITHOUT_VALUE

    @property
    def is_settled(self) -> bool:
        """Whether waiting is of no use."""
        return self.has_value or self.reason in _TO_COME.values()

    @property
    def is_wrong(self) -> bool:
        """Whether the state is missing without a reason."""
        return not self.has_value and self.reason is None


def _to_come(unique_id: str) -> str | None:
    return next((why for end, why in _TO_COME.items() if unique_id.endswith(end)), None)


async def _read_rows(websocket: Websocket, reason: str | None) -> list[Row]:
    """Every enabled entity of the integration, sorted by its ID."""
    registry = await websocket.command("config/entity_registry/list")
    states = {state["entity_id"]: state for state in await websocket.command("get_states")}
    rows = []
    for entry in registry:
        if entry["platform"] != DOMAIN or entry["disabled_by"]:
            continue
        state = states.get(entry["entity_id"], {"state": "unavailable", "attributes": {}})
        row = Row(
            entity_id=entry["entity_id"],
            state=state["state"],
            unit=state["attributes"].get("unit_of_measurement", ""),
            reason=(_to_come(entry["unique_id"]) if state["state"] == "unknown" else None) or reason,
        )
        rows.append(row)
    return sorted(rows, key=lambda row: row.entity_id)


async def settled_rows(websocket: Websocket, *, reason: str | None) -> list[Row]:
    """The rows once each of them has a value; as they are when that takes too long.

    `reason` is why values may be missing, if there is anything to say in the integration's defence.
    """
    rows: list[Row] = []
    try:
        async with asyncio.timeout(SETTLE_SECONDS):
            while not rows or not all(row.is_settled for row in rows):
                await asyncio.sleep(0.3)
                rows = await _read_rows(websocket, reason)
    except TimeoutError:
        pass
    return rows


async def entry_trouble(websocket: Websocket) -> str | None:
    """What keeps the integration from running, in Home Assistant's words; None if it runs."""
    for entry in await websocket.command("config_entries/get", domain=DOMAIN):
        if entry["state"] != "loaded":
            return f"{entry['state']} ({entry['reason']})"
    return None


def table(rows: Iterable[Row]) -> str:
    """The rows below each other, columns aligned."""
    cells = [(row.entity_id, f"{row.state} {row.unit}".rstrip(), _remark(row)) for row in rows]
    widths = [max((len(row[column]) for row in cells), default=0) for column in range(2)]
    return "\n".join(f"{name:<{widths[0]}}  {state:<{widths[1]}}  {remark}".rstrip() for name, state, remark in cells)


def _remark(row: Row) -> str:
    """Why there is no value, where there is none."""
    return "" if row.has_value else row.reason or "<- no reason is known"


def log_complaints(log: Path) -> list[str]:
    """Warnings and errors of Home Assistant's log that name the integration, in their text or their traceback."""
    return [record for record in _bad_records(log) if DOMAIN in record and _UNTESTED not in record]


def _bad_records(log: Path) -> Iterator[str]:
    """The log's records of a level that matters, each with its continuation lines."""
    record: list[str] = []
    for line in [*log.read_text(encoding="utf-8", errors="replace").splitlines(), "end of log ("]:
        start = _RECORD.match(line)
        if start or line == "end of log (":
            if record:
                yield "\n".join(record)
            record = [line] if start and start["level"] in _BAD_LEVELS else []
        elif record:
            record.append(line)
