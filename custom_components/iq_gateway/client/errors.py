"""What can go wrong with the gateway, the cloud and a token.

No error text carries a token, a password, an address or a serial number: they end up in logs and on screens.
"""


class GatewayError(Exception):
    """Something went wrong between us and the gateway."""


class CannotConnect(GatewayError):
    """Nothing at the address speaks TLS, or the connection broke."""


class CertificateChanged(GatewayError):
    """The peer showed another certificate than the pinned one, with another key; nothing was sent to it."""


class WrongGateway(GatewayError):
    """The gateway at the address has another serial number than the token was made for."""


class TokenRejected(GatewayError):
    """The gateway does not accept the token at all: `/auth/check_jwt` says so."""


class NotPermitted(GatewayError):
    """The token is fine, its role is too low for this endpoint (gateway-api.md 2)."""


class NotFound(GatewayError):
    """This firmware does not have the endpoint."""


class GatewayBusy(GatewayError):
    """The gateway answered with a server error or a refusal, or not in time."""


class NoAnswerInTime(GatewayBusy):
    """Nothing came, or not all of it, before the request's deadline."""


class InvalidAnswer(GatewayError):
    """The answer is not what the endpoint gives: HTML, broken JSON, another shape, or far too long."""


class Unconfirmed(InvalidAnswer):
    """The answer is odd for a first one: it is believed once the next one says the same."""


class CloudError(Exception):
    """No token could be had from Enphase's cloud."""


class CloudUnreachable(CloudError):
    """The cloud did not answer, or answered with an error of its own (429, 5xx, an HTML page)."""


class InvalidCredentials(CloudError):
    """The cloud does not know this e-mail address with this password."""


class MfaRequired(CloudError):
    """The account asks for a second factor, which a background service cannot give."""


class AccountBlocked(CloudError):
    """Enphase has blocked the account, mostly after too many failed sign-ins."""


class TooManySessions(CloudError):
    """The account has too many active sessions; the cloud lets no more in for now."""


class TokenNotIssued(CloudError):
    """Signed in, but neither route gave a valid token for this gateway (not the account's gateway, mostly)."""


class TokenError(ValueError):
    """A token is of no use, as far as it can be told without the gateway."""


class TokenMalformed(TokenError):
    """Not a JSON Web Token with the claims of an Enphase token."""


class TokenExpired(TokenError):
    """The token's life is over."""


class TokenForOtherGateway(TokenError):
    """The token was made for another gateway (its `aud` claim)."""
