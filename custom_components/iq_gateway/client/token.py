"""What an access token for the gateway says about itself (gateway-api.md 1.5)."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
import re
from typing import Any, Self

import jwt

from .errors import TokenExpired, TokenForOtherGateway, TokenMalformed

# Three base64url segments; both the header and the claims are JSON objects, and `{"` always encodes to `eyJ`. They have
# about 120, 300 and 86 characters; without limits a text of nothing but `eyJ` would be looked at over and over.
_JWT = re.compile(r"eyJ[\w-]{1,512}\.eyJ[\w-]{1,4096}\.[\w-]{1,1024}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken:
    """A JSON Web Token of Enphase's cloud.

    Its signature is not checked: the gateway does that, and nobody else has to trust it.
    """

    raw: str = field(repr=False)
    """The token as it is sent to the gateway."""
    serial: str = field(repr=False)
    """Serial number of the only gateway that takes it (`aud`)."""
    role: str
    """What it allows (`enphaseUser`): "owner", "installer", or "unknown" if it does not say."""
    issued: datetime
    """Start of its life (`iat`), UTC."""
    expires: datetime
    """End of its life (`exp`), UTC."""

    @property
    def lifetime(self) -> timedelta:
        """Its whole life: a year for an owner, twelve hours for an installer, as a rule."""
        return self.expires - self.issued

    @classmethod
    def parse(cls, raw: str) -> Self:
        """Read a bare token.

        Raises:
            TokenMalformed: it is no JSON Web Token, or lacks a claim that every token of Enphase has.
        """
        try:
            claims: dict[str, Any] = jwt.decode(raw, options={"verify_signature": False})
            serial = claims["aud"]
            role = claims.get("enphaseUser", "unknown")
            issued, expires = (datetime.fromtimestamp(claims[name], UTC) for name in ("iat", "exp"))
        except (jwt.PyJWTError, KeyError, TypeError, ValueError, OverflowError, OSError) as err:
            raise TokenMalformed("Not a token of Enphase's cloud") from err
        if not isinstance(serial, str) or not isinstance(role, str) or expires <= issued:
            raise TokenMalformed("The token's claims make no sense")
        return cls(raw=raw, serial=serial, role=role, issued=issued, expires=expires)

    @classmethod
    def find(cls, text: str) -> Self:
        """Read the token in a text: bare, quoted, after "Bearer", broken over lines or inside a JSON document.

        That is how the cloud's two routes give it (gateway-api.md 1.3, 1.4), and how people paste it.

        Raises:
            TokenMalformed: there is none in it.
        """
        match = _JWT.search("".join(text.split()))
        if match is None:
            raise TokenMalformed("No token in the text")
        return cls.parse(match.group())

    def check(self, *, serial: str, now: datetime) -> None:
        """Check that the gateway with this serial number can take the token at this time.

        Raises:
            TokenForOtherGateway: it was made for another gateway.
            TokenExpired: its life is over.
        """
        if self.serial != serial:
            raise TokenForOtherGateway("The token was made for another gateway")
        if self.expires <= now:
            raise TokenExpired("The token has expired")
