"""A look at what moves each second, between two cycles: by the rules of a cycle, which finds nothing of it."""

from asyncio import timeout
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
import time
from typing import Final

from ..client.endpoints import Answer, Endpoint
from ..client.errors import GatewayError, NoAnswerInTime
from ..client.gateway import Gateway
from ..site import Part, Site, build_site
from .cache import EndpointCache
from .request_log import RequestLog
from .result import ENDS_CYCLE

# For each answer: a cycle waits for a glance in flight, and somebody for what it shows.
DEADLINE: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """What came of a glance, and the site with its answers in it."""

    site: Site
    answers: Mapping[str, Answer[object]]
    errors: Mapping[str, GatewayError]
    live_is_still: bool  # by its own clock
    took: float  # seconds

    @property
    def ended_by(self) -> GatewayError | None:
        """The error that says something of the gateway rather than of an endpoint, if there was one."""
        return next((error for error in self.errors.values() if isinstance(error, ENDS_CYCLE)), None)


async def async_glance(
    gateway: Gateway,
    cache: EndpointCache,
    endpoints: Iterable[Endpoint[object]],
    *,
    parts: frozenset[Part],
    log: RequestLog,
) -> Glance:
    """Ask these endpoints one after the other, each within the deadline."""
    answers: dict[str, Answer[object]] = {}
    errors: dict[str, GatewayError] = {}
    began = time.monotonic()
    for endpoint in endpoints:
        try:
            with log.request():
                answer = await _read(gateway, endpoint)
            answers[endpoint.name] = cache.believe(endpoint, answer, now=time.monotonic())
        except GatewayError as err:
            errors[endpoint.name] = err
            if isinstance(err, ENDS_CYCLE):
                break
    took, snapshot = time.monotonic() - began, cache.glanced(answers)
    return Glance(
        site=build_site(snapshot, seen=parts),
        answers=answers,
        errors=errors,
        live_is_still=snapshot.live_is_still,
        took=took,
    )


async def _read(gateway: Gateway, endpoint: Endpoint[object]) -> Answer[object]:
    try:
        async with timeout(DEADLINE):
            return await gateway.read(endpoint)
    except TimeoutError:
        problem = NoAnswerInTime("no answer in time")
    raise problem
