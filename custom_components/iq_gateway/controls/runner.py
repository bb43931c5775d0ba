"""One change from its request to its end: checked, sent once, and read back until it is so, or is not."""

from asyncio import Lock, sleep
from collections.abc import Callable, Mapping
from contextlib import suppress
import time
from typing import Final, Protocol

from ..client.endpoints import Endpoint
from ..client.errors import (
    CertificateChanged,
    GatewayBusy,
    GatewayError,
    InvalidAnswer,
    NoAnswerInTime,
    NotFound,
    NotPermitted,
    TokenRejected,
    WrongGateway,
)
from ..site import Site, Snapshot
from .checks import has_new_gaps
from .control import PATIENCE, AnyControl, Change, ControlError, Setting, Stage, View

# While a contact's settings settle, it reads "open" falsely for up to so many seconds (gateway-api.md 17.2).
BLIND_FOR: Final = 90.0
# A gateway may take its time to be reached after a restart of Home Assistant, or of its own.
_AFTER_START: Final = 120.0
# Behind the back of an action that has ended, nobody waits for the second.
_SLOWLY: Final = 30.0

# What is no matter of the change itself.
_REASONS: Final[dict[type[GatewayError], str]] = {
    NotPermitted: "control_role",
    NotFound: "control_not_there",
    TokenRejected: "token_rejected",
    CertificateChanged: "certificate_changed",
    WrongGateway: "wrong_gateway",
}


class Reader(Protocol):
    """What the poller does for controls."""

    site: Site

    async def read_now(self, *endpoints: Endpoint[object]) -> frozenset[str]:
        """Read these now, in no cycle; return the names of those that answered."""

    async def write(self, method: str, path: str, body: object) -> object:
        """Send a change, with nothing else under way."""

    def blind(self, endpoint: Endpoint[object], seconds: float) -> None:
        """Leave an endpoint alone for some seconds."""

    def ask_soon(self, endpoint: Endpoint[object]) -> None:
        """Have the next cycle read an endpoint, however rarely it is read otherwise."""

    def snapshot(self) -> Snapshot:
        """Return what stands."""


class Run:
    """One change of one control of one device."""

    def __init__(
        self,
        reader: Reader,
        control: AnyControl,
        key: str,
        wanted: Setting,
        *,
        choices: Callable[[], Mapping[str, Setting]],
        tell: Callable[[Change], None],
    ) -> None:
        self.control = control
        self.key = key
        self.wanted = wanted
        self._reader = reader
        self._choices = choices
        self._tell = tell
        self._before: Setting | None = None
        self._sent_at = 0.0
        self._told_at: float | None = None  # s since 1970
        self._lost: GatewayError | None = None
        self._view: View | None = None

    async def make(self, turns: Turns, *, overtakes: Change | None) -> bool:
        """Make the change; tell whether it is confirmed. What is neither by now is to be followed.

        One that overtakes another, which is still on its way, is sent whatever is so now.
        """
        await turns.wait_for(self.control)
        view = await self._look_first()
        is_so = self.control.is_set(view, self.wanted) and overtakes is None
        if not is_so:
            self._check(view)
        if self.control.keeps(view):
            self.tell(Stage.KEPT)
            return True
        if is_so:
            self.tell(Stage.CONFIRMED)
            return True
        self._before = overtakes.before if overtakes else self.control.value(view)
        body = self._body(view)
        self._told_at = time.time()
        self.tell(Stage.PENDING)
        await self._send(body, turns)
        every = self.control.every
        await sleep(every)
        is_at_once = self._is_refused or self.is_unclear
        return await self._watch(every if is_at_once else min(PATIENCE, self.control.deadline), every)

    async def follow(self) -> bool:
        """Watch a change that takes longer than anybody waits for, or of which the gateway's answer told nothing."""
        return await self._watch(self.control.deadline, max(self.control.every, _SLOWLY))

    async def take_up(self, change: Change) -> bool:
        """Go on watching a change that was sent before a restart: at once, and for a while even if its time is over."""
        self._before, self._told_at = change.before, change.sent_at
        passed = change.passed or 0.0
        self._sent_at = time.monotonic() - passed
        until = max(self.control.deadline, passed + _AFTER_START)
        return await self._watch(until, max(self.control.every, _SLOWLY))

    async def check_again(self, turns: Turns) -> bool:
        """Look once more after a while: others may take a change back."""
        control = self.control
        await sleep(control.hold)
        await turns.wait_to_see(control)
        with suppress(ControlError):
            self._view = await self._look(control.confirms)
        if self._view and control.is_contradicted(self._view, self.wanted):
            raise self._failed("control_overwritten", Stage.OVERWRITTEN)
        return True

    def tell(self, stage: Stage, error: ControlError | None = None) -> None:
        """Tell how far it has come."""
        self._tell(
            Change(
                wanted=self.wanted,
                stage=stage,
                before=self._before,
                sent_at=self._told_at,
                reason=error.key if error else None,
                placeholders=error.placeholders if error else {},
                said=bool(error and self._view and self.control.is_set(self._view, self.wanted)),
            )
        )

    def _failed(self, key: str, stage: Stage = Stage.FAILED) -> ControlError:
        return ControlError(key, stage=stage, seconds=f"{self.control.deadline:.0f}")

    @property
    def _is_refused(self) -> bool:
        """Whether the gateway did not accept it: then it has changed at once or not at all."""
        return isinstance(self._lost, InvalidAnswer)

    @property
    def is_unclear(self) -> bool:
        """Whether its web server gave up: whoever waits is told at once, and what came of it is found out after."""
        return isinstance(self._lost, GatewayBusy) and not isinstance(self._lost, NoAnswerInTime)

    async def _look_first(self) -> View:
        """Read all that the change depends on."""
        control = self.control
        if (view := await self._look((*control.reads, *control.confirms), patient=False)) is None:
            raise self._failed("control_no_answer")
        if control.value(view) is None and not {one.name for one in control.confirms} & view.read:
            raise self._failed("control_not_there")
        return view

    def _check(self, view: View) -> None:
        for check in self.control.checks:
            if obstacle := check(view, self.wanted):
                raise obstacle

    def _body(self, view: View) -> object:
        """Return what is to be sent; never with a null, or no number, where the gateway has a value."""
        control = self.control
        body = control.body(view, self.wanted)
        if has_new_gaps(body, *map(view.document, (*control.reads, *control.confirms))):
            raise self._failed("control_incomplete")
        return body

    async def _look(self, endpoints: tuple[Endpoint[object], ...], *, patient: bool = True) -> View | None:
        """Read, and return what there is to see; None where the gateway does not answer."""
        try:
            read = await self._reader.read_now(*endpoints)
        except GatewayError as err:
            if (reason := _REASONS.get(type(err))) and not (patient and isinstance(err, NotFound)):
                raise self._failed(reason) from err
            return None
        return View(self._reader.site, self._reader.snapshot(), self.key, read, self._choices())

    async def _send(self, body: object, turns: Turns) -> None:
        """Send it, once. Only a refusal says for certain that nothing has happened."""
        self._sent_at = time.monotonic()
        try:
            told = await self._reader.write(self.control.method_for(self.wanted), self.control.path, body)
        except GatewayError as err:
            if reason := _REASONS.get(type(err)):
                raise self._failed(reason) from err
            self._lost = err
        else:
            if isinstance(told, dict) and str(told.get("message", "")).startswith("EXCEPTION"):
                raise self._failed("control_refused")
        finally:
            turns.sent(self.control)
        for endpoint in self.control.blinds:
            self._reader.blind(endpoint, BLIND_FOR)

    async def _watch(self, until: float, every: float) -> bool:
        """Read until it is as wanted; False if it is not by then, and an error if it never will be."""
        while True:
            self._view = view = await self._look(self.control.confirms)
            if view and self.control.is_set(view, self.wanted) and self.control.is_felt(view, self.wanted):
                self.tell(Stage.CONFIRMED)
                return True
            if (left := self._sent_at + until - time.monotonic()) <= 0:
                break
            await sleep(min(every, left))
        if until < self.control.deadline and self._may_yet_come:
            return False
        raise self._verdict(until)

    @property
    def _may_yet_come(self) -> bool:
        """Whether it is worth following: what the gateway says at once, and has not said, it will not do."""
        if self._view is None or self._is_refused or self.is_unclear:
            return False
        return self.control.says_late or self.control.is_set(self._view, self.wanted)

    def _verdict(self, seconds: float) -> ControlError:
        """Return what is to be said of a change that was not confirmed within these seconds."""
        if self._view is None:
            for endpoint in self.control.confirms:
                self._reader.ask_soon(endpoint)
            return ControlError("control_silent", seconds=f"{seconds:.0f}")
        if self._is_refused:
            return self._failed("control_refused")
        if self.is_unclear and seconds < self.control.deadline:
            return self._failed("control_unclear")
        if self.control.is_set(self._view, self.wanted) or self.control.value(self._view) == self._before:
            key = "control_unclear_no_effect" if self.is_unclear else "control_no_effect"
            return ControlError(key, stage=Stage.NO_EFFECT, seconds=f"{seconds:.0f}")
        return ControlError("control_failed", seconds=f"{seconds:.0f}")


class Turns:
    """One change at a time, and none too soon after another one to the same path."""

    def __init__(self) -> None:
        self.lock = Lock()
        self._free_at: dict[str, float] = {}
        self._sees_at: dict[str, float] = {}

    async def wait_for(self, control: AnyControl) -> None:
        """Wait until something may be sent to the control's path, and what confirms it can be trusted."""
        if (wait := self._free_at.get(control.path, 0.0) - time.monotonic()) > 0:
            await sleep(wait)
        await self.wait_to_see(control)

    async def wait_to_see(self, control: AnyControl) -> None:
        """Wait until what confirms a control can be trusted."""
        seen = max(self._sees_at.get(endpoint.name, 0.0) for endpoint in control.confirms)
        if (wait := seen - time.monotonic()) > 0:
            await sleep(wait)

    def sent(self, control: AnyControl, *, ago: float = 0.0) -> None:
        """Note that something was sent so many seconds ago."""
        now = time.monotonic() - ago
        self._free_at[control.path] = now + control.pause
        self._sees_at |= {endpoint.name: now + BLIND_FOR for endpoint in control.blinds}
