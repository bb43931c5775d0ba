"""Live power: pure parts with tables of cases, and the whole of it against a simulated gateway."""
