"""What switches a house, its loads and its generator (gateway-api.md 14.6 to 14.8); filled without any of it, too."""

from typing import Final

from tests.simulator.profiles import Profile
from tests.simulator.reply import Json

from .scene import Scene

CONTACTS: Final = ("NC1", "NC2", "NO1", "NO2")
_START, _STOP = 30, 70


def relay(scene: Scene) -> Json:
    """Return the main relay; without one, and beside a collar, it is closed."""
    has_relay, runs = scene.profile.system_controller, scene.house.settings.generator_runs
    settings = scene.house.settings
    is_open = has_relay and settings.relay_state != "closed"
    islanded = "multimode-generator" if runs else "multimode-offgrid"
    return {
        "mains_admin_state": settings.relay_wanted if has_relay else "closed",
        "mains_oper_state": settings.relay_state if has_relay else "closed",
        "srt12_state": "open",
        "srt13_state": "open",
        "der1_state": 0,
        "der2_state": int(has_relay),
        "der3_state": int(has_relay),
        "Enchg_grid_mode": (islanded if is_open else "multimode-ongrid") if has_relay else "unknown",
        "Solar_grid_mode": "grid-tied" if has_relay else "unknown",
    }


def dry_contacts(scene: Scene) -> Json:
    """Return the four contacts; those that nothing hangs on are open."""
    return {"dry_contacts": [{"id": name, "status": _status(scene, name)} for name in CONTACTS]}


def _status(scene: Scene, name: str) -> str:
    """Return how a contact reads: for a while after new settings, normally closed ones read open whatever they are."""
    settings, is_normally_closed = scene.house.settings, name.startswith("NC")
    if is_normally_closed and scene.house.time < settings.contacts_settle_until:
        return "open"
    usual = "closed" if name in scene.profile.contacts and is_normally_closed else "open"
    return settings.contacts.get(name, usual)


def dry_contact_settings(scene: Scene) -> Json:
    """Return what the four contacts are for."""
    changed = scene.house.settings.contact_settings
    return {"dry_contacts": [changed.get(name) or contact_settings(scene.profile, name) for name in CONTACTS]}


def contact_settings(profile: Profile, name: str) -> dict[str, Json]:
    """Return what a contact is for, as it was set up."""
    load = profile.contacts.get(name)
    if load is None:
        return {
            "id": name,
            "type": "NONE",
            "grid_action": "none",
            "micro_grid_action": "none",
            "gen_action": "none",
            "override": "false",
            "load_name": "",
            "mode": "manual",
            "soc_low": 30.0,
            "soc_high": 70.0,
            "pv_serial_nb": [],
        }
    return {
        "id": name,
        "type": "LOAD",
        "grid_action": "apply",
        "micro_grid_action": "shed",
        "gen_action": "apply",
        "essential_start_time": 21600.0,
        "essential_end_time": 82800.0,
        "priority": 1.0,
        "black_s_start": 5.0,
        "override": "true",
        "manual_override": "true",
        "load_name": load,
        "mode": "soc" if name == CONTACTS[0] else "manual",
        "soc_low": 30.0,
        "soc_high": 40.0,
        "pv_serial_nb": [],
    }


def generator(scene: Scene) -> Json:
    """Return the generator's state; `present` is no sign of one."""
    if not scene.profile.has_generator:
        return {
            "admin_state": "unknown",
            "oper_state": "open",
            "admin_mode": 0,
            "schedule": 0,
            "start_soc": 100,
            "stop_soc": -1,
            "exc_on": 0,
            "present": 1,
            "type": 1,
        }
    settings = scene.house.settings
    state = "close" if settings.generator_runs else "open"
    start, stop = settings.generator_levels or (_START, _STOP)
    return {
        "admin_state": state,
        "oper_state": state,
        "admin_mode": 2,
        "schedule": 1,
        "start_soc": start,
        "stop_soc": stop,
        "exc_on": 0,
        "present": 1,
        "type": 1,
    }


def generator_config(scene: Scene) -> Json:
    """Return what generator there is, its rating in kW under a key that ends in watts; nothing without one."""
    if not scene.profile.has_generator:
        return {}
    return {
        "max_cont_gen_amps": 60.0,
        "min_gen_loading_perc": 5,
        "max_gen_efficiency_perc": 100,
        "name_plate_rating_wat": 14.0,
        "start_method": "Auto",
        "warm_up_mins": 5,
        "cool_down_mins": 5,
        "gen_type": "Standby",
        "model": "G007042-3 (14kW)",
        "manufacturer": "Generac",
        "last_updated_by": "ITK",
        "generator_id": "3010000001",
        "charge_from_generator": True,
    }


def generator_mode(scene: Scene) -> Json:
    """Return what the generator was last told; nothing without one."""
    command = scene.house.settings.generator_command
    return {"gen_cmd": command, "last_updated_by": "ITK"} if scene.profile.has_generator else {}


def generator_schedule(scene: Scene) -> Json:
    """Return when a generator is exercised, and between which levels it runs; nothing without one."""
    if not scene.profile.has_generator:
        return {}
    return scene.house.settings.generator_schedule or first_schedule()


def first_schedule() -> dict[str, Json]:
    """Return a schedule that nobody has changed."""
    return {
        "exercise_config": {"freq_in_weeks": 3, "start": 945, "duration": 20, "day": "Sat"},
        "default_soc": {"start_soc": _START, "stop_soc": _STOP},
        "schedule": {"default": [{"id": "always_on", "start": "1/1", "end": "12/31", "days": []}]},
        "last_updated_by": "ITK",
    }


def combiner(serial: str) -> Json:
    """Return the controller of a combiner, which tells the date of its installation as that of its last report."""
    return {
        "part_num": "800-02403-r08",
        "serial_num": serial,
        "installed": 1752945451,
        "last_rpt_date": 1752945451,
        "admin_state": 82,
        "admin_state_str": "ENCMN_C6_CC_READY",
        "created_date": 1752945451,
        "img_load_date": 1752945451,
        "fw_version": "0.1.20-D1",
        "dmir_version": "0.1.20-D1",
        "communicating": True,
    }
