"""All that may ever be sent to a gateway to change something, and nothing else (gateway-api.md 17)."""

from collections.abc import Callable, Iterable, Mapping
import json
from typing import Any, Final

from tests.simulator import GatewaySimulator

_ACTIONS: Final = ("apply", "shed", "schedule", "none")
# What is one value of a whole object that goes back as it was read.
_OF_CONTACT: Final = {"mode", "grid_action", "micro_grid_action", "gen_action", "soc_low", "soc_high"}
_OF_EXERCISE: Final = {"day", "start", "duration", "freq_in_weeks"}
_OF_LIMIT: Final = {"enable", "export_limit", "limit_value_W", "slew_rate", "enable_dynamic_limiting"}


def _contact(body: Any) -> bool:  # noqa: ANN401
    contact = body["dry_contacts"]
    return body.keys() == {"dry_contacts"} and contact.keys() == {"id", "status"} and _is_open_or_closed(contact)


def _is_open_or_closed(contact: Mapping[str, Any]) -> bool:
    return contact["status"] in ("open", "closed")


def _contact_settings(body: Any) -> bool:  # noqa: ANN401
    whole = body["dry_contacts"]
    right = whole["mode"] in ("manual", "soc") and 0 <= whole["soc_low"] < whole["soc_high"] <= 100
    actions = all(whole[key] in _ACTIONS for key in ("grid_action", "micro_grid_action", "gen_action"))
    texts = all(isinstance(whole[key], str) for key in ("override", "manual_override"))
    return bool(right and actions and texts and whole["type"] == "LOAD" and whole.keys() > _OF_CONTACT)


def _limit(body: Any) -> bool:  # noqa: ANN401
    settings = body["dynamic_pel_settings"]
    rest = (body["filename"], body["version"]) == ("site_settings", "00.00.01")
    if not settings["enable"]:
        return rest and bool(settings == {"enable": False})
    floats = all(isinstance(settings[key], float) for key in ("limit_value_W", "slew_rate"))
    return rest and floats and set(settings) >= _OF_LIMIT


def _tariff(body: Any) -> bool:  # noqa: ANN401
    return set(body) == {"tariff"} and {"storage_settings", "seasons", "single_rate"} <= set(body["tariff"])


def _schedule(body: Any) -> bool:  # noqa: ANN401
    levels, exercise = body["default_soc"], body["exercise_config"]
    right = exercise["day"] in ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun") and 0 <= exercise["start"] < 1440
    right = right and 1 <= float(exercise["freq_in_weeks"]) <= 4 and exercise.keys() >= _OF_EXERCISE
    return right and "schedule" in body and 0 <= levels["start_soc"] < levels["stop_soc"] <= 100


ALLOWED: Final[dict[tuple[str, str], Callable[[Any], bool]]] = {
    ("POST", "/ivp/ensemble/relay"): lambda body: (
        body in ({"mains_admin_state": "open"}, {"mains_admin_state": "closed"})
    ),
    ("POST", "/ivp/ensemble/dry_contacts"): _contact,
    ("POST", "/ivp/ss/dry_contact_settings"): _contact_settings,
    ("POST", "/ivp/ss/gen_mode"): lambda body: body in [{"gen_cmd": one} for one in ("on", "off", "auto")],
    ("POST", "/ivp/ss/gen_schedule"): _schedule,
    ("POST", "/ivp/ss/dpel"): _limit,
    ("PUT", "/ivp/mod/603980032/mode/power"): lambda body: body in [{"length": 1, "arr": [one]} for one in (0, 1)],
    ("PUT", "/admin/lib/tariff"): _tariff,
    ("PUT", "/admin/lib/acb_config.json"): lambda body: body.keys() == {"acb_sleep"} and len(body["acb_sleep"]) == 1,
    ("DELETE", "/admin/lib/acb_config.json"): lambda body: body["acb_sleep"][0].keys() == {"serial_num"},
    # Not a change: it keeps live data moving.
    ("POST", "/ivp/livedata/stream"): lambda body: body == {"enable": 1},
}


def refused(sent: Iterable[tuple[str, str, str | bytes]]) -> list[str]:
    """Return what of all that was sent should never have been: by method, path and body."""
    found = []
    for method, path, raw in sent:
        if method == "GET":
            continue
        if not _is_allowed(method, path, raw):
            found.append(f"{method} {path} {raw!r}")
    return found


def _is_allowed(method: str, path: str, raw: str | bytes) -> bool:
    try:
        return ALLOWED[method, path](json.loads(raw))
    except KeyError, TypeError:
        return False


def assert_allowed(gateway: GatewaySimulator) -> None:
    """Fail if anything reached a gateway that nobody may ever send."""
    assert refused((one.method, one.path, one.body) for one in gateway.requests) == []
