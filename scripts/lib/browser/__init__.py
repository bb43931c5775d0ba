"""The integration in a real browser: what a user sees, step by step, with pictures of it."""
