"""Every control as a user meets it, and where the double keeps what it changes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from . import documents as docs
from .double import Double, Json


@dataclass(frozen=True, slots=True)
class Control:
    """A service call; `truth` is what the gateway says that tells whether it was done, `done` what it says then."""

    platform: str
    key: str
    value: Json
    path: str
    truth: Callable[[Double], Json]
    done: Json
    shown: str
    slow: bool = False
    """Goes on after the action has ended."""
    installer: bool = False

    def __str__(self) -> str:
        return f"{self.key}={self.value}"


def _setting(key: str) -> Callable[[Double], Json]:
    return lambda double: double.row(docs.SETTINGS, "NC1")[key]


def _at(path: str, *keys: Json) -> Callable[[Double], Json]:
    def look(double: Double) -> Json:
        found = double.documents[path]
        for key in keys:
            found = found[key]
        return found

    return look


def _exercise(key: str) -> Callable[[Double], Json]:
    return _at(docs.GEN_SCHEDULE, "exercise_config", key)


_PEL: Final = "dynamic_pel_settings"
_UNIT: Final = _at(docs.UNITS, 1, "devices", 0, "sleep_enabled")

CONTROLS: Final = (
    Control("switch", "nc1", False, docs.CONTACTS, lambda d: d.row(docs.CONTACTS, "NC1")["status"], "open", "off"),
    Control("switch", "no1", True, docs.CONTACTS, lambda d: d.row(docs.CONTACTS, "NO1")["status"], "closed", "on"),
    Control("select", "nc1_mode", "battery_level", docs.SETTINGS, _setting("mode"), "soc", "battery_level"),
    Control("select", "nc1_grid_action", "none", docs.SETTINGS, _setting("grid_action"), "none", "none"),
    Control("select", "nc1_micro_grid_action", "apply", docs.SETTINGS, _setting("micro_grid_action"), "apply", "apply"),
    Control("select", "nc1_gen_action", "shed", docs.SETTINGS, _setting("gen_action"), "shed", "shed"),
    Control("number", "nc1_soc_low", 35, docs.SETTINGS, _setting("soc_low"), 35.0, "35.0"),
    Control("number", "nc1_soc_high", 88, docs.SETTINGS, _setting("soc_high"), 88.0, "88.0"),
    Control("switch", "grid_connection", False, docs.RELAY, _at(docs.RELAY, "mains_oper_state"), "open", "off"),
    Control("select", "generator_mode", "off", docs.GEN_MODE, _at(docs.GEN_MODE, "gen_cmd"), "off", "off"),
    Control("number", "generator_start_level", 40, docs.GEN_SCHEDULE, _at(docs.GEN_SCHEDULE, "default_soc", "start_soc"), 40, "40.0"),  # noqa: E501
    Control("number", "generator_stop_level", 90, docs.GEN_SCHEDULE, _at(docs.GEN_SCHEDULE, "default_soc", "stop_soc"), 90, "90.0"),  # noqa: E501
    Control("select", "generator_exercise_day", "sunday", docs.GEN_SCHEDULE, _exercise("day"), "Sun", "sunday"),
    Control("time", "generator_exercise_start", "00:05:00", docs.GEN_SCHEDULE, _exercise("start"), 5, "00:05:00"),
    Control("select", "generator_exercise_duration", "50", docs.GEN_SCHEDULE, _exercise("duration"), 50, "50"),
    Control("number", "generator_exercise_interval", 1, docs.GEN_SCHEDULE, _exercise("freq_in_weeks"), 1, "1.0"),
    Control("select", "storage_mode", "full_backup", docs.TARIFF, _at(docs.TARIFF, "schedule", "battery_mode"), "backup", "full_backup"),  # noqa: E501
    Control("number", "reserve", 55, docs.TARIFF, _at(docs.SECCTRL, "configured_backup_soc"), 55, "55.0"),
    Control("switch", "charge_from_grid", True, docs.TARIFF, _at(docs.SCHED, "Charge From Grid Allowed"), True, "on"),
    Control("switch", "export_limit_enabled", True, docs.DPEL, _at(docs.DPEL, _PEL, "enable"), True, "on", installer=True),  # noqa: E501
    Control("switch", "sleep", True, docs.SLEEP, _UNIT, True, "on", slow=True),
    Control("switch", "production", False, docs.POWER, _at(docs.POWER, "powerForcedOff"), True, "off", slow=True, installer=True),  # noqa: E501
)  # fmt: skip
