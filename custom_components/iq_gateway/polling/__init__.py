"""One cycle: what to ask now, asking it, what of it is believed and for how long, and when the next cycle comes."""

from .cache import EndpointState
from .poller import Poller
from .result import PollResult

__all__ = ["EndpointState", "PollResult", "Poller"]
