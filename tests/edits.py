"""Changes to a simulated gateway's answers."""

from collections.abc import Callable
from typing import cast

from tests.simulator import Clock
from tests.simulator.reply import Json

type Record = dict[str, Json]
type Edit = Callable[[Json], Json]


def section(name: str, **changes: Json) -> Edit:
    """Return an edit of one section of an object."""

    def edit(payload: Json) -> Json:
        record = cast(Record, payload)
        return record | {name: cast(Record, record[name]) | changes}

    return edit


def rows(change: Callable[[list[Record]], list[Record]]) -> Edit:
    """Return an edit of a list of objects."""

    def edit(payload: Json) -> Json:
        return cast(Json, change(cast(list[Record], payload)))

    return edit


def reported_now(clock: Clock) -> Edit:
    """Return an edit of a recorded list of inverters, as if the last of its reports had just come."""

    def shift(listed: list[Record]) -> list[Record]:
        last = max((cast(int, row["lastReportDate"]) for row in listed), default=0)
        ahead = int(clock.now()) - last
        return [row | {"lastReportDate": cast(int, row["lastReportDate"]) + ahead} for row in listed]

    return rows(shift)
