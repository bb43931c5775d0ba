"""Tests of the integration, and the simulated gateway they run against."""
