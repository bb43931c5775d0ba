"""What the journal wants, done: at each set-up, after the gateway was read and before our entities are there.

By then nothing of ours is loaded, so that registry entries can move, and what the counters show is known. What was
stopped in the middle goes on from there; what is done already is not done again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, issue_registry as ir
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.util import dt as dt_util

from ..const import LOGGER
from ..coordinator import IQGatewayConfigEntry, IQGatewayCoordinator
from ..devices import AnyKind, async_register
from ..issues import Issue, async_clear, async_raise
from ..polling.fault import Fault
from ..totals import Origin
from .bases import Base, Known, base, is_same_day
from .energy import async_clean_panel, async_restore_panel
from .journal import BUILT_IN, Began, Journal, Move, Stage, async_drop
from .look import async_built_in, async_preview, known_from
from .preview import Step
from .registry import async_copy_device, async_disable, async_enable, async_move, async_set_aside, async_waiting
from .statistics import Filled, Series, async_is_ready, async_mend
from .targets import Targets, find_targets
from .undo import async_give_back, async_undo

_TODAY: Final = "_today"
_READINGS: Final = 2


async def async_reconcile(hass: HomeAssistant, coordinator: IQGatewayCoordinator) -> None:
    """Bring Home Assistant's registry to where the journal wants it; what goes wrong is tried at the next set-up."""
    journal = Journal.of(coordinator.config_entry)
    try:
        if journal:
            await _async_follow(hass, coordinator, journal)
    except Exception as err:  # noqa: BLE001 (of parts of Home Assistant that promise nothing; the gateway is read anyway)
        LOGGER.error("%s: taking over stopped, please report it: %s", coordinator.name, Fault.of(err))
    _watch_beside(hass, coordinator.config_entry)


async def async_hand_back(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Hand back what an entry has taken, before it is removed with all that is its own."""
    journal = Journal.of(entry)
    if journal is None or journal.stage is Stage.BACK:
        return
    if built_in := hass.config_entries.async_get_entry(journal.entry_id):
        await async_give_back(hass, built_in, journal)


@callback
def _watch_beside(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Tell, where the user can dismiss it, that the built-in integration reads the same gateway."""
    built_in, journal = async_built_in(hass, str(entry.unique_id)), Journal.of(entry)
    has_answered = journal is not None and journal.stage is not Stage.BACK
    if built_in is None or built_in.disabled_by or has_answered:
        async_clear(hass, entry, Issue.BESIDE)
    else:
        # The other's title holds the serial number, as a rule.
        async_raise(hass, entry, Issue.BESIDE, text="beside", severity=ir.IssueSeverity.WARNING)


async def _async_follow(hass: HomeAssistant, coordinator: IQGatewayCoordinator, journal: Journal) -> None:
    if journal.stage in (Stage.UNDO, Stage.BACK):
        await async_undo(hass, coordinator, journal)
        return
    built_in = hass.config_entries.async_get_entry(journal.entry_id)
    if built_in is None:
        if journal.stage is Stage.WANTED and not journal.moves:
            async_drop(hass, coordinator.config_entry)
        return
    if journal.stage is Stage.WANTED or _is_undone(hass, journal, built_in):
        await _Takeover(hass, coordinator, journal, built_in).async_run()


def _is_undone(hass: HomeAssistant, journal: Journal, built_in: ConfigEntry) -> bool:
    """Tell whether entities are not here that had moved: what was written of them got lost.

    Unless the user has enabled the built-in integration again, and means it.
    """
    lost = bool(async_waiting(hass, journal))
    return lost and (journal.keep_running or built_in.disabled_by is not None)


class _Takeover:
    """One taking over."""

    def __init__(
        self, hass: HomeAssistant, coordinator: IQGatewayCoordinator, journal: Journal, built_in: ConfigEntry
    ) -> None:
        self._hass = hass
        self._coordinator = coordinator
        self._entry: IQGatewayConfigEntry = coordinator.config_entry
        self._journal = journal
        self._built_in = built_in
        self._targets: Targets = {}

    async def async_run(self) -> None:
        """Do all that is not done yet."""
        if not await async_is_ready(self._hass):
            LOGGER.warning("%s: taking over waits for the recorder", self._entry.title)
            return
        await async_read_twice(self._coordinator)
        data = self._coordinator.data
        self._targets = find_targets(data, self._coordinator.serial)
        known = {move.entity_id: move for move in self._journal.moves}
        steps = []
        if self._journal.stage is Stage.WANTED:
            only = self._journal.only_energies
            found = await async_preview(self._hass, self._built_in, data, self._coordinator.serial, only_energies=only)
            steps = [step for step in found.steps if step.old.entity_id not in known]
        if not steps and not self._journal.moves:
            LOGGER.warning("%s: %s has nothing that could be taken over now", self._entry.title, BUILT_IN)
            async_drop(self._hass, self._entry)
            return
        shown = await self._async_disable([step for step in steps if step.old.known])
        if shown is None:
            return
        await self._async_go_on(steps, shown)
        await self._async_clean_panel()
        taken_at = self._journal.taken_at or dt_util.utcnow().timestamp()
        journal = replace(self._journal, stage=Stage.TAKEN, moves=self._move(), taken_at=taken_at)
        self._journal = journal.async_write(self._hass, self._entry)
        async_clear(self._hass, self._entry, Issue.TAKEOVER_WAITS)
        if self._journal.keep_running:
            async_enable(self._hass, self._built_in)
        LOGGER.info("%s: took over %d entities of %s", self._entry.title, len(self._journal.moves), BUILT_IN)

    async def _async_disable(self, steps: Iterable[Step]) -> dict[str, Known] | None:
        """Disable the built-in integration; return what it showed last, None if it could not be unloaded."""
        shown = {step.old.entity_id: step.old.known for step in steps if step.old.known}

        @callback
        def remember(event: Event[EventStateChangedData]) -> None:
            if (state := event.data["new_state"]) and (known := known_from(state)):
                shown[state.entity_id] = known

        stop = async_track_state_change_event(self._hass, list(shown), remember)
        try:
            await async_disable(self._hass, self._built_in)
        finally:
            stop()
        if self._built_in.state is ConfigEntryState.NOT_LOADED:
            return shown
        async_raise(self._hass, self._entry, Issue.TAKEOVER_WAITS, text="takeover_waits", fixable=False)
        return None

    async def _async_go_on(self, steps: list[Step], shown: Mapping[str, Known]) -> None:
        """Have totals and their statistics go on from what was shown last, and write that down."""
        now, readings = dt_util.utcnow().timestamp(), self._coordinator.data.totals
        bases: list[tuple[Step, str, Base]] = []
        for step in steps:
            if step.total and step.base and (known := shown.get(step.old.entity_id)):
                # Where it could not go on by the same counter, it still cannot.
                one = replace(step.base, energy=known.energy)
                if (total := readings.get(step.total)) and not step.target.ledger_key:
                    reading = total.gateway_reading or 0.0
                    one = base(known, reading, same_counter=one.same_counter, now=now)
                bases.append((step, step.total, one))
        filled = await async_mend(
            self._hass,
            [
                Series(statistic_id=step.old.entity_id, own_id=step.own_entity_id, same_counter=one.same_counter)
                for step, _, one in bases
            ],
        )
        began = self._lost()
        for step, key, one in bases:
            at, energy = shown[step.old.entity_id].at, one.energy
            if not one.same_counter:
                at, energy = now, energy + _meanwhile(filled.get(step.old.entity_id), readings[key].energy)
            began[key] = Began(energy=energy, at=at, same_counter=one.same_counter)
        self._forget_today(steps, shown)
        self._continue(began, [_move_of(step) for step in steps])

    def _continue(self, began: Mapping[str, Began], moves: Iterable[Move]) -> None:
        """Have totals go on from there, and write it down with what is to move."""
        shifted = dict(self._journal.began)
        for key, start in began.items():
            origin = Origin(total=start.energy, at=start.at, same_counter=start.same_counter)
            shift = self._coordinator.totals.async_continue_at(key, origin)
            shifted[key] = replace(start, shift=start.shift or shift)
        journal = replace(self._journal, moves=(*self._journal.moves, *moves), began=shifted)
        self._journal = journal.async_write(self._hass, self._entry)
        self._coordinator.data = self._coordinator.data_with_totals()

    def _lost(self) -> dict[str, Began]:
        """Return from where totals were to go on whose entities have not moved yet: a stop came in between."""
        waiting = {move.total for move in async_waiting(self._hass, self._journal)}
        return {key: began for key, began in self._journal.began.items() if key in waiting}

    def _forget_today(self, steps: list[Step], shown: Mapping[str, Known]) -> None:
        """Show nothing of today where the two figures differ, until the next one begins."""
        for step in steps:
            key = step.target.unique_id.removeprefix(f"{self._coordinator.serial}_")
            total = self._coordinator.data.totals.get(key.removesuffix(_TODAY))
            known = shown.get(step.old.entity_id)
            if key.endswith(_TODAY) and total and known and not is_same_day(known.energy, total.today):
                self._coordinator.totals.async_forget_today(key.removesuffix(_TODAY))

    async def _async_clean_panel(self) -> None:
        moved = {move.own_entity_id: move.entity_id for move in self._journal.moves if move.own_entity_id}
        # What was saved of an earlier attempt may have been lost.
        await async_restore_panel(self._hass, self._journal.panel, stage="before", to="after")
        if changed := await async_clean_panel(self._hass, moved):
            before = self._journal.panel["before"] if self._journal.panel else changed["before"]
            self._journal = replace(self._journal, panel={"before": before, "after": changed["after"]})

    @callback
    def _move(self) -> tuple[Move, ...]:
        """Move the registry's entries, and return all but those that cannot; what is not there yet comes later.

        Nothing is awaited here, so that nothing comes in between.
        """
        devices: dict[str, dr.DeviceEntry | None] = {}
        refused = set()
        for move in self._journal.moves:
            target = self._targets.get((move.platform, move.becomes))
            if target is None:
                continue
            identifier = target.kind.identifier(self._coordinator.serial, target.device_key)
            if identifier not in devices:
                devices[identifier] = self._device(target.kind, target.device_key, identifier)
            device = devices[identifier]
            if not device or not async_move(self._hass, self._entry, move, device.id):
                refused.add(move)
            elif self._journal.keep_running:
                async_set_aside(self._hass, self._built_in, move)
        return tuple(move for move in self._journal.moves if move not in refused)

    def _device(self, kind: AnyKind, key: str, identifier: str) -> dr.DeviceEntry | None:
        """Return the device that entities move to; None if it is another gateway's."""
        coordinator = self._coordinator
        subject = kind.subjects(coordinator.data)[key]
        if identifier != coordinator.serial and not async_register(
            coordinator, kind.device_info(coordinator, coordinator.device_id, key, subject)
        ):
            return None
        return async_copy_device(self._hass, self._entry, self._built_in, identifier)


def _meanwhile(filled: Filled | None, energy: float | None) -> float:
    """Return the Wh that ours counted meanwhile: what was filled in, and what nobody has taken into statistics yet."""
    return filled.energy + max((energy or 0.0) - filled.shown, 0.0) if filled else 0.0


def _move_of(step: Step) -> Move:
    old = step.old
    return Move(
        platform=old.platform,
        entity_id=old.entity_id,
        registry_id=old.registry_id,
        unique_id=old.unique_id,
        device_id=old.device_id,
        becomes=step.target.unique_id,
        own_entity_id=step.own_entity_id,
        total=step.total,
    )


async def async_read_twice(coordinator: IQGatewayCoordinator) -> None:
    """Read the counters once more that were read for the first time: they are believed once two readings agree."""
    stops = [coordinator.async_add_listener(lambda: None, key) for key in coordinator.data.site.totals]
    try:
        for _ in range(_READINGS):
            if coordinator.totals.pending:
                await coordinator.async_refresh()
    finally:
        for stop in stops:
            stop()
