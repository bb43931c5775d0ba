"""The simulated gateway: a house or a recording behind HTTPS, tokens, one worker and whatever goes wrong."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from email.utils import formatdate
import json
from pathlib import Path
from typing import Final, override as overrides
from zoneinfo import ZoneInfo

from aiohttp import hdrs, web

from . import endpoints, tokens
from .auth import COOKIE, Denied, Doorkeeper
from .certificates import Certificate, renewed, self_signed, server_context
from .clock import Clock
from .delivery import disturbed, restamped, send_badly
from .faults import WHOLE, Fault, Faults
from .house import House, Memory
from .profiles import PROFILES, Profile
from .replay import Recording
from .reply import HTML, Json, Reply, error, json_reply, unauthorized
from .server import HttpsServer, Request, break_off, response_to
from .situations import FirmwareUpdate, Reboot, Situation
from .source import ModelSource, Source
from .stream import LiveData
from .switchboard import Rejected, Switchboard

type Override = Json | Callable[[Json], Json]

SERVER: Final = "openresty/1.17.8.1"
_HEADERS: Final = {
    "Strict-Transport-Security": "max-age=63072000; includeSubdomains",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
}
_PAST: Final = 1_800.0
"""Seconds before the start at which the live data last moved."""

_LAST_WORDS: Final = 1.0
"""Seconds from the answer that it fails to its silence."""

DEFAULT_ZONE: Final = "Europe/Amsterdam"


class GatewaySimulator(HttpsServer):
    """A gateway on a port of 127.0.0.1.

    `profile` names a site or is one; `replay` serves what was recorded instead. `latency` scales the real device's
    answering times (0: at once). `denied` maps a role to the paths or names it gets 401 on.
    """

    def __init__(
        self,
        profile: str | Profile = "metered_battery",
        *,
        clock: Clock | None = None,
        replay: Path | None = None,
        serial: str | None = None,
        port: int = 0,
        latency: float = 0.0,
        denied: Denied | None = None,
        zone: str = DEFAULT_ZONE,
    ) -> None:
        self.clock = clock or Clock()
        self.clock_error = 0.0
        self.situations: list[Situation] = []
        self.latency = latency
        self.zone = ZoneInfo(zone)
        begins = self.clock.now() - _PAST
        if replay:
            self._watch(Recording(replay, start=begins, serial=serial))
        else:
            self._watch(_model(profile, serial, self.zone, begins))
        self._doorkeeper = Doorkeeper(serial=self.serial, denied=denied)
        self._faults = Faults()
        self._overrides: dict[str, Override] = {}
        self._kept: dict[str, Reply] = {}
        self._lane = asyncio.Lock()
        self._certificate = self_signed("envoy")
        self._tls = server_context(self._certificate)
        super().__init__(context=self._tls, port=port)

    @property
    def serial(self) -> str:
        """The gateway's serial number."""
        return self._source.serial

    @property
    def firmware(self) -> str:
        """The software version as /info shows it; may be set."""
        return self._source.firmware

    @firmware.setter
    def firmware(self, version: str) -> None:
        self._source.firmware = version

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of its present certificate, in hex."""
        return self._certificate.fingerprint

    @property
    def house(self) -> House:
        """The model behind it, brought up to this moment."""
        if not isinstance(self._source, ModelSource):
            raise TypeError("a recording has no house")
        self._live.advance_to(self.clock.now())
        return self._source.house

    @property
    def switchboard(self) -> Switchboard:
        """What can be changed at it, as of this moment."""
        source = self.source
        if not isinstance(source, ModelSource):
            raise TypeError("nothing can be changed at a recording")
        return source.switchboard

    @property
    def source(self) -> Source:
        """Where its answers come from, brought up to this moment."""
        self._live.advance_to(self.clock.now())
        return self._source

    def resume(self, memory: Memory) -> None:
        """Go on with the counters of an earlier run."""
        source = _model(self.house.profile, self.serial, self.zone, memory.time)
        source.house.recall(memory)
        self._watch(source)

    def mint(
        self,
        role: str = "owner",
        *,
        lifetime: timedelta | None = None,
        serial: str | None = None,
        issued: datetime | None = None,
    ) -> str:
        """Sign a token; by default one that this gateway accepts, as long as the cloud would make it for the role."""
        begin = int(issued.timestamp() if issued else self.clock.now())
        seconds = int(lifetime.total_seconds()) if lifetime else tokens.LIFETIMES.get(role, tokens.YEAR)
        return tokens.mint(
            tokens.Claims(serial=serial or self.serial, role=role, issued=begin, expires=begin + seconds)
        )

    def revoke(self, token: str) -> None:
        """Reject a token from now on."""
        self._doorkeeper.revoke(token)

    def deny(self, role: str, *paths: str) -> None:
        """Answer 401 to a role on these paths or names, and on no others."""
        self._doorkeeper.deny(role, paths)

    def fault(self, path: str, fault: Fault, *, times: int | None = None) -> None:
        """Switch a fault on for a path, a name or "*"; for so many answers, or until cleared."""
        self._faults.set(endpoints.path_of(path), fault, times)
        if fault is Fault.REFUSED and path == "*":
            self.close_port()

    @property
    def active_faults(self) -> Mapping[str, str]:
        """The faults switched on, by path."""
        return self._faults.listing()

    def clear_faults(self) -> None:
        """Switch all faults off, situations too; a port that a fault closed opens again."""
        self._faults.clear()
        self.situations.clear()
        self.open_port()

    def override(self, path: str, payload: Override) -> None:
        """Answer a path with this JSON, or with what this makes of the usual JSON; None takes it back."""
        path = endpoints.path_of(path)
        self._overrides.pop(path, None)
        if payload is not None:
            self._overrides[path] = payload

    @property
    def certificate(self) -> Certificate:
        """Its present certificate."""
        return self._certificate

    def renew_certificate(self, *, ends: datetime | None = None) -> None:
        """Show another certificate with the same key from the next handshake on."""
        self.new_certificate(renewed(self._certificate, ends=ends) if ends else renewed(self._certificate))

    def new_certificate(self, certificate: Certificate | None = None) -> None:
        """Show another certificate from the next handshake on, by default one with a new key; connections stay."""
        self._certificate = certificate or self_signed("envoy")
        self._certificate.load_into(self._tls)

    def reboot(self, *, zeros: bool = False, firmware: str | None = None) -> None:
        """Restart now: refused for 90 s, 502 for 60 s; then maybe empty counters once, or another firmware."""
        now = self.clock.now()
        if firmware:
            self.situations.append(FirmwareUpdate(begins=now, zeros=zeros, version=firmware))
        else:
            self.situations.append(Reboot(begins=now, zeros=zeros))
        self.disable_stream()
        self.drop_connections()

    def enable_stream(self) -> None:
        """Turn the live data's stream on, as some other client might."""
        self._live.enable(self.clock.now())

    def disable_stream(self) -> None:
        """Turn the stream off: the live data stands still."""
        self._live.disable(self.clock.now())

    def _watch(self, source: Source) -> None:
        self._source = source
        self._live = LiveData(source, stamp=self._stamp)

    @overrides
    def _now(self) -> float:
        return self.clock.now()

    @overrides
    def _turns_away(self) -> bool:
        return self._situation(self.clock.now()) is Fault.REFUSED

    def _situation(self, now: float, path: str | None = None) -> Fault | None:
        """Return what befalls all answers now; a firmware that came with it stays, sessions are lost in a restart."""
        for situation in self.situations:
            self.firmware = situation.firmware(now) or self.firmware
        fault = next((fault for situation in self.situations if (fault := situation.fault(now, path))), None)
        if fault is Fault.REFUSED:
            self._doorkeeper.forget_sessions()
        return fault

    def _stamp(self, moment: float) -> int:
        return int(moment + self.clock_error)

    @overrides
    async def _answer(self, request: web.BaseRequest, record: Request) -> web.StreamResponse:
        fault = self._situation(record.at, record.path) or self._faults.take(record.path)
        if fault is Fault.REFUSED:
            await break_off(request)
        if fault is Fault.HANG:
            await asyncio.Event().wait()
        async with self._lane:
            if delay := self.latency * endpoints.LATENCY.get(record.path, endpoints.OTHER_LATENCY):
                await asyncio.sleep(delay)
            reply = self._route(record)
        if fault is Fault.FROZEN:
            reply = self._kept.setdefault(record.path, reply)
        elif fault is Fault.STUCK:
            reply = restamped(self._kept.setdefault(record.path, reply), reply)
        elif fault is None:
            self._kept[record.path] = reply
        if fault and fault not in WHOLE:
            reply = disturbed(fault, reply)
        record.status = reply.status
        if fault in (Fault.RESET, Fault.DRIP):
            return await send_badly(request, reply, server=SERVER, drip=fault is Fault.DRIP)
        return response_to(reply, server=SERVER, chunked=record.path.startswith("/ivp/") and reply.status == 200)

    def _route(self, record: Request) -> Reply:
        now = record.at
        self._live.advance_to(now)
        if record.path in (endpoints.INFO, "/info.xml"):
            record.authorized = self._credentials(record, now) is not None
            return self._edited(record.path, self._source.info(self._stamp(now)))
        claims = self._credentials(record, now)
        record.authorized = claims is not None
        if claims is None or not self._doorkeeper.allows(claims, record.path):
            return unauthorized()
        if record.path == endpoints.CHECK_JWT:
            return self._check(claims, now)
        if record.path == endpoints.STREAM:
            return self._switch_stream(record)
        if record.method != hdrs.METH_GET:
            return self._change(record)
        live = json_reply(self._live.body(now)) if record.path == endpoints.LIVE else None
        return self._edited(record.path, live or self._source.reply(record.path, self._stamp(now)) or error(404))

    def _credentials(self, record: Request, now: float) -> tokens.Claims | None:
        stamp = now + self.clock_error
        bearer = self._doorkeeper.bearer(record.headers.get("authorization"), stamp)
        return bearer or self._doorkeeper.session(record.cookies.get(COOKIE), stamp)

    def _check(self, claims: tokens.Claims, now: float) -> Reply:
        cookie = self._doorkeeper.open_session(claims, now + self.clock_error)
        headers = {**_HEADERS, hdrs.SET_COOKIE: f"{COOKIE}={cookie}; Path=/; Secure; HttpOnly"}
        return Reply(body=b"<!DOCTYPE html><h2>Valid token.</h2>\n", content_type=HTML, headers=headers)

    def _switch_stream(self, record: Request) -> Reply:
        if record.method != hdrs.METH_POST:
            return error(405)
        try:
            enable = json.loads(record.body)["enable"]
        except ValueError, KeyError, TypeError:
            return Reply(body=b"", status=400)
        switch = self._live.enable if enable else self._live.disable
        switch(record.at)
        return json_reply({"sc_stream": "enabled" if enable else "disabled"})

    def _change(self, record: Request) -> Reply:
        """Take a change; over one that lacks a part of the whole, the gateway crashes."""
        source = self._source
        if not isinstance(source, ModelSource) or not source.switchboard.knows(record.method, record.path):
            return error(405)
        try:
            answer = source.switchboard.send(record.method, record.path, json.loads(record.body), record.at)
        except ValueError:
            return Reply(body=b"", status=400)
        except Rejected as err:
            if err.crashes:
                self.situations.append(Reboot(begins=record.at + _LAST_WORDS))
                self.disable_stream()
            return error(err.status)
        return json_reply(answer)

    def _edited(self, path: str, reply: Reply) -> Reply:
        """Return the reply with the path's override and the gateway's usual headers."""
        edit = self._overrides.get(path)
        if edit is not None:
            payload = edit(json.loads(reply.body)) if callable(edit) else edit
            reply = json_reply(payload, content_type=None if reply.status == 404 else reply.content_type)
        return reply.with_headers({**_HEADERS, hdrs.DATE: formatdate(self._stamp(self.clock.now()), usegmt=True)})


def _model(profile: str | Profile, serial: str | None, zone: ZoneInfo, start: float) -> ModelSource:
    site = PROFILES[profile] if isinstance(profile, str) else profile
    serial = serial or site.serial
    return ModelSource(House(site, start=start, seed=serial, zone=zone), serial=serial)
