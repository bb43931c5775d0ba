"""Tests of the client: the gateway and the cloud over HTTP."""
