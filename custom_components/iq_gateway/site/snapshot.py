"""What the gateway last said, endpoint by endpoint."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, cast

from ..client.endpoints import LIVE, Answer, Endpoint
from ..client.models import LiveData

# While its stream runs, live data is a second old. Older than this it has stopped, whatever else the answer says.
LIVE_MAX_AGE: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The last good answer of each endpoint that ever gave one.

    An answer that is too old to show is kept, for what it tells of how the site is built.
    """

    answers: Mapping[str, Answer[object]] = field(default_factory=dict)
    fresh_names: frozenset[str] = frozenset()

    def known[T](self, endpoint: Endpoint[T]) -> T | None:
        """Return the last good model, however old."""
        answer = cast("Answer[T] | None", self.answers.get(endpoint.name))
        return answer.data if answer else None

    def fresh[T](self, endpoint: Endpoint[T]) -> T | None:
        """Return the last good model while it stands."""
        return self.known(endpoint) if endpoint.name in self.fresh_names else None

    def time[T](self, endpoint: Endpoint[T]) -> float | None:
        """Return the gateway's clock at the endpoint's last good answer."""
        answer = self.answers.get(endpoint.name)
        return answer.time if answer else None

    @property
    def current_live(self) -> LiveData | None:
        """Return live data if it moves: its values stand still while its stream is off (gateway-api.md 13)."""
        live, now = self.fresh(LIVE), self.time(LIVE)
        return live if live is not None and live_moves(live, now) else None


def live_moves(live: LiveData, now: float | None) -> bool:
    """Tell whether live data is of now, by the gateway's own clock, whatever that shows."""
    return live.last_update is not None and now is not None and abs(now - live.last_update) <= LIVE_MAX_AGE
