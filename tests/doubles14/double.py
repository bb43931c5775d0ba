"""The double itself: an https server that checks each write by the letter and lets it take its true time."""

import asyncio
from collections.abc import Callable
from copy import deepcopy
import json
import ssl
from typing import Any, Self

from aiohttp import web

from tests.simulator.certificates import Certificate, self_signed, server_context
from tests.simulator.tokens import Claims, mint

from . import documents as docs

type Check = Callable[["Double", Any], str | None]
"""Tells what is wrong with a body; None if nothing is."""

ACTIONS = ("apply", "shed", "schedule", "none")


def kinds(value: Any) -> Any:
    """Return the shape of a value: 1, 1.0, "1" and True are four things on the wire."""
    if isinstance(value, dict):
        return {key: kinds(one) for key, one in value.items()}
    return [kinds(one) for one in value] if isinstance(value, list) else type(value).__name__


def changed(old: dict[str, Any], new: dict[str, Any], *allowed: str) -> str | None:
    """Tell what is wrong with an object that was to come back whole, but for one of some keys."""
    if not isinstance(new, dict) or kinds(old) != kinds(new):
        return f"not the whole object with the same kinds of values: {new}"
    differ = [key for key in old if old[key] != new[key]]
    return None if len(differ) <= 1 and set(differ) <= set(allowed) else f"changes {differ}"


class Double:
    """One gateway; `writes` has what came, `wrong` what a real one would have stumbled over."""

    def __init__(self, firmware: str = "D8.2.127", role: str = "installer") -> None:
        self.documents = docs.fresh()
        self.firmware, self.role, self.serial = firmware, role, docs.GATEWAY
        self.writes: list[tuple[str, str, Any]] = []
        self.wrong: list[str] = []
        self.busy_at_once = 0
        self.at_once = 0
        self.manner = "echo"
        self.ignores: set[str] = set()
        self.refuses: dict[str, int] = {}
        self.only_writes_refused = True
        self.gone = False
        self.gone_after_write = False
        self.text_numbers = False
        self.pace = 1.0
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
            found: Any = self._readings()
        elif path not in self.documents:
            return web.Response(status=404, text="<html>404</html>", content_type="text/html")
        else:
            found = self.documents[path]
        if self.text_numbers and path in (docs.SECCTRL, docs.GENERATOR):
            found = {key: str(one) if type(one) in (int, float) else one for key, one in found.items()}
        return web.Response(body=json.dumps(found).encode())

    def _readings(self) -> list[Any]:
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
        rule = RULES.get((request.method, path))
        reason = "is never written" if rule is None else rule[0](self, body)
        if reason is None and path != docs.POWER and request.content_type != "application/json":
            reason = f"as {request.content_type}"
        self.at_once -= 1
        if reason is not None or rule is None:
            self.wrong.append(f"{request.method} {path}: {reason}")
            return web.Response(status=500, text="crashed")
        before = deepcopy(self.documents.get(path))
        if path not in self.ignores:
            rule[1](self, body)
        if self.gone_after_write:
            self.gone = True
            return self._hang_up(request)
        return self._reply(path, body, before)

    def _reply(self, path: str, body: Any, before: Any) -> web.Response:
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
                message = f"EXCEPTION: no such unit {docs.AC_BATTERY}"
                return web.json_response({"message": message, "backtrace": ["a", "b"]})
            case "old":
                return web.json_response(before)
        return web.json_response(body)

    def put(self, path: str, *keys: Any, value: Any) -> None:
        """Set a value in one of the documents."""
        at = self.documents[path]
        for key in keys[:-1]:
            at = at[key]
        at[keys[-1]] = value

    def row(self, path: str, name: str) -> dict[str, Any]:
        """Return what is said of one contact."""
        return next(one for one in self.documents[path]["dry_contacts"] if one["id"] == name)

    def controller(self, **values: str) -> None:
        """Let relay and inventory say the same of the grid relay."""
        self.documents[docs.RELAY].update(values)
        self.documents[docs.INVENTORY][1]["devices"][0].update(values)


def _relay(_: Double, body: Any) -> str | None:
    return None if body in ({"mains_admin_state": "open"}, {"mains_admin_state": "closed"}) else f"{body}"


def _relay_moves(double: Double, body: Any) -> None:
    wanted = body["mains_admin_state"]
    double.controller(mains_admin_state=wanted)
    if wanted == "open":
        double.later(27, lambda: double.controller(mains_oper_state="open"))
    else:
        double.later(4, lambda: double.controller(mains_oper_state="open synchronizing"))
        double.later(8, lambda: double.controller(mains_oper_state="open synchronized"))
        double.later(14, lambda: double.controller(mains_oper_state="closed"))


def _contact(double: Double, body: Any) -> str | None:
    at = body.get("dry_contacts") if isinstance(body, dict) and len(body) == 1 else None
    right = isinstance(at, dict) and set(at) == {"id", "status"} and at["status"] in ("open", "closed")
    if not right or double.row(docs.SETTINGS, at["id"])["type"] != "LOAD":  # type: ignore[index]
        return f"{body}"
    return None


def _settings(double: Double, body: Any) -> str | None:
    at = body.get("dry_contacts") if isinstance(body, dict) and len(body) == 1 else None
    if not isinstance(at, dict) or "id" not in at:
        return f"{body}"
    old = double.row(docs.SETTINGS, at["id"])
    if old["type"] != "LOAD" or at.get("mode") not in ("manual", "soc"):
        return f"{at}"
    if not 0 <= at.get("soc_low", -1) < at.get("soc_high", 0) <= 100:
        return "levels"
    return changed(
        old, at, "mode", "grid_action", "micro_grid_action", "gen_action", "soc_low", "soc_high", "load_name"
    )


def _settings_kept(double: Double, body: Any) -> None:
    new = body["dry_contacts"]
    double.later(4, lambda: double.row(docs.SETTINGS, new["id"]).update(new))
    for name in ("NC1", "NC2"):
        true = double.row(docs.CONTACTS, name)["status"]
        double.row(docs.CONTACTS, name)["status"] = "open"
        double.later(60, lambda name=name, true=true: double.row(docs.CONTACTS, name).update(status=true))


def _contact_moves(double: Double, body: Any) -> None:
    new = body["dry_contacts"]
    double.later(3, lambda: double.row(docs.CONTACTS, new["id"]).update(status=new["status"]))


def _mode(_: Double, body: Any) -> str | None:
    return None if body in ({"gen_cmd": "on"}, {"gen_cmd": "off"}, {"gen_cmd": "auto"}) else f"{body}"


def _schedule(double: Double, body: Any) -> str | None:
    old = double.documents[docs.GEN_SCHEDULE]
    if (reason := changed(old, body, "default_soc")) is not None:
        return reason
    soc = body["default_soc"]
    if soc["start_soc"] >= soc["stop_soc"]:
        return f"{soc}"
    return changed(old["default_soc"], soc, "start_soc", "stop_soc")


def _schedule_kept(double: Double, body: Any) -> None:
    double.documents[docs.GEN_SCHEDULE] = body
    double.later(5, lambda: double.documents[docs.GENERATOR].update(body["default_soc"]))


def _dpel(_: Double, body: Any) -> str | None:
    if not isinstance(body, dict) or not {"dynamic_pel_settings", "filename", "version"} <= set(body):
        return f"{body}"
    at = body["dynamic_pel_settings"]
    if (body["filename"], body["version"]) != ("site_settings", "00.00.01") or type(at.get("enable")) is not bool:
        return f"{body}"
    if at == {"enable": False}:
        return None
    wanted = {"enable": "bool", "export_limit": "bool", "limit_value_W": "float", "slew_rate": "float"}
    return None if wanted.items() <= kinds(at).items() and at["limit_value_W"] >= 0 else f"{body}"


def _dpel_kept(double: Double, body: Any) -> None:
    double.later(10, lambda: double.documents.update({docs.DPEL: body}))


def _power(_: Double, body: Any) -> str | None:
    return None if body in ({"length": 1, "arr": [0]}, {"length": 1, "arr": [1]}) else f"{body}"


def _power_kept(double: Double, body: Any) -> None:
    double.later(300, lambda: double.documents[docs.POWER].update(powerForcedOff=bool(body["arr"][0])))


def _tariff(double: Double, body: Any) -> str | None:
    if not isinstance(body, dict) or set(body) != {"tariff"}:
        return f"keys {body}"
    old, new = double.documents[docs.TARIFF]["tariff"], body["tariff"]
    reason = changed(old, new, "storage_settings")
    settings = "mode", "reserved_soc", "charge_from_grid", "operation_mode_sub_type"
    return reason or changed(old["storage_settings"], new["storage_settings"], *settings)


def _tariff_kept(double: Double, body: Any) -> None:
    double.documents[docs.TARIFF]["tariff"] = body["tariff"]
    new = body["tariff"]["storage_settings"]

    def follow() -> None:
        double.documents[docs.TARIFF]["schedule"].update(
            battery_mode=new["mode"], batt_mode=new["mode"], reserved_soc=new["reserved_soc"],
            charge_from_grid=new["charge_from_grid"],
        )  # fmt: skip
        double.documents[docs.SECCTRL]["configured_backup_soc"] = int(new["reserved_soc"])
        double.documents[docs.SCHED]["Charge From Grid Allowed"] = new["charge_from_grid"]

    double.later(40, follow)


def _sleep(_: Double, body: Any) -> str | None:
    units = body.get("acb_sleep") if isinstance(body, dict) and len(body) == 1 else None
    if not isinstance(units, list) or len(units) != 1 or units[0].get("serial_num") != docs.AC_BATTERY:
        return f"{body}"
    right = {"serial_num": "str", "sleep_min_soc": "int", "sleep_max_soc": "int"}
    low, high = units[0].get("sleep_min_soc", -1), units[0].get("sleep_max_soc", -1)
    return None if kinds(units[0]) == right and 0 <= low <= high <= 100 else f"{body}"


def _wake(_: Double, body: Any) -> str | None:
    return None if body == {"acb_sleep": [{"serial_num": docs.AC_BATTERY}]} else f"{body}"


def _sleeps(double: Double, body: Any) -> None:
    double.documents[docs.SLEEP] = body
    unit = double.documents[docs.UNITS][1]["devices"][0]
    double.later(500, lambda: unit.update(sleep_enabled=True))
    double.later(800, lambda: unit["device_status"].append("envoy.cond_flags.pcu_ctrl.sleep-mode"))


def _wakes(double: Double, _: Any) -> None:
    double.documents[docs.SLEEP] = {"acb_sleep": []}
    unit = double.documents[docs.UNITS][1]["devices"][0]
    double.later(500, lambda: unit.update(sleep_enabled=False))
    double.later(800, lambda: unit.update(device_status=["envoy.global.ok"]))


RULES: dict[tuple[str, str], tuple[Check, Callable[[Double, Any], None]]] = {
    ("POST", docs.RELAY): (_relay, _relay_moves),
    ("POST", docs.CONTACTS): (_contact, _contact_moves),
    ("POST", docs.SETTINGS): (_settings, _settings_kept),
    ("POST", docs.GEN_MODE): (_mode, lambda double, body: double.documents[docs.GEN_MODE].update(body)),
    ("POST", docs.GEN_SCHEDULE): (_schedule, _schedule_kept),
    ("POST", docs.DPEL): (_dpel, _dpel_kept),
    ("PUT", docs.POWER): (_power, _power_kept),
    ("PUT", docs.TARIFF): (_tariff, _tariff_kept),
    ("PUT", docs.SLEEP): (_sleep, _sleeps),
    ("DELETE", docs.SLEEP): (_wake, _wakes),
}
