"""All totals of a site: what they tell together, and how they are stored."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
import json
from typing import Final

import pytest

from custom_components.iq_gateway.totals import Ledger, Origin, Reading, Standing

BEGIN: Final = 1_795_348_800.0
MIDNIGHT: Final = BEGIN - 12 * 3600
NEXT_MIDNIGHT: Final = MIDNIGHT + 86_400
CYCLE: Final = 300.0
OLD: Final = 1_000_000.0
SUN: Final = "production_energy"
GRID: Final = "grid_import_energy"


class Site:
    """A ledger, and the time."""

    def __init__(self) -> None:
        self.ledger = Ledger()
        self.now = BEGIN
        self.midnight = MIDNIGHT
        self.power: float | None = None
        self.anew: frozenset[str] = frozenset()

    def read(self, times: int = 1, *, has_counted: bool = False, **energies: float) -> None:
        """Read these totals, some times over."""
        for _ in range(times):
            self.now += CYCLE
            readings = {
                key: Reading(energy=energy, source=key, at=self.now, power=self.power)
                for key, energy in energies.items()
            }
            self.anew = self.ledger.observe(readings, midnight=self.midnight, has_counted=has_counted)

    def restart(self) -> None:
        """Store everything as text and go on from that."""
        self.ledger, broken = Ledger.from_dict(json.loads(json.dumps(self.ledger.to_dict())))
        assert not broken

    def pending(self) -> bool:
        """Whether a second reading is waited for."""
        return self.ledger.pending

    def in_doubt(self) -> bool:
        """Whether it is not known which readings are true."""
        return self.ledger.in_doubt

    def today(self, key: str = SUN) -> float | None:
        """Return what a total has grown by today."""
        return self.ledger.published(key, midnight=self.midnight).today


def shown(ledger: Ledger, key: str) -> float | None:
    """Return what is shown of a total."""
    return ledger.published(key, midnight=0.0).energy


@pytest.fixture
def site() -> Site:
    """A site of which nothing was read yet."""
    return Site()


def totals_of(ledger: Ledger) -> Mapping[str, object]:
    """Return what is stored of the totals."""
    stored = ledger.to_dict()["totals"]
    assert isinstance(stored, dict)
    return stored


def test_totals_are_published_once_they_are_known(site: Site) -> None:
    """Each by itself; what was never read is nothing."""
    site.read(production_energy=OLD)
    assert (
        shown(site.ledger, SUN),
        shown(site.ledger, GRID),
        site.ledger.total(GRID),
    ) == (None, None, None)
    assert site.ledger.keys == {SUN}
    assert site.ledger.offsets == {SUN: None}
    site.read(production_energy=OLD, grid_import_energy=5.0)
    assert (shown(site.ledger, SUN), shown(site.ledger, GRID)) == (
        OLD,
        None,
    )
    assert site.ledger.offsets == {SUN: 0.0, GRID: None}
    assert site.ledger.keys == {SUN, GRID}


def test_the_second_reading_is_waited_for_of_what_was_read_last(site: Site) -> None:
    """A total that is no longer read is not waited for."""
    assert not site.pending()
    site.read(production_energy=OLD)
    assert site.pending()
    site.read(grid_import_energy=OLD)
    site.read(grid_import_energy=OLD)
    assert not site.pending()
    site.read(production_energy=OLD, grid_import_energy=OLD)
    assert not site.pending()


def test_a_doubt_is_waited_out_of_what_was_read_last(site: Site) -> None:
    """Until a reading counts again."""
    site.read(2, production_energy=OLD, grid_import_energy=OLD)
    assert not site.in_doubt()
    site.read(production_energy=5.0)
    assert site.in_doubt()
    site.read(grid_import_energy=OLD)
    assert not site.in_doubt()
    site.read(production_energy=OLD)
    assert not site.in_doubt()


@pytest.mark.parametrize(
    ("others", "has_counted", "begins"),
    [
        ({}, False, True),
        ({}, True, False),
        ({GRID: 5.0}, False, False),
        ({GRID: 0.0}, False, True),
        ({GRID: -5.0}, False, True),
    ],
)
def test_a_first_zero_waits_where_anything_has_counted(
    site: Site, others: dict[str, float], has_counted: bool, begins: bool
) -> None:
    """Another counter of the site, or an inverter that has ever given anything."""
    site.read(2, has_counted=has_counted, production_energy=0.0, **others)
    assert (shown(site.ledger, SUN) == 0.0) is begins


def test_a_counter_is_no_witness_of_itself(site: Site) -> None:
    """Its first reading may be a zero, whatever the next one is."""
    site.read(2, production_energy=0.0, grid_import_energy=7.0)
    assert (shown(site.ledger, SUN), shown(site.ledger, GRID)) == (
        None,
        7.0,
    )


def test_what_begins_anew_lower_is_named(site: Site) -> None:
    """So that its statistics are forgotten, too; its day is."""
    site.read(2, production_energy=OLD, grid_import_energy=OLD)
    site.read(3, production_energy=500.0, grid_import_energy=OLD)
    assert site.anew == set()
    site.read(production_energy=500.0, grid_import_energy=OLD)
    assert site.anew == {SUN}
    site.read(production_energy=500.0, grid_import_energy=OLD)
    assert site.anew == set()


def test_what_begins_anew_higher_is_told_too(site: Site) -> None:
    """Statistics would take it for energy."""
    site.read(5, production_energy=0.0)
    site.read(4, production_energy=OLD)
    assert shown(site.ledger, SUN) == OLD
    assert site.anew == {SUN}


def test_a_day_is_told_from_the_first_midnight_that_was_seen(site: Site) -> None:
    """By the midnight of now: yesterday's growth is not today's."""
    site.now = NEXT_MIDNIGHT - 6 * CYCLE
    site.read(5, production_energy=OLD)
    assert site.today() is None
    site.midnight = NEXT_MIDNIGHT
    assert site.today() is None
    site.read(production_energy=OLD)
    site.read(production_energy=OLD + 300)
    assert site.today() == 300.0
    site.midnight += 86_400
    assert site.today() is None
    assert site.today(GRID) is None


def test_only_a_reading_that_counts_is_one_of_the_day(site: Site) -> None:
    """A doubt around midnight makes an unseen day of it after an hour."""
    site.now = NEXT_MIDNIGHT - 6 * CYCLE
    site.read(5, production_energy=OLD)
    site.midnight = NEXT_MIDNIGHT
    site.read(13, production_energy=0.0)
    site.read(production_energy=OLD)
    assert site.today() is None


def test_a_day_of_what_is_not_shown_is_not_told(site: Site) -> None:
    """A young total in doubt."""
    site.now = NEXT_MIDNIGHT - 3 * CYCLE
    site.read(2, production_energy=OLD)
    site.midnight = NEXT_MIDNIGHT
    site.read(production_energy=OLD)
    assert site.today() == 0.0
    site.read(3, production_energy=5.0)
    assert site.today() is None


@pytest.mark.parametrize("how", ["set", "follow"])
def test_a_total_that_somebody_changed_has_not_grown_by_that(site: Site, how: str) -> None:
    """The day goes on from there."""
    site.now = NEXT_MIDNIGHT - 6 * CYCLE
    site.read(5, production_energy=OLD)
    site.midnight = NEXT_MIDNIGHT
    site.read(2, production_energy=OLD)
    site.read(production_energy=OLD + 300)
    if how == "set":
        site.ledger.set_to(SUN, 5_000.0, at=site.now)
        assert shown(site.ledger, SUN) == 5_000.0
        site.read(production_energy=OLD + 350)
    else:
        site.read(production_energy=5_000.0)
        site.ledger.follow([SUN])
        assert shown(site.ledger, SUN) == 5_000.0
        site.read(production_energy=5_050.0)
    assert site.today() == 350.0


def test_a_total_that_was_never_read_can_be_set(site: Site) -> None:
    """It begins there."""
    site.ledger.set_to(SUN, 5_000.0, at=site.now)
    site.read(2, production_energy=OLD)
    assert shown(site.ledger, SUN) == 5_000.0


def test_changes_are_told_until_they_are_kept_or_followed(site: Site) -> None:
    """Each by itself."""
    site.read(5, production_energy=OLD, grid_import_energy=OLD, grid_export_energy=OLD)
    site.read(4, production_energy=5.0, grid_import_energy=5.0, grid_export_energy=OLD)
    assert site.ledger.changes.keys() == {SUN, GRID}
    site.ledger.keep([SUN])
    assert site.ledger.changes.keys() == {GRID}
    assert shown(site.ledger, SUN) == OLD
    site.ledger.follow([GRID])
    assert not site.ledger.changes
    assert shown(site.ledger, GRID) == 5.0


def test_why_a_total_stands(site: Site) -> None:
    """No reading can be true, or its counter stands while power flows; where both are so, the readings are why."""
    site.read(5, production_energy=OLD, grid_import_energy=OLD)
    assert site.ledger.standing == {}
    site.power = 1_000.0
    for place in range(12):
        site.read(production_energy=5_000.0 * (place % 2), grid_import_energy=OLD)
    assert site.ledger.standing == {SUN: Standing.ODD_READINGS, GRID: Standing.STANDS_STILL}


def test_a_total_goes_on_from_elsewhere(site: Site) -> None:
    """Known to the ledger, or not."""
    site.ledger.resume(SUN, Origin(total=OLD, at=site.now))
    site.read(2, production_energy=500.0)
    assert shown(site.ledger, SUN) == OLD


def test_another_gateway_goes_on_with_every_total(site: Site) -> None:
    """That was known; the others begin."""
    site.read(grid_import_energy=900.0, production_energy=OLD)
    site.read(production_energy=OLD)
    site.ledger.set_to(GRID, 7_000.0, at=site.now)
    site.ledger.detach()
    assert shown(site.ledger, SUN) is None
    site.read(2, production_energy=10.0)
    assert shown(site.ledger, SUN) == OLD
    site.read(5, production_energy=10.0, grid_import_energy=20.0)
    assert shown(site.ledger, GRID) == 7_000.0


def test_another_gateway_has_nothing_to_do_with_what_was_just_beginning(site: Site) -> None:
    """Neither with a first reading of the last one, nor with how far that one's counter may have come since."""
    site.read(grid_import_energy=900.0)
    site.ledger.resume(SUN, Origin(total=OLD, at=site.now, offset=0.0))
    site.ledger.detach()
    site.read(grid_import_energy=900.0, production_energy=OLD + 800.0)
    assert shown(site.ledger, GRID) is None
    site.read(grid_import_energy=900.0, production_energy=OLD + 800.0)
    assert (shown(site.ledger, GRID), shown(site.ledger, SUN)) == (900.0, OLD)


def test_a_restart_forgets_nothing(site: Site) -> None:
    """Doubts, changes and the day go on where they were."""
    site.now = NEXT_MIDNIGHT - 6 * CYCLE
    site.read(5, production_energy=OLD)
    site.midnight = NEXT_MIDNIGHT
    site.read(2, production_energy=OLD)
    site.read(2, production_energy=500.0)
    before = site.ledger.to_dict()
    site.restart()
    assert site.ledger.to_dict() == before
    assert not site.pending()
    site.read(2, production_energy=500.0)
    assert site.ledger.changes.keys() == {SUN}
    site.restart()
    assert site.ledger.changes.keys() == {SUN}
    assert (shown(site.ledger, SUN), site.today()) == (OLD, 0.0)


def _broken() -> Iterable[object]:
    site = Site()
    site.read(2, production_energy=OLD)
    good = totals_of(site.ledger)[SUN]
    assert isinstance(good, dict)
    yield from (None, [], "ledger", {}, {**good, "total": "12"}, {**good, "total": True}, {**good, "base": {}})
    yield from ({**good, "total": float("nan")}, {**good, "candidate": [1]}, {**good, "peak": None})
    yield {**good, "base": {**good["base"], "series": {**good["base"]["series"], "readings": 1.5}}}
    yield {**good, "base": {**good["base"], "series": {**good["base"]["series"], "source": 7}}}


@pytest.mark.parametrize("broken", _broken())
def test_a_total_whose_store_is_damaged_is_told_and_leaves_the_others(site: Site, broken: object) -> None:
    """One broken record takes no other down."""
    site.read(2, production_energy=OLD)
    ledger, damaged = Ledger.from_dict({"totals": {**totals_of(site.ledger), GRID: broken}, "days": {SUN: "broken"}})
    assert damaged == [GRID]
    assert ledger.keys == {SUN}
    assert shown(ledger, SUN) == OLD


@pytest.mark.parametrize("data", [{}, {"totals": []}, {"totals": None, "days": 5}])
def test_a_store_without_totals_is_an_empty_ledger(data: dict[str, object]) -> None:
    """And nothing in it is damaged."""
    ledger, damaged = Ledger.from_dict(data)
    assert (ledger.keys, damaged) == (frozenset(), [])


def test_whole_numbers_are_energies_too(site: Site) -> None:
    """As somebody writes them who edits the file."""
    site.read(2, production_energy=OLD)
    stored = totals_of(site.ledger)[SUN]
    assert isinstance(stored, dict)
    ledger, damaged = Ledger.from_dict({"totals": {SUN: {**stored, "total": 1_000_000}}})
    assert not damaged
    assert ledger.total(SUN) == replace(ledger.total(SUN) or pytest.fail("no total"), total=OLD)
