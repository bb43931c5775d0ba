"""The relay to the grid, in the gateway's words."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from custom_components.iq_gateway.site import GridState, build_site
from tests.site.answers import live, site, snapshot

_CONTROLLER = "482326107450"
_RELAY, _INVENTORY, _LIVE = frozenset({"relay"}), frozenset({"inventory"}), frozenset({"live"})


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


def _closed(main: object = "closed", wanted: object = "closed") -> Mapping[str, object]:
    return {"mains_admin_state": wanted, "mains_oper_state": main}


@pytest.mark.parametrize(
    ("row", "relay_state", "failed", "denied", "outage"),
    [
        pytest.param(_closed(), 1, (), (), False, id="all on the grid"),
        pytest.param(_closed("open"), 0, (), (), False, id="the relay decides"),
        pytest.param(_closed("open"), 0, _RELAY, _RELAY, True, id="the relay tells nothing, the others of an outage"),
        pytest.param(_closed("open"), 0, _RELAY, (), True, id="the relay is silent, the others tell of an outage"),
        pytest.param(_closed("open"), None, _RELAY, _RELAY, True, id="the inventory alone tells"),
        pytest.param(_closed("open"), 1, _RELAY, _RELAY, True, id="live data that stands still and seems to move"),
        pytest.param(_closed("open", "open"), 0, _RELAY, _RELAY, False, id="by choice"),
        pytest.param(_closed("open", None), 0, _RELAY, _RELAY, None, id="nobody tells whether by choice"),
        pytest.param(_closed(), 0, _RELAY, _RELAY, None, id="an inventory that may be minutes old"),
        pytest.param(_closed(), 1, _RELAY, _RELAY, False, id="on the grid by the others"),
        pytest.param(_closed("open"), 0, _RELAY | _INVENTORY, _RELAY | _INVENTORY, None, id="live data, not why"),
        pytest.param(
            _closed("open"), 1, _RELAY | _INVENTORY, _RELAY | _INVENTORY, False, id="on the grid by live data"
        ),
        pytest.param(_closed("open"), 0, _RELAY | _INVENTORY | _LIVE, (), False, id="a silent gateway's word stands"),
        pytest.param(
            _closed(), 1, _RELAY | _INVENTORY | _LIVE, _RELAY | _INVENTORY | _LIVE, None, id="nobody tells any more"
        ),
    ],
)
def test_an_outage_by_who_answers(
    row: Mapping[str, object],
    relay_state: int | None,
    failed: frozenset[str],
    denied: frozenset[str],
    outage: bool | None,
) -> None:
    """The relay once said that it is closed. Its word is good while it answers, or nobody does."""
    controller = {"type": "ENPOWER", "devices": [{"serial_num": _CONTROLLER, **row}]}
    told = snapshot(inventory=[controller], relay=_closed(), live=live(main_relay_state=relay_state))
    built = build_site(replace(told, failed=frozenset(failed), denied=frozenset(denied)))
    assert built.relays.grid_outage is outage
    if failed:
        assert built.needs["grid_outage"] >= {"relay", "inventory", "live"}
