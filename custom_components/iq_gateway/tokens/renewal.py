"""New tokens from the cloud: one sign-in at a time for each entry, and a memory of those that failed.

Enphase locks accounts after a few failed sign-ins. So what came of the last ones is part of the entry: a restart
forgets nothing, and whoever signs in anew replaces it together with the token.
"""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, Self

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_PASSWORD, CONF_TOKEN, CONF_USERNAME
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..client.errors import (
    AccountBlocked,
    CloudError,
    CloudUnreachable,
    InvalidCredentials,
    MfaRequired,
    TokenNotIssued,
    TooManySessions,
)
from ..const import CONF_SERIAL, DOMAIN, LOGGER
from .minting import async_mint_token

CONF_SIGN_INS: Final = "sign_ins"

_FIRST_RETRY: Final = timedelta(minutes=15)
_MOST_DOUBLINGS: Final = 7
_LAST_RETRY: Final = timedelta(days=1)
# A gateway that rejects a token just made for it will most likely do the same to the next one.
_AFTER_SUCCESS: Final = timedelta(hours=1)

_RUNNING: Final[HassKey[dict[str, asyncio.Task[None]]]] = HassKey(f"{DOMAIN}_renewals")


class Obstacle(StrEnum):
    """Why there is no new token that the gateway accepts; texts for the user have these keys."""

    CLOUD_UNREACHABLE = "cloud_unreachable"
    TOO_MANY_SESSIONS = "too_many_sessions"
    TOKEN_NOT_ISSUED = "token_not_issued"
    INVALID_AUTH = "invalid_auth"
    MFA_REQUIRED = "mfa_required"
    ACCOUNT_BLOCKED = "account_blocked"
    TOKEN_REJECTED = "token_rejected"
    """The cloud gave one, and the gateway does not accept it."""


# Another try would get the same answer, or the account locked, until the user has done something about it.
FINAL_OBSTACLES: Final = frozenset({Obstacle.INVALID_AUTH, Obstacle.MFA_REQUIRED, Obstacle.ACCOUNT_BLOCKED})

_OBSTACLES: Final[dict[type[CloudError], Obstacle]] = {
    CloudUnreachable: Obstacle.CLOUD_UNREACHABLE,
    TooManySessions: Obstacle.TOO_MANY_SESSIONS,
    TokenNotIssued: Obstacle.TOKEN_NOT_ISSUED,
    InvalidCredentials: Obstacle.INVALID_AUTH,
    MfaRequired: Obstacle.MFA_REQUIRED,
    AccountBlocked: Obstacle.ACCOUNT_BLOCKED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIns:
    """What came of the latest sign-ins."""

    failures: int = 0
    next_try: float = 0.0
    """Seconds since the epoch before which there is no further one."""
    obstacle: Obstacle | None = None

    @classmethod
    def of(cls, entry: ConfigEntry) -> Self:
        """Return what an entry remembers."""
        kept: dict[str, Any] = entry.data.get(CONF_SIGN_INS, {})
        obstacle = kept.get("obstacle")
        return cls(
            failures=kept.get("failures", 0),
            next_try=kept.get("next_try", 0.0),
            obstacle=Obstacle(obstacle) if obstacle else None,
        )

    def failed(self, obstacle: Obstacle) -> Self:
        """Add one that led nowhere; each doubles the time until the next try."""
        wait = min(_FIRST_RETRY * 2 ** min(self.failures, _MOST_DOUBLINGS), _LAST_RETRY)
        return replace(
            self,
            failures=self.failures + 1,
            next_try=max(self.earliest.timestamp(), _from_now(wait)),
            obstacle=obstacle,
        )

    def succeeded(self) -> Self:
        """Add one that gave a token; whether that was any good is for the gateway to say."""
        return replace(self, next_try=_from_now(_AFTER_SUCCESS), obstacle=None)

    def proven(self) -> Self:
        """Return what is left to remember once the gateway has accepted a token."""
        return replace(self, failures=0, obstacle=None)

    @property
    def earliest(self) -> datetime:
        """When the next try may be; one further off than any wait comes from a clock that was wrong, and is ignored."""
        return dt_util.utc_from_timestamp(0 if self.next_try > _from_now(_LAST_RETRY) else self.next_try)

    @property
    def waiting(self) -> bool:
        """Whether it is too early for the next try, or no use without the user."""
        return self.obstacle in FINAL_OBSTACLES or self.earliest > dt_util.utcnow()


def _from_now(wait: timedelta) -> float:
    return (dt_util.utcnow() + wait).timestamp()


def remember(hass: HomeAssistant, entry: ConfigEntry, sign_ins: SignIns, *, token: str | None = None) -> None:
    """Keep in an entry what came of a sign-in, and the token that it gave."""
    kept = {
        "failures": sign_ins.failures,
        "next_try": sign_ins.next_try,
        "obstacle": sign_ins.obstacle.value if sign_ins.obstacle else None,
    }
    hass.config_entries.async_update_entry(
        entry, data={**entry.data, CONF_TOKEN: token or entry.data[CONF_TOKEN], CONF_SIGN_INS: kept}
    )


def remembers_account(entry: ConfigEntry) -> bool:
    """Tell whether an entry holds what a sign-in takes."""
    return CONF_USERNAME in entry.data and CONF_PASSWORD in entry.data


def is_renewing(hass: HomeAssistant, entry: ConfigEntry) -> bool:
    """Tell whether a sign-in for an entry is under way, be it from before it was set up again."""
    return entry.entry_id in hass.data.get(_RUNNING, {})


async def async_renew_token(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Sign in once, and keep in the entry the token that this gives, or what it gave instead.

    Who calls while one is under way waits for that one. It goes on when its caller is cancelled: an entry that is set
    up again finds its outcome.
    """
    running = hass.data.setdefault(_RUNNING, {})
    task = running.get(entry.entry_id)
    if task is None:
        task = running[entry.entry_id] = hass.async_create_task(_async_renew(hass, entry), "renew a gateway's token")
        task.add_done_callback(lambda _: running.pop(entry.entry_id))
    await asyncio.shield(task)


async def _async_renew(hass: HomeAssistant, entry: ConfigEntry) -> None:
    replaced, before = entry.data[CONF_TOKEN], SignIns.of(entry)
    # Kept before it is tried: an attempt that the end of the process cuts off has been one.
    remember(hass, entry, before.failed(Obstacle.CLOUD_UNREACHABLE))
    new: str | None = None
    try:
        token = await async_mint_token(
            hass,
            username=entry.data[CONF_USERNAME],
            password=entry.data[CONF_PASSWORD],
            serial=entry.data[CONF_SERIAL],
        )
    except CloudError as err:
        after = before.failed(next(obstacle for kind, obstacle in _OBSTACLES.items() if isinstance(err, kind)))
        if after.obstacle is not before.obstacle:
            LOGGER.warning("%s: no new token for the gateway: %s", entry.title, err)
    else:
        new, after = token.raw, before.succeeded()
        if before.failures:
            LOGGER.info("%s: there is a new token for the gateway", entry.title)
    # The user may have been faster, and signed in another way or removed the entry.
    if hass.config_entries.async_get_entry(entry.entry_id) is entry and entry.data[CONF_TOKEN] == replaced:
        remember(hass, entry, after, token=new)
