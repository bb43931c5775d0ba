"""What only live data tells: battery, relays, the connection to the cloud."""

import pytest

from custom_components.iq_gateway.site import BatteryMode, GridState

from .answers import live, site


@pytest.mark.parametrize(
    ("told", "state", "closed"),
    [
        (0, GridState.OFF_GRID, False),
        (1, GridState.ON_GRID, True),
        (2, GridState.OFF_GRID_GRID_AVAILABLE, False),
        (3, GridState.RESYNCHRONIZING, False),
        (4, GridState.STARTING, None),
        (99, None, None),
        ("unknown", None, None),
    ],
)
def test_the_grid_relay(told: object, state: GridState | None, closed: bool | None) -> None:
    """A number of unknown meaning is not known, rather than wrong."""
    relays = site(live=live(main_relay_state=told)).relays
    assert (relays.grid_state, relays.grid_closed) == (state, closed)


@pytest.mark.parametrize(
    ("told", "closed"),
    [(5, False), (6, True), (7, False), (8, False), (9, False), (10, False), (11, None), (None, None)],
)
def test_the_generator_relay(told: int | None, closed: bool | None) -> None:
    """Closed is 6 alone."""
    assert site(live=live(gen_relay_state=told)).relays.generator_closed is closed


@pytest.mark.parametrize(
    ("told", "mode"),
    [
        (0, BatteryMode.FULL_BACKUP),
        (1, BatteryMode.SELF_CONSUMPTION),
        (2, BatteryMode.SAVINGS),
        (3, None),
        (None, None),
    ],
)
def test_the_batterys_mode(told: int | None, mode: BatteryMode | None) -> None:
    """What the battery is used for."""
    assert site(live=live(backup_bat_mode=told)).battery.mode is mode


def test_the_battery_is_all_batteries_together() -> None:
    """IQ batteries and AC batteries."""
    battery = site(live=live(soc=55, backup_soc=20, enc_agg_energy=8_000, acb_agg_energy=1_000)).battery
    assert (battery.level, battery.reserve, battery.stored_energy) == (55.0, 20.0, 9_000.0)


def test_early_firmware_does_not_tell_the_stored_energy() -> None:
    """Not known is not zero."""
    assert site(live=live(soc=55)).battery.stored_energy is None


@pytest.mark.parametrize("answers", [{"live": live(age=61, soc=55, main_relay_state=1)}, {}])
def test_what_stands_still_is_not_shown(answers: dict[str, object]) -> None:
    """Nor is what never came."""
    built = site(live=answers["live"]) if answers else site()
    assert (built.battery.level, built.relays.grid_state, built.relays.grid_closed) == (None, None, None)


@pytest.mark.parametrize(
    ("told", "connected"), [("connected", True), ("disconnected", False), ("", None), (None, None)]
)
def test_the_connection_to_the_cloud(told: str | None, connected: bool | None) -> None:
    """Told even while the figures stand still."""
    assert site(live=live(age=9_999) | {"connection": {"mqtt_state": told}}).cloud_connected is connected


def test_the_connection_is_not_known_while_live_data_is_silent() -> None:
    """An old answer tells nothing of now."""
    assert site(live=live(), stale=["live"]).cloud_connected is None


def test_states_of_unknown_meaning_are_named() -> None:
    """So that the log can ask what they are."""
    told = site(live=live(main_relay_state=7, gen_relay_state=5, backup_bat_mode=9)).oddities
    assert told == {"main_relay_state 7", "backup_bat_mode 9"}
    assert site(live=live(main_relay_state=1, gen_relay_state=6, backup_bat_mode=0)).oddities == set()
