"""The changes of one gateway in Home Assistant: who waits for them, and who hears what became of them."""

import asyncio
from collections.abc import Callable
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from ..client.errors import NotPermitted
from ..const import CONF_CONTROLS, DOMAIN, LOGGER
from ..polling import Poller
from .control import AnyControl, Change, ControlError, Setting, Stage
from .runner import Run, Turns

_INTERRUPTED: Final = ControlError("control_interrupted")


class ControlDesk:
    """Makes changes one after the other, and remembers the last one of each control."""

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry, poller: Poller, *, publish: Callable[[], None]
    ) -> None:
        self.enabled: bool = entry.options.get(CONF_CONTROLS, False)
        self._hass = hass
        self._entry = entry
        self._poller = poller
        self._publish = publish
        self._turns = Turns()
        self._changes: dict[tuple[AnyControl, str], Change] = {}
        self._tasks: dict[tuple[AnyControl, str], asyncio.Task[None]] = {}

    def last(self, control: AnyControl, key: str) -> Change | None:
        """Return the last change of a control of a device in this run."""
        return self._changes.get((control, key))

    def lacks_role(self, needs: frozenset[str]) -> bool:
        """Tell whether the token's role is too low for something that is read from these endpoints."""
        return any(isinstance(self._poller.states[name].error, NotPermitted) for name in needs)

    async def async_change(self, control: AnyControl, key: str, wanted: Setting) -> None:
        """Make a change; `HomeAssistantError` tells why it came to nothing, or to something else.

        It goes on if whoever asked for it goes away, and ends with the entry.
        """
        if (earlier := self._tasks.pop((control, key), None)) and not self._turns_on(control, key):
            earlier.cancel()  # nobody wants any more what it watches
        done: asyncio.Future[None] = self._hass.loop.create_future()
        task = self._entry.async_create_background_task(
            self._hass, self._async_run(self._run(control, key, wanted), done), f"{control.name} of {self._entry.title}"
        )
        self._tasks[control, key] = task
        await asyncio.wait([task, done], return_when=asyncio.FIRST_COMPLETED)
        error = done.exception() if done.done() else _INTERRUPTED
        if isinstance(error, ControlError):
            raise HomeAssistantError(
                translation_domain=DOMAIN, translation_key=error.key, translation_placeholders=dict(error.placeholders)
            ) from error

    def _turns_on(self, control: AnyControl, key: str) -> bool:
        """Tell whether a change is still to be waited for by whoever asked for it."""
        last = self.last(control, key)
        return last is not None and last.stage is Stage.REQUESTED

    def _run(self, control: AnyControl, key: str, wanted: Setting) -> Run:
        def tell(change: Change) -> None:
            self._changes[control, key] = change
            self._publish()

        return Run(self._poller, control, key, wanted, tell=tell)

    async def _async_run(self, run: Run, done: asyncio.Future[None]) -> None:
        """Make the change in its turn, let whoever waits go as soon as it is known, and follow it to its end."""
        try:
            async with self._turns.lock:
                confirmed = await run.make(self._turns)
            done.set_result(None)
            if confirmed or await run.follow():
                await run.check_again()
        except ControlError as err:
            run.tell(err.stage, err.key)
            if done.done():
                LOGGER.warning("%s: %s was not changed for good: %s", self._entry.title, run.control.name, err)
            else:
                done.set_exception(err)
