"""A token's life in the running integration."""
