"""One cell of the adversary's matrix lived through: a real Home Assistant, the simulated gateway over real HTTPS."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch
from zlib import crc32

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir, restore_state
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.iq_gateway.const import CONF_UPDATE_INTERVAL, DOMAIN
from custom_components.iq_gateway.polling import stream
from tests.drive import Drive, stopped_time
from tests.simulator import Clock, Fault, GatewaySimulator
from tests.simulator.certificates import self_signed
from tests.simulator.house import House
from tests.states import coordinator, figure, find

from .adversary import SEASONS, SITES, ZONE, Cell
from .adversary_attacks import Stage, answers
from .adversary_edits import Payload
from .contenders import IQ_GATEWAY
from .home import home_assistant
from .verdict import TRUTHS, totals_of, truths

_HOUR: Final = timedelta(hours=1)
_POLLS_AFTER: Final = 3
_DOUBT: Final = timedelta(minutes=15)
# As many wide steps before an attack are made in the entry's own pace instead.
_CALM: Final = 2
_RETRY: Final = 60.0
_ROUND: Final = 300
"""Seconds between two sums of the inverters' reports, which is how old a sum without meters can be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What was shown after one poll, and what was true by then, in Wh by the key of the total; the repairs shown."""

    at: datetime
    shown: Mapping[str, float | None]
    truth: Mapping[str, float]
    repairs: frozenset[str]


@dataclass(slots=True, kw_only=True)
class Trial:
    """A cell and what came of it.

    `today` is what is shown less what is true, in Wh, where a figure of today is shown; `phantoms` are the totals that
    are there although the site cannot have them.
    """

    cell: Cell
    before: list[Sample] = field(default_factory=list)
    during: list[Sample] = field(default_factory=list)
    after: list[Sample] = field(default_factory=list)
    today: dict[str, float] = field(default_factory=dict)
    phantoms: list[str] = field(default_factory=list)

    @property
    def samples(self) -> list[Sample]:
        """All of them in order."""
        return [*self.before, *self.during, *self.after]


def counted(house: House) -> dict[str, float]:
    """Return what the gateway's own counters stand at when nothing is wrong: without a meter, as last reported."""
    found = truths(house)
    if "production" not in house.profile.meters:
        found["production_energy"] = float(int(house.produced_at(house.time // _ROUND * _ROUND)))
    return found


def number(hass: HomeAssistant, serial: str, key: str) -> float | None:
    """Return what an entity shows, in Wh; None where it shows nothing or is not there."""
    entity_id = find(hass, serial, key)
    return figure(hass, serial, key) if entity_id and hass.states.get(entity_id) else None


@asynccontextmanager
async def arena(directory: Path) -> AsyncGenerator[Arena]:
    """Run a Home Assistant in which cells can be lived through, one after the other."""
    # Made before time stops: what makes certificates keeps the clock that it first meets.
    self_signed("envoy")
    async with home_assistant(directory) as hass:
        await hass.config.async_set_time_zone(ZONE.key)
        # Simulated live data moves at once; a gateway that only answers late, as on a busy machine, is waited for.
        with patch.object(stream, "MOVES_AFTER", 0.0), stopped_time(min(SEASONS.values())) as frozen:
            yield Arena(hass, frozen)


class Arena:
    """A Home Assistant, and the time that it believes in."""

    def __init__(self, hass: HomeAssistant, frozen: FrozenDateTimeFactory) -> None:
        self.hass = hass
        self.frozen = frozen

    async def live(self, cell: Cell) -> Trial:
        """Live through a cell; nothing of it is left behind."""
        self.frozen.move_to(cell.begins - (cell.start.away or timedelta(0)) - cell.watched)
        serial = f"1224{crc32(cell.name.encode()) % 100_000_000:08}"
        gateway = GatewaySimulator(SITES[cell.site].profile, clock=Clock(), serial=serial)
        async with gateway:
            entry = MockConfigEntry(
                domain=DOMAIN,
                title=f"Gateway {serial}",
                unique_id=serial,
                data=IQ_GATEWAY.data(gateway),
                options={CONF_UPDATE_INTERVAL: cell.interval},
            )
            entry.add_to_hass(self.hass)
            try:
                return await _Fight(self.hass, self.frozen, gateway, entry, cell).fight()
            finally:
                await self.hass.config_entries.async_remove(entry.entry_id)
                await self.hass.async_block_till_done()
                self._forget()

    def _forget(self) -> None:
        """Leave nothing for the next cell to go on from."""
        for domain, issue in list(ir.async_get(self.hass).issues):
            if domain == DOMAIN:
                ir.async_delete_issue(self.hass, domain, issue)
        restore_state.async_get(self.hass).last_states.clear()


class _Fight:
    """A gateway, its entry, and the attack on them."""

    def __init__(
        self,
        hass: HomeAssistant,
        frozen: FrozenDateTimeFactory,
        gateway: GatewaySimulator,
        entry: MockConfigEntry,
        cell: Cell,
    ) -> None:
        self._hass = hass
        self._frozen = frozen
        self._gateway = gateway
        self._entry = entry
        self._cell = cell
        self._drive = Drive(hass, entry, frozen)
        self._hour_ago: dict[str, Payload] = {}
        self._keys = totals_of(gateway.house.profile)

    async def fight(self) -> Trial:
        """Watch, attack, and see what an hour makes of it."""
        cell, trial = self._cell, Trial(cell=self._cell)
        self._remember()
        self._lack()
        if not cell.start.first_start:
            await self._set_up()
            trial.before += [self._sample(), *[sample async for sample in self._watch()]]
        await self._attack(trial)
        # An hour of good answers, the first of which may be an hour away.
        # What was refused is asked again hourly, after what else is due then.
        enough = _HOUR + (_DOUBT if any(way.refuses for way in cell.ways) else timedelta())
        while len(trial.after) < _POLLS_AFTER or trial.after[-1].at < trial.after[0].at + enough or self._in_new_doubt:
            await self._poll()
            trial.after.append(self._sample())
        trial.today = self._today()
        untold = {"consumption_energy"} if self._gateway.house.profile.generator else set()
        foreign = TRUTHS.keys() - self._keys - untold
        trial.phantoms = sorted(key for key in foreign if find(self._hass, self._gateway.serial, key))
        return trial

    async def _attack(self, trial: Trial) -> None:
        """Let every answer be wrong for so many polls, in one way after the other."""
        stage = Stage(gateway=self._gateway, missing=SITES[self._cell.site].missing, hour_ago=self._hour_ago)
        for way in self._cell.ways:
            way.begin(stage)
            for _ in range(self._cell.polls):
                await (self._poll() if trial.during else self._first())
                trial.during.append(self._sample())
            way.end(stage)
            self._lack()

    def _lack(self) -> None:
        for endpoint in SITES[self._cell.site].missing:
            self._gateway.fault(endpoint, Fault.NOT_FOUND)

    def _remember(self) -> None:
        """Keep the answers of now for an attack that gives them again later."""
        if self._cell.wants_past:
            self._hour_ago = answers(self._gateway.source, int(self._gateway.clock.now()))

    async def _watch(self) -> AsyncGenerator[Sample]:
        """Let the time before the attack pass: in wide steps first, in the entry's own at the end."""
        cell = self._cell
        end = cell.begins - (cell.start.away or timedelta(seconds=cell.interval))
        while (left := (end - datetime.now(UTC)).total_seconds()) > 0:
            if left > _HOUR.total_seconds() - cell.interval:
                self._remember()
            step, due = max(cell.start.step, cell.interval), self._drive.due.total_seconds()
            await self._poll(after=step if left > _CALM * step else min(left, due))
            yield self._sample()

    async def _first(self) -> None:
        """Have the first poll of the attack."""
        if self._cell.start.first_start:
            await self._set_up()
        elif self._cell.start.away:
            await self._hass.config_entries.async_unload(self._entry.entry_id)
            self._frozen.move_to(self._cell.begins)
            await self._set_up()
        else:
            await self._poll()

    @property
    def _in_new_doubt(self) -> bool:
        """Whether a total waits to see which of its readings are true, and has for less than a quarter of an hour.

        At any time a reading may be doubted that is true: how that ends is part of the trial.
        """
        if self._entry.state is not ConfigEntryState.LOADED:
            return False
        stored: Any = coordinator(self._entry).totals.as_dict()["totals"]
        since = [total["held_since"] for total in stored.values() if total["held_since"]]
        return any(datetime.now(UTC).timestamp() - held <= _DOUBT.total_seconds() for held in since)

    async def _set_up(self) -> None:
        await self._hass.config_entries.async_setup(self._entry.entry_id)
        await self._hass.async_block_till_done()

    async def _poll(self, *, after: float | None = None) -> None:
        """Run the next cycle; an entry that could not be set up tries again instead."""
        if self._entry.state is ConfigEntryState.LOADED:
            await self._drive.cycle(after=after)
            return
        self._frozen.tick(_RETRY)
        await self._hass.config_entries.async_reload(self._entry.entry_id)
        await self._hass.async_block_till_done()

    def _sample(self) -> Sample:
        repairs = (issue.issue_id for issue in ir.async_get(self._hass).issues.values() if issue.domain == DOMAIN)
        return Sample(
            at=datetime.now(UTC),
            shown={key: number(self._hass, self._gateway.serial, key) for key in self._keys},
            truth=counted(self._gateway.house),
            repairs=frozenset(issue.removesuffix(f"_{self._entry.entry_id}") for issue in repairs),
        )

    def _today(self) -> dict[str, float]:
        house = self._gateway.house
        now, then = truths(house), truths(house, house.at_midnight)
        shown = {key: number(self._hass, self._gateway.serial, f"{key}_today") for key in self._keys}
        return {key: value - (now[key] - then[key]) for key, value in shown.items() if value is not None}
