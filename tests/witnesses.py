"""One figure of each endpoint that is another in every cycle, and where Home Assistant shows it.

An entity that shows the figure of the last answer is up to date; one that shows an older figure stands still.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr

from custom_components.iq_gateway.const import DOMAIN
from tests.simulator import GatewaySimulator
from tests.simulator.reply import Json

from .states import state

_FIRMWARE: Final = 5200
_MODES: Final = ("full_backup", "self_consumption", "savings")


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """Which field of an endpoint's answer carries the figure, under which key it is shown, and as what.

    Without a key it is not shown as a state: the firmware of `/info`, which the gateway's device follows.
    """

    endpoint: str
    field: str
    key: str | None
    value: Callable[[int], Json] = float
    shown: Callable[[int], str] = lambda beat: str(float(beat))
    platform: str = "sensor"
    first: float = 300.0  # s until the endpoint is asked the next time
    stands: int = 2  # cycles without an answer in which the value stands


# Hourly, and every second hour at the latest; asked again in each cycle once that failed.
_HOURLY: Final = 7200.0
_HOURLY_STANDS: Final = 3

READINGS: Final = Witness(endpoint="readings", field="voltage", key="production_meter_voltage")
# Level and reserve are told elsewhere, too.
LIVE: Final = Witness(
    endpoint="live",
    field="backup_bat_mode",
    key="battery_mode",
    value=lambda beat: beat % len(_MODES),
    shown=lambda beat: _MODES[beat % len(_MODES)],
)
ENERGY: Final = Witness(
    endpoint="energy",
    field="wattHoursSevenDays",
    key="production_energy_last_seven_days",
    value=lambda beat: 1000 * beat,
)
INVERTERS: Final = Witness(endpoint="inverters", field="lastReportWatts", key="power")
CONSUMPTION: Final = Witness(endpoint="consumption", field="reactPwr", key="consumption_reactive_power")
PRODUCTION: Final = Witness(
    endpoint="production",
    field="wattHoursSevenDays",
    key="production_energy_last_seven_days",
    value=lambda beat: 1000 * beat,
)
METERS: Final = Witness(
    endpoint="meters",
    field="statusFlags",
    key="production_meter_problem",
    platform="binary_sensor",
    value=lambda beat: ["negative-production"] if beat % 2 else [],
    shown=lambda beat: "on" if beat % 2 else "off",
    first=_HOURLY,
    stands=_HOURLY_STANDS,
)
INFO: Final = Witness(
    endpoint="info",
    field="software",
    key=None,
    shown=lambda beat: f"D8.3.{_FIRMWARE + beat}",
    first=_HOURLY,
    stands=_HOURLY_STANDS,
)


@dataclass(slots=True)
class Beat:
    """Puts another figure into the answers of each cycle, and remembers in which one an endpoint last sent its own."""

    gateway: GatewaySimulator
    witnesses: tuple[Witness, ...]
    number: int = 0
    sent: dict[str, int] = field(default_factory=dict)

    def start(self) -> None:
        """Edit the answers of all endpoints from now on."""
        for witness in self.witnesses:
            if witness is not INFO:
                self.gateway.override(witness.endpoint, partial(self._put, witness))
        self.next()

    def next(self) -> None:
        """Let the next cycle find other figures, and another firmware."""
        self.number += 1
        self.gateway.firmware = INFO.shown(self.number)

    def expected(self, witness: Witness) -> str:
        """Return what is to be seen of an endpoint whose last answer was a good one."""
        return witness.shown(self.number if witness is INFO else self.sent[witness.endpoint])

    def _put(self, witness: Witness, payload: Json) -> Json:
        self.sent[witness.endpoint] = self.number
        if witness is INVERTERS:
            # One that has not reported for hours gives nothing, whatever it said then.
            payload = _with(payload, "lastReportDate", int(self.gateway.clock.now()))
        return _with(payload, witness.field, witness.value(self.number))


def _with(payload: Json, name: str, value: Json) -> Json:
    """Return a copy in which everything of that name has that value."""
    if isinstance(payload, list):
        return [_with(item, name, value) for item in payload]
    if isinstance(payload, dict):
        return {key: value if key == name else _with(item, name, value) for key, item in payload.items()}
    return payload


def seen(hass: HomeAssistant, witness: Witness, gateway: GatewaySimulator, inverter: str, entry_id: str) -> str | None:
    """Return what Home Assistant shows of a witness."""
    if witness.key is not None:
        serial = inverter if witness is INVERTERS else gateway.serial
        return state(hass, serial, witness.key, witness.platform)
    device = dr.async_get(hass).async_get_device_by_identifier((DOMAIN, gateway.serial), entry_id)
    return device.sw_version if device else None
