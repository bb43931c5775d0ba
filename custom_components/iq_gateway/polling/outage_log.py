"""What the log says of endpoints that fall silent: one line for the silence, one for the return."""

import logging

from .const import LOGGER
from .outcomes import CycleResult


class SilenceLog:
    """Remembers who is silent, so that nothing is said twice."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._gateway_silent = False
        self._silent: set[str] = set()

    def update(self, result: CycleResult) -> None:
        """Log what changed with this cycle; a gateway that is away altogether is one silence, not six."""
        if result.errors and not result.answered:
            if not self._gateway_silent:
                LOGGER.warning("%s: the gateway does not answer: %s", self._name, next(iter(result.errors.values())))
            self._gateway_silent = True
            return
        if self._gateway_silent and result.answered:
            LOGGER.info("%s: the gateway answers again", self._name)
            self._gateway_silent = False
        for name in sorted(result.errors.keys() - self._silent):
            # What the firmware does not have, or the token's role may not read, is nothing to worry about.
            level = logging.INFO if name in result.resting else logging.WARNING
            LOGGER.log(level, "%s: %s does not answer: %s", self._name, name, result.errors[name])
        for name in sorted(self._silent & result.answered):
            LOGGER.info("%s: %s answers again", self._name, name)
        self._silent = (self._silent | result.errors.keys()) - result.answered
