"""Tests of the one picture of a site."""
