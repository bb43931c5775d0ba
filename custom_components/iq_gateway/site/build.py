"""Puts the picture of a site together."""

from collections.abc import Mapping
from typing import Final

from ..client.endpoints import (
    BATTERY_POWER,
    CONSUMPTION,
    DEVICE_DATA,
    DRY_CONTACT_SETTINGS,
    DRY_CONTACTS,
    ENERGY,
    FULL_INVENTORY,
    GENERATOR,
    GENERATOR_CONFIG,
    GENERATOR_MODE,
    GENERATOR_SCHEDULE,
    INVENTORY,
    INVERTERS,
    LIVE,
    METERS,
    POWER_LIMIT,
    POWER_MODE,
    READINGS,
    RELAY,
    SECCTRL,
    TARIFF,
    ReportLine,
)
from .ac_batteries import ac_battery_needs, build_ac_batteries
from .batteries import battery_needs, battery_parts, build_battery, build_iq_batteries, count_iq_batteries, stands_in
from .collars import build_collars
from .combiners import build_combiners
from .device_data import has_inventory, may_report
from .dry_contacts import build_dry_contacts
from .flows import Flows
from .generators import build_generators, has_generator
from .inventory import may_list
from .inverters import build_inverters, count_reporting, highest_power
from .live import build_cloud_connected, live_oddities
from .meters import LOAD_METER, Meters
from .models import Consumption, EnergyFlow, Needs, Part, Site, Total
from .q_relays import build_q_relays
from .relays import build_relays, generator_relay_needs, may_tell, outage_needs, relay_needs
from .settings import build_settings
from .snapshot import Snapshot
from .sums import (
    Sums,
    consumption_period,
    has_consumption_period,
    production_period_needs,
    production_sums,
)
from .system_controllers import build_system_controllers, first_controller
from .totals import build_totals, total_needs

_OF_A_CONTROLLER: Final = (
    DRY_CONTACTS,
    DRY_CONTACT_SETTINGS,
    GENERATOR,
    GENERATOR_CONFIG,
    GENERATOR_MODE,
    GENERATOR_SCHEDULE,
    RELAY,
)


def build_site(snapshot: Snapshot, *, seen: frozenset[Part] = frozenset()) -> Site:
    """Return one coherent picture of what the gateway last said.

    `seen` are the parts that the site has shown before: a battery that is empty is still a battery.
    """
    meters = Meters(snapshot)
    flows = Flows(snapshot, meters, seen)
    grid = flows.grid()
    highest = highest_power(snapshot)
    totals = build_totals(snapshot, meters, flows, highest=highest)
    sums = production_sums(snapshot, meters, highest=highest)
    return Site(
        parts=flows.parts | _periods(snapshot, meters, sums, highest) | battery_parts(snapshot),
        production=_production(flows, sums),
        consumption=_consumption(snapshot, meters, flows, highest),
        grid=grid,
        grid_import=grid.not_negative(),
        grid_export=(-grid).not_negative(),
        battery=build_battery(snapshot, flows.battery()),
        generator=flows.generator(),
        relays=build_relays(snapshot),
        cloud_connected=build_cloud_connected(snapshot),
        totals=totals,
        meters=meters.picture(),
        inverters=build_inverters(snapshot),
        inverters_reporting=count_reporting(snapshot),
        iq_batteries=build_iq_batteries(snapshot),
        ac_batteries=build_ac_batteries(snapshot),
        q_relays=build_q_relays(snapshot),
        collars=build_collars(snapshot),
        system_controllers=build_system_controllers(snapshot),
        settings=build_settings(snapshot, flows.parts),
        combiners=build_combiners(snapshot),
        dry_contacts=build_dry_contacts(snapshot),
        generators=build_generators(snapshot),
        phase_count=flows.phase_count,
        oddities=live_oddities(snapshot) | meters.oddities,
        needs=_needs(snapshot, meters, flows, totals, sums),
        fresh=snapshot.fresh_names,
        learn=_learn(snapshot, meters, flows),
        each_cycle=frozenset({SECCTRL.name}) if stands_in(snapshot, flows.parts) else frozenset(),
    )


def _periods(snapshot: Snapshot, meters: Meters, sums: Sums | None, highest: float) -> frozenset[Part]:
    """Return of which flows the gateway itself keeps sums of seven days."""
    there = {
        Part.PRODUCTION_PERIOD: sums is not None and sums.known is not None,
        Part.CONSUMPTION_PERIOD: has_consumption_period(snapshot, meters, highest=highest),
    }
    return frozenset(part for part, has in there.items() if has)


def _production(flows: Flows, sums: Sums | None) -> EnergyFlow:
    flow, period = flows.production(), sums.fresh if sums else None
    return EnergyFlow(
        power=flow.power,
        phases=flow.phases,
        last_seven_days=period.seven_days if period else None,
    )


def _consumption(snapshot: Snapshot, meters: Meters, flows: Flows, highest: float) -> Consumption:
    flow, report = flows.consumption(), _load_report(snapshot)
    period = consumption_period(snapshot, meters, highest=highest)
    return Consumption(
        power=flow.power,
        phases=flow.phases,
        last_seven_days=period.seven_days if period else None,
        apparent_power=report.apparent_power if report else None,
        reactive_power=report.reactive_power if report else None,
    )


def _load_report(snapshot: Snapshot) -> ReportLine | None:
    reports = snapshot.fresh(CONSUMPTION) or ()
    return next((report.cumulative for report in reports if report.report_type == LOAD_METER), None)


def _learn(snapshot: Snapshot, meters: Meters, flows: Flows) -> Needs:
    """Return the endpoints that only some sites are asked for, and this one is."""
    switches = first_controller(snapshot) is not None
    there = {
        READINGS: meters.any,
        INVENTORY: may_list(snapshot, flows.parts),
        BATTERY_POWER: count_iq_batteries(snapshot) > 0,
        SECCTRL: Part.BATTERY in flows.parts,
        DRY_CONTACT_SETTINGS: switches,
        GENERATOR_CONFIG: switches,
        # What shows of these is to have a value when it comes; from then on it is asked for where somebody looks.
        RELAY: may_tell(snapshot),
        DRY_CONTACTS: bool(build_dry_contacts(snapshot)) and not snapshot.is_told(DRY_CONTACTS),
        GENERATOR: has_generator(snapshot) and not snapshot.is_told(GENERATOR),
        GENERATOR_MODE: has_generator(snapshot) and not snapshot.is_told(GENERATOR_MODE),
        DEVICE_DATA: may_report(snapshot, meters),
        FULL_INVENTORY: has_inventory(snapshot),
    }
    return frozenset(endpoint.name for endpoint, has in there.items() if has)


def _needs(
    snapshot: Snapshot, meters: Meters, flows: Flows, totals: dict[str, Total], sums: Sums | None
) -> dict[str, Needs]:
    """Return by the key of an entity, or of a kind of entity, which endpoints it is read from."""
    period = production_period_needs(snapshot, meters, sums)
    of_totals = {key: total_needs(snapshot, meters, key, total) for key, total in totals.items()}
    live, inverters, report = frozenset({LIVE.name}), frozenset({INVERTERS.name}), frozenset({CONSUMPTION.name})
    return {
        "production_power": flows.production_needs(),
        "consumption_power": flows.consumption_needs(),
        "grid_power": flows.grid_needs(),
        "generator_power": live,
        "battery_power": flows.battery_needs(),
        "production_period": period,
        "consumption_period": frozenset({ENERGY.name}),
        "report": report,
        "inventory": frozenset({INVENTORY.name}),
        "device_data": frozenset({DEVICE_DATA.name}),
        "full_inventory": frozenset({FULL_INVENTORY.name}),
        "ac_battery": ac_battery_needs(snapshot),
        "live": live,
        "grid_relay": relay_needs(snapshot),
        "generator_relay": generator_relay_needs(snapshot),
        "grid_outage": outage_needs(snapshot),
        **{endpoint.name: frozenset({endpoint.name}) for endpoint in _OF_A_CONTROLLER},
        "inverters": inverters,
        # A gateway without meters has no readings worth asking for.
        "meter": frozenset({READINGS.name}) if meters.any else frozenset(),
        "power_limit": frozenset({POWER_LIMIT.name}),
        "power_mode": frozenset({POWER_MODE.name}),
        "tariff": frozenset({TARIFF.name}),
        "meter_status": frozenset({METERS.name}),
        **battery_needs(snapshot, flows.parts, flows.battery_needs()),
        **of_totals,
        "self_sufficiency": _needs_of(of_totals, "consumption_energy", "grid_import_energy"),
        "self_consumption": _needs_of(of_totals, "production_energy", "grid_export_energy"),
    }


def _needs_of(of_totals: Mapping[str, Needs], *keys: str) -> Needs:
    """Return where several totals are read."""
    nothing: Needs = frozenset()
    return nothing.union(*(of_totals.get(key, nothing) for key in keys))
