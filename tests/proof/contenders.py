"""Who reads the gateway in the proof: this integration, and the one that is built into Home Assistant."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Final
from unittest.mock import patch

from aiohttp import ClientTimeout
from homeassistant.const import CONF_HOST, CONF_NAME, CONF_PASSWORD, CONF_TOKEN, CONF_USERNAME
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.iq_gateway.client import gateway as client
from custom_components.iq_gateway.const import CONF_FINGERPRINT, CONF_SERIAL, DOMAIN
from custom_components.iq_gateway.polling import glance, stream
from tests import states
from tests.simulator import GatewaySimulator

from .verdict import TRUTHS

# A hanging gateway is given up after this many real seconds instead of 15 or 45.
SHORT_TIMEOUT: Final = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """An integration: how it is set up, which of its entities are the Energy panel's, and whose answers it needs.

    `instead` names the endpoint that it asks where this integration asks another, so that the same faults befall both.
    """

    name: str
    domain: str
    data: Callable[[GatewaySimulator], dict[str, Any]]
    keys: Mapping[str, str]
    coordinator: Callable[[MockConfigEntry], DataUpdateCoordinator[Any]]
    quick: Callable[[], AbstractContextManager[None]]
    instead: Mapping[str, str] = field(default_factory=dict)


@contextmanager
def _quick_iq_gateway() -> Iterator[None]:
    """Wait in no real seconds for live data to move: simulated ones do as soon as their stream is enabled."""
    with (
        patch.object(client, "REQUEST_TIMEOUT", SHORT_TIMEOUT),
        patch.object(glance, "DEADLINE", SHORT_TIMEOUT),
        patch.object(stream, "MOVES_AFTER", 0.0),
    ):
        yield


@contextmanager
def _quick_built_in() -> Iterator[None]:
    """Have it try as often as it does, without the pauses in between, which would be real seconds."""
    library = import_module("pyenphase.envoy")
    no_pause = import_module("tenacity").wait_none()
    timeout = ClientTimeout(total=SHORT_TIMEOUT)
    with (
        patch.object(library, "LOCAL_TIMEOUT", timeout),
        patch.object(library, "wait_random_exponential", lambda **_: no_pause),
    ):
        yield


def _iq_gateway_data(gateway: GatewaySimulator) -> dict[str, Any]:
    return {
        CONF_HOST: gateway.host,
        CONF_SERIAL: gateway.serial,
        CONF_FINGERPRINT: gateway.fingerprint,
        CONF_TOKEN: gateway.mint(),
    }


def _built_in_data(gateway: GatewaySimulator) -> dict[str, Any]:
    return {
        CONF_HOST: gateway.host,
        CONF_NAME: "Envoy",
        CONF_USERNAME: "somebody@example.com",
        CONF_PASSWORD: "",
        CONF_TOKEN: gateway.mint(),
    }


IQ_GATEWAY: Final = Contender(
    name="iq_gateway",
    domain=DOMAIN,
    data=_iq_gateway_data,
    keys={key: key for key in TRUTHS},
    coordinator=states.coordinator,
    quick=_quick_iq_gateway,
)
BUILT_IN: Final = Contender(
    name="built-in enphase_envoy",
    domain="enphase_envoy",
    data=_built_in_data,
    keys={
        "production_energy": "lifetime_production",
        "consumption_energy": "lifetime_consumption",
        "grid_import_energy": "lifetime_net_consumption",
        "grid_export_energy": "lifetime_net_production",
        "battery_charged_energy": "lifetime_battery_charged",
        "battery_discharged_energy": "lifetime_battery_discharged",
    },
    coordinator=lambda entry: entry.runtime_data,
    quick=_quick_built_in,
    instead={"info": "/ivp/ensemble/secctrl", "live": "/production.json", "energy": "production"},
)
