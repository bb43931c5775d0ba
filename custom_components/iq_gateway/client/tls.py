"""A certificate pinned by its fingerprint, checked inside the TLS handshake.

The gateway's certificate is self-signed and names neither its address nor a serial number (gateway-api.md 3), so what
can be known of it is only that it is the same one as before.
"""

import hashlib
import ssl
from typing import Self, override


class PinMismatch(ssl.SSLCertVerificationError):
    """The peer's certificate is not the pinned one."""


class PinnedContext(ssl.SSLContext):
    """A TLS client context that accepts exactly one certificate: the one with `fingerprint`, or the first it meets.

    The handshake fails before a byte of a request is written; aiohttp's own fingerprint check cannot be combined with a
    context that has the ciphers that the gateway needs.
    """

    fingerprint: str | None

    def __new__(cls, _fingerprint: str | None) -> Self:
        """Make the context for outgoing connections."""
        return super().__new__(cls, ssl.PROTOCOL_TLS_CLIENT)

    def __init__(self, fingerprint: str | None) -> None:
        """Pin to a SHA-256 in hex, or learn it."""
        super().__init__()
        self.fingerprint = fingerprint
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
        certificate = self.getpeercert(binary_form=True) or b""
        seen = hashlib.sha256(certificate).hexdigest()
        if self.context.fingerprint is None:
            self.context.fingerprint = seen
        elif seen != self.context.fingerprint:
            raise PinMismatch("another certificate than the pinned one")
