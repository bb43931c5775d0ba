"""What is known of a gateway over restarts: its parts, which endpoints have told all, and the last good answers.

Of the answers only those that hardly change and that others are read by: see `Endpoint.kept`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from ..client.endpoints import ENDPOINTS, Answer, Endpoint
from ..client.errors import InvalidAnswer
from ..site import Part
from .cache import EndpointCache

type Stored = dict[str, object]

# Stands for the gateway's serial number.
_SERIAL: Final = "{serial}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What an earlier run knew."""

    parts: frozenset[Part] = frozenset()
    told: Mapping[str, int] = field(default_factory=dict)  # in how many cycles an endpoint answered or was refused
    answers: Mapping[str, Answer[object]] = field(default_factory=dict)

    @classmethod
    def of(cls, cache: EndpointCache, parts: frozenset[Part]) -> Kept:
        """Return what there is to keep."""
        answers = {name: state.answer for name, state in cache.states.items() if state.answer and state.endpoint.kept}
        return cls(parts=parts, told=cache.told, answers=answers)

    def put_into(self, cache: EndpointCache) -> None:
        """Have a cache begin with it."""
        cache.restore_told(self.told)
        for endpoint in ENDPOINTS:
            if answer := self.answers.get(endpoint.name):
                cache.restore(endpoint, answer)

    def to_dict(self, *, serial: str) -> Stored:
        """Return it in the form that is stored, for the gateway with this serial number, which is left out."""
        return {
            "gateway": _digest(serial),
            "parts": sorted(self.parts),
            "told": dict(self.told),
            "last": {name: _stored(answer, serial) for name, answer in self.answers.items()},
        }

    @classmethod
    def from_dict(cls, stored: object, *, serial: str) -> Kept:
        """Return what was stored for the gateway with this serial number; without what is damaged.

        That of another gateway is nothing: an entry can be taken over by a new one.
        """
        whole = _mapping(stored)
        if whole.get("gateway") != _digest(serial):
            return cls()
        parts, names = whole.get("parts"), {endpoint.name for endpoint in ENDPOINTS}
        return cls(
            parts=frozenset(part for part in Part if isinstance(parts, list) and part in parts),
            told={
                name: count
                for name, count in _mapping(whole.get("told")).items()
                if name in names and isinstance(count, int)
            },
            answers=dict(_answers(_mapping(whole.get("last")), serial)),
        )


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _digest(serial: str) -> str:
    return sha256(serial.encode()).hexdigest()


def _stored(answer: Answer[object], serial: str) -> Stored:
    return {"raw": answer.raw.decode().replace(serial, _SERIAL), "time": answer.time, "received": answer.received}


def _answers(stored: Mapping[str, object], serial: str) -> list[tuple[str, Answer[object]]]:
    read = [(endpoint.name, _answer(endpoint, _mapping(stored.get(endpoint.name)), serial)) for endpoint in ENDPOINTS]
    return [(name, answer) for name, answer in read if answer]


def _answer(endpoint: Endpoint[object], stored: Mapping[str, object], serial: str) -> Answer[object] | None:
    """Read an answer as if the gateway had just given it; None if nothing can be read."""
    raw, time, received = stored.get("raw"), stored.get("time"), stored.get("received")
    if not (endpoint.kept and isinstance(raw, str)):
        return None
    if not (isinstance(time, int | float) and isinstance(received, int | float)):
        return None
    body = raw.replace(_SERIAL, serial).encode(errors="replace")
    try:
        data, dropped = endpoint.parse(endpoint.decode(body))
    except InvalidAnswer, ValueError:
        return None
    return Answer(data=data, dropped=dropped, time=time, received=received, raw=body)
