"""A simulated IQ Gateway and the cloud that mints its tokens, for tests, benchmarks and the demo."""

from .clock import Clock
from .faults import Fault
from .gateway import GatewaySimulator
from .profiles import PROFILES, Battery, Profile
from .server import Request

__all__ = ["PROFILES", "Battery", "Clock", "Fault", "GatewaySimulator", "Profile", "Request"]
