"""How long batteries last: from ten minutes of their power, down to what is kept back."""

from dataclasses import replace
from typing import Any

import pytest

from custom_components.iq_gateway.site import BatteryRuntime, Site

from .answers import live, site
from .test_batteries import ALL, ONE, listed


def _site(power: float | None, **told: Any) -> Site:  # noqa: ANN401
    """Return a site with a battery of 25 kWh, 11.5 kWh in it, a reserve of 5 kWh."""
    meters: dict[str, Any] = {"soc": 46, "enc_agg_energy": 11_500, "backup_soc": 20, "main_relay_state": 1} | told
    flow: dict[str, Any] = {} if power is None else {"storage": power}
    return site(inventory=listed(ONE), secctrl=ALL, live=live(**meters, **flow))


def _times(*powers: float | None, every: float = 300.0, **told: Any) -> tuple[float | None, float | None]:  # noqa: ANN401
    """Return the hours until the battery is empty, and full, after these powers."""
    runtime = BatteryRuntime()
    shown = _site(None)
    for number, power in enumerate(powers):
        shown = runtime.tell(_site(power, **told), now=1_000.0 + number * every)
    return shown.battery.time_to_empty, shown.battery.time_to_full


def test_down_to_the_reserve_on_the_grid() -> None:
    """What is kept for an outage is not used before."""
    assert _times(1_000.0) == (6.5, None)


@pytest.mark.parametrize("relay", [0, 2, 3])
def test_down_to_empty_off_the_grid(relay: int) -> None:
    """Which is what the reserve was kept for."""
    assert _times(1_000.0, main_relay_state=relay) == (11.5, None)


@pytest.mark.parametrize("relay", [None, 4])
def test_a_relay_that_tells_nothing_is_no_outage(relay: int | None) -> None:
    """A house without one is on the grid."""
    assert _times(1_000.0, main_relay_state=relay) == (6.5, None)


def test_until_it_is_full() -> None:
    """Of its capacity."""
    assert _times(-1_000.0) == (None, 13.5)


def test_below_the_reserve_nothing_is_left() -> None:
    """Not less than that."""
    assert _times(1_000.0, backup_soc=100) == (0.0, None)


@pytest.mark.parametrize("power", [0.0, 25.0, -25.0, None])
def test_an_idle_battery_has_no_end(power: float | None) -> None:
    """Nor has one of which nothing is known."""
    assert _times(power) == (None, None)


def test_it_is_steady_over_ten_minutes() -> None:
    """A kettle moves it a little; what is older than that counts no more."""
    assert _times(1_000.0, 1_000.0, 1_000.0, 3_000.0)[0] == pytest.approx(6_500 / 1_500)
    assert _times(9_000.0, 1_000.0, 1_000.0, 1_000.0) == (6.5, None)
    assert _times(*[1_000.0] * 599, *[2_000.0], every=1.0)[0] == pytest.approx(6.5, rel=0.01)


def test_a_reading_at_the_edge_counts_for_its_part() -> None:
    """Between two readings the power changes evenly: at 400 s apart the window begins within a step."""
    assert _times(2_000.0, 1_000.0, 1_000.0, every=400.0)[0] == pytest.approx(6_500 / (1_000 + 500 * 200 / 2 / 600))


def test_what_was_before_a_long_silence_is_forgotten() -> None:
    """Nobody knows what was in between."""
    assert _times(5_000.0, 1_000.0, every=3_600.0) == (6.5, None)


def test_what_is_not_known_gives_no_time() -> None:
    """Neither stored energy, nor a reserve, nor a capacity is made up."""
    known = _site(1_000.0)
    for missing in ("stored_energy", "reserve", "capacity"):
        unknown: dict[str, Any] = {missing: None}
        lacking = replace(known, battery=replace(known.battery, **unknown))
        assert BatteryRuntime().tell(lacking, now=0.0).battery.time_to_empty is None
    charging = _site(-1_000.0)
    lacking = replace(charging, battery=replace(charging.battery, capacity=None))
    assert BatteryRuntime().tell(lacking, now=0.0).battery.time_to_full is None
