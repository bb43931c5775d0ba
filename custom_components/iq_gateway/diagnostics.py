"""Diagnostics: how a gateway was set up, how it answers, and what it last said, for whoever helps.

They name no person, place or device: see `redaction.py`. `python -m tests.simulator --replay FILE` serves what
`answers` holds, so that somebody else's Home Assistant shows the same entities.
"""

from collections.abc import Mapping
from secrets import token_bytes
import time
from typing import Any, Final, cast

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_TOKEN, CONF_USERNAME, __version__
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.loader import async_get_integration
from homeassistant.util.hass_dict import HassKey

from .certificate import pin_of, readable_fingerprint
from .client.endpoints import ENDPOINTS, Endpoint
from .client.errors import TokenMalformed
from .client.token import AccessToken
from .const import CONF_FINGERPRINT, CONF_PUBLIC_KEY, CONF_SERIAL, DOMAIN
from .coordinator import IQGatewayConfigEntry, IQGatewayCoordinator
from .devices import count_devices
from .polling import EndpointState
from .redaction import Json, Redactor

# That they are there is all that is told here; the certificate has a section of its own.
_SECRETS: Final = frozenset({CONF_TOKEN, CONF_PASSWORD, CONF_FINGERPRINT, CONF_PUBLIC_KEY})

# Of what was taken over: people name entities and the Energy panel's sources as they like.
_NAMES: Final = frozenset({"entity_id", "own_entity_id", "panel"})

# What stand-ins are made with until Home Assistant is restarted: kept nowhere else, it cannot be found out.
_KEY: Final[HassKey[bytes]] = HassKey(f"{DOMAIN}_redaction")


async def async_get_config_entry_diagnostics(hass: HomeAssistant, entry: IQGatewayConfigEntry) -> dict[str, Any]:
    """Return the diagnostics of a gateway."""
    return await _async_report(hass, entry, {})


async def async_get_device_diagnostics(
    hass: HomeAssistant, entry: IQGatewayConfigEntry, device: dr.DeviceEntry
) -> dict[str, Any]:
    """Return the same with a device's own entities: what a meter or an inverter shows comes from its gateway."""
    entities = er.async_entries_for_device(er.async_get(hass), device.id, include_disabled_entities=True)
    return await _async_report(
        hass, entry, {"device": {"model": device.model, "entities": [_entity(hass, entity) for entity in entities]}}
    )


async def _async_report(hass: HomeAssistant, entry: IQGatewayConfigEntry, more: Mapping[str, Json]) -> dict[str, Any]:
    integration = await async_get_integration(hass, DOMAIN)
    # Whoever cannot set a gateway up needs help most, and has none running.
    coordinator = entry.runtime_data if entry.state is ConfigEntryState.LOADED else None
    running = _running(coordinator) if coordinator else {}
    report: dict[str, Json] = {
        "versions": {
            "home_assistant": __version__,
            "integration": str(integration.version),
            "gateway": coordinator.info.software if coordinator and coordinator.info else None,
        },
        "entry": {
            "state": entry.state.value,
            "reason": entry.error_reason_translation_key,
            "data": async_redact_data(entry.data, _SECRETS | _NAMES),
            "options": dict(entry.options),
        },
        "token": _token(entry.data[CONF_TOKEN]),
        "certificate": _certificate(entry),
        **more,
        **running,
    }
    redactor = Redactor(hass.data.setdefault(_KEY, token_bytes()))
    redactor.know("serial", entry.data[CONF_SERIAL]).know("email", entry.data.get(CONF_USERNAME))
    redactor.know("host", entry.data[CONF_HOST]).learn(running.get("answers"))
    return cast("dict[str, Any]", redactor.json(report))


def _running(coordinator: IQGatewayCoordinator) -> dict[str, Json]:
    """Tell what is known of a gateway that is read."""
    answers = {_file_name(endpoint): _answer(endpoint, coordinator) for endpoint in ENDPOINTS}
    return {
        "site": _site(coordinator),
        "fault": str(coordinator.last_fault) if coordinator.last_fault else None,
        "ledger": cast("Json", coordinator.totals.as_dict()),
        "live_power": _live_power(coordinator),
        "endpoints": {name: _endpoint(state) for name, state in coordinator.poller.states.items()},
        "answers": {name: answer for name, answer in answers.items() if answer is not None},
    }


def _certificate(entry: IQGatewayConfigEntry) -> Json:
    """Tell what the gateway proves with who it is: anybody who can connect to it sees that."""
    pin = pin_of(entry)
    return {
        "fingerprint": readable_fingerprint(pin.fingerprint),
        "public_key": readable_fingerprint(pin.key) if pin.key else None,
        "ends": pin.ends.isoformat() if pin.ends else None,
    }


def _token(raw: str) -> Json:
    """Tell what a token is, without its secret."""
    try:
        token = AccessToken.parse(raw)
    except TokenMalformed:
        return None
    return {"role": token.role, "issued": token.issued.isoformat(), "expires": token.expires.isoformat()}


def _site(coordinator: IQGatewayCoordinator) -> Json:
    """Tell what was made of the answers."""
    site = coordinator.data.site
    return {
        "parts": sorted(site.parts),
        "phases": site.phase_count,
        "meters": sorted(site.meters),
        "devices": {**count_devices(coordinator.data)},
        "totals": {key: total.source for key, total in site.totals.items()},
        "fresh": sorted(site.fresh),
        "oddities": sorted(site.oddities),
    }


def _live_power(coordinator: IQGatewayCoordinator) -> Json:
    """Tell what is read between cycles: counts of the last hour, latency in seconds."""
    lately = coordinator.poller.glances.summary()
    return {
        "on": coordinator.live.on,
        "latency": {"median": _rounded(lately.median), "worst": _rounded(lately.worst)},
        "last_hour": {"requests": lately.requests, "failures": lately.failures},
    }


def _endpoint(state: EndpointState) -> Json:
    """Tell how an endpoint answers: age and latency in seconds, counts of the last hour."""
    lately = state.log.summary()
    asked = "never asked" if state.asked_at is None else "answered"
    return {
        "outcome": type(state.error).__name__ if state.error else asked,
        "reason": str(state.error) if state.error else None,
        "age": None if state.read_at is None else round(time.monotonic() - state.read_at, 1),
        "dropped_records": state.answer.dropped if state.answer else None,
        "latency": {"median": _rounded(lately.median), "worst": _rounded(lately.worst)},
        "last_hour": {"requests": lately.requests, "failures": lately.failures},
    }


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)


def _answer(endpoint: Endpoint[object], coordinator: IQGatewayCoordinator) -> Json:
    """Return an endpoint's last good answer: JSON as it is, anything else as text."""
    answer = coordinator.poller.states[endpoint.name].answer
    if answer is None:
        return None
    decoded = endpoint.decode(answer.raw)
    return decoded.decode(errors="replace") if isinstance(decoded, bytes) else cast("Json", decoded)


def _file_name(endpoint: Endpoint[object]) -> str:
    """Return what a recorded answer of the endpoint is called: "ivp_meters_readings"."""
    return endpoint.path.strip("/").replace("/", "_")


def _entity(hass: HomeAssistant, entity: er.RegistryEntry) -> Json:
    """Tell what an entity shows; not its name, which is the user's."""
    state = hass.states.get(entity.entity_id)
    return {
        "unique_id": entity.unique_id,
        "disabled_by": entity.disabled_by,
        "state": state.state if state else None,
    }
