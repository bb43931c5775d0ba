"""A certificate pinned by itself and by its key, checked inside the TLS handshake.

The gateway's certificate is self-signed and names neither its address nor a serial number, and one firmware's is known
to be valid for a year only (gateway-api.md 3). What can be known of a peer is that it has the same key as before: the
handshake proves that, whatever certificate the key comes in.
"""

from dataclasses import dataclass
from datetime import datetime
import hashlib
import ssl
from typing import Self, override

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import InvalidVersion, load_der_x509_certificate


class PinMismatch(ssl.SSLCertVerificationError):
    """The peer has neither the pinned certificate nor the pinned key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """What is known of the one peer that may be talked to."""

    fingerprint: str
    """SHA-256 of its certificate, in hex."""
    key: str | None = None
    """SHA-256 of its public key (SubjectPublicKeyInfo, DER), in hex; None if only the certificate is known."""
    ends: datetime | None = None
    """When the certificate's validity ends (UTC), which nobody enforces; None if that is not known."""

    @classmethod
    def of(cls, certificate: bytes) -> Self:
        """Return what a certificate in DER tells; one that cannot be read is still known by its fingerprint."""
        fingerprint = hashlib.sha256(certificate).hexdigest()
        try:
            read = load_der_x509_certificate(certificate)
            key = read.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
            ends = read.not_valid_after_utc
        except ValueError, InvalidVersion, UnsupportedAlgorithm:
            return cls(fingerprint=fingerprint)
        return cls(fingerprint=fingerprint, key=hashlib.sha256(key).hexdigest(), ends=ends)

    def admits(self, seen: Pin) -> bool:
        """Tell whether a peer with another pin is the same one: by its certificate, or by the key of a later one."""
        return seen.fingerprint == self.fingerprint or (self.key is not None and seen.key == self.key)


class PinnedContext(ssl.SSLContext):
    """A TLS client context that accepts exactly one peer: the pinned one, or the first it meets.

    The handshake fails before a byte of a request is written; aiohttp's own fingerprint check cannot be combined with a
    context that has the ciphers that the gateway needs. `pin` is what the peer showed last.
    """

    pin: Pin | None

    def __new__(cls, _pin: Pin | None) -> Self:
        """Make the context for outgoing connections."""
        return super().__new__(cls, ssl.PROTOCOL_TLS_CLIENT)

    def __init__(self, pin: Pin | None) -> None:
        """Accept who has this pin, or learn one."""
        super().__init__()
        self.pin = pin
        self.check_hostname = False
        self.verify_mode = ssl.CERT_NONE
        self.minimum_version = ssl.TLSVersion.TLSv1_2
        # Older firmware offers only ciphers that Python leaves out by itself (gateway-api.md 3).
        self.set_ciphers("DEFAULT")
        self.sslobject_class = _PinnedObject


class _PinnedObject(ssl.SSLObject):
    """One connection's TLS, which checks the peer at the end of its handshake."""

    context: PinnedContext

    @override
    def do_handshake(self) -> None:
        super().do_handshake()
        seen = Pin.of(self.getpeercert(binary_form=True) or b"")
        if self.context.pin is not None and not self.context.pin.admits(seen):
            raise PinMismatch("neither the pinned certificate nor the pinned key")
        self.context.pin = seen
