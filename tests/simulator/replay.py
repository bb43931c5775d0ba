"""A folder of recorded answers as a source: one file a path ("/" written as "_"), NAME_log.json with its status.

What no recording holds, the live data and the consumption report, is made up from the recorded readings.
"""

import json
from pathlib import Path
import re
from typing import override

from .endpoints import CONSUMPTION
from .made_up import consumption_reports, live_status
from .reply import Json, Reply, json_reply
from .source import Source


class Recording(Source):
    """The recorded answers of one gateway; they do not change with time."""

    def __init__(self, folder: Path, *, start: float, serial: str | None = None) -> None:
        self._folder = folder
        self._info = (folder / "info").read_text()
        recorded = _element(self._info, "sn")
        self.serial = serial or recorded
        self._info = self._info.replace(recorded, self.serial)
        self.firmware = _element(self._info, "software")
        self._recorded_firmware = self.firmware
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
        names = ("/ivp/meters", "/ivp/meters/readings", "/ivp/ensemble/inventory", "/ivp/ensemble/secctrl")
        return live_status(*(self._json(name) for name in names), stamp=stamp)

    def _recorded(self, path: str) -> Reply | None:
        """Return what was recorded for a path, with its status; None if nothing was."""
        name = path.strip("/").replace("/", "_")
        file = self._folder / name
        if name.endswith("_log.json") or not file.is_file():
            return None
        log = self._folder / f"{name}_log.json"
        recorded = json.loads(log.read_text()) if log.is_file() else {}
        headers = {key.lower(): value for key, value in recorded.get("headers", {}).items()}
        return Reply(body=file.read_bytes(), status=recorded.get("code", 200), content_type=headers.get("content-type"))

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


def _element(text: str, name: str) -> str:
    found = re.search(rf"<{name}>([^<]*)</{name}>", text)
    return found[1] if found else ""
