"""`/ivp/ensemble/secctrl`: the batteries together, as what controls them sees them (gateway-api.md 14.5)."""

from dataclasses import dataclass
from typing import Final

from ..errors import InvalidAnswer
from ..values import percent, stored
from .endpoint import Endpoint
from .shapes import Parsed, has_any, record

# What is not levels and powers hardly changes, and those live data tells.
_EVERY: Final = 900


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageControl:
    """The answer; all of it is zero where there is no battery."""

    level: float | None  # %, of all batteries
    encharge_energy: float | None  # Wh stored in IQ Batteries
    ac_battery_energy: float | None  # Wh stored in AC batteries
    encharge_capacity: float | None  # Wh that IQ Batteries can hold now
    encharge_health: float | None  # %; not told by 7.3
    reserve: float | None  # %, in force
    reserve_energy: float | None  # Wh of IQ Batteries
    shutdown_level: float | None  # %; not told before 8.1


def _is_told(figure: float | None) -> bool:
    return figure is not None


def parse_secctrl(payload: object) -> Parsed[StorageControl]:
    """Parse the answer; refused without any figure of a battery."""
    whole = record(payload)
    capacities = (stored(whole.get("Enc_max_available_capacity")), stored(whole.get("Enc_commissioned_capacity")))
    control = StorageControl(
        level=next(filter(_is_told, (percent(whole.get("agg_soc")), percent(whole.get("ENC_agg_soc")))), None),
        encharge_energy=stored(whole.get("ENC_agg_avail_energy")),
        ac_battery_energy=stored(whole.get("ACB_agg_energy")),
        encharge_capacity=next(filter(_is_told, capacities), None),
        encharge_health=percent(whole.get("ENC_agg_soh")),
        reserve=percent(whole.get("configured_backup_soc")),
        reserve_energy=stored(whole.get("ENC_agg_backup_energy")),
        shutdown_level=percent(whole.get("VLS_Limit")),
    )
    if not has_any((control.level, control.encharge_energy, control.encharge_capacity, control.reserve)):
        raise InvalidAnswer("no figures of batteries")
    return control, 0


SECCTRL: Final = Endpoint[StorageControl](
    name="secctrl", path="/ivp/ensemble/secctrl", parse=parse_secctrl, every=_EVERY
)
