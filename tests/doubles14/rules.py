"""What a real gateway takes, to the letter, and what it makes of it in which time (gateway-api.md 17)."""

from functools import partial

from . import documents as docs
from .double import Double, Json, Rules


def kinds(value: Json) -> Json:
    """Return the shape of a value: 1, 1.0, "1" and True are four things on the wire."""
    if isinstance(value, dict):
        return {key: kinds(one) for key, one in value.items()}
    return [kinds(one) for one in value] if isinstance(value, list) else type(value).__name__


def changed(old: dict[str, Json], new: dict[str, Json], *allowed: str) -> str | None:
    """Tell what is wrong with an object that was to come back whole, but for one of some keys."""
    if not isinstance(new, dict) or kinds(old) != kinds(new):
        return f"not the whole object with the same kinds of values: {new}"
    differ = [key for key in old if old[key] != new[key]]
    return None if len(differ) <= 1 and set(differ) <= set(allowed) else f"changes {differ}"


def _relay(_: Double, body: Json) -> str | None:
    return None if body in ({"mains_admin_state": "open"}, {"mains_admin_state": "closed"}) else f"{body}"


def _relay_moves(double: Double, body: Json) -> None:
    wanted = body["mains_admin_state"]
    double.controller(mains_admin_state=wanted)
    if wanted == "open":
        double.later(27, lambda: double.controller(mains_oper_state="open"))
    else:
        double.later(4, lambda: double.controller(mains_oper_state="open synchronizing"))
        double.later(8, lambda: double.controller(mains_oper_state="open synchronized"))
        double.later(14, lambda: double.controller(mains_oper_state="closed"))


def _contact(double: Double, body: Json) -> str | None:
    at = body.get("dry_contacts") if isinstance(body, dict) and len(body) == 1 else None
    right = isinstance(at, dict) and set(at) == {"id", "status"} and at["status"] in ("open", "closed")
    if not right or double.row(docs.SETTINGS, at["id"])["type"] != "LOAD":  # type: ignore[index]
        return f"{body}"
    return None


def _settings(double: Double, body: Json) -> str | None:
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


def _settings_kept(double: Double, body: Json) -> None:
    new = body["dry_contacts"]
    double.later(4, lambda: double.row(docs.SETTINGS, new["id"]).update(new))
    for name in ("NC1", "NC2"):
        true = double.row(docs.CONTACTS, name)["status"]
        double.row(docs.CONTACTS, name)["status"] = "open"
        double.later(60, partial(double.row(docs.CONTACTS, name).update, status=true))


def _contact_moves(double: Double, body: Json) -> None:
    new = body["dry_contacts"]
    double.later(3, lambda: double.row(docs.CONTACTS, new["id"]).update(status=new["status"]))


def _mode(_: Double, body: Json) -> str | None:
    return None if body in ({"gen_cmd": "on"}, {"gen_cmd": "off"}, {"gen_cmd": "auto"}) else f"{body}"


def _schedule(double: Double, body: Json) -> str | None:
    old = double.documents[docs.GEN_SCHEDULE]
    if (reason := changed(old, body, "default_soc", "exercise_config")) is not None:
        return reason
    exercise = body["exercise_config"]
    if (reason := changed(old["exercise_config"], exercise, "freq_in_weeks", "start", "duration", "day")) is not None:
        return reason
    if exercise["day"] not in ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun") or not 0 <= exercise["start"] < 1440:
        return f"{exercise}"
    soc = body["default_soc"]
    if soc["start_soc"] >= soc["stop_soc"]:
        return f"{soc}"
    return changed(old["default_soc"], soc, "start_soc", "stop_soc")


def _schedule_kept(double: Double, body: Json) -> None:
    double.documents[docs.GEN_SCHEDULE] = body
    double.later(5, lambda: double.documents[docs.GENERATOR].update(body["default_soc"]))


def _dpel(_: Double, body: Json) -> str | None:
    if not isinstance(body, dict) or not {"dynamic_pel_settings", "filename", "version"} <= set(body):
        return f"{body}"
    at = body["dynamic_pel_settings"]
    if (body["filename"], body["version"]) != ("site_settings", "00.00.01") or type(at.get("enable")) is not bool:
        return f"{body}"
    if at == {"enable": False}:
        return None
    wanted = {"enable": "bool", "export_limit": "bool", "limit_value_W": "float", "slew_rate": "float"}
    return None if wanted.items() <= kinds(at).items() and at["limit_value_W"] >= 0 else f"{body}"


def _dpel_kept(double: Double, body: Json) -> None:
    double.later(10, lambda: double.documents.update({docs.DPEL: body}))


def _power(_: Double, body: Json) -> str | None:
    return None if body in ({"length": 1, "arr": [0]}, {"length": 1, "arr": [1]}) else f"{body}"


def _power_kept(double: Double, body: Json) -> None:
    double.later(300, lambda: double.documents[docs.POWER].update(powerForcedOff=bool(body["arr"][0])))


def _tariff(double: Double, body: Json) -> str | None:
    if not isinstance(body, dict) or set(body) != {"tariff"}:
        return f"keys {body}"
    old, new = double.documents[docs.TARIFF]["tariff"], body["tariff"]
    reason = changed(old, new, "storage_settings")
    settings = "mode", "reserved_soc", "charge_from_grid", "operation_mode_sub_type"
    return reason or changed(old["storage_settings"], new["storage_settings"], *settings)


def _tariff_kept(double: Double, body: Json) -> None:
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


def _sleep(_: Double, body: Json) -> str | None:
    units = body.get("acb_sleep") if isinstance(body, dict) and len(body) == 1 else None
    if not isinstance(units, list) or len(units) != 1 or units[0].get("serial_num") != docs.AC_BATTERY:
        return f"{body}"
    right = {"serial_num": "str", "sleep_min_soc": "int", "sleep_max_soc": "int"}
    low, high = units[0].get("sleep_min_soc", -1), units[0].get("sleep_max_soc", -1)
    return None if kinds(units[0]) == right and 0 <= low <= high <= 100 else f"{body}"


def _wake(_: Double, body: Json) -> str | None:
    return None if body == {"acb_sleep": [{"serial_num": docs.AC_BATTERY}]} else f"{body}"


def _sleeps(double: Double, body: Json) -> None:
    double.documents[docs.SLEEP] = body
    unit = double.documents[docs.UNITS][1]["devices"][0]
    double.later(500, lambda: unit.update(sleep_enabled=True))
    double.later(800, lambda: unit["device_status"].append("envoy.cond_flags.pcu_ctrl.sleep-mode"))


def _wakes(double: Double, _: Json) -> None:
    double.documents[docs.SLEEP] = {"acb_sleep": []}
    unit = double.documents[docs.UNITS][1]["devices"][0]
    double.later(500, lambda: unit.update(sleep_enabled=False))
    double.later(800, lambda: unit.update(device_status=["envoy.global.ok"]))


RULES: Rules = {
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
