"""Plain HTTP on a port of its own: faults, time and the rest, switched on while the simulator runs."""

from collections.abc import Callable
import json
from typing import Final, override

from aiohttp import hdrs, web

from .accounts import CloudBehaviour
from .cloud import CloudSimulator
from .endpoints import path_of
from .faults import Fault
from .gateway import GatewaySimulator
from .reply import Json, Reply, json_reply
from .server import HttpsServer, Request, response_to
from .switchboard import Obedience

JSON: Final = "application/json"
type _Fields = dict[str, Json]
type _Command = Callable[["Control", _Fields], None]


class Control(HttpsServer):
    """GET / tells the state; POST /COMMAND with a JSON object does what `COMMANDS` says of it."""

    def __init__(self, *, gateway: GatewaySimulator, cloud: CloudSimulator | None, port: int = 0) -> None:
        super().__init__(context=None, port=port)
        self.gateway = gateway
        self.cloud = cloud

    def state(self) -> dict[str, Json]:
        """Return what runs, where, and what has been asked of it."""
        gateway = self.gateway
        return {
            "host": gateway.host,
            "serial": gateway.serial,
            "firmware": gateway.firmware,
            "fingerprint": gateway.fingerprint,
            "token": gateway.mint(),
            "time": gateway.clock.now(),
            "faults": dict(gateway.active_faults),
            "requests": len(gateway.requests),
            "handshakes": gateway.handshakes,
            "cloud": self.cloud.enlighten_url if self.cloud else None,
            "ca_file": str(self.cloud.ca_file) if self.cloud else None,
            "control": f"http://{self.host}",
        }

    @override
    def _now(self) -> float:
        return self.gateway.clock.now()

    @override
    async def _answer(self, request: web.BaseRequest, record: Request) -> web.StreamResponse:
        return response_to(self._reply(record), server="simulator", chunked=False)

    def _reply(self, record: Request) -> Reply:
        name = record.path.strip("/")
        if record.method == hdrs.METH_GET and not name:
            return json_reply(self.state(), content_type=JSON)
        if record.method == hdrs.METH_GET and name == "requests":
            return json_reply(_listing(self.gateway.requests), content_type=JSON)
        if record.method != hdrs.METH_POST or (command := COMMANDS.get(name)) is None:
            return json_reply({"commands": [*COMMANDS]}, status=404, content_type=JSON)
        try:
            command(self, json.loads(record.body or b"{}"))
        except (ValueError, KeyError, TypeError, AttributeError) as err:
            return json_reply({"error": f"{type(err).__name__}: {err}"}, status=400, content_type=JSON)
        return json_reply(self.state(), content_type=JSON)


def _listing(requests: list[Request]) -> Json:
    return [
        {"method": item.method, "path": item.path, "status": item.status, "connection": item.connection, "at": item.at}
        for item in requests
    ]


def _number(fields: _Fields, name: str) -> float:
    value = fields[name]
    if not isinstance(value, int | float):
        raise TypeError(f"{name} is no number")
    return value


def _fault(control: Control, fields: _Fields) -> None:
    times = int(_number(fields, "times")) if fields.get("times") is not None else None
    control.gateway.fault(str(fields.get("path", "*")), Fault(str(fields["fault"])), times=times)


def _clear(control: Control, _: _Fields) -> None:
    control.gateway.clear_faults()


def _advance(control: Control, fields: _Fields) -> None:
    control.gateway.clock.advance(_number(fields, "seconds"))


def _override(control: Control, fields: _Fields) -> None:
    control.gateway.override(str(fields["path"]), fields.get("payload"))


def _firmware(control: Control, fields: _Fields) -> None:
    control.gateway.firmware = str(fields["version"])


def _certificate(control: Control, fields: _Fields) -> None:
    if fields.get("same_key"):
        control.gateway.renew_certificate()
    else:
        control.gateway.new_certificate()


def _reboot(control: Control, fields: _Fields) -> None:
    firmware = fields.get("firmware")
    control.gateway.reboot(zeros=bool(fields.get("zeros")), firmware=str(firmware) if firmware else None)


def _clock_error(control: Control, fields: _Fields) -> None:
    control.gateway.clock_error = _number(fields, "seconds")


def _obedience(control: Control, fields: _Fields) -> None:
    path = path_of(str(fields["path"]))
    control.gateway.switchboard.obedience[path] = Obedience(str(fields["obedience"]))


def _cloud(control: Control, fields: _Fields) -> None:
    if control.cloud is None:
        raise KeyError("no cloud runs")
    control.cloud.behaviour = CloudBehaviour(str(fields["behaviour"]))


COMMANDS: Final[dict[str, _Command]] = {
    "fault": _fault,
    "clear": _clear,
    "advance": _advance,
    "override": _override,
    "firmware": _firmware,
    "certificate": _certificate,
    "reboot": _reboot,
    "clock_error": _clock_error,
    "obedience": _obedience,
    "cloud": _cloud,
}

HELP: Final = """\
fault {"path": "readings", "fault": "hang", "times": 3}   path: a name, a path or "*"; times may be left out
clear                                                     all faults and situations off
advance {"seconds": 3600}                                 time jumps ahead
override {"path": "/ivp/meters", "payload": [...]}        another answer; payload null takes it back
firmware {"version": "D8.3.6087"}                         another version in /info
certificate {"same_key": true}                            another certificate; may be left out: with another key
reboot {"zeros": true, "firmware": "D8.3.6087"}           both may be left out
clock_error {"seconds": 3600}                             the gateway's own clock is off
obedience {"path": "relay", "obedience": "ignores"}       what it makes of changes: obeys, ignores, echoes, is_overruled
cloud {"behaviour": "too_many_requests"}                  what the cloud does
"""
