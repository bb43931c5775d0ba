"""Whether the grid is out, said twice before it is believed: a relay that opens may be on its way to something else."""

from typing import Final

# Between an order and the relay's obedience lie up to half a minute, on the way back a quarter of one (gateway-api.md
# 14.6); two looks within a few seconds see the same moment of it.
_APART: Final = 20.0


class OutageWatch:
    """Holds what is said of an outage in one cycle against what is said in the next."""

    def __init__(self) -> None:
        self.shown: bool | None = None
        self._said: bool | None = None
        self._since = 0.0

    @property
    def wants_second_look(self) -> bool:
        """Whether what was last said contradicts what is shown."""
        return self._said is not None and self._said is not self.shown

    def look(self, *, said: bool | None, now: float, is_news: bool) -> bool | None:
        """Return what is to be shown after a cycle; `is_news` tells whether anything was said in it.

        That there is no outage needs no second look where nothing was shown before. Where nothing stands any more,
        there is nothing to show.
        """
        if said is None:
            self.shown = self._said = None
        elif is_news:
            if said is not self._said:
                self._said, self._since = said, now
            if now - self._since >= _APART or (self.shown is None and not said):
                self.shown = said
        return self.shown
