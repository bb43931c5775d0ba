"""Which entity of the built-in integration shows the same as one of ours: a table by unique ids.

Those of the built-in integration are a serial number, and what follows it; forks under the same domain have others, so
that what does not match is left alone. Some of ours have several counterparts; the first that is in use is taken.
Switches and numbers are taken over where changes are allowed; selects stay, as they have other options here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from homeassistant.const import Platform

from ..site.meters import LOAD_METER, NET_METER, PRODUCTION_METER, STORAGE_METER

_PHASES: Final = (1, 2, 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What one entity of the built-in integration may become.

    `ours` are unique ids, or what follows the serial number in them: the first that the site has, and that nobody else
    takes, is meant. Of a lifetime energy, `counter` names the gateway's counter as `Total.source` does; without one, it
    is never a counter that we read as well.
    """

    ours: tuple[str, ...]
    counter: str | None = None
    rank: int = 0  # of several for one of ours: the lowest goes first
    summed: bool = False  # the sum over three phases, where ours is something else


type Rows = Mapping[str, Row]

_DELIVERED: Final = "{} delivered"
_RECEIVED: Final = "{} received"


def _phased(suffix: str, row: Row, of_phase: str | None = None) -> Iterator[tuple[str, Row]]:
    """Return a row, and those of its phases: of the same keys, or of another one."""
    yield suffix, row
    for phase in _PHASES:
        ours = (of_phase,) if of_phase else row.ours
        yield (
            f"{suffix}_l{phase}",
            replace(row, ours=tuple(f"{key}_l{phase}" for key in ours), counter=None, summed=False),
        )


def _powers() -> Iterator[tuple[str, Row]]:
    for suffix, ours, rank in (
        ("production", "production_power", 0),
        ("consumption", "consumption_power", 0),
        ("net_consumption", "grid_power", 0),
        ("balanced_net_consumption", "grid_power", 1),
        ("battery_discharge", "battery_power", 0),
    ):
        yield from _phased(suffix, Row(ours=(ours,), rank=rank))
    for kind in ("production", "total_consumption"):
        whole = f"{kind.removeprefix('total_')}_power"
        yield from _phased(f"{kind}_ct_power", Row(ours=(whole, f"{kind}_meter_power"), rank=1))
    for kind in _FURTHER:
        yield from _phased(f"{kind}_ct_power", Row(ours=(f"{kind}_meter_power",)))


def _energies() -> Iterator[tuple[str, Row]]:
    """Return lifetime energies; by phase, they are those of the meters."""
    for suffix, total, counter, rank in (
        ("lifetime_production", "production_energy", _DELIVERED.format(PRODUCTION_METER), 0),
        ("production_ct_energy_delivered", "production_energy", _DELIVERED.format(PRODUCTION_METER), 1),
        ("total_consumption_ct_energy_delivered", "consumption_energy", _DELIVERED.format(LOAD_METER), 0),
        ("lifetime_net_consumption", "grid_import_energy", _DELIVERED.format(NET_METER), 0),
        ("lifetime_net_production", "grid_export_energy", _RECEIVED.format(NET_METER), 0),
        ("lifetime_battery_discharged", "battery_discharged_energy", _DELIVERED.format(STORAGE_METER), 0),
        ("lifetime_battery_charged", "battery_charged_energy", _RECEIVED.format(STORAGE_METER), 0),
    ):
        meter, direction = counter.split()
        of_meter = f"{meter.replace('-', '_')}_meter_energy_{direction}"
        yield from _phased(suffix, Row(ours=(total, of_meter), counter=counter, rank=rank), of_meter)
    # A battery that charges was counted as consumption there.
    yield "lifetime_consumption", Row(ours=("consumption_energy",), rank=1)
    for kind in ("production", "total_consumption"):
        yield from _phased(f"{kind}_ct_energy_received", Row(ours=(f"{kind}_meter_energy_received",)))
    for kind in _FURTHER:
        for direction in ("delivered", "received"):
            yield from _phased(f"{kind}_ct_energy_{direction}", Row(ours=(f"{kind}_meter_energy_{direction}",)))
    for kind in ("production", "consumption"):
        yield f"daily_{kind}", Row(ours=(f"{kind}_energy_today",))
        yield f"seven_days_{kind}", Row(ours=(f"{kind}_energy_last_seven_days",))


# Meters beside those of production, grid, consumption and battery.
_FURTHER: Final = ("backfeed", "load", "evse", "pv3p")


def _meters() -> Iterator[tuple[str, Row]]:
    """Return what meters measure besides power and energy; some keys there are not of the pattern."""
    odd = {
        ("net_consumption", "frequency"): "frequency",
        ("net_consumption", "voltage"): "voltage",
        ("storage", "voltage"): "storage_voltage",
    }
    for kind in ("net_consumption", "production", "storage", "total_consumption", *_FURTHER):
        prefix = "net_ct" if kind == "net_consumption" else f"{kind}_ct"
        for quantity, ending in (
            ("frequency", "frequency"),
            ("voltage", "voltage"),
            ("current", "current"),
            ("power_factor", "powerfactor"),
        ):
            suffix = odd.get((kind, quantity), f"{prefix}_{ending}")
            yield from _phased(suffix, Row(ours=(f"{kind}_meter_{quantity}",), summed=quantity == "voltage"))


def _batteries() -> Iterator[tuple[str, Row]]:
    for suffix, ours, rank in (
        ("battery_level", "battery_level", 0),
        ("aggregated_soc", "battery_level", 1),
        ("reserve_soc", "battery_reserve", 0),
        ("available_energy", "battery_stored_energy", 0),
        ("aggregated_available_energy", "battery_stored_energy", 1),
        ("reserve_energy", "battery_reserve_energy", 0),
        ("max_capacity", "battery_capacity", 0),
        ("aggregated_max_battery_capacity", "battery_capacity", 1),
    ):
        yield suffix, Row(ours=(ours,), rank=rank)


def _plain(pairs: Mapping[str, str]) -> Rows:
    return {suffix: Row(ours=(ours,)) for suffix, ours in pairs.items()}


_CONTACTS: Final = ("NC1", "NC2", "NO1", "NO2")
# Of a battery's settings there, whose owner may be a System Controller or the gateway.
_OF_BATTERIES: Final[Mapping[str, Rows]] = {
    Platform.NUMBER: _plain({"reserve_soc": "reserve"}),
    Platform.SWITCH: _plain({"charge_from_grid": "charge_from_grid"}),
}

# What follows the gateway's serial number, by platform.
_OF_GATEWAY: Final[Mapping[str, Rows]] = {
    **_OF_BATTERIES,
    Platform.SENSOR: dict((*_powers(), *_energies(), *_meters(), *_batteries())),
}

# What follows the serial number of a microinverter, a battery, a controller, a collar; nothing at all is a power.
_OF_DEVICE: Final[Mapping[str, Rows]] = {
    Platform.SENSOR: _plain(
        {
            "": "power",
            "max_reported": "max_power",
            "last_reported": "last_report",
            "dc_voltage": "dc_voltage",
            "dc_current": "dc_current",
            "ac_voltage": "ac_voltage",
            "ac_current": "ac_current",
            "ac_frequency": "frequency",
            "temperature": "temperature",
            "lifetime_energy": "energy",
            "energy_today": "energy_today",
            "soc": "level",
            "real_power_mw": "power",
            "apparent_power_mva": "apparent_power",
            "acb_battery_soc": "level",
            "acb_battery_power": "power",
            "acb_battery_temperature": "temperature",
            "acb_battery_last_reported": "last_report",
        }
    ),
    Platform.BINARY_SENSOR: _plain({"communicating": "communicating", "dc_switch": "dc_switch"}),
    Platform.NUMBER: _plain(
        {
            f"relay_{contact}_{level}": f"{contact.lower()}_{level}"
            for contact in _CONTACTS
            for level in ("soc_low", "soc_high")
        }
    ),
    Platform.SWITCH: _plain(
        {"mains_admin_state": "grid_connection"}
        | {f"relay_{contact}_relay_status": contact.lower() for contact in _CONTACTS}
    ),
}

# What follows the serial number of a device there, and that of the gateway here.
_FROM_DEVICE_TO_GATEWAY: Final[Mapping[str, Rows]] = {
    **_OF_BATTERIES,
    Platform.BINARY_SENSOR: _plain({"mains_oper_state": "grid_relay"}),
}


def counterpart(platform: str, unique_id: str, *, gateway: str, phases: int) -> Row | None:
    """Return what an entity of the built-in integration may become, as unique ids; None if nothing of ours is the same.

    `gateway` is the serial number of the gateway, which has so many phases.
    """
    serial, _, suffix = unique_id.partition("_")
    owner = gateway
    if serial == gateway:
        row = _OF_GATEWAY.get(platform, {}).get(suffix)
    elif row := _FROM_DEVICE_TO_GATEWAY.get(platform, {}).get(suffix):
        pass
    else:
        row, owner = _OF_DEVICE.get(platform, {}).get(suffix), serial
    if row is None or (row.summed and phases == len(_PHASES)):
        return None
    return replace(row, ours=tuple(f"{owner}_{key}" for key in row.ours))
