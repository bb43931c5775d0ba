"""Access tokens as the cloud signs them: ES256 JWTs, checked by the gateway (gateway-api.md 1.5)."""

from dataclasses import dataclass
from functools import cache, cached_property
from typing import Final
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric import ec
import jwt

KEY_ID: Final = "7d10005d-7899-4d0d-bcb4-244f98ee156b"
YEAR: Final = 31_536_000
HALF_A_DAY: Final = 43_200
LIFETIMES: Final = {"owner": YEAR, "installer": HALF_A_DAY}
"""Seconds a token lives, by role."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What a token says: whose gateway, which role, issued and expiring at (seconds since the epoch)."""

    serial: str
    role: str
    issued: int
    expires: int


class Signer:
    """Who signs the tokens; `key` is one of this process's own, unless a kept one is put in its place."""

    @cached_property
    def key(self) -> ec.EllipticCurvePrivateKey:
        """The private key."""
        return ec.generate_private_key(ec.SECP256R1())


SIGNER: Final = Signer()


def mint(claims: Claims, *, username: str = "someone@example.com") -> str:
    """Sign a token."""
    payload = {
        "aud": claims.serial,
        "iss": "Entrez",
        "enphaseUser": claims.role,
        "exp": claims.expires,
        "iat": claims.issued,
        "jti": str(uuid4()),
        "username": username,
    }
    return jwt.encode(payload, SIGNER.key, algorithm="ES256", headers={"kid": KEY_ID, "typ": "JWT"})


@cache
def verify(token: str) -> Claims | None:
    """Return the claims of a token that this process signed, whatever its age; None for any other text."""
    unchecked = {"verify_exp": False, "verify_aud": False, "verify_iat": False}
    try:
        payload = jwt.decode(token, SIGNER.key.public_key(), algorithms=["ES256"], options=unchecked)  # type: ignore[arg-type]
    except jwt.InvalidTokenError:
        return None
    return Claims(
        serial=payload["aud"], role=payload["enphaseUser"], issued=int(payload["iat"]), expires=int(payload["exp"])
    )
