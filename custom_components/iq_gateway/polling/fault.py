"""An error that should not have been: what may be told of it without telling what it was about."""

from dataclasses import dataclass
from pathlib import Path
from traceback import walk_tb
from typing import Final

_FOLDER: Final = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Fault:
    """The kind of an unexpected error, and the line of ours that met it; its text may hold anything."""

    kind: str
    place: str

    @classmethod
    def of(cls, error: BaseException) -> Fault:
        """Return what may be told of an error."""
        frames = [(Path(frame.f_code.co_filename), line) for frame, line in walk_tb(error.__traceback__)]
        ours = [(file, line) for file, line in frames if file.is_relative_to(_FOLDER)]
        file, line = (ours or frames)[-1]
        name = file.relative_to(_FOLDER).as_posix() if ours else file.name
        return cls(type(error).__name__, f"{name}:{line}")

    def __str__(self) -> str:
        """Return it in one line."""
        return f"{self.kind} at {self.place}"
