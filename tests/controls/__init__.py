"""Controls: what is sent, and what is shown of what becomes of it."""
