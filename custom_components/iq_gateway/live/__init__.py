"""Power in seconds: what is asked between two cycles, how often, and which of it is written when."""

from .tier import LivePower

__all__ = ["LivePower"]
