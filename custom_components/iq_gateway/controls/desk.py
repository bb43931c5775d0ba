"""The changes of one gateway in Home Assistant: who waits for them, and who hears what became of them."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from ..client.errors import NotPermitted
from ..const import CONF_CONTROLS, DOMAIN, LOGGER
from ..polling import Poller
from ..polling.fault import Fault
from ..site import Part, Site
from .control import AnyControl, Change, ControlError, Setting, Stage
from .runner import Run, Turns

_OWNER: Final = "owner"


class ControlDesk:
    """Makes changes one after the other, and remembers the last one of each control."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry, poller: Poller, *, publish: Callable[[], None]) -> None:
        self.enabled: bool = entry.options.get(CONF_CONTROLS, False)
        self._hass = hass
        self._entry = entry
        self._poller = poller
        self._publish = publish
        self._turns = Turns()
        self._changes: dict[tuple[AnyControl, str], Change] = {}
        # What comes into force later, by path and device, and by the name of the control.
        self._choices: dict[tuple[str, str], dict[str, Setting]] = {}
        # What nobody waits for any more, and is not at its end.
        self._followed: dict[tuple[AnyControl, str], asyncio.Task[None]] = {}

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

    def last(self, control: AnyControl, key: str) -> Change | None:
        """Return the last change of a control of a device in this run."""
        return self._changes.get((control, key))

    def choice(self, control: AnyControl, key: str) -> Setting | None:
        """Return what a control is to be once another one brings it into force."""
        return self._choices.get((control.path, key), {}).get(control.name)

    @property
    def refused(self) -> frozenset[str]:
        """The endpoints that the token's role is too low for."""
        states = self._poller.states.items()
        return frozenset(name for name, state in states if isinstance(state.error, NotPermitted))

    async def async_change(self, control: AnyControl, key: str, wanted: Setting) -> None:
        """Make a change; `HomeAssistantError` tells why it came to nothing, or to something else.

        It goes on if whoever asked for it goes away, and ends with the entry.
        """
        done: asyncio.Future[ControlError | None] = self._hass.loop.create_future()
        task = self._entry.async_create_background_task(
            self._hass, self._async_run(self._run(control, key, wanted), done), f"{self._entry.title} {control.name}"
        )
        waiting: list[asyncio.Future[Any]] = [task, done]
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        error = done.result() if done.done() else ControlError("control_interrupted")
        if error:
            raise HomeAssistantError(
                translation_domain=DOMAIN, translation_key=error.key, translation_placeholders=dict(error.placeholders)
            ) from error

    def _run(self, control: AnyControl, key: str, wanted: Setting) -> Run:
        choices = self._choices.setdefault((control.path, key), {})

        def tell(change: Change) -> None:
            self._changes[control, key] = change
            if change.stage is Stage.KEPT:
                choices[control.name] = change.wanted
            elif change.stage is Stage.CONFIRMED:
                choices.clear()
            self._publish()

        return Run(self._poller, control, key, wanted, choices=choices, tell=tell)

    async def _async_run(self, run: Run, done: asyncio.Future[ControlError | None]) -> None:
        """Make the change in its turn, let whoever waits go as soon as it is known, and follow it to its end."""
        last = self.last(run.control, run.key)
        if last is None or last.stage is not Stage.PENDING:
            run.tell(Stage.REQUESTED)
        async with self._turns.lock:
            earlier = self._followed.pop((run.control, run.key), None)
            overtakes = earlier is not None and earlier.cancel()  # nobody wants any more what it watches
            error, confirmed = await self._async_outcome(run, run.make(self._turns, overtakes=overtakes))
        done.set_result(error)
        if error is None and (task := asyncio.current_task()) is not None:
            self._followed[run.control, run.key] = task
            await self._async_outlive(run, confirmed=confirmed)

    async def _async_outlive(self, run: Run, *, confirmed: bool) -> None:
        """Follow a change whose action has ended: there is the entity, and the log, to tell what becomes of it."""
        error: ControlError | None = None
        if not confirmed:
            error, confirmed = await self._async_outcome(run, run.follow())
        if confirmed:
            error, _ = await self._async_outcome(run, run.check_again())
        if error:
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
        run.tell(error.stage, error.key)
        return error, False
