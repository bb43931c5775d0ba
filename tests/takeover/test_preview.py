"""What would happen, entity by entity, without anything of it being done."""

from typing import Any

from homeassistant.const import Platform
import pytest

from custom_components.iq_gateway.devices.gateway import GATEWAY
from custom_components.iq_gateway.devices.meter import METER
from custom_components.iq_gateway.takeover.bases import Known
from custom_components.iq_gateway.takeover.preview import Left, Old, Own, Preview, Reason, Site, Step, preview
from custom_components.iq_gateway.takeover.targets import Target

SERIAL = "122333444555"
NOW = 1_800_000_000.0
SITE = Site(
    serial=SERIAL,
    phases=1,
    counters={"production_energy": "production delivered", "consumption_energy": "production + net-consumption"},
    readings={"production_energy": 5_000_100.0, "consumption_energy": 7_000_000.0},
)


def target(key: str) -> Target:
    """Return an entity of ours."""
    kind, description = next(
        (kind, one)
        for kind in (GATEWAY, METER)
        for one in kind.entities
        if one.key == key.removeprefix("production_meter_")
    )
    return Target(
        platform=Platform.SENSOR,
        unique_id=f"{SERIAL}_{key}",
        kind=kind,
        device_key="",
        description=description,
        value=1.0,
    )


TARGETS = {
    ("sensor", f"{SERIAL}_{key}"): target(key)
    for key in ("production_energy", "consumption_energy", "production_power", "production_meter_voltage")
}


def old(key: str, **more: Any) -> Old:  # noqa: ANN401
    """Return an energy of the built-in integration."""
    facts: dict[str, Any] = {
        "unit": "MWh",
        "device_class": "energy",
        "state_class": "total_increasing",
        "known": Known(energy=5_000_000.0, at=NOW - 60),
        **more,
    }
    return Old(
        platform="sensor", entity_id=f"sensor.envoy_{key}", registry_id=key, unique_id=f"{SERIAL}_{key}", **facts
    )


def shown(*olds: Old, own: Own | None = None, site: Site = SITE, only_energies: bool = False) -> Preview:
    """Return what would happen."""
    owns = {("sensor", f"{SERIAL}_production_energy"): own} if own else {}
    return preview(olds, TARGETS, owns, site, now=NOW, only_energies=only_energies)


def reasons(result: Preview) -> dict[str, Reason]:
    """Return why entities stay."""
    return {one.old.registry_id: one.reason for one in result.left}


def test_of_two_for_one_the_panel_s_goes_first() -> None:
    """The other stays behind, as the user can read."""
    first, second = old("lifetime_production"), old("production_ct_energy_delivered")
    assert [step.old for step in shown(second, first).steps] == [first]
    counted = old("production_ct_energy_delivered", in_panel=True)
    result = shown(first, counted)
    assert [step.old for step in result.steps] == [counted]
    assert result.left == (Left(old=first, reason=Reason.SECOND),)


def test_what_the_user_disabled_here_stays_away() -> None:
    """Nobody's wish is overruled."""
    result = shown(old("lifetime_production"), own=Own(entity_id="sensor.own", disabled_by_user=True))
    assert reasons(result) == {"lifetime_production": Reason.OURS_DISABLED}


@pytest.mark.parametrize("readings", [{}, {"production_energy": None}])
def test_without_a_reading_nothing_goes_on(readings: dict[str, float | None]) -> None:
    """Nobody knows where the counter is."""
    site = Site(serial=SERIAL, phases=1, counters=SITE.counters, readings=readings)
    assert reasons(shown(old("lifetime_production"), site=site)) == {"lifetime_production": Reason.NO_READING}


@pytest.mark.parametrize("facts", [{"state_class": "measurement"}, {"unit": "m³"}, {"state_class": "total"}])
def test_other_statistics_do_not_go_on(facts: dict[str, str]) -> None:
    """A fork that counts in cubic metres, or keeps means of an energy."""
    result = shown(old("lifetime_production", **facts))
    assert reasons(result) == {"lifetime_production": Reason.OTHER_STATISTICS}


def test_energies_alone_may_be_chosen() -> None:
    """Powers stay then."""
    power = old("production", unit="kW", device_class="power", state_class="measurement", known=None)
    assert {step.old.registry_id for step in shown(power, old("lifetime_production")).steps} == {
        "production",
        "lifetime_production",
    }
    result = shown(power, old("lifetime_production"), only_energies=True)
    assert [step.old.registry_id for step in result.steps] == ["lifetime_production"]
    assert reasons(result) == {"production": Reason.NOT_CHOSEN}


def test_the_same_counter_and_another_one() -> None:
    """Production goes on as it is; consumption is counted otherwise there."""
    steps: dict[str, Step] = {
        step.old.registry_id: step for step in shown(old("lifetime_production"), old("lifetime_consumption")).steps
    }
    production, consumption = steps["lifetime_production"].base, steps["lifetime_consumption"].base
    assert production is not None
    assert production.same_counter
    assert consumption is not None
    assert not consumption.same_counter


def test_what_nothing_here_shows_is_what_it_may_be_kept_running_for() -> None:
    """Told by its id."""
    result = shown(old("lifetime_balanced_net_consumption"), old("lifetime_production"))
    assert result.lacks == ("sensor.envoy_lifetime_balanced_net_consumption",)


def test_what_never_had_a_value_moves_without_a_base() -> None:
    """There is nothing to go on from."""
    (step,) = shown(old("lifetime_production", known=None)).steps
    assert step.base is None
