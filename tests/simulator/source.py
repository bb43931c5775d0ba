"""Where a gateway's answers come from: the model of a house, or a recording."""

from typing import Protocol, override

from .answers import ANSWERS, Scene, live_status
from .answers.info import info
from .house import House
from .reply import Json, Reply, json_reply
from .switchboard import Switchboard
from .writes import WRITES, documents

JSON: str = "application/json"


class Source(Protocol):
    """What the gateway needs to know of its site."""

    serial: str
    firmware: str
    live_refresh: int | None
    """Seconds between two refreshes of the live data while the stream is off; None: it stands still."""

    @property
    def time(self) -> float:
        """The moment the source has come to."""

    def advance_to(self, moment: float) -> None:
        """Let time pass."""

    def info(self, stamp: int) -> Reply:
        """Return the /info page, with the gateway's time on it."""

    def reply(self, path: str, stamp: int) -> Reply | None:
        """Return the answer of a path; None if there is no such path."""

    def live(self, stamp: int) -> dict[str, Json]:
        """Return the body of the live data as of now."""


class ModelSource(Source):
    """The model of a house."""

    def __init__(self, house: House, *, serial: str) -> None:
        self.house = house
        self.switchboard = Switchboard(house, WRITES, documents(house.profile))
        self.serial = serial
        self.firmware = house.profile.firmware
        self.live_refresh = house.profile.live_refresh

    @property
    @override
    def time(self) -> float:
        return self.house.time

    @override
    def advance_to(self, moment: float) -> None:
        self.switchboard.advance_to(moment)
        self.house.advance_to(moment)

    @override
    def info(self, stamp: int) -> Reply:
        return Reply(body=info(self._scene(stamp)), content_type="text/xml")

    @override
    def reply(self, path: str, stamp: int) -> Reply | None:
        if (document := self.switchboard.read(path)) is not None:
            return json_reply(document, content_type=None if path.startswith("/ivp/") else JSON)
        if not (answer := ANSWERS.get(path)):
            return None
        if (payload := answer(self._scene(stamp))) is None:
            return None
        return json_reply(payload, content_type=None if path.startswith("/ivp/") else JSON)

    @override
    def live(self, stamp: int) -> dict[str, Json]:
        return live_status(self._scene(stamp))

    def _scene(self, stamp: int) -> Scene:
        return Scene(house=self.house, serial=self.serial, firmware=self.firmware, stamp=stamp)
