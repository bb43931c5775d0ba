"""Lifetime totals: the rules by which they rise, and what Home Assistant makes of them."""
