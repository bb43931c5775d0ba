"""The flow: find the gateway, sign in with an account or a token, stay in touch when the gateway or the token changes.

Every way in (user, zeroconf, dhcp, reauth, reconfigure) leads to `sign_in`, and from there to `account` or `token`; a
new gateway's way ends with `finish`, beside the built-in integration by way of `take_over`. Reconfigure may keep the
token, or meet a gateway that has replaced the known one.
"""

from collections.abc import Mapping
from typing import Any, Final, override

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigEntry,
    ConfigFlow,
    ConfigFlowResult,
    OptionsFlow,
)
from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_TOKEN, CONF_USERNAME
from homeassistant.core import callback
from homeassistant.data_entry_flow import AbortFlow
from homeassistant.helpers.service_info.dhcp import DhcpServiceInfo
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo
from homeassistant.util import dt as dt_util
import voluptuous as vol

from .certificate import comparison, pin_data, pin_of, readable_fingerprint
from .client.errors import CloudError, GatewayError, TokenError
from .client.token import AccessToken
from .const import (
    CONF_ENERGY_PANEL,
    CONF_REMEMBER_PASSWORD,
    CONF_SERIAL,
    CONF_TAKEOVER,
    DEFAULT_HOST,
    DOMAIN,
)
from .flow.checks import FoundGateway, InvalidHost, async_find_gateway, async_verify_token
from .flow.discovery import async_has_moved, async_remember_mac, checked_serial, read_announcement
from .flow.forms import (
    ACCOUNT_ERRORS,
    ACCOUNT_SCHEMA,
    CONFIRM_SCHEMA,
    DISCOVERY_ERRORS,
    FINISH_SCHEMA,
    KEEP_ERRORS,
    REAUTH_ERRORS,
    RECONFIGURE_ERRORS,
    RECONFIGURE_SCHEMA,
    TOKEN_ERRORS,
    TOKEN_SCHEMA,
    USER_ERRORS,
    USER_SCHEMA,
    ErrorTable,
    explain,
)
from .flow.options import IQGatewayOptionsFlow
from .flow.replacement import async_is_set_up, async_replace_gateway
from .flow.takeover import TAKE_OVER, Offer, async_offer, async_read
from .takeover.look import async_built_in
from .tokens.minting import async_mint_token

_TITLE: Final = "IQ Gateway"
# Where people mint a token by hand (brief, "Get a token").
_TOKEN_PAGE: Final = "https://entrez.enphaseenergy.com"
# Enough of a serial number to tell one's own gateways apart.
_SERIAL_ENDING: Final = 4


def _numbered(serial: str) -> str:
    """Return what tells a gateway from another one, as far as that may go into logs."""
    return f"{_TITLE} {serial[-_SERIAL_ENDING:]}"


class IQGatewayConfigFlow(ConfigFlow, domain=DOMAIN):
    """One conversation about one gateway."""

    VERSION = 1

    _found: FoundGateway
    """The gateway that answered; everything after that is pinned to its certificate."""
    _data: dict[str, Any]
    """What the entry of a new gateway will hold."""

    def __init__(self) -> None:
        self._address: dict[str, Any] = {CONF_HOST: DEFAULT_HOST}
        self._entry: ConfigEntry | None = None
        self._offer: Offer | None = None

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> OptionsFlow:
        return IQGatewayOptionsFlow()

    @override
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask where the gateway is, and find it there."""
        errors: dict[str, str] = {}
        if user_input is not None:
            self._address = user_input
            serial = user_input.get(CONF_SERIAL, "").strip() or None
            errors = await self._async_find(user_input[CONF_HOST], serial, USER_ERRORS)
            if not errors:
                return await self._async_new()
        return self._show("user", USER_SCHEMA, self._address, errors)

    async def _async_new(self) -> ConfigFlowResult:
        """Go on with a gateway that was found, unless it has an entry."""
        await self.async_set_unique_id(self._found.serial, raise_on_progress=False)
        self._abort_if_unique_id_configured()
        return await self.async_step_sign_in()

    @override
    async def async_step_zeroconf(self, discovery_info: ZeroconfServiceInfo) -> ConfigFlowResult:
        """Take up a gateway's announcement."""
        host, serial = read_announcement(discovery_info)
        return await self._async_discovered(host, serial)

    @override
    async def async_step_dhcp(self, discovery_info: DhcpServiceInfo) -> ConfigFlowResult:
        """Take up that a router gave an address to what may be a gateway."""
        try:
            found = await async_find_gateway(self.hass, discovery_info.ip)
        except GatewayError:
            return self.async_abort(reason="cannot_connect")
        if entry := await self.async_set_unique_id(checked_serial(found.serial)):
            async_remember_mac(self.hass, entry, found, discovery_info.macaddress)
        return await self._async_discovered(found.host, found.serial)

    async def _async_discovered(self, host: str, serial: str) -> ConfigFlowResult:
        """Offer a gateway that is new; follow one that has moved."""
        if entry := await self.async_set_unique_id(serial):
            moved = await async_has_moved(self.hass, entry, host)
            self._abort_if_unique_id_configured(updates={CONF_HOST: host} if moved else None)
        self._address = {CONF_HOST: host, CONF_SERIAL: serial}
        self._entitle(_numbered(serial), host)
        return await self.async_step_discovery_confirm()

    def _entitle(self, name: str, host: str) -> None:
        """Set what `flow_title` is made of: how a flow is told from others where several wait."""
        self.context.update({"title_placeholders": {"name": name, "host": host}})

    async def async_step_discovery_confirm(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Say what was discovered; once that is wanted, see that the gateway is there."""
        errors: dict[str, str] = {}
        host, serial = self._address[CONF_HOST], self._address[CONF_SERIAL]
        if user_input is not None:
            errors = await self._async_find(host, serial, DISCOVERY_ERRORS)
            if not errors:
                return await self._async_new()
        return self._show("discovery_confirm", CONFIRM_SCHEMA, {}, errors, host=host, serial=serial[-_SERIAL_ENDING:])

    async def async_step_reauth(self, _entry_data: Mapping[str, Any]) -> ConfigFlowResult:
        """Sign in again: the gateway no longer takes the token, or soon will not."""
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Say so, and see that the gateway is there before anything secret is asked."""
        return await self._async_step_known(
            "reauth_confirm", CONFIRM_SCHEMA, REAUTH_ERRORS, self._get_reauth_entry(), user_input
        )

    async def async_step_reconfigure(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the gateway's address, which may be a new one."""
        return await self._async_step_known(
            "reconfigure", RECONFIGURE_SCHEMA, RECONFIGURE_ERRORS, self._get_reconfigure_entry(), user_input
        )

    async def _async_step_known(
        self,
        step_id: str,
        schema: vol.Schema,
        table: ErrorTable,
        entry: ConfigEntry,
        user_input: dict[str, Any] | None,
    ) -> ConfigFlowResult:
        """Find an entry's gateway; it should be that one, and show the certificate or at least the key that we know."""
        self._entry = entry
        self._entitle(entry.title, entry.data[CONF_HOST])
        self._address = {CONF_HOST: entry.data[CONF_HOST], **(user_input or {})}
        errors: dict[str, str] = {}
        if user_input is not None:
            serial = None if self.source == SOURCE_RECONFIGURE else entry.unique_id
            errors = await self._async_find(self._address[CONF_HOST], serial, table)
            if not errors:
                if self._replaces:
                    return await self.async_step_replace()
                if not pin_of(entry).admits(self._found.pin):
                    return await self.async_step_certificate()
                return await self.async_step_sign_in()
        return self._show(step_id, schema, self._address, errors, title=entry.title)

    async def async_step_certificate(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Have a changed certificate confirmed before anything secret goes to whoever shows it."""
        if user_input is not None:
            return await self.async_step_sign_in()
        known = pin_of(self._entry) if self._entry else self._found.pin
        return self._show("certificate", CONFIRM_SCHEMA, {}, {}, **comparison(known, self._found.pin))

    @property
    def _replaces(self) -> bool:
        """Whether the gateway that answered is another one than the entry's."""
        return self._entry is not None and self._entry.unique_id != self._found.serial

    async def async_step_replace(self, _user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Say what it means to go on with another gateway, and have it confirmed before anything changes."""
        self._abort_if_set_up_elsewhere()
        entry = self._get_reconfigure_entry()
        return self.async_show_menu(
            step_id="replace",
            menu_options=["sign_in", "reconfigure"],
            description_placeholders={
                "title": entry.title,
                "known": entry.data[CONF_SERIAL][-_SERIAL_ENDING:],
                "found": self._found.serial[-_SERIAL_ENDING:],
            },
        )

    def _abort_if_set_up_elsewhere(self) -> None:
        """Leave it alone if a gateway that would replace another one has an entry of its own."""
        if async_is_set_up(self.hass, self._found.serial):
            raise AbortFlow("already_configured")

    async def async_step_sign_in(self, _user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Let the user choose how the gateway's token is had."""
        ways = ["account", "token"]
        keeps = self.source == SOURCE_RECONFIGURE and not self._replaces
        return self.async_show_menu(
            step_id="sign_in",
            menu_options=["keep", *ways] if keeps else ways,
            description_placeholders={"fingerprint": readable_fingerprint(self._found.pin.fingerprint)},
        )

    async def async_step_keep(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Change the address alone, if the gateway takes the present token there; if not, say why and choose again."""
        if user_input is not None:
            return await self.async_step_sign_in()
        entry = self._get_reconfigure_entry()
        try:
            token = AccessToken.parse(entry.data[CONF_TOKEN])
            token.check(serial=self._found.serial, now=dt_util.utcnow())
            await async_verify_token(self.hass, self._found, token)
        except (TokenError, GatewayError) as err:
            return self._show("keep", CONFIRM_SCHEMA, {}, explain(err, KEEP_ERRORS))
        return self.async_update_reload_and_abort(
            entry, data_updates={CONF_HOST: self._found.host, **pin_data(self._found.pin)}
        )

    async def async_step_account(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Have Enphase's cloud make a token."""
        errors: dict[str, str] = {}
        suggested = self._account_so_far()
        if user_input is not None:
            account = {key: user_input[key] for key in (CONF_USERNAME, CONF_PASSWORD)}
            suggested = {key: value for key, value in user_input.items() if key != CONF_PASSWORD}
            try:
                token = await async_mint_token(self.hass, **account, serial=self._found.serial)
                await async_verify_token(self.hass, self._found, token)
            except (CloudError, GatewayError) as err:
                errors = explain(err, ACCOUNT_ERRORS)
            else:
                return await self._async_signed_in(token, account if user_input[CONF_REMEMBER_PASSWORD] else {})
        return self._show("account", ACCOUNT_SCHEMA, suggested, errors)

    def _account_so_far(self) -> dict[str, Any]:
        """Return what an entry tells about its account."""
        if self._entry is None:
            return {}
        data = self._entry.data
        return {CONF_USERNAME: data.get(CONF_USERNAME, ""), CONF_REMEMBER_PASSWORD: CONF_PASSWORD in data}

    async def async_step_token(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Take a token that the user had made: with a second factor, or without giving a password away."""
        errors: dict[str, str] = {}
        if user_input is not None:
            try:
                token = AccessToken.find(user_input[CONF_TOKEN])
                token.check(serial=self._found.serial, now=dt_util.utcnow())
                await async_verify_token(self.hass, self._found, token)
            except (TokenError, GatewayError) as err:
                errors = explain(err, TOKEN_ERRORS)
            else:
                return await self._async_signed_in(token, {})
        return self._show("token", TOKEN_SCHEMA, {}, errors, token_url=_TOKEN_PAGE, serial=self._found.serial)

    async def _async_signed_in(self, token: AccessToken, account: dict[str, str]) -> ConfigFlowResult:
        """Store what was found, a new gateway after the last questions; an account only if it is to be remembered."""
        self._data = {
            CONF_HOST: self._found.host,
            CONF_SERIAL: self._found.serial,
            **pin_data(self._found.pin),
            CONF_TOKEN: token.raw,
            **account,
        }
        if self._entry is None:
            if async_built_in(self.hass, self._found.serial):
                return await self.async_step_built_in()
            return await self.async_step_finish()
        if self._replaces:
            self._abort_if_set_up_elsewhere()
            await async_replace_gateway(self.hass, self._entry, self._data)
        elif CONF_TAKEOVER in self._entry.data:
            self._data[CONF_TAKEOVER] = self._entry.data[CONF_TAKEOVER]
        return self.async_update_reload_and_abort(self._entry, data=self._data)

    async def async_step_built_in(self, _user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Say that the built-in integration reads this gateway, and ask whether to take its place."""
        return self.async_show_menu(step_id="built_in", menu_options=[TAKE_OVER, "finish"])

    async def async_step_take_over(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show what taking over from the built-in integration would do; it is done once the entry is set up."""
        if user_input is None or self._offer is None:
            data = await async_read(self.hass, self._found, AccessToken.parse(self._data[CONF_TOKEN]))
            self._offer = await async_offer(self.hass, data, self._found.serial, self._title)
            if self._offer is None:
                return await self.async_step_finish()
            return self._show(TAKE_OVER, self._offer.schema, {}, {}, **self._offer.texts)
        self._data[CONF_TAKEOVER] = self._offer.journal(user_input).as_dict()
        return await self.async_step_finish()

    async def async_step_finish(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask what to do once the gateway's entities are there, and store it all."""
        if user_input is None:
            fingerprint = readable_fingerprint(self._found.pin.fingerprint)
            return self._show("finish", FINISH_SCHEMA, {}, {}, fingerprint=fingerprint)
        # Somebody else may have set it up while this question was open.
        self._abort_if_unique_id_configured()
        options = {CONF_ENERGY_PANEL: True} if user_input[CONF_ENERGY_PANEL] else {}
        return self.async_create_entry(title=self._title, data=self._data, options=options)

    @property
    def _title(self) -> str:
        """What the gateway is called: a further one by the end of its serial number, too."""
        others = self._async_current_entries(include_ignore=False)
        return _numbered(self._found.serial) if others else _TITLE

    async def _async_find(self, host: str, serial: str | None, table: ErrorTable) -> dict[str, str]:
        """Look for the gateway; return the form's errors."""
        try:
            self._found = await async_find_gateway(self.hass, host, serial=serial)
        except (InvalidHost, GatewayError) as err:
            return explain(err, table)
        return {}

    def _show(
        self,
        step_id: str,
        schema: vol.Schema,
        suggested: Mapping[str, Any],
        errors: dict[str, str],
        **placeholders: str,
    ) -> ConfigFlowResult:
        """Show a form with what is known already."""
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(schema, suggested),
            errors=errors,
            description_placeholders=placeholders,
        )
