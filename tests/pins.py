"""What there is to know of a simulated gateway's certificate."""

from datetime import datetime
from typing import TypedDict

from custom_components.iq_gateway.client.tls import Pin
from tests.simulator import GatewaySimulator


class PinData(TypedDict):
    """What an entry keeps of it."""

    fingerprint: str
    public_key: str
    certificate_ends: str


def pin_of(gateway: GatewaySimulator) -> Pin:
    """Return what a client should learn."""
    shown = gateway.certificate
    return Pin(fingerprint=shown.fingerprint, key=shown.public_key, ends=shown.ends)


def kept(gateway: GatewaySimulator) -> PinData:
    """Return what an entry should keep."""
    shown = gateway.certificate
    return PinData(fingerprint=shown.fingerprint, public_key=shown.public_key, certificate_ends=shown.ends.isoformat())


def readable(gateway: GatewaySimulator) -> str:
    """Return the fingerprint as people compare it."""
    digits = gateway.fingerprint.upper()
    return ":".join(digits[place : place + 2] for place in range(0, len(digits), 2))


def in_days(gateway: GatewaySimulator, days: int) -> datetime:
    """Return a moment of the gateway's time, to the second as certificates have it."""
    return datetime.fromtimestamp(int(gateway.clock.now() + days * 86_400)).astimezone()
