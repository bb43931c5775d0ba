"""The relay to the grid, in the gateway's words."""

import pytest

from custom_components.iq_gateway.site import GridState
from tests.site.answers import site

_CONTROLLER = "482326107450"


@pytest.mark.parametrize(
    ("word", "closed", "grid_state"),
    [
        ("closed", True, GridState.ON_GRID),
        ("close", True, GridState.ON_GRID),
        ("open", False, GridState.OFF_GRID),
        ("open synchronizing", False, GridState.RESYNCHRONIZING),
        ("open synchronized", False, GridState.RESYNCHRONIZING),
        ("opening", None, None),
        ("unknown", None, None),
        ("fault", None, None),
    ],
)
def test_the_relay_is_closed_or_open_or_not_known(word: str, closed: bool | None, grid_state: GridState | None) -> None:
    """The same on the gateway's device and on its System Controller's, off which one leaves the grid."""
    controller = {"type": "ENPOWER", "devices": [{"serial_num": _CONTROLLER}]}
    built = site(inventory=[controller], relay={"mains_admin_state": "closed", "mains_oper_state": word})
    assert built.system_controllers[_CONTROLLER].grid_connected is closed
    assert (built.relays.grid_closed, built.relays.grid_state) == (closed, grid_state)
