"""The table of endpoints: where each is, how its answer is read, how often it is worth asking."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import orjson

from .models import (
    ConsumptionReport,
    EnergyTotals,
    GatewayInfo,
    Inverter,
    LiveData,
    Meter,
    MeterReading,
    ProductionTotals,
)
from .parsing import (
    Parsed,
    parse_consumption,
    parse_energy,
    parse_info,
    parse_inverters,
    parse_live,
    parse_meters,
    parse_production,
    parse_readings,
)

# What hardly ever changes is read again after this many seconds.
HOURLY: Final = 3600


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Endpoint[T]:
    """One of the gateway's local APIs (gateway-api.md 5 to 13)."""

    name: str
    path: str
    parse: Callable[[object], Parsed[T]]
    decode: Callable[[bytes], object] = orjson.loads  # never chosen by content type: /ivp/* sends none
    authorized: bool = True  # needs the token
    every: int = 0  # seconds between reads; 0 is each cycle
    known_by: str | None = None  # the attribute that names a record, where each stands on its own


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer[T]:
    """What came back: the model, and what is worth knowing of how it came."""

    data: T
    dropped: int  # records left out because they were broken
    time: float  # the gateway's clock when it answered (the Date header); ours where it does not tell
    received: float  # our clock then
    raw: bytes


INFO: Final = Endpoint[GatewayInfo](
    name="info", path="/info", parse=parse_info, decode=bytes, authorized=False, every=HOURLY
)
METERS: Final = Endpoint[tuple[Meter, ...]](name="meters", path="/ivp/meters", parse=parse_meters, every=HOURLY)
READINGS: Final = Endpoint[tuple[MeterReading, ...]](name="readings", path="/ivp/meters/readings", parse=parse_readings)
PRODUCTION: Final = Endpoint[ProductionTotals](name="production", path="/api/v1/production", parse=parse_production)
ENERGY: Final = Endpoint[EnergyTotals](name="energy", path="/ivp/pdm/energy", parse=parse_energy)
INVERTERS: Final = Endpoint[tuple[Inverter, ...]](
    name="inverters", path="/api/v1/production/inverters", parse=parse_inverters, known_by="serial"
)
LIVE: Final = Endpoint[LiveData](name="live", path="/ivp/livedata/status", parse=parse_live)
CONSUMPTION: Final = Endpoint[tuple[ConsumptionReport, ...]](
    name="consumption", path="/ivp/meters/reports/consumption", parse=parse_consumption, known_by="report_type"
)

# In the order in which a cycle asks them: live data early, so that there is time to ask again once its stream runs.
ENDPOINTS: Final[tuple[Endpoint[object], ...]] = (
    INFO,
    METERS,
    READINGS,
    LIVE,
    ENERGY,
    PRODUCTION,
    INVERTERS,
    CONSUMPTION,
)

CHECK_TOKEN_PATH: Final = "/auth/check_jwt"
STREAM_PATH: Final = "/ivp/livedata/stream"
