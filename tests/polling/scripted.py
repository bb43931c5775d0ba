"""A gateway that says what a test has it say, without a network."""

from collections.abc import Callable
import json
from typing import Any, Final

from custom_components.iq_gateway.client.endpoints import Answer, Endpoint
from custom_components.iq_gateway.client.errors import GatewayError, InvalidAnswer
from custom_components.iq_gateway.client.gateway import Gateway
from tests.site import answers

SERIAL: Final = "122333444555"
STREAM: Final = "stream"


class Script(Gateway):
    """Stands in for the client: what it answers, what it refuses, what it was asked."""

    def __init__(self, **payloads: object) -> None:
        self.serial = SERIAL
        self.payloads: dict[str, Any] = {"info": answers.info(metered=True), **payloads}
        self.errors: dict[str, GatewayError] = {}
        self.asked: list[str] = []
        self.closed_after: list[str] = []
        self.now = float(answers.NOW)
        self.takes = 0.0
        self.pass_time: Callable[[float], None] = lambda _: None

    async def read[T](self, endpoint: Endpoint[T], *, last: bool = False) -> Answer[T]:
        """Answer as it stands in the script; what does not stand there is no answer."""
        self._note(endpoint.name, last=last)
        if endpoint.name not in self.payloads:
            raise InvalidAnswer("not in the script")
        payload = self.payloads[endpoint.name]
        data, dropped = endpoint.parse(payload)
        raw = payload.encode() if isinstance(payload, str) else json.dumps(payload).encode()
        return Answer(data=data, dropped=dropped, time=self.now, received=self.now, raw=raw)

    async def enable_stream(self) -> None:
        """Let live data move again."""
        self._note(STREAM)
        self.payloads["live"]["meters"]["last_update"] = int(self.now)

    def _note(self, name: str, *, last: bool = False) -> None:
        self.asked.append(name)
        self.pass_time(self.takes)
        if last:
            self.closed_after.append(name)
        if error := self.errors.get(name):
            raise error

    def take_asked(self) -> list[str]:
        """Return what was asked since the last time."""
        asked, self.asked = self.asked, []
        return asked
