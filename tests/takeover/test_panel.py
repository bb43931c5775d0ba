"""The Energy panel's sources, once entities have moved: nothing counts twice, nothing of the user's is lost."""

from custom_components.iq_gateway.takeover.energy import cleaned

MOVED = {"sensor.ours_sun": "sensor.sun", "sensor.ours_in": "sensor.in", "sensor.ours_out": "sensor.out"}
THEIRS = {"type": "solar", "stat_energy_from": "sensor.sun", "name": "Roof"}
OURS = {"type": "solar", "stat_energy_from": "sensor.ours_sun"}
GRID = {"type": "grid", "stat_energy_from": "sensor.in", "stat_energy_to": "sensor.out", "cost_adjustment_day": 0.0}


def test_old_ids_are_valid_as_they_are() -> None:
    """Nothing changes."""
    assert cleaned([THEIRS, GRID], MOVED) == [THEIRS, GRID]


def test_ours_alone_gets_the_old_id() -> None:
    """With all that stands beside it."""
    source = {**OURS, "stat_rate": "sensor.ours_in", "config_entry_solar_forecast": ["x"]}
    assert cleaned([source], MOVED) == [{**source, "stat_energy_from": "sensor.sun", "stat_rate": "sensor.in"}]


def test_of_two_the_users_own_stays() -> None:
    """Whichever comes first."""
    for sources in ([THEIRS, OURS], [OURS, THEIRS]):
        assert cleaned(sources, MOVED) == [THEIRS]


def test_a_grid_beside_two_halves_goes() -> None:
    """As older versions of the panel kept it."""
    halves = [{"type": "grid", "stat_energy_from": "sensor.in"}, {"type": "grid", "stat_energy_to": "sensor.out"}]
    ours = {"type": "grid", "stat_energy_from": "sensor.ours_in", "stat_energy_to": "sensor.ours_out"}
    assert cleaned([*halves, ours], MOVED) == halves


def test_devices_are_cleaned_as_well() -> None:
    """And what is nobody's of the two is left alone."""
    heater = {"stat_consumption": "sensor.heater"}
    assert cleaned([heater, {"stat_consumption": "sensor.ours_in"}, {"stat_consumption": "sensor.in"}], MOVED) == [
        heater,
        {"stat_consumption": "sensor.in"},
    ]
