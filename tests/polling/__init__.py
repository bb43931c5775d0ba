"""The cycle without Home Assistant and without a network."""
