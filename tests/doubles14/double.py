"""The double itself: an https server that checks each write by the letter and lets it take its true time."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from copy import deepcopy
import json
import ssl
from typing import Any, Self

from aiohttp import web

from tests.simulator.certificates import Certificate, self_signed, server_context
from tests.simulator.tokens import Claims, mint

from . import documents as docs
from .dialects import PLAIN, TOLD_SO

type Json = Any
type Check = Callable[[Double, Json], str | None]
"""Tells what is wrong with a body; None if nothing is."""
type Rules = Mapping[tuple[str, str], tuple[Check, Callable[[Double, Json], object]]]
"""By method and path: the check, and what comes of it."""


class Double:
    """One gateway; `writes` has what came, `wrong` what a real one would have stumbled over."""

    def __init__(self, rules: Rules, firmware: str = "D8.2.127", role: str = "installer") -> None:
        self._rules = rules
        self.documents = docs.fresh()
        self.firmware, self.role, self.serial = firmware, role, docs.GATEWAY
        self.writes: list[tuple[str, str, Json]] = []
        self.wrong: list[str] = []
        self.busy_at_once = 0
        self.at_once = 0
        self.asked: Counter[str] = Counter()
        """How often each path was asked for."""
        self.most_at_once = self._under_way = 0
        self.manner = "echo"
        self.ignores: set[str] = set()
        self.refuses: dict[str, int] = {}
        self.only_writes_refused = True
        self.gone = False
        self.gone_after_write = False
        self.text_numbers = False
        self.pace = 1.0
        self.dialect = PLAIN
        self.old_for = 0.0
        """Seconds for which a path goes on saying what it said before something was written to it."""
        self._old: dict[str, Json] = {}
        self.certificate: Certificate = self_signed("envoy")
        self.fingerprint = self.certificate.fingerprint
        self.watts, self.limit_applies = 3000.0, True
        self._later: list[asyncio.TimerHandle] = []

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        context: ssl.SSLContext = server_context(self.certificate)
        site = web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=context)
        await site.start()
        self.host = f"127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        for handle in self._later:
            handle.cancel()
        await self._runner.cleanup()

    def mint(self, role: str | None = None) -> str:
        """Make a token as the cloud would."""
        return mint(Claims(serial=self.serial, role=role or self.role, issued=1790000000, expires=2100000000))

    def later(self, seconds: float, action: Callable[[], object]) -> None:
        """Do something on the clock of the loop."""
        self._later.append(asyncio.get_running_loop().call_later(seconds * self.pace, action))

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.asked[request.path] += 1
        self._under_way += 1
        self.most_at_once = max(self.most_at_once, self._under_way)
        try:
            await asyncio.sleep(0)
            return await self._answer_one(request)
        finally:
            self._under_way -= 1

    async def _answer_one(self, request: web.Request) -> web.StreamResponse:  # noqa: PLR0911
        path = "/" + request.match_info["path"].rstrip("/")
        if self.gone:
            return self._hang_up(request)
        if path == "/info":
            return web.Response(body=self._info(), content_type="text/xml")
        if not request.headers.get("Authorization", "").startswith("Bearer "):
            return web.Response(status=401, text="<html>401</html>", content_type="text/html")
        if path == "/auth/check_jwt":
            return web.Response(text="<h2>Valid token.</h2>", content_type="text/html")
        if path == "/ivp/livedata/stream":
            return web.json_response({"sc_stream": "enabled"})
        path = path.removesuffix(".json") if path.startswith(docs.SLEEP) else path
        if path in self.refuses and (request.method != "GET" or not self.only_writes_refused):
            if request.method != "GET":
                self.writes.append((request.method, path, await request.text()))
            return web.Response(status=self.refuses[path], text="<html>no</html>", content_type="text/html")
        if request.method != "GET":
            return await self._write(request, path)
        return self._read(path)

    @staticmethod
    def _hang_up(request: web.Request) -> web.StreamResponse:
        if request.transport:
            request.transport.abort()
        return web.Response()

    def _info(self) -> bytes:
        return (
            f"<?xml version='1.0' encoding='UTF-8'?><envoy_info><time>1790257884</time><device><sn>{self.serial}</sn>"
            f"<pn>800-00664-r05</pn><software>{self.firmware}</software><imeter>true</imeter></device>"
            "<web-tokens>true</web-tokens></envoy_info>"
        ).encode()

    def _read(self, path: str) -> web.Response:
        if path == docs.READINGS:
            found: Json = self._readings()
        elif path not in self.documents:
            return web.Response(status=404, text="<html>404</html>", content_type="text/html")
        else:
            found = self._old.get(path, self.documents[path])
        if path in TOLD_SO:
            found = self.dialect.said(found)
        if self.text_numbers and path in (docs.SECCTRL, docs.GENERATOR):
            found = {key: str(one) if type(one) in (int, float) else one for key, one in found.items()}
        return web.Response(body=json.dumps(found).encode())

    def _readings(self) -> list[Json]:
        settings = self.documents.get(docs.DPEL, {}).get("dynamic_pel_settings", {})
        forced = self.documents.get(docs.POWER, {}).get("powerForcedOff")
        made = 0.0 if forced else self.watts
        if settings.get("enable") and self.limit_applies:
            made = min(made, settings["limit_value_W"] + (500.0 if settings["export_limit"] else 0.0))
        return [docs.reading(704643328, made), docs.reading(704643584, 500.0 - made)]

    async def _write(self, request: web.Request, path: str) -> web.StreamResponse:
        raw = await request.text()
        self.at_once += 1
        self.busy_at_once = max(self.busy_at_once, self.at_once)
        await asyncio.sleep(0)
        try:
            body = json.loads(raw)
        except ValueError:
            body = None
        self.writes.append((request.method, path, body))
        body = self.dialect.heard(body)
        rule = self._rules.get((request.method, path))
        reason = "is never written" if rule is None else rule[0](self, body)
        if reason is None and path != docs.POWER and request.content_type != "application/json":
            reason = f"as {request.content_type}"
        self.at_once -= 1
        if reason is not None or rule is None:
            self.wrong.append(f"{request.method} {path}: {reason}")
            return web.Response(status=500, text="crashed")
        before = deepcopy(self.documents.get(path))
        if self.old_for:
            self._old[path] = before
            self.later(self.old_for, lambda: self._old.pop(path, None))
        if path not in self.ignores:
            rule[1](self, body)
        if self.gone_after_write:
            self.gone = True
            return self._hang_up(request)
        return self._reply(body, before)

    def _reply(self, body: Json, before: Json) -> web.Response:  # noqa: PLR0911
        match self.manner:
            case "204":
                return web.Response(status=204)
            case "empty":
                return web.Response()
            case "message":
                return web.json_response({"message": "success"})
            case "reordered":
                return web.json_response(dict(reversed(list(body.items()))) | {"zz_extra": None})
            case "exception":
                return web.json_response({"message": f"EXCEPTION: no such unit {docs.AC_BATTERY}", "backtrace": ["a"]})
            case "old":
                return web.json_response(before)
        return web.json_response(body)

    def put(self, path: str, *keys: Json, value: Json) -> None:
        """Set a value in one of the documents."""
        at = self.documents[path]
        for key in keys[:-1]:
            at = at[key]
        at[keys[-1]] = value

    def row(self, path: str, name: str) -> dict[str, Json]:
        """Return what is said of one contact."""
        return next(one for one in self.documents[path]["dry_contacts"] if one["id"] == name)

    def controller(self, **values: str) -> None:
        """Let relay and inventory say the same of the grid relay."""
        self.documents[docs.RELAY].update(values)
        self.documents[docs.INVENTORY][1]["devices"][0].update(values)
