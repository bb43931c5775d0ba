"""What the log says of endpoints that fall silent: one line for the silence, one for the return."""

import logging

from ..client.errors import GatewayError
from ..const import LOGGER
from .result import PollResult


class OutageLog:
    """Remembers who is silent, so that nothing is said twice: neither by cycles, nor by what is read between them."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._gateway_silent = False
        self._silent: set[str] = set()
        # What was lost between two cycles, and why; without an error if it answers and its values stand still.
        self._lost: dict[str, GatewayError | None] = {}

    def update(self, result: PollResult) -> None:
        """Log what changed with this cycle; what is wrong with the whole gateway is one line, not one an endpoint."""
        if error := result.ended_by or (result.silent and next(iter(result.errors.values()))):
            if not self._gateway_silent and not any(self._lost.values()):
                LOGGER.warning("%s: the gateway does not answer: %s", self._name, error)
                self._gateway_silent = True
            return
        if self._gateway_silent and result.answered:
            LOGGER.info("%s: the gateway answers again", self._name)
            self._gateway_silent = False
        for name in sorted(result.errors.keys() - self._silent):
            # What the firmware does not have, or the token's role may not read, is nothing to worry about.
            level = logging.INFO if name in result.refused else logging.WARNING
            LOGGER.log(level, "%s: %s does not answer: %s", self._name, name, result.errors[name])
        for name in sorted((self._silent & result.answered) - self._lost.keys()):
            LOGGER.info("%s: %s answers again", self._name, name)
        self._silent = ((self._silent | result.errors.keys()) - result.answered) | self._lost.keys()

    def lost(self, name: str, error: GatewayError | None) -> None:
        """Log that an endpoint was lost between two cycles, unless that, or the same of another one, was said."""
        if self._gateway_silent or name in self._silent:
            return
        if not self._told_for(error):
            why = f"{name} does not answer: {error}" if error else f"the values of {name} stand still"
            LOGGER.warning("%s: live power is lost: %s", self._name, why)
        self._silent.add(name)
        self._lost[name] = error

    def found(self, name: str) -> None:
        """Log that what was lost between two cycles is back, once all that was lost with it is."""
        if name not in self._lost:
            return
        error = self._lost.pop(name)
        self._silent.discard(name)
        if not self._told_for(error):
            LOGGER.info("%s: live power is back", self._name)

    def forget_lost(self) -> None:
        """Leave everything to the cycles again."""
        self._silent -= self._lost.keys()
        self._lost.clear()

    def _told_for(self, error: GatewayError | None) -> bool:
        """Tell whether something is lost for as much: for an error of any kind, or without one."""
        return any((other is None) is (error is None) for other in self._lost.values())
