"""Enphase IQ Gateway and cloud over HTTP; knows nothing of Home Assistant."""
