"""Names and numbers that more than one module needs."""

import logging
from typing import Final

DOMAIN: Final = "iq_gateway"
LOGGER: Final = logging.getLogger(__package__)

MANUFACTURER: Final = "Enphase"

# Where a gateway answers on most home networks (brief, "Access the IQ Gateway local UI").
DEFAULT_HOST: Final = "envoy.local"

# Of the gateway's certificate: SHA-256 of it and of its public key in hex, and the end of its validity in ISO 8601.
CONF_FINGERPRINT: Final = "fingerprint"
CONF_PUBLIC_KEY: Final = "public_key"
CONF_CERTIFICATE_ENDS: Final = "certificate_ends"
CONF_SERIAL: Final = "serial"
CONF_REMEMBER_PASSWORD: Final = "remember_password"

CONF_UPDATE_INTERVAL: Final = "update_interval"
CONF_KEEP_LIVE_DATA: Final = "keep_live_data"
CONF_LIVE_INTERVAL: Final = "live_interval"
# A wish, in the options until it is fulfilled: put the site into the Energy panel.
CONF_ENERGY_PANEL: Final = "energy_panel"
# What is left of that wish: kinds of sources, and at how many starts without any failure they were not measured.
CONF_ENERGY_PANEL_PENDING: Final = "energy_panel_pending"
# Another wish: link forecasts of other integrations to the site's solar source.
CONF_SOLAR_FORECAST: Final = "solar_forecast"
# How far the taking over from the built-in integration has come, in the entry's data: see `takeover/journal.py`.
CONF_TAKEOVER: Final = "takeover"
DEFAULT_KEEP_LIVE_DATA: Final = True
# Whether anything may be changed at the gateway; off until somebody wants it.
CONF_CONTROLS: Final = "controls"

# Inverters report every 5 to 15 minutes, the Energy panel looks at hours: five minutes lose nothing.
DEFAULT_UPDATE_INTERVAL: Final = 300
MIN_UPDATE_INTERVAL: Final = 30
MAX_UPDATE_INTERVAL: Final = 3600

# Live powers are written once in so many seconds on average: the mean of what is asked of integrations of the core.
DEFAULT_LIVE_INTERVAL: Final = 5
MIN_LIVE_INTERVAL: Final = 1
MAX_LIVE_INTERVAL: Final = 60

# Each request has its own deadline; a gateway on which all of them hang must not keep a cycle for longer than this.
CYCLE_TIMEOUT: Final = 60
