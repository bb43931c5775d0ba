"""Recorded answers as a source: a folder of them, or a file of the integration's diagnostics.

In a folder there is one file a path ("/" written as "_"), and NAME_log.json with its status. What no folder holds, the
live data and the consumption report, is made up from the recorded readings.
"""

from collections.abc import Callable
import json
from pathlib import Path
import re
from typing import Final, override

from .endpoints import CONSUMPTION, LIVE
from .made_up import consumption_reports, live_status
from .reply import Json, Reply, json_reply
from .source import Source

_LIVE_REFRESH: Final = 15
# What was recorded with a query that leaves nothing out.
_RECORDED_AS: Final = {"inventory.json": "inventory.json_deleted_1"}


class Recording(Source):
    """The recorded answers of one gateway; they do not change with time."""

    def __init__(self, recorded_in: Path, *, start: float, serial: str | None = None) -> None:
        self._find = _diagnosed(recorded_in) if recorded_in.is_file() else _filed(recorded_in)
        answered = self._find("info")
        self._info = answered.body.decode() if answered else ""
        recorded = _element(self._info, "sn")
        self.serial = serial or recorded
        self._info = self._info.replace(recorded, self.serial)
        self.firmware = _element(self._info, "software")
        self._recorded_firmware = self.firmware
        self.live_refresh = _LIVE_REFRESH
        self._time = start

    @property
    @override
    def time(self) -> float:
        return self._time

    @override
    def advance_to(self, moment: float) -> None:
        self._time = max(self._time, moment)

    @override
    def info(self, stamp: int) -> Reply:
        text = self._info.replace(self._recorded_firmware, self.firmware)
        text = re.sub(r"<time>\d+</time>", f"<time>{stamp}</time>", text)
        recorded = self._recorded("/info")
        return Reply(body=text.encode(), content_type=recorded.content_type if recorded else None)

    @override
    def reply(self, path: str, stamp: int) -> Reply | None:
        recorded = self._recorded(path)
        if recorded is None and path == CONSUMPTION:
            return json_reply(consumption_reports(self._json("/ivp/meters"), self._json("/ivp/meters/readings"), stamp))
        return recorded

    @override
    def live(self, stamp: int) -> dict[str, Json]:
        recorded = self._json(LIVE)
        if isinstance(recorded, dict) and isinstance(meters := recorded.get("meters"), dict):
            return {**recorded, "meters": {**meters, "last_update": stamp}}
        names = ("/ivp/meters", "/ivp/meters/readings", "/ivp/ensemble/inventory", "/ivp/ensemble/secctrl")
        return live_status(*(self._json(name) for name in names), stamp=stamp)

    def _recorded(self, path: str) -> Reply | None:
        """Return what was recorded for a path, with its status; None if nothing was."""
        name = path.strip("/").replace("/", "_")
        return self._find(name) or self._find(_RECORDED_AS.get(name, name))

    def _json(self, path: str) -> Json:
        """Return recorded JSON; None where there is none that was answered well."""
        reply = self._recorded(path)
        if reply is None or reply.status != 200:
            return None
        try:
            payload: Json = json.loads(reply.body)
        except ValueError:
            return None
        return payload


def is_recording(path: Path) -> bool:
    """Tell whether something recorded is there."""
    return path.is_file() or (path / "info").is_file()


def _filed(folder: Path) -> Callable[[str], Reply | None]:
    """Look answers up in a folder."""

    def find(name: str) -> Reply | None:
        file = folder / name
        if name.endswith("_log.json") or not file.is_file():
            return None
        log = folder / f"{name}_log.json"
        recorded = json.loads(log.read_text()) if log.is_file() else {}
        headers = {key.lower(): value for key, value in recorded.get("headers", {}).items()}
        return Reply(body=file.read_bytes(), status=recorded.get("code", 200), content_type=headers.get("content-type"))

    return find


def _diagnosed(file: Path) -> Callable[[str], Reply | None]:
    """Look answers up in diagnostics, as they are downloaded or as the integration gives them."""
    report = json.loads(file.read_text())
    answers: dict[str, Json] = report.get("data", report)["answers"]

    def find(name: str) -> Reply | None:
        if name not in answers:
            return None
        answer = answers[name]
        return Reply(body=(answer if isinstance(answer, str) else json.dumps(answer)).encode())

    return find


def _element(text: str, name: str) -> str:
    found = re.search(rf"<{name}>([^<]*)</{name}>", text)
    return found[1] if found else ""
