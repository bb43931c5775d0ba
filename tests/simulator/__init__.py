"""A simulated IQ Gateway and the cloud that mints its tokens, for tests, benchmarks and the demo."""

from .accounts import Account, CloudBehaviour
from .clock import Clock
from .cloud import CloudSimulator
from .faults import Fault
from .gateway import GatewaySimulator
from .profiles import PROFILES, Battery, Profile
from .server import Request
from .situations import FirmwareUpdate, NightlyAbsence, Reboot, Situation
from .switchboard import Obedience

__all__ = [
    "PROFILES",
    "Account",
    "Battery",
    "Clock",
    "CloudBehaviour",
    "CloudSimulator",
    "Fault",
    "FirmwareUpdate",
    "GatewaySimulator",
    "NightlyAbsence",
    "Obedience",
    "Profile",
    "Reboot",
    "Request",
    "Situation",
]
