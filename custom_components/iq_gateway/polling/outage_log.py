"""What the log says of endpoints that fall silent: one line for the silence, one for the return."""

import logging

from ..const import LOGGER
from .result import PollResult


class OutageLog:
    """Remembers who is silent, so that nothing is said twice."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._gateway_silent = False
        self._silent: set[str] = set()

    def update(self, result: PollResult) -> None:
        """Log what changed with this cycle; what is wrong with the whole gateway is one line, not one an endpoint."""
        if error := result.ended_by or (result.silent and next(iter(result.errors.values()))):
            if not self._gateway_silent:
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
        for name in sorted(self._silent & result.answered):
            LOGGER.info("%s: %s answers again", self._name, name)
        self._silent = (self._silent | result.errors.keys()) - result.answered
