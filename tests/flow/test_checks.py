"""What counts as an address of a gateway."""

import pytest

from custom_components.iq_gateway.flow.checks import InvalidHost, normalize_host


@pytest.mark.parametrize(
    ("typed", "host"),
    [
        ("envoy.local", "envoy.local"),
        (" Envoy-2.local ", "envoy-2.local"),
        ("envoy.local.", "envoy.local."),
        ("my_gateway", "my_gateway"),
        ("192.168.1.20", "192.168.1.20"),
        ("192.168.1.20:8443", "192.168.1.20:8443"),
        ("https://envoy.local/", "envoy.local"),
        ("http://envoy.local:80/home?locale=en#overview", "envoy.local"),
        ("envoy.local:443", "envoy.local"),
        ("2001:DB8::20", "[2001:db8::20]"),
        ("[2001:db8::20]", "[2001:db8::20]"),
        ("[2001:db8::20]:443", "[2001:db8::20]"),
        ("https://[2001:db8::20]:8443/", "[2001:db8::20]:8443"),
    ],
)
def test_what_people_type_or_copy_becomes_a_host(typed: str, host: str) -> None:
    """Name or address, with a port only where it is not the usual one; what came out goes in again."""
    assert normalize_host(typed) == host
    assert normalize_host(host) == host


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "https://",
        "/home",
        "two words",
        "-envoy.local",
        "envoy..local",
        "192.168.1",
        "192.168.1.256",
        "envoy.local:99999",
        "envoy.local:https",
        "2001:db8::20:8443:x",
        "[2001:db8::20",
        "[192.168.1.20]",
        "fe80::1%eth0",
        "[fe80::1%25eth0]",
        "me:secret@envoy.local",
        "ftp://envoy.local",
    ],
)
def test_what_cannot_be_an_address_is_refused(typed: str) -> None:
    """Before anything is asked of the network; "192.168.1" would reach 192.168.0.1."""
    with pytest.raises(InvalidHost):
        normalize_host(typed)
