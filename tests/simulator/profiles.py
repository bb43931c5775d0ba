"""The sites the simulator knows: what is installed, and how much of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal

type Measurement = Literal["production", "net-consumption", "total-consumption", "storage"]
type PhaseMode = Literal["single", "split", "three"]

SELF_CONSUMPTION: Final = 1

FIRMWARE: Final = "D8.3.5169"
METERED: Final = "800-00654-r08"
STANDARD: Final = "800-00656-r06"


@dataclass(frozen=True, slots=True, kw_only=True)
class Battery:
    """A battery: capacity in Wh, power in W each way, reserve in %, mode as `backup_bat_mode` (gateway-api.md 13)."""

    capacity: float
    power: float
    reserve: int = 10
    mode: int = SELF_CONSUMPTION


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A site.

    `meters` are the enabled current transformers, `disabled` those the gateway lists without using them. `panel_watts`
    is one inverter's peak, `load` the house's average, `generator` its rating, all in W; `retired` are inverters that
    were taken down and are remembered. `inverter_interval` is the pace of the inverters' reports in s, `live_refresh`
    that of live data while the stream is off (None: it stands still; firmware from 8.3.5289 on: 15). `contacts` are the
    dry contacts of its System Controller that are used, with the names of their loads.
    """

    name: str
    serial: str
    phase_mode: PhaseMode = "three"
    phases: int = 1
    meters: tuple[Measurement, ...] = ()
    disabled: tuple[Measurement, ...] = ()
    inverters: int = 7
    ac_batteries: int = 0
    q_relays: int = 0
    retired: int = 0
    panel_watts: float = 350.0
    load: float = 550.0
    battery: Battery | None = None
    on_grid: bool = True
    generator: float = 0.0
    has_generator: bool = False
    collar: bool = False
    combiner: bool = False
    system_controller: bool = False
    contacts: Mapping[str, str] = field(default_factory=dict)
    firmware: str = FIRMWARE
    part_number: str = METERED
    metered: bool = True
    inverter_interval: int = 300
    live_refresh: int | None = None
    plans: bool | None = False
    """Whether the cloud plans the batteries' day (`opt_schedules`); None: firmware that has no such plans."""

    @property
    def iq_battery(self) -> Battery | None:
        """The battery, if it is made of IQ batteries and not of AC batteries."""
        return None if self.ac_batteries else self.battery


_SPLIT_BATTERY: Final = Battery(capacity=25_000.0, power=7_680.0)

_ALL: Final = (
    Profile(name="standard", serial="122333444501", inverters=13, metered=False, part_number=STANDARD),
    Profile(
        name="production_only",
        serial="122333444502",
        phase_mode="split",
        phases=2,
        meters=("production",),
        disabled=("net-consumption",),
        inverters=15,
        firmware="D7.3.130",
    ),
    Profile(
        name="net_single",
        serial="122333444503",
        meters=("production", "net-consumption"),
        firmware="D7.6.175",
    ),
    Profile(
        name="net_split",
        serial="122333444504",
        phase_mode="split",
        phases=2,
        meters=("production", "net-consumption"),
        inverters=20,
        load=1_100.0,
    ),
    Profile(
        name="net_three",
        serial="122333444505",
        phases=3,
        meters=("production", "net-consumption"),
        inverters=24,
        load=900.0,
    ),
    Profile(
        name="total_consumption",
        serial="122333444506",
        meters=("production", "total-consumption"),
        inverters=10,
    ),
    Profile(
        name="metered_battery",
        serial="122333444555",
        phase_mode="split",
        phases=2,
        meters=("production", "net-consumption", "storage"),
        inverters=35,
        load=1_400.0,
        battery=_SPLIT_BATTERY,
    ),
    Profile(
        name="three_phase_battery",
        serial="122333444512",
        phases=3,
        meters=("production", "net-consumption", "storage"),
        inverters=24,
        load=900.0,
        battery=Battery(capacity=15_000.0, power=5_760.0),
    ),
    Profile(
        name="battery_no_meter",
        serial="122333444508",
        phase_mode="split",
        phases=2,
        meters=("production", "net-consumption"),
        inverters=18,
        load=900.0,
        battery=Battery(capacity=10_000.0, power=3_840.0, reserve=20),
        collar=True,
    ),
    Profile(
        name="system_controller",
        serial="122333444513",
        phase_mode="split",
        phases=2,
        meters=("production", "net-consumption", "storage"),
        inverters=35,
        load=1_400.0,
        battery=replace(_SPLIT_BATTERY, reserve=20),
        system_controller=True,
    ),
    Profile(
        name="off_grid",
        serial="122333444509",
        phase_mode="split",
        phases=2,
        meters=("production", "net-consumption", "storage"),
        inverters=30,
        battery=_SPLIT_BATTERY,
        on_grid=False,
        system_controller=True,
    ),
    Profile(
        name="generator",
        serial="122333444510",
        phase_mode="split",
        phases=2,
        meters=("production", "net-consumption", "storage"),
        inverters=20,
        battery=Battery(capacity=10_000.0, power=3_840.0, reserve=30),
        on_grid=False,
        generator=6_000.0,
        has_generator=True,
        system_controller=True,
    ),
    Profile(
        name="generator_idle",
        serial="122333444514",
        phase_mode="split",
        phases=2,
        meters=("production", "net-consumption"),
        inverters=20,
        has_generator=True,
        system_controller=True,
        contacts={"NC1": "Water heater", "NC2": ""},
    ),
    Profile(
        name="collar",
        serial="122333444515",
        phase_mode="split",
        phases=2,
        meters=("production", "net-consumption", "storage"),
        inverters=16,
        battery=Battery(capacity=10_000.0, power=3_840.0, reserve=20),
        collar=True,
        combiner=True,
        firmware="D8.3.1598",
    ),
    Profile(
        name="ac_batteries",
        serial="122333444511",
        meters=("production", "net-consumption"),
        inverters=8,
        ac_batteries=2,
        q_relays=1,
        battery=Battery(capacity=2_400.0, power=520.0, reserve=0),
    ),
    Profile(
        name="large",
        serial="122333444513",
        phases=3,
        meters=("production", "net-consumption"),
        inverters=60,
        retired=3,
        load=1_800.0,
        inverter_interval=900,
    ),
)

PROFILES: Final[dict[str, Profile]] = {profile.name: profile for profile in _ALL}
