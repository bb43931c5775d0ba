"""The demo behind scripts/develop: a gateway, a real Home Assistant beside it, and this integration set up on both."""
