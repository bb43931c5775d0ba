"""Taking over from Home Assistant's built-in integration `enphase_envoy`: ids, names, history and sums stay.

Entities of the built-in integration move to this one in Home Assistant's registry. What is wanted stands in a journal
in the entry; every set-up compares it with the registry, and does what is missing. It can be undone as long as the
entry of the built-in integration is there.
"""
