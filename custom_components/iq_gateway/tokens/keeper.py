"""The token of a gateway: renewed ahead of time, replaced when rejected, asked for where neither is possible."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from random import random
from typing import Final

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntry, ConfigEntryState
from homeassistant.const import CONF_TOKEN
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..client.endpoints import INFO
from ..client.errors import GatewayError, TokenError, TokenForOtherGateway, TokenMalformed, TokenRejected
from ..client.token import AccessToken
from ..const import CONF_SERIAL, DOMAIN, LOGGER
from ..issues import Issue, async_clear, async_raise
from ..polling import Poller, PollResult
from ..site.moment import moment
from .renewal import (
    FINAL_OBSTACLES,
    Obstacle,
    SignIns,
    async_renew_token,
    is_renewing,
    remember,
    remembers_account,
)

# An owner's token lives a year and is renewed a month ahead, an installer's twelve hours and an hour (gateway-api.md
# 1.5): a twelfth for both, and for whatever else the cloud may give.
_MARGIN_SHARE: Final = 12
_LONGEST_MARGIN: Final = timedelta(days=30)
# Nobody knows how many gateways have had their tokens made at the same time; they are not to be renewed together.
_SPREAD_SHARE: Final = 4
_LONGEST_SPREAD: Final = timedelta(days=1)

# The role of each entry's last token, over reloads.
_ROLES: Final[HassKey[dict[str, str]]] = HassKey(f"{DOMAIN}_token_roles")

# Why a token is of no use, as far as it tells by itself.
_FLAWS: Final[dict[type[TokenError], str]] = {
    TokenMalformed: "token_malformed",
    TokenForOtherGateway: "token_for_other_gateway",
}
_CLOCK: Final = "gateway_clock"

# Obstacles that will hardly go away by themselves before the token ends.
_TOLD_AT_ONCE: Final = FINAL_OBSTACLES | {Obstacle.TOKEN_NOT_ISSUED}
# Others are told when this share of the margin is left: ten days for an owner's token.
_TOLD_SHARE: Final = 3


class TokenKeeper:
    """Keeps one gateway supplied with a token that it accepts, for as long as its entry is set up.

    An entry with an account has a new token made in time, and at once when the gateway rejects the present one. In any
    other case it is the user who is asked: by a repair as long as the token works, by reauth when it no longer does.
    """

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry, poller: Poller, *, refresh: Callable[[], Awaitable[None]]
    ) -> None:
        self.token: AccessToken | None = None
        self._hass = hass
        self._entry = entry
        self._poller = poller
        self._refresh = refresh
        self._in_use = ""
        self._flaw = "token_rejected"
        self._accepted = False
        self._rejected = False
        self._timer: CALLBACK_TYPE | None = None
        self._take_stored()
        entry.async_on_unload(self._cancel_timer)

    @property
    def needs_user(self) -> bool:
        """Whether no new token can be had without the user."""
        return not remembers_account(self._entry) or SignIns.of(self._entry).obstacle in FINAL_OBSTACLES

    @property
    def reason(self) -> str:
        """The key of the text that tells why the gateway has no token that it accepts."""
        obstacle = SignIns.of(self._entry).obstacle
        return self._flaw if obstacle is None or self._flaw == _CLOCK else obstacle

    async def async_follow(self, result: PollResult) -> bool:
        """Draw the conclusions from a cycle; tell whether it should be repeated, with another token."""
        if any(isinstance(error, TokenRejected) for error in result.errors.values()):
            return await self._async_replace()
        if result.answered - {INFO.name}:
            self._accept()
        self._take_stored()
        return False

    @callback
    def _take_stored(self) -> bool:
        """Use the token that the entry holds, which a renewal may have put there; tell whether it is another one."""
        stored: str = self._entry.data[CONF_TOKEN]
        if stored == self._in_use:
            return False
        self._in_use, self.token = stored, None
        self._accepted = self._rejected = False
        try:
            token = AccessToken.parse(stored)
            if token.serial != self._entry.data[CONF_SERIAL]:
                raise TokenForOtherGateway("The token was made for another gateway")
        except TokenError as err:
            self._flaw = _FLAWS[type(err)]
        else:
            self.token = token
            self._watch_role(token.role)
        self._poller.gateway.token = self.token.raw if self.token else None
        self._poller.forget_refusals()
        self._plan()
        return True

    @callback
    def _watch_role(self, role: str) -> None:
        """Tell once of another role: what the gateway tells, and lets be changed, goes by it."""
        roles = self._hass.data.setdefault(_ROLES, {})
        if (before := roles.get(self._entry.entry_id, role)) != role:
            LOGGER.warning("%s: the token's role is now %s, and was %s", self._entry.title, role, before)
        roles[self._entry.entry_id] = role

    @callback
    def _accept(self) -> None:
        """Note that the gateway accepts the token."""
        sign_ins = SignIns.of(self._entry)
        if sign_ins.failures and sign_ins.obstacle in (None, Obstacle.TOKEN_REJECTED):
            remember(self._hass, self._entry, sign_ins.proven())
        if not self._accepted:
            self._accepted, self._rejected = True, False
            self._plan()
            if self._issue() is None:
                self._stop_asking()

    async def _async_replace(self) -> bool:
        """Replace a token that the gateway rejects, if that is possible now."""
        if self._take_stored():
            return True
        if not self._rejected or self._flaw == _CLOCK:
            self._flaw = await self._async_flaw()
            self._accepted, self._rejected = False, True
        sign_ins = SignIns.of(self._entry)
        if sign_ins.waiting and sign_ins.obstacle is None:
            remember(self._hass, self._entry, sign_ins.failed(Obstacle.TOKEN_REJECTED))
        blocked = self.needs_user or self._flaw == _CLOCK or SignIns.of(self._entry).waiting
        if is_renewing(self._hass, self._entry) or not blocked:
            return await self._async_renew()
        self._settle()
        return False

    async def _async_flaw(self) -> str:
        """Return the key of the text that tells why the gateway does not accept the token."""
        if self.token is None:
            return self._flaw
        now = dt_util.utcnow()
        if self.token.expires <= now:
            return "token_expired"
        try:
            info = await self._poller.gateway.info()
        except GatewayError:
            return "token_rejected"
        by_its_clock = moment(info.time) or now
        if self.token.issued <= by_its_clock < self.token.expires:
            return "token_rejected"
        # By the gateway's clock its life is over or has not begun. Would that be so for one made now, too?
        return "token_expired" if self.token.issued <= by_its_clock < now + self.token.lifetime else _CLOCK

    async def _async_renew(self) -> bool:
        """Have a new token made and use it; tell whether there is one."""
        await async_renew_token(self._hass, self._entry)
        if self._take_stored():
            return True
        self._settle()
        return False

    # When

    @callback
    def _plan(self) -> None:
        """Set the time at which the token is to be renewed, or the user to be told that it ends."""
        self._cancel_timer()
        self._show_issue()
        begins, sign_ins = self._due, SignIns.of(self._entry)
        if not self.needs_user:
            # A next try is as late as it is because of what came of the last one, which was spread.
            begins = max(begins if sign_ins.obstacle else _spread(begins, self.token), sign_ins.earliest)
        elif begins <= dt_util.utcnow():
            return
        self._timer = async_track_point_in_utc_time(self._hass, self._on_time, begins)

    @property
    def _due(self) -> datetime:
        """When the token's end is near enough to see to it."""
        if self.token is None or (self._rejected and self._flaw != _CLOCK):
            return dt_util.utcnow()
        return self.token.expires - _margin(self.token)

    @callback
    def _on_time(self, _now: datetime) -> None:
        self._timer = None
        if self.needs_user:
            self._plan()
        else:
            self._entry.async_create_background_task(self._hass, self._async_renew_on_time(), "token renewal")

    async def _async_renew_on_time(self) -> None:
        was_rejected = self._rejected
        if await self._async_renew() and was_rejected:
            await self._refresh()

    @callback
    def _cancel_timer(self) -> None:
        if self._timer:
            self._timer()
            self._timer = None

    # What the user sees

    @callback
    def _settle(self) -> None:
        """Go on without a new token; have the user sign in where nothing else helps."""
        self._plan()
        # While an entry is set up, Home Assistant asks by itself.
        if not (self._rejected and self.needs_user) or self._entry.state is ConfigEntryState.SETUP_IN_PROGRESS:
            return
        if not any(self._entry.async_get_active_flows(self._hass, {SOURCE_REAUTH})):
            LOGGER.warning("%s: sign in again for a new token (%s)", self._entry.title, self.reason.replace("_", " "))
        self._entry.async_start_reauth(self._hass)

    @callback
    def _stop_asking(self) -> None:
        """Take back the request to sign in, unless the user has begun to."""
        for flow in list(self._entry.async_get_active_flows(self._hass, {SOURCE_REAUTH})):
            if flow.get("step_id") == "reauth_confirm":
                self._hass.config_entries.flow.async_abort(flow["flow_id"])

    @callback
    def _show_issue(self) -> None:
        text = self._issue()
        if text is None:
            async_clear(self._hass, self._entry, Issue.TOKEN)
            return
        expires = dt_util.as_local(self.token.expires).strftime("%Y-%m-%d %H:%M") if self.token else ""
        severity = ir.IssueSeverity.ERROR if self._rejected else ir.IssueSeverity.WARNING
        async_raise(self._hass, self._entry, Issue.TOKEN, text=text, severity=severity, expires=expires)

    def _issue(self) -> str | None:
        """Return the key of what there is to tell; None if there is nothing, or reauth asks already."""
        obstacle = SignIns.of(self._entry).obstacle
        if self._rejected:
            return None if self.needs_user or not (obstacle or self._flaw == _CLOCK) else self.reason
        if remembers_account(self._entry):
            return obstacle if obstacle in _TOLD_AT_ONCE else self._overdue(obstacle)
        return "token_ends" if self._due <= dt_util.utcnow() else None

    def _overdue(self, obstacle: Obstacle | None) -> str | None:
        """Return the key of what to tell of a token that should have been renewed long since."""
        if obstacle is None or self.token is None:
            return None
        told_from = self.token.expires - _margin(self.token) / _TOLD_SHARE
        return "not_renewed" if told_from <= dt_util.utcnow() else None


def _margin(token: AccessToken) -> timedelta:
    """Return how long before its end a token is seen to."""
    return min(token.lifetime / _MARGIN_SHARE, _LONGEST_MARGIN)


def _spread(begins: datetime, token: AccessToken | None) -> datetime:
    """Choose a moment in the first part of the time that is left."""
    begins = max(begins, dt_util.utcnow())
    left = token.expires - begins if token else timedelta()
    return begins + random() * min(max(left / _SPREAD_SHARE, timedelta()), _LONGEST_SPREAD)  # noqa: S311
