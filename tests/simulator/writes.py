"""Every change that a simulated gateway takes, and the documents that it keeps (gateway-api.md 17)."""

from copy import deepcopy
from typing import Final

from aiohttp import hdrs

from . import endpoints
from .profiles import Profile
from .reply import Json
from .switchboard import Document, Rejected, State, Write

_MODES: Final = {0: "backup", 1: "self-consumption", 2: "economy"}
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


WRITES: Final[dict[tuple[str, str], Write]] = {
    (hdrs.METH_POST, endpoints.POWER_LIMIT): Write(
        told=_limit_told, done=_limit_done, delay=20.0, answer=lambda _state, body: body
    ),
    (hdrs.METH_PUT, endpoints.POWER_MODE): Write(
        told=_power_told, done=_power_done, delay=240.0, answer=lambda _state, _body: {"message": "success"}
    ),
    (hdrs.METH_PUT, endpoints.TARIFF): Write(
        told=_tariff_told,
        done=_tariff_done,
        delay=8.0,
        answer=lambda state, body: {**state.documents[endpoints.TARIFF], **body},
    ),
}
