"""What a folder of recorded answers ought to look like in Home Assistant: the rules of the site, written down plainly.

Made to check the integration, so it shares no code with it.
"""

from collections.abc import Callable, Iterator
import json
from pathlib import Path
import re
from typing import Any, Final

type Row = dict[str, Any]
type Figures = dict[str, float]

# Totals and powers that have an entity only where the site has a source for them.
CHECKED: Final = (
    "production_power",
    "production_energy",
    "grid_power",
    "grid_import_energy",
    "grid_export_energy",
    "battery_power",
    "battery_charged_energy",
    "battery_discharged_energy",
    "consumption_power",
    "consumption_energy",
)
_AC_BATTERY: Final = 11
_DETAILS: Final = {
    "dc_voltage": ("dcVoltageINmV", 1000),
    "dc_current": ("dcCurrentINmA", 1000),
    "ac_voltage": ("acVoltageINmV", 1000),
    "frequency": ("acFrequencyINmHz", 1000),
    "temperature": ("channelTemp", 1),
}
_CELSIUS: Final[dict[str, Callable[[float], float]]] = {
    "COLLAR": lambda told: told,
    "ENCHARGE": lambda told: told,
    "ENPOWER": lambda told: (told - 32) * 5 / 9,
}
_ENERGY_KEYS: Final = {
    "net-consumption": ("grid_import_energy", "grid_export_energy"),
    "storage": ("battery_discharged_energy", "battery_charged_energy"),
}


class Recorded:
    """One folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.firmware = self._told("software")
        self._metered = self._told("imeter") == "true"
        readings = {row["eid"]: row for row in self._rows("ivp_meters_readings")}
        self._meters: dict[str, Row] = {
            meter["measurementType"]: readings[meter["eid"]]
            for meter in self._rows("ivp_meters")
            if meter["state"] == "enabled"
        }

    @property
    def major(self) -> int:
        """The firmware's first number."""
        found = re.search(r"\d+", self.firmware)
        return int(found[0]) if found else 0

    def figures(self) -> Figures:
        """Return what is to be shown on the gateway's device; what is missing has no entity."""
        power, energy = self._production()
        shown = {"production_power": power} | ({} if energy is None else {"production_energy": energy})
        shown |= dict(self._energies())
        return shown | self._powers()

    def inverters(self) -> Figures:
        """Return the power of each microinverter by its serial number."""
        return {
            row["serialNumber"]: _signed(row["lastReportWatts"])
            for row in self._rows("api_v1_production_inverters")
            if row.get("devType") != _AC_BATTERY
        }

    def temperatures(self) -> Figures:
        """Return the temperature in °C of each device that has one of its own, by its serial number."""
        return {
            device["serial_num"]: _CELSIUS[group["type"]](device["temperature"])
            for group in self._rows("ivp_ensemble_inventory")
            if group.get("type") in _CELSIUS
            for device in group["devices"]
        }

    def batteries(self) -> dict[str, Figures]:
        """Return what is to be shown of each IQ Battery, by its serial number."""
        now = {row["serial_num"]: row for row in self._json("ivp_ensemble_power").get("devices:", [])}
        return {
            device["serial_num"]: {
                "level": now[device["serial_num"]]["soc"],
                "power": now[device["serial_num"]]["real_power_mw"] / 1000,
                "capacity": device["encharge_capacity"],
                "available_energy": device["encharge_capacity"] * now[device["serial_num"]]["soc"] / 100,
            }
            for group in self._rows("ivp_ensemble_inventory")
            if group.get("type") == "ENCHARGE"
            for device in group["devices"]
        }

    def storage(self) -> Figures:
        """Return what is to be shown of all batteries together; nothing without any."""
        control = self._json("ivp_ensemble_secctrl")
        if not control or not (self.batteries() or self._ac_batteries):
            return {}
        told = {"battery_capacity": control["Max_energy"]}
        if self.batteries() and "ENC_agg_soh" in control:
            told["battery_health"] = control["ENC_agg_soh"]
        return told

    def stored(self) -> Figures:
        """Return what is to be shown of all batteries where live data does not tell it."""
        control = self._json("ivp_ensemble_secctrl")
        return {
            "battery_level": control["agg_soc"],
            "battery_stored_energy": control["ENC_agg_avail_energy"] + control["ACB_agg_energy"],
            "battery_reserve": control["configured_backup_soc"],
        }

    def other_devices(self) -> set[str]:
        """Return the serial numbers in the list of inverters that are none."""
        return {row["serialNumber"] for row in self._rows("api_v1_production_inverters")} - self.inverters().keys()

    def inverter_details(self) -> dict[str, Figures]:
        """Return by serial number what is told in detail of the inverters that are listed."""
        return {
            row["sn"]: {
                "energy": channel["lifetime"]["joulesProduced"] / 3600,
                "energy_today": channel["wattHours"]["today"],
                **{key: channel["lastReading"][name] / scale for key, (name, scale) in _DETAILS.items()},
            }
            for row, channel in self._device_rows("pcu")
            if row["sn"] in self.inverters() and channel["lastReading"]
        }

    def ac_batteries(self) -> dict[str, Figures]:
        """Return the figures of each AC battery by its serial number."""
        return {
            row["sn"]: {
                "level": channel["lastReading"]["SOC"],
                "health": channel["lastReading"]["SOH"],
                "temperature": channel["lastReading"]["maxCellTemp"],
                "power": channel["watts"]["now"] - channel["watts"]["nowUsed"],
                "charged_energy": channel["lifetime"]["joulesUsed"] / 3600,
                "discharged_energy": channel["lifetime"]["joulesProduced"] / 3600,
            }
            for row, channel in self._device_rows("acb")
        }

    def _device_rows(self, kind: str) -> list[tuple[Row, Row]]:
        """Return the rows of a kind that are in use, each with its channel."""
        rows = self._json("ivp_pdm_device_data").values()
        return [
            (row, row["channels"][0])
            for row in rows
            if isinstance(row, dict) and row["devName"] == kind and row["active"]
        ]

    def _production(self) -> tuple[float, float | None]:
        if meter := self._meters.get("production"):
            return max(meter["activePower"], 0.0), meter["actEnergyDlvd"]
        if by_inverters := self._json("ivp_pdm_energy").get("production", {}).get("pcu"):
            return by_inverters["wattsNow"], by_inverters["wattHoursLifetime"]
        if not self._metered:
            totals = self._json("api_v1_production")
            return totals["wattsNow"], totals["wattHoursLifetime"]
        return sum(self.inverters().values()), None

    def _energies(self) -> Iterator[tuple[str, float]]:
        """Return the counters; none of a load that a battery without a meter has its part in."""
        for measurement, (delivered, received) in _ENERGY_KEYS.items():
            if meter := self._meters.get(measurement):
                yield delivered, meter["actEnergyDlvd"]
                yield received, meter["actEnergyRcvd"]
        if meter := self._meters.get("total-consumption"):
            yield "consumption_energy", meter["actEnergyDlvd"]
        elif self._balanced and ("storage" in self._meters or not self._ac_batteries):
            parts = [
                self._meters[name] for name in ("production", "net-consumption", "storage") if name in self._meters
            ]
            yield "consumption_energy", sum(part["actEnergyDlvd"] - part["actEnergyRcvd"] for part in parts)

    def _powers(self) -> Figures:
        powers = {name: meter["activePower"] for name, meter in self._meters.items()}
        shown: Figures = {"battery_power": powers["storage"]} if "storage" in powers else {}
        if "storage" not in powers and self._ac_batteries:
            shown["battery_power"] = self._live_storage()
        if "total-consumption" in powers:
            load = powers["total-consumption"]
            return shown | {
                "consumption_power": load,
                "grid_power": load - powers["production"] - powers.get("storage", 0.0),
            }
        if "net-consumption" in powers:
            shown["grid_power"] = powers["net-consumption"]
        if self._balanced:
            shown["consumption_power"] = (
                powers["production"] + powers["net-consumption"] + shown.get("battery_power", 0.0)
            )
        return shown

    @property
    def _ac_batteries(self) -> bool:
        return any(row.get("devType") == _AC_BATTERY for row in self._rows("api_v1_production_inverters"))

    def _live_storage(self) -> float:
        """Return the power of batteries in live data; nothing in live data that is made up from the meters."""
        meters = self._json("ivp_livedata_status").get("meters", {})
        milliwatts: float = meters.get("storage", {}).get("agg_p_mw", 0.0)
        return milliwatts / 1000

    @property
    def _balanced(self) -> bool:
        return {"production", "net-consumption"} <= self._meters.keys()

    def _told(self, element: str) -> str:
        found = re.search(rf"<{element}>([^<]*)</{element}>", (self._folder / "info").read_text())
        return found[1] if found else ""

    def _json(self, name: str) -> Row:
        """Return an object that was recorded; nothing if it was not, or was refused."""
        payload = self._payload(name)
        return payload if isinstance(payload, dict) else {}

    def _rows(self, name: str) -> list[Row]:
        payload = self._payload(name)
        return payload if isinstance(payload, list) else []

    def _payload(self, name: str) -> object:
        file, log = self._folder / name, self._folder / f"{name}_log.json"
        refused = log.is_file() and json.loads(log.read_text()).get("code", 200) != 200
        return json.loads(file.read_text()) if file.is_file() and not refused else None


def _signed(watts: int) -> int:
    """Return a power that may be written as an unsigned number of 32 bits."""
    return watts - 2**32 if watts >= 2**31 else watts
