"""Every control, as the tests go through them: what it is on, and how it is changed."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
import json
from typing import Final, cast

from homeassistant.core import HomeAssistant

from tests import states
from tests.simulator import GatewaySimulator, Obedience
from tests.simulator.answers.switching import contact_settings, first_schedule
from tests.simulator.endpoints import (
    AC_BATTERY_CONFIG,
    DRY_CONTACT_SETTINGS,
    DRY_CONTACTS,
    FULL_INVENTORY,
    GENERATOR,
    GENERATOR_MODE,
    GENERATOR_SCHEDULE,
    POWER_LIMIT,
    POWER_MODE,
    READINGS,
    RELAY,
    SECCTRL,
    STORAGE_SCHEDULE,
    TARIFF,
)
from tests.simulator.profiles import PROFILES, Profile
from tests.simulator.reply import Json

CONTROLLER: Final = replace(
    PROFILES["generator_idle"], name="contacts", meters=("production", "net-consumption", "storage")
)
BATTERY: Final = replace(PROFILES["metered_battery"], name="obeying", firmware="D8.1.41", plans=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A control: its entity, what it is changed to from what, and what goes to the gateway for that."""

    key: str
    platform: str
    path: str
    before: str
    wanted: str
    sent: tuple[str, Json | Callable[[Json], bool]]
    profile: Profile = PROFILES["net_split"]
    role: str = "installer"
    # What a gateway does that accepts it and ignores it.
    ignores: Obedience = Obedience.IGNORES
    # How the site is before, by path and key.
    prepare: Callable[[GatewaySimulator], None] = field(default=lambda _: None)
    slow: float = 25.0
    # What is read to confirm it, beside the path itself.
    confirmed_by: tuple[str, ...] = (READINGS,)
    serial: Callable[[GatewaySimulator], str] = field(default=lambda gateway: gateway.serial)

    def entity_id(self, hass: HomeAssistant, gateway: GatewaySimulator) -> str:
        """Return the id of its entity."""
        return states.entity_id(hass, self.serial(gateway), self.key, self.platform)

    async def change(self, hass: HomeAssistant, gateway: GatewaySimulator, to: str | None = None) -> None:
        """Change it, as somebody would."""
        await set_to(hass, self.entity_id(hass, gateway), to or self.wanted)


async def set_to(hass: HomeAssistant, entity_id: str, wanted: str) -> None:
    """Call the action that makes an entity show this."""
    domain = entity_id.partition(".")[0]
    action, data = {
        "switch": (f"turn_{wanted}", {}),
        "number": ("set_value", {"value": wanted}),
        "select": ("select_option", {"option": wanted}),
        "time": ("set_value", {"time": wanted}),
    }[domain]
    await hass.services.async_call(domain, action, {"entity_id": entity_id, **data}, blocking=True)


def limit(gateway: GatewaySimulator, **settings: Json) -> None:
    """Have a limit set at the gateway."""
    document = gateway.switchboard.state.documents[POWER_LIMIT]
    kept = document["dynamic_pel_settings"]
    assert isinstance(kept, dict)
    kept |= settings


def _limited(gateway: GatewaySimulator) -> None:
    limit(gateway, enable=True, limit_value_W=90_000.0)


def _body(**settings: Json) -> Json:
    whole = {
        "enable": True,
        "export_limit": True,
        "limit_value_W": 90_000.0,
        "slew_rate": 50.0,
        "enable_dynamic_limiting": False,
    }
    return {"dynamic_pel_settings": {**whole, **settings}, "filename": "site_settings", "version": "00.00.01"}


def _asks_for(key: str, value: Json) -> Callable[[Json], bool]:
    """Return what tells whether a tariff is whole, and asks for this."""

    def asks(body: Json) -> bool:
        assert isinstance(body, dict)
        assert body.keys() == {"tariff"}
        tariff = body["tariff"]
        assert isinstance(tariff, dict)
        assert {"currency", "seasons", "seasons_sell", "single_rate"} <= tariff.keys()
        settings = tariff["storage_settings"]
        assert isinstance(settings, dict)
        return settings[key] == value and type(settings[key]) is type(value)

    return asks


def controller(gateway: GatewaySimulator) -> str:
    """Return the serial number of the System Controller."""
    return _listed(gateway, "/ivp/ensemble/inventory", "ENPOWER")


def ac_battery(gateway: GatewaySimulator) -> str:
    """Return the serial number of an AC battery."""
    return _listed(gateway, "/inventory.json", "ACB")


def _listed(gateway: GatewaySimulator, path: str, kind: str) -> str:
    reply = gateway.source.reply(path, int(gateway.clock.now()))
    assert reply is not None
    return str(next(group["devices"][0]["serial_num"] for group in json.loads(reply.body) if group["type"] == kind))


def _sleeps(body: Json) -> bool:
    """Tell whether one battery is told to sleep, by a serial number in text and levels in whole numbers."""
    assert isinstance(body, dict)
    assert body.keys() == {"acb_sleep"}
    (row,) = cast("list[dict[str, Json]]", body["acb_sleep"])
    assert isinstance(row["serial_num"], str)
    return {**row, "serial_num": ""} == {"serial_num": "", "sleep_min_soc": 25, "sleep_max_soc": 30}


_LEVELS: Final[tuple[tuple[str, str, str, dict[str, Json]], ...]] = (
    ("start", "30.0", "25.0", {"start_soc": 25, "stop_soc": 70}),
    ("stop", "70.0", "90.0", {"start_soc": 30, "stop_soc": 90}),
)

_EXERCISE: Final[tuple[tuple[str, str, str, str, dict[str, Json]], ...]] = (
    ("day", "select", "saturday", "tuesday", {"day": "Tue"}),
    ("start", "time", "15:45:00", "09:05:00", {"start": 545}),
    ("duration", "select", "20", "60", {"duration": 60}),
    ("interval", "number", "3.0", "4.0", {"freq_in_weeks": 4}),
)


def exercise(**changed: Json) -> Json:
    """Return a schedule with another exercise."""
    whole = first_schedule()
    kept = whole["exercise_config"]
    assert isinstance(kept, dict)
    return {**whole, "exercise_config": {**kept, **changed}}


CASES: Final = (
    Case(
        key="export_limit_enabled",
        platform="switch",
        path=POWER_LIMIT,
        before="off",
        wanted="on",
        sent=("POST", _body(limit_value_W=500.0)),
        prepare=lambda gateway: limit(gateway, limit_value_W=500.0),
        ignores=Obedience.ECHOES,
        slow=80.0,
    ),
    Case(
        key="export_limit",
        platform="number",
        path=POWER_LIMIT,
        before="90000.0",
        wanted="700.0",
        sent=("POST", _body(limit_value_W=700.0)),
        prepare=_limited,
        ignores=Obedience.ECHOES,
        slow=80.0,
    ),
    Case(
        key="limit_mode",
        platform="select",
        path=POWER_LIMIT,
        before="export",
        wanted="production",
        sent=("POST", _body(export_limit=False, limit_value_W=500.0)),
        prepare=lambda gateway: limit(gateway, enable=True, limit_value_W=500.0),
        slow=80.0,
    ),
    Case(
        key="production",
        platform="switch",
        path=POWER_MODE,
        before="on",
        wanted="off",
        sent=("PUT", {"length": 1, "arr": [1]}),
        ignores=Obedience.ECHOES,
        slow=80.0,
    ),
    Case(
        key="storage_mode",
        platform="select",
        path=TARIFF,
        before="self_consumption",
        wanted="full_backup",
        sent=("PUT", _asks_for("mode", "backup")),
        profile=BATTERY,
        role="owner",
        ignores=Obedience.ECHOES,
        slow=55.0,
    ),
    Case(
        key="reserve",
        platform="number",
        path=TARIFF,
        before="10.0",
        wanted="45.0",
        sent=("PUT", _asks_for("reserved_soc", 45.0)),
        profile=BATTERY,
        role="owner",
        ignores=Obedience.ECHOES,
        confirmed_by=(SECCTRL,),
        slow=55.0,
    ),
    Case(
        key="charge_from_grid",
        platform="switch",
        path=TARIFF,
        before="off",
        wanted="on",
        sent=("PUT", _asks_for("charge_from_grid", True)),
        profile=BATTERY,
        role="owner",
        ignores=Obedience.ECHOES,
        confirmed_by=(STORAGE_SCHEDULE,),
        slow=55.0,
    ),
    Case(
        key="grid_connection",
        platform="switch",
        path=RELAY,
        before="on",
        wanted="off",
        sent=("POST", {"mains_admin_state": "open"}),
        profile=PROFILES["system_controller"],
        role="owner",
        slow=85.0,
        serial=controller,
    ),
    Case(
        key="nc2",
        platform="switch",
        path=DRY_CONTACTS,
        before="on",
        wanted="off",
        sent=("POST", {"dry_contacts": {"id": "NC2", "status": "open"}}),
        profile=CONTROLLER,
        role="owner",
        serial=controller,
    ),
    *(
        Case(
            key=f"nc1_{key}",
            platform=platform,
            path=DRY_CONTACT_SETTINGS,
            before=before,
            wanted=wanted,
            sent=("POST", {"dry_contacts": {**contact_settings(CONTROLLER, "NC1"), key: sent}}),
            profile=CONTROLLER,
            role="owner",
            serial=controller,
        )
        for key, platform, before, wanted, sent in (
            ("mode", "select", "battery_level", "manual", "manual"),
            ("grid_action", "select", "apply", "shed", "shed"),
            ("micro_grid_action", "select", "shed", "schedule", "schedule"),
            ("gen_action", "select", "apply", "none", "none"),
            ("soc_low", "number", "30.0", "20.0", 20.0),
            ("soc_high", "number", "40.0", "85.0", 85.0),
        )
    ),
    Case(
        key="generator_mode",
        platform="select",
        path=GENERATOR_MODE,
        confirmed_by=(GENERATOR,),
        before="auto",
        wanted="on",
        sent=("POST", {"gen_cmd": "on"}),
        profile=CONTROLLER,
        role="owner",
        ignores=Obedience.ECHOES,
        slow=80.0,
    ),
    *(
        Case(
            key=f"generator_{key}_level",
            platform="number",
            path=GENERATOR_SCHEDULE,
            before=before,
            wanted=wanted,
            sent=("POST", {**first_schedule(), "default_soc": levels}),
            profile=CONTROLLER,
            role="owner",
        )
        for key, before, wanted, levels in _LEVELS
    ),
    *(
        Case(
            key=f"generator_exercise_{key}",
            platform=platform,
            path=GENERATOR_SCHEDULE,
            before=before,
            wanted=wanted,
            sent=("POST", exercise(**sent)),
            profile=CONTROLLER,
            role="owner",
        )
        for key, platform, before, wanted, sent in _EXERCISE
    ),
    Case(
        key="sleep",
        platform="switch",
        path=AC_BATTERY_CONFIG,
        confirmed_by=(FULL_INVENTORY,),
        before="off",
        wanted="on",
        sent=("PUT", _sleeps),
        profile=PROFILES["ac_batteries"],
        role="owner",
        slow=900.0,
        serial=ac_battery,
    ),
)
