"""Changes to a simulated gateway's answers."""

from collections.abc import Callable
from typing import cast

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
