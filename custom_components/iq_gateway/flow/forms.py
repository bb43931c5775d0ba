"""The flow's forms, and which error belongs to which of their fields."""

from collections.abc import Mapping
from typing import Final

from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_TOKEN, CONF_USERNAME
from homeassistant.helpers.selector import BooleanSelector, TextSelector, TextSelectorConfig, TextSelectorType
import voluptuous as vol

from ..client.errors import (
    AccountBlocked,
    CertificateChanged,
    CloudUnreachable,
    GatewayBusy,
    GatewayError,
    InvalidAnswer,
    InvalidCredentials,
    MfaRequired,
    NotFound,
    TokenError,
    TokenExpired,
    TokenForOtherGateway,
    TokenMalformed,
    TokenNotIssued,
    TokenRejected,
    TooManySessions,
    WrongGateway,
)
from ..const import CONF_ENERGY_PANEL, CONF_REMEMBER_PASSWORD, CONF_SERIAL, DEFAULT_HOST
from .checks import ClockWrong, InvalidHost

_BASE: Final = "base"

_HOST: Final = TextSelector(TextSelectorConfig(autocomplete="off"))
_SECRET: Final = TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="off")

USER_SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_HOST, default=DEFAULT_HOST): _HOST,
        vol.Optional(CONF_SERIAL): TextSelector(TextSelectorConfig(autocomplete="off")),
    }
)
RECONFIGURE_SCHEMA: Final = vol.Schema({vol.Required(CONF_HOST): _HOST})
ACCOUNT_SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_USERNAME): TextSelector(
            TextSelectorConfig(type=TextSelectorType.EMAIL, autocomplete="username")
        ),
        vol.Required(CONF_PASSWORD): TextSelector(
            TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="current-password")
        ),
        vol.Required(CONF_REMEMBER_PASSWORD, default=True): BooleanSelector(),
    }
)
TOKEN_SCHEMA: Final = vol.Schema({vol.Required(CONF_TOKEN): TextSelector(_SECRET)})
FINISH_SCHEMA: Final = vol.Schema({vol.Required(CONF_ENERGY_PANEL, default=True): BooleanSelector()})
CONFIRM_SCHEMA: Final = vol.Schema({})

type ErrorTable = Mapping[type[Exception], tuple[str, str]]
"""For each error the field that it is about, and the key of its text; the first that fits counts."""

# What the gateway can say while it is looked for.
_LOOKING: Final[ErrorTable] = {
    InvalidHost: (CONF_HOST, "invalid_host"),
    GatewayBusy: (CONF_HOST, "gateway_busy"),
    InvalidAnswer: (CONF_HOST, "not_a_gateway"),
    NotFound: (CONF_HOST, "not_a_gateway"),
    GatewayError: (CONF_HOST, "cannot_connect"),
}
USER_ERRORS: Final[ErrorTable] = {WrongGateway: (CONF_SERIAL, "wrong_serial"), **_LOOKING}
DISCOVERY_ERRORS: Final[ErrorTable] = {
    WrongGateway: (_BASE, "wrong_serial"),
    **{error: (_BASE, text) for error, (_, text) in _LOOKING.items()},
}
RECONFIGURE_ERRORS: Final[ErrorTable] = _LOOKING

# What it can say to a token, in steps that do not ask for its address.
_VERIFYING: Final[ErrorTable] = {
    ClockWrong: (_BASE, "gateway_clock"),
    WrongGateway: (_BASE, "another_gateway"),
    CertificateChanged: (_BASE, "certificate_changed"),
    GatewayBusy: (_BASE, "gateway_busy"),
    InvalidAnswer: (_BASE, "not_a_gateway"),
    NotFound: (_BASE, "not_a_gateway"),
    GatewayError: (_BASE, "cannot_connect"),
}
REAUTH_ERRORS: Final[ErrorTable] = _VERIFYING
KEEP_ERRORS: Final[ErrorTable] = {
    TokenError: (_BASE, "token_rejected"),
    TokenRejected: (_BASE, "token_rejected"),
    **_VERIFYING,
}
ACCOUNT_ERRORS: Final[ErrorTable] = {
    InvalidCredentials: (CONF_PASSWORD, "invalid_auth"),
    MfaRequired: (CONF_USERNAME, "mfa_required"),
    AccountBlocked: (CONF_USERNAME, "account_blocked"),
    TooManySessions: (CONF_USERNAME, "too_many_sessions"),
    TokenNotIssued: (CONF_USERNAME, "token_not_issued"),
    CloudUnreachable: (_BASE, "cloud_unreachable"),
    TokenRejected: (_BASE, "token_rejected"),
    **_VERIFYING,
}
TOKEN_ERRORS: Final[ErrorTable] = {
    TokenMalformed: (CONF_TOKEN, "token_malformed"),
    TokenExpired: (CONF_TOKEN, "token_expired"),
    TokenForOtherGateway: (CONF_TOKEN, "token_for_other_gateway"),
    TokenRejected: (CONF_TOKEN, "token_rejected"),
    **_VERIFYING,
}


def explain(err: Exception, table: ErrorTable) -> dict[str, str]:
    """Return a form's errors for what went wrong."""
    return next({field: text} for kind, (field, text) in table.items() if isinstance(err, kind))
