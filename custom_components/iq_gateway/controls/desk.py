"""The changes of one gateway in Home Assistant: who waits for them, and who hears what became of them."""

import asyncio
from collections.abc import Callable, Coroutine
import math
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from ..client.errors import NotPermitted
from ..const import CONF_CONTROLS, DOMAIN, LOGGER
from ..issues import Issue, async_clear
from ..polling import Poller
from ..polling.fault import Fault
from ..site import Part, Site
from .aftermath import look_again
from .book import ChangeBook, Of, async_forget_changes
from .control import AnyControl, Change, ControlError, Setting, Stage, View, agrees
from .runner import BLIND_FOR, Run, Turns

_OWNER: Final = "owner"
# What is looked at once more after a while.
_HELD: Final = frozenset({Stage.CONFIRMED, Stage.OVERWRITTEN})


class ControlDesk:
    """Makes changes one after the other, and remembers the last one of each control."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry, poller: Poller, *, publish: Callable[[], None]) -> None:
        self.enabled: bool = entry.options.get(CONF_CONTROLS, False)
        self.book = ChangeBook(hass, entry)
        self._hass = hass
        self._entry = entry
        self._poller = poller
        self._publish = publish
        self._turns = Turns()
        # What nobody waits for any more, and is not at its end.
        self._followed: dict[Of, asyncio.Task[None]] = {}

    async def async_load(self) -> None:
        """Take up what an earlier run has sent; where no changes are allowed any more, forget it."""
        if not self.enabled:
            await async_forget_changes(self._hass, self._entry)
            async_clear(self._hass, self._entry, Issue.CHANGE)
            return
        await self.book.async_load()
        for (control, _), change in self.book.all.items():
            if (passed := change.passed) is None:
                continue
            self._turns.sent(control, ago=passed)
            for endpoint in control.blinds if passed < BLIND_FOR else ():
                self._poller.blind(endpoint, BLIND_FOR - passed)

    @callback
    def async_resume(self) -> None:
        """Find out what became of what was on its way when an earlier run ended."""
        for of, change in self.book.all.items():
            passed = change.passed
            is_held = change.stage in _HELD and passed is not None and passed < of[0].hold
            if change.stage is not Stage.PENDING and not is_held:
                continue
            run = self._run(*of, change.wanted)
            part = None if is_held else run.take_up(change)
            self._followed[of] = self._async_start(self._async_outlive(run, part), of[0])

    async def async_close(self) -> None:
        """Write down what is to be known after a restart."""
        if self.enabled:
            await self.book.async_close()

    @callback
    def async_look_again(self) -> None:
        """After a cycle, have what is told of earlier changes follow what the gateway says now."""
        snapshot = self._poller.snapshot()
        for (control, key), change in list(self.book.all.items()):
            choices = self.book.choices(control.path, key)
            view = View(self._poller.site, snapshot, key, snapshot.fresh_names, choices)
            if now := look_again(control, change, view):
                self.book.async_note((control, key), now)

    def needs(self, site: Site, role: str | None) -> set[str]:
        """Return the needs that tell whether there is something to change, beside those of what is there.

        A limit and the switch of production are for installers: nobody else is told of them.
        """
        if not self.enabled:
            return set()
        there = {
            "tariff": Part.BATTERY in site.parts,
            "generator_schedule": bool(site.generators),
            "power_limit": role != _OWNER,
            "power_mode": role != _OWNER,
        }
        return {need for need, has in there.items() if has}

    def is_kept(self, control: AnyControl, key: str) -> bool:
        """Tell whether what was chosen last is still to come into force, and nothing else is."""
        last = self.book.last((control, key))
        view = View(self._poller.site, self._poller.snapshot(), key)
        return last is not None and last.stage is Stage.KEPT and control.keeps(view)

    @property
    def refused(self) -> frozenset[str]:
        """The endpoints that the token's role is too low for."""
        states = self._poller.states.items()
        return frozenset(name for name, state in states if isinstance(state.error, NotPermitted))

    async def async_change(self, control: AnyControl, key: str, wanted: Setting) -> None:
        """Make a change; `HomeAssistantError` tells why it came to nothing, or to something else.

        It goes on if whoever asked for it goes away, and ends with the entry.
        """
        if isinstance(wanted, float) and not math.isfinite(wanted):
            raise ServiceValidationError(translation_domain=DOMAIN, translation_key="control_no_number")
        done: asyncio.Future[ControlError | None] = self._hass.loop.create_future()
        task = self._async_start(self._async_run(self._run(control, key, wanted), done), control)
        waiting: list[asyncio.Future[Any]] = [task, done]
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        error = done.result() if done.done() else ControlError("control_interrupted")
        if error:
            raise HomeAssistantError(
                translation_domain=DOMAIN, translation_key=error.key, translation_placeholders=dict(error.placeholders)
            ) from error

    def _async_start(self, work: Coroutine[Any, Any, None], control: AnyControl) -> asyncio.Task[None]:
        return self._entry.async_create_background_task(self._hass, work, f"{self._entry.title} {control.name}")

    def _run(self, control: AnyControl, key: str, wanted: Setting) -> Run:
        def tell(change: Change) -> None:
            self.book.async_note((control, key), change)
            self._publish()

        return Run(self._poller, control, key, wanted, choices=lambda: self.book.choices(control.path, key), tell=tell)

    async def _async_run(self, run: Run, done: asyncio.Future[ControlError | None]) -> None:
        """Make the change in its turn, let whoever waits go as soon as it is known, and follow it to its end."""
        of = run.control, run.key
        if self._pending(of) is None:
            run.tell(Stage.REQUESTED)
        async with self._turns.lock:
            pending, followed = self._pending(of), self._followed.get(of)
            if pending and followed and not followed.done() and agrees(pending.wanted, run.wanted):
                # It is on its way already, and nothing is sent twice.
                done.set_result(None)
                return
            if followed:
                followed.cancel()  # nobody wants any more what it watches
            error, confirmed = await self._async_outcome(run, run.make(self._turns, overtakes=pending))
        done.set_result(error)
        last = self.book.last(of)
        is_kept = last is not None and last.stage is Stage.KEPT
        if (run.is_unclear if error else not is_kept) and (task := asyncio.current_task()) is not None:
            self._followed[of] = task
            await self._async_outlive(run, None if confirmed else run.follow())

    def _pending(self, of: Of) -> Change | None:
        """Return the last change of a control if it was sent and nobody knows yet what came of it."""
        last = self.book.last(of)
        return last if last and last.stage is Stage.PENDING else None

    async def _async_outlive(self, run: Run, part: Coroutine[Any, Any, bool] | None) -> None:
        """Follow a change whose action has ended: there are the entity, repairs and the log to tell what becomes of it.

        `part` is what is left until it is confirmed; None if it is.
        """
        error, confirmed = await self._async_outcome(run, part) if part else (None, True)
        if confirmed:
            error, _ = await self._async_outcome(run, run.check_again(self._turns))
        if error:
            self.book.async_note_late((run.control, run.key))
            LOGGER.warning("%s: %s was not changed for good: %s", self._entry.title, run.control.name, error)

    async def _async_outcome(self, run: Run, part: Coroutine[Any, Any, bool]) -> tuple[ControlError | None, bool]:
        """Return what went wrong in a part of a change, if anything, and whether it is confirmed."""
        try:
            return None, await part
        except ControlError as err:
            error = err
        except Exception as err:  # noqa: BLE001 (whatever it is, whoever waits has to know)
            LOGGER.error("%s: an unexpected error, please report it: %s", self._entry.title, Fault.of(err))
            error = ControlError("control_refused")
        run.tell(error.stage, error)
        return error, False
