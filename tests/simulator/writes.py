"""Every change that a simulated gateway takes, and the documents that it keeps (gateway-api.md 17)."""

from copy import deepcopy
from typing import Final

from aiohttp import hdrs

from . import endpoints
from .answers.switching import contact_settings
from .profiles import Profile
from .reply import Json
from .switchboard import Document, Rejected, State, Write

_MODES: Final = {0: "backup", 1: "self-consumption", 2: "economy"}
_CONTACT_KEYS: Final = contact_settings(Profile(name="", serial=""), "NC1").keys()
_CONTACTS_SETTLE: Final = 70.0
"""Seconds for which contacts read open after new settings."""
_NUMBERS: Final = {mode: number for number, mode in _MODES.items()}


def documents(profile: Profile) -> dict[str, Document]:
    """Return the documents of a site that nobody has changed."""
    return {
        endpoints.POWER_LIMIT: {
            "dynamic_pel_settings": {
                "enable": False,
                "export_limit": True,
                "limit_value_W": 0.0,
                "slew_rate": 50.0,
                "enable_dynamic_limiting": False,
            },
            "filename": "site_settings",
            "version": "00.00.01",
        },
        endpoints.POWER_MODE: {"powerForcedOff": False},
        endpoints.TARIFF: _tariff(profile),
    }


def _tariff(profile: Profile) -> Document:
    reserve = float(profile.battery.reserve) if profile.battery else 0.0
    mode = _MODES[profile.battery.mode] if profile.battery else "self-consumption"
    shared: Document = {
        "operation_mode_sub_type": "",
        "reserved_soc": reserve,
        "very_low_soc": 5,
        "charge_from_grid": False,
    }
    asked: Document = {"mode": mode, **shared, "date": "1750786523"}
    if profile.plans is not None:
        asked["opt_schedules"] = profile.plans
    in_force: Document = {"filename": "Tariff", "version": "00.00.02", **shared, "battery_mode": mode}
    if profile.plans:
        in_force |= {"filename": "", "version": "", "reserved_soc": 30.0}
    return {
        "tariff": {
            "currency": {"code": "EUR"},
            "logger": "mylogger",
            "date": "1750786523",
            "storage_settings": asked,
            "single_rate": {"rate": 0.14, "sell": 0.019999999552965164},
            "seasons": [{"id": "all_year_long", "start": "1/1", "days": [], "tiers": []}],
            "seasons_sell": [],
        },
        "schedule": {"source": "Tariff", "date": "2025-06-24 17:35:23 UTC", **in_force},
    }


def _object(value: Json) -> Document:
    if not isinstance(value, dict):
        raise Rejected(400)
    return value


def _limit_told(state: State, body: Document) -> None:
    settings = _object(body.get("dynamic_pel_settings"))
    kept = _object(state.documents[endpoints.POWER_LIMIT]["dynamic_pel_settings"])
    if settings.get("enable") and not isinstance(settings.get("limit_value_W"), float):
        raise Rejected(500)
    kept |= deepcopy(settings)


def _limit_done(state: State, _: Document) -> None:
    settings = _object(state.documents[endpoints.POWER_LIMIT]["dynamic_pel_settings"])
    limit = settings["limit_value_W"] if settings["enable"] else None
    assert limit is None or isinstance(limit, float)
    state.house.export_limit = limit if settings["export_limit"] else None
    state.house.production_limit = None if settings["export_limit"] else limit


def _power_told(state: State, body: Document) -> None:
    if body.get("length") != 1 or body.get("arr") not in ([0], [1]):
        raise Rejected(400)
    state.documents[endpoints.POWER_MODE]["powerForcedOff"] = body["arr"] == [1]


def _power_done(state: State, _: Document) -> None:
    state.house.production_off = bool(state.documents[endpoints.POWER_MODE]["powerForcedOff"])


def _tariff_told(state: State, body: Document) -> None:
    """Take the whole tariff; what it lacks is lost."""
    tariff = _object(body.get("tariff"))
    if not _object(state.documents[endpoints.TARIFF]["tariff"]).keys() <= tariff.keys():
        raise Rejected(500, crashes=True)
    state.documents[endpoints.TARIFF]["tariff"] = deepcopy(tariff)


def _tariff_done(state: State, _: Document) -> None:
    document = state.documents[endpoints.TARIFF]
    asked = _object(_object(document["tariff"])["storage_settings"])
    schedule = _object(document["schedule"])
    schedule |= {key: asked[key] for key in ("reserved_soc", "charge_from_grid", "very_low_soc")}
    schedule["battery_mode"] = asked["mode"]
    state.house.battery_mode = _NUMBERS[str(asked["mode"])]
    assert isinstance(asked["reserved_soc"], float)
    state.house.reserve = round(asked["reserved_soc"])
    state.house.charges_from_grid = bool(asked["charge_from_grid"])


def _relay_told(state: State, body: Document) -> None:
    """Take the order; on the way to the grid the relay waits for the phases to meet."""
    if body.keys() != {"mains_admin_state"} or body["mains_admin_state"] not in ("open", "closed"):
        raise Rejected(400)
    state.house.relay_wanted = str(body["mains_admin_state"])
    if state.house.relay_wanted == "closed" and state.house.relay_state == "open":
        state.house.relay_state = "open synchronizing"


def _relay_done(state: State, _: Document) -> None:
    state.house.relay_state = state.house.relay_wanted
    state.house.on_grid = state.house.relay_wanted == "closed"


def _contact_told(_state: State, body: Document) -> None:
    contact = _object(body.get("dry_contacts"))
    if contact.keys() != {"id", "status"} or contact["status"] not in ("open", "closed"):
        raise Rejected(500)


def _contact_done(state: State, body: Document) -> None:
    contact = _object(body["dry_contacts"])
    state.house.contacts[str(contact["id"])] = str(contact["status"])


def _settings_told(state: State, body: Document) -> None:
    """Take one contact's settings, if they are whole: the gateway crashes over less."""
    settings = _object(body.get("dry_contacts"))
    if not settings.keys() >= _CONTACT_KEYS or settings["override"] not in ("true", "false"):
        raise Rejected(500, crashes=True)
    if not all(isinstance(settings[key], float) for key in ("soc_low", "soc_high")):
        raise Rejected(500)


def _settings_done(state: State, body: Document) -> None:
    settings = _object(body["dry_contacts"])
    state.house.contact_settings[str(settings["id"])] = deepcopy(settings)
    state.house.contacts_settle_until = state.time + _CONTACTS_SETTLE


def _command_told(state: State, body: Document) -> None:
    if body.keys() != {"gen_cmd"} or body["gen_cmd"] not in ("on", "off", "auto"):
        raise Rejected(400)
    state.house.generator_command = str(body["gen_cmd"])


def _command_done(state: State, _: Document) -> None:
    if state.house.generator_command != "auto":
        state.house.generator_runs = state.house.generator_command == "on"


def _schedule_told(_state: State, body: Document) -> None:
    if not {"exercise_config", "default_soc", "schedule"} <= body.keys():
        raise Rejected(500, crashes=True)


def _schedule_done(state: State, body: Document) -> None:
    levels = _object(body["default_soc"])
    state.house.generator_schedule = deepcopy(body)
    state.house.generator_levels = (int(str(levels["start_soc"])), int(str(levels["stop_soc"])))


def _batteries(body: Document) -> list[Document]:
    listed = body.get("acb_sleep")
    if not isinstance(listed, list) or not all(isinstance(row, dict) and row.get("serial_num") for row in listed):
        raise Rejected(400)
    return [_object(row) for row in listed]


def _sleep_told(_state: State, body: Document) -> None:
    for battery in _batteries(body):
        low, high = battery.get("sleep_min_soc"), battery.get("sleep_max_soc")
        if not (isinstance(low, int) and isinstance(high, int) and 0 <= low <= high <= 100):
            raise Rejected(400)


def _sleep_done(state: State, body: Document) -> None:
    for battery in _batteries(body):
        serial = str(battery.pop("serial_num"))
        state.house.sleeping[serial] = battery
        state.house.asleep.add(serial)


def _wake_told(_state: State, body: Document) -> None:
    _batteries(body)


def _wake_done(state: State, body: Document) -> None:
    for battery in _batteries(body):
        serial = str(battery["serial_num"])
        state.house.sleeping.pop(serial, None)
        state.house.asleep.discard(serial)


def _echo(_: State, body: Document) -> Json:
    return body


def _success(_state: State, _body: Document) -> Json:
    return {"message": "success"}


WRITES: Final[dict[tuple[str, str], Write]] = {
    (hdrs.METH_POST, endpoints.POWER_LIMIT): Write(told=_limit_told, done=_limit_done, delay=20.0, answer=_echo),
    (hdrs.METH_PUT, endpoints.POWER_MODE): Write(told=_power_told, done=_power_done, delay=240.0, answer=_success),
    (hdrs.METH_PUT, endpoints.TARIFF): Write(
        told=_tariff_told,
        done=_tariff_done,
        delay=8.0,
        answer=lambda state, body: {**state.documents[endpoints.TARIFF], **body},
    ),
    (hdrs.METH_POST, endpoints.RELAY): Write(told=_relay_told, done=_relay_done, delay=27.5, answer=_echo),
    (hdrs.METH_POST, endpoints.DRY_CONTACTS): Write(told=_contact_told, done=_contact_done, delay=4.0, answer=_echo),
    (hdrs.METH_POST, endpoints.DRY_CONTACT_SETTINGS): Write(
        told=_settings_told, done=_settings_done, delay=4.5, answer=_echo
    ),
    (hdrs.METH_POST, endpoints.GENERATOR_MODE): Write(
        told=_command_told, done=_command_done, delay=60.0, answer=_success
    ),
    (hdrs.METH_POST, endpoints.GENERATOR_SCHEDULE): Write(
        told=_schedule_told, done=_schedule_done, delay=2.0, answer=_echo
    ),
    (hdrs.METH_PUT, endpoints.AC_BATTERY_CONFIG): Write(
        told=_sleep_told, done=_sleep_done, delay=780.0, answer=_success
    ),
    (hdrs.METH_DELETE, endpoints.AC_BATTERY_CONFIG): Write(
        told=_wake_told, done=_wake_done, delay=780.0, answer=_success
    ),
}
