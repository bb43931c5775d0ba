"""What a total is known by, and what of that may be told."""

import pytest

from custom_components.iq_gateway.totals.names import is_of_device, spoken, unique_id


@pytest.mark.parametrize(
    ("key", "of_device", "entity", "told"),
    [
        ("production_energy", False, "122_production_energy", "production_energy"),
        ("482/energy", True, "482_energy", "energy of a device"),
    ],
)
def test_a_log_tells_a_total_without_the_serial_number_that_its_entity_has(
    key: str, of_device: bool, entity: str, told: str
) -> None:
    """Of the gateway, or of a device with a number of its own."""
    assert is_of_device(key) is of_device
    assert unique_id(key, gateway="122") == entity
    assert spoken(key) == told
