"""Reading the inventory: kinds of devices that have little in common, in one list."""

from typing import Any, Final

import pytest

from custom_components.iq_gateway.client.endpoints import INVENTORY, ListedDevice
from custom_components.iq_gateway.client.errors import InvalidAnswer

COLLAR: Final = {
    "part_num": "865-00400-r22",
    "serial_num": "482520020939",
    "last_rpt_date": 1752939759,
    "admin_state_str": "ENCMN_MDE_ON_GRID",
    "communicating": True,
    "temperature": 42,
}
# It has neither figures nor a date.
RGM: Final = {"part_num": "800-02403-r08", "serial_num": "482523040550", "FW Version": "2.2.1-D4119"}


def _group(kind: object, *devices: object) -> dict[str, Any]:
    return {"type": kind, "devices": [*devices]}


def _serials(payload: object) -> list[str]:
    return [device.serial for device in INVENTORY.parse(payload)[0]]


def test_a_device_is_read_with_its_type() -> None:
    """Which its group tells."""
    assert INVENTORY.parse([_group("COLLAR", COLLAR)]) == (
        (
            ListedDevice(
                serial="482520020939",
                type="COLLAR",
                part_number="865-00400-r22",
                communicating=True,
                temperature=42.0,
                state="ENCMN_MDE_ON_GRID",
                last_report=1752939759,
                conditions=None,
                level=None,
                max_cell_temperature=None,
                capacity=None,
                dc_switch_off=None,
            ),
        ),
        0,
    )


def test_only_serial_number_and_type_are_needed() -> None:
    """A group without figures stands beside the others."""
    devices, dropped = INVENTORY.parse([_group("C6 RGM", RGM), _group("COLLAR", {"serial_num": "1"})])
    assert ([device.serial for device in devices], dropped) == (["482523040550", "1"], 0)
    assert {(device.temperature, device.communicating, device.state, device.last_report) for device in devices} == {
        (None, None, None, None)
    }


@pytest.mark.parametrize(
    ("group", "dropped"),
    [
        ({"grid_profile_name": "IEEE 1547", "id": "x"}, 0),
        ({"type": "ENCHARGE", "devices": []}, 0),
        ({"type": "ENCHARGE"}, 0),
        ({"type": "ENCHARGE", "devices": None}, 1),
        (_group(None, COLLAR), 1),
        (_group("ENCHARGE", "oops", None), 2),
        ("oops", 1),
    ],
)
def test_an_odd_group_leaves_the_others_alone(group: object, dropped: int) -> None:
    """What is broken in it is counted; what is no device is not."""
    devices, left_out = INVENTORY.parse([group, _group("COLLAR", COLLAR)])
    assert ([device.serial for device in devices], left_out) == (["482520020939"], dropped)


@pytest.mark.parametrize("serial", [None, "", "unknown", "0", "000000000000", 0])
def test_a_placeholder_is_no_device(serial: object) -> None:
    """Without a serial number there is nothing."""
    devices, dropped = INVENTORY.parse([_group("COLLAR", COLLAR | {"serial_num": serial}, COLLAR)])
    assert (len(devices), dropped) == (1, 1)


def test_what_is_not_told_is_unknown() -> None:
    """After a restart there are texts in the place of figures."""
    odd = {"temperature": "unknown", "communicating": "yes", "admin_state_str": 24, "last_rpt_date": 0}
    ((device,), _) = INVENTORY.parse([_group("COLLAR", COLLAR | odd)])
    assert (device.temperature, device.communicating, device.state, device.last_report) == (None, None, None, None)


def test_only_what_is_no_list_of_groups_is_refused() -> None:
    """Nothing, and groups of nothing, say that there is nothing."""
    assert _serials([]) == _serials([_group("ENCHARGE"), {"grid_profile_name": "x"}]) == []
    refused: tuple[object, ...] = ({}, ["oops"], [1, None], None)
    for payload in refused:
        with pytest.raises(InvalidAnswer):
            INVENTORY.parse(payload)
