"""Grid outage: soon, but not on one word; never while a generator runs, nor when the house was taken off the grid."""

from typing import Any

from homeassistant.const import STATE_OFF, STATE_ON
import pytest

from tests.doubles import sites
from tests.doubles.conftest import Home
from tests.doubles.double import SERIAL

OUTAGE = f"{SERIAL}_grid_outage"


def opened(admin: str, oper: str, relay: int, *, generator: bool = False) -> dict[str, Any]:
    """Return edits of all that tells of the grid's relay."""
    state = "ENPWR_STATE_OPER_GEN_CLOSE" if generator else "ENPWR_STATE_OPER_OPEN"

    def inventory(groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
        told = {"mains_admin_state": admin, "mains_oper_state": oper, "admin_state_str": state}
        return [
            group | {"devices": [one | told for one in group["devices"]]} if group["type"] == "ENPOWER" else group
            for group in groups
        ]

    def live(told: dict[str, Any]) -> dict[str, Any]:
        changed = {"main_relay_state": relay, "gen_relay_state": 6 if generator else 5}
        return told | {"meters": told["meters"] | changed}

    def runs(told: dict[str, Any]) -> dict[str, Any]:
        return told | ({"admin_state": "close", "oper_state": "close"} if generator else {})

    return {
        "/ivp/ensemble/inventory": inventory,
        "/ivp/livedata/status": live,
        "/ivp/ensemble/relay": lambda told: told | {"mains_admin_state": admin, "mains_oper_state": oper},
        "/ivp/ensemble/generator": runs,
    }


@pytest.mark.parametrize("live", [200, 404])
async def test_an_outage_is_told_within_a_minute_of_the_first_word(home: Home, live: int) -> None:
    """Not on the first look; on the second, which comes soon; and off again when the grid is back."""
    home.gateway.refused["/ivp/livedata/status"] = live
    await home.start(sites.controlled)
    home.gateway.edits = opened("closed", "open", 0)
    await home.wait()
    assert home.shown(OUTAGE) == STATE_OFF
    await home.wait(10, times=6)
    assert home.shown(OUTAGE) == STATE_ON
    home.gateway.edits = opened("closed", "open synchronizing", 3)
    await home.wait()
    home.gateway.edits.clear()
    await home.wait(times=2)
    assert home.shown(OUTAGE) == STATE_OFF


async def test_one_wrong_word_is_no_outage(home: Home) -> None:
    """The next look takes it back, and nobody was told."""
    await home.start(sites.controlled)
    home.gateway.edits = opened("closed", "open", 0)
    await home.wait()
    home.gateway.edits.clear()
    seen = []
    for _ in range(4):
        await home.wait(30)
        seen.append(home.shown(OUTAGE))
    assert STATE_ON not in seen


@pytest.mark.parametrize(
    "edits",
    [
        opened("closed", "open", 0, generator=True),
        opened("open", "open", 2),
        opened("open", "closed", 1),
    ],
)
async def test_by_choice_or_by_generator_is_no_outage(home: Home, edits: dict[str, Any]) -> None:
    """However long it lasts."""
    await home.start(sites.controlled)
    home.gateway.edits = edits
    seen = []
    for _ in range(3):
        await home.wait()
        seen.append(home.shown(OUTAGE))
        await home.wait(60)
        seen.append(home.shown(OUTAGE))
    assert STATE_ON not in seen


async def test_a_running_generator_runs(home: Home) -> None:
    """With the contact closed it is on."""
    await home.start(sites.controlled)
    home.gateway.edits = opened("closed", "open", 0, generator=True)
    await home.wait(times=3)
    assert [home.shown(one) for one in home.ending("_running")] == [STATE_ON]


async def test_a_collar_tells_of_an_outage(home: Home) -> None:
    """By its state in words: what it says of the grid stays "on_grid"."""
    await home.start(sites.collared)
    home.gateway.edits["/ivp/ensemble/inventory"] = lambda groups: [
        groups[0] | {"devices": [groups[0]["devices"][0] | {"admin_state_str": "ENCMN_MDE_OFF_GRID"}]},
        *groups[1:],
    ]
    home.gateway.edits["/ivp/livedata/status"] = lambda told: (
        told | {"meters": told["meters"] | {"main_relay_state": 0}}
    )
    await home.wait(times=14)
    await home.wait(60)
    assert home.shown(OUTAGE) == STATE_ON
    home.gateway.edits.clear()
    await home.wait(times=14)
    assert home.shown(OUTAGE) == STATE_OFF
