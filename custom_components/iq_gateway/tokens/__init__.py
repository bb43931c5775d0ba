"""The token of a gateway: made by the cloud, kept, renewed, and asked for where that is not possible."""

from .keeper import TokenKeeper

__all__ = ["TokenKeeper"]
