"""The pinned certificate: who is talked to, and who never gets a byte."""

from aiohttp import ClientSession
import pytest

from custom_components.iq_gateway.client.endpoints import METERS
from custom_components.iq_gateway.client.errors import CertificateChanged
from custom_components.iq_gateway.client.gateway import Gateway
from custom_components.iq_gateway.client.tls import Pin
from tests.pins import in_days, pin_of
from tests.simulator import GatewaySimulator


async def test_nothing_is_sent_to_another_key(client_gateway: Gateway, gateway: GatewaySimulator) -> None:
    """The handshake ends before a request is written."""
    gateway.new_certificate()
    for question in (client_gateway.info, client_gateway.check_token, client_gateway.enable_stream):
        with pytest.raises(CertificateChanged):
            await question()
    assert gateway.requests == []


async def test_the_first_certificate_is_learnt_and_kept(session: ClientSession, gateway: GatewaySimulator) -> None:
    """An unpinned client pins itself by its first connection."""
    learning = Gateway(session, gateway.host, token=gateway.mint())
    before = learning.pin
    await learning.read(METERS, last=True)
    assert (before, learning.pin) == (None, pin_of(gateway))

    gateway.new_certificate()
    gateway.requests.clear()
    with pytest.raises(CertificateChanged):
        await learning.read(METERS)
    assert gateway.requests == []


async def test_another_certificate_with_the_known_key_is_the_same_gateway(
    client_gateway: Gateway, gateway: GatewaySimulator
) -> None:
    """It is read without a break, as often as it gets a new one; what it shows now is known from then on."""
    for days in (365, 730):
        gateway.renew_certificate(ends=in_days(gateway, days))
        await client_gateway.read(METERS, last=True)
        assert client_gateway.pin == pin_of(gateway)
        assert client_gateway.pin.ends == in_days(gateway, days)
    gateway.new_certificate()
    with pytest.raises(CertificateChanged):
        await client_gateway.read(METERS)


async def test_the_key_is_learnt_from_the_known_certificate_only(
    session: ClientSession, gateway: GatewaySimulator
) -> None:
    """Whoever has but the fingerprint learns the key at the next connection, and cannot know a new one before it."""
    known = Pin(fingerprint=gateway.fingerprint)
    early, late = (Gateway(session, gateway.host, token=gateway.mint(), pin=known) for _ in range(2))
    await early.read(METERS, last=True)
    assert early.pin == pin_of(gateway)
    gateway.renew_certificate()
    gateway.requests.clear()
    with pytest.raises(CertificateChanged):
        await late.read(METERS)
    assert gateway.requests == []
    assert (await early.read(METERS)).data


@pytest.mark.parametrize("certificate", [b"", b"no certificate"])
def test_a_certificate_that_cannot_be_read_has_no_key(certificate: bytes) -> None:
    """Such a one is known by its fingerprint, and nobody else's is taken for its key."""
    pin = Pin.of(certificate)
    assert (pin.key, pin.ends) == (None, None)
    assert pin.admits(Pin.of(certificate))
    assert not pin.admits(Pin.of(certificate + b"."))
