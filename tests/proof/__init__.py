"""The proof that totals hold: days of a house through Home Assistant and its recorder, held against the truth."""
