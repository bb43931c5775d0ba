"""What the gateway last said, endpoint by endpoint."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, cast

from ..client.endpoints import LIVE, Answer, Endpoint, LiveData
from .battery_energies import BatteryEnergies

# While its stream runs, live data is a second old. Older than this it has stopped, whatever else the answer says.
LIVE_MAX_AGE: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The last good answer of each endpoint that ever gave one.

    An answer that is too old to show is kept, for what it tells of how the site is built.
    """

    answers: Mapping[str, Answer[object]] = field(default_factory=dict)
    fresh_names: frozenset[str] = frozenset()
    moving_live: LiveData | None = None  # the last live data that was of its time, while it stands
    cycles: Mapping[str, int] = field(default_factory=dict)  # in which cycle each endpoint gave its last good answer
    energies: BatteryEnergies | None = None  # of batteries without a meter
    meters_stand_still: bool = False  # their readings repeat to the millivolt
    # Endpoints that answered, or were refused, in at least two cycles of this or an earlier run: what is not in their
    # answers then is not there at all.
    settled: frozenset[str] = frozenset()
    failed: frozenset[str] = frozenset()  # endpoints that gave no good answer when they were last asked
    denied: frozenset[str] = frozenset()  # those of them that did answer: refused, or with nothing of use

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

    def same_cycle(self, *endpoints: Endpoint[object]) -> bool:
        """Tell whether the last good answers of all these endpoints are of one cycle: only then do they add up."""
        if LIVE in endpoints and self.live_is_still:
            return False
        return len({self.cycles.get(endpoint.name) for endpoint in endpoints}) == 1

    def is_told(self, endpoint: Endpoint[object]) -> bool:
        """Tell whether it is known what an endpoint has to say, even if that is nothing."""
        return endpoint.name in self.answers or endpoint.name in self.settled

    @property
    def current_live(self) -> LiveData | None:
        """Return live data if it moves: its values stand still while its stream is off (gateway-api.md 13).

        An answer that does not tell its time, or one to come, is no worse than none: what was told before stands.
        """
        live = self.fresh(LIVE)
        if live is None or not self.live_is_still:
            return live
        is_old = any(age > 0 for age in self._live_ages(live)) and live.last_update is not None
        return None if is_old else self.moving_live

    @property
    def counted(self) -> BatteryEnergies | None:
        """Return the energies of batteries without a meter, while they go up to the live data that was last read."""
        answer = self.answers.get(LIVE.name)
        return self.energies if answer and self.energies and self.energies.go_up_to(answer.received) else None

    @property
    def live_is_still(self) -> bool:
        """Whether there is live data, and it is not of now: by the gateway's clock, which may be wrong, nor by ours."""
        live = self.fresh(LIVE)
        return live is not None and all(abs(age) > LIVE_MAX_AGE for age in self._live_ages(live))

    def _live_ages(self, live: LiveData) -> tuple[float, float]:
        """Return by how many seconds live data is behind the gateway's clock, and ours."""
        answer, updated = self.answers[LIVE.name], live.last_update or 0
        return answer.time - updated, answer.received - updated
