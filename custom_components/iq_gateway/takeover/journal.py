"""What is wanted of a taking over, and how far it has come: in the entry's data, which outlives any stop.

Files are written apart: what stands here may be newer or older than what stands in Home Assistant's registry, so that
each set-up compares the two.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from typing import Any, Final, Self

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from ..const import CONF_TAKEOVER
from ..totals.stored import rebuild

BUILT_IN: Final = "enphase_envoy"


class Stage(StrEnum):
    """How far it has come."""

    WANTED = "wanted"
    TAKEN = "taken"
    UNDO = "undo"  # wanted back
    BACK = "back"  # given back; kept for a while, as what was written of that may get lost


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """An entity that moves here, as it was there."""

    platform: str
    entity_id: str
    registry_id: str
    unique_id: str
    device_id: str | None
    becomes: str  # its unique id here
    own_entity_id: str | None = None  # what was registered here with that unique id, and makes room
    total: str | None = None  # the key of the lifetime total that it shows


@dataclass(frozen=True, slots=True, kw_only=True)
class Began:
    """From where a total goes on since it was taken over."""

    energy: float  # Wh
    at: float  # seconds since 1970
    same_counter: bool
    shift: float = 0.0  # Wh by which what is added to our counter changed


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """What is wanted, and what was done."""

    stage: Stage
    entry_id: str  # of the built-in integration's entry
    was_disabled: bool  # by the user, before
    keep_running: bool  # for what this integration does not show
    only_energies: bool = False
    taken_at: float | None = None  # seconds since 1970
    moves: tuple[Move, ...] = ()
    began: Mapping[str, Began] = field(default_factory=dict)  # by the key of the total
    panel: Mapping[str, Any] | None = None  # the Energy panel's sources "before" and "after", if they changed

    @classmethod
    def of(cls, entry: ConfigEntry) -> Self | None:
        """Return an entry's journal; None if there is none, or what stands there is none."""
        kept = entry.data.get(CONF_TAKEOVER)
        try:
            return cls._from_dict(kept) if isinstance(kept, Mapping) else None
        except KeyError, TypeError, ValueError, AttributeError:
            return None

    @classmethod
    def _from_dict(cls, kept: Mapping[str, Any]) -> Self:
        match kept:
            case {"entry_id": str(), "was_disabled": bool(), "keep_running": bool()}:
                known = {one.name: kept[one.name] for one in fields(cls) if one.name in kept}
            case _:
                raise ValueError("no journal")
        if (panel := kept.get("panel")) is not None and not {"before", "after"} <= panel.keys():
            raise ValueError("no panel")
        return cls(
            **{
                **known,
                "stage": Stage(kept["stage"]),
                "moves": tuple(rebuild(Move, move) for move in kept.get("moves", ())),
                "began": {key: rebuild(Began, began) for key, began in kept.get("began", {}).items()},
            }
        )

    def as_dict(self) -> dict[str, Any]:
        """Return it as it is stored."""
        return {**asdict(self), "stage": self.stage.value, "moves": [asdict(move) for move in self.moves]}

    @callback
    def async_write(self, hass: HomeAssistant, entry: ConfigEntry) -> Self:
        """Put it into the entry."""
        hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_TAKEOVER: self.as_dict()})
        return self


@callback
def async_drop(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Take the journal out of the entry: nothing is taken over, or there is no way back any more."""
    hass.config_entries.async_update_entry(
        entry, data={key: value for key, value in entry.data.items() if key != CONF_TAKEOVER}
    )


def shifts(entry: ConfigEntry) -> dict[str, float]:
    """Return by how many Wh totals differ from the gateway's counters since they were taken over, by their key."""
    journal = Journal.of(entry)
    if journal is None or journal.stage is Stage.BACK:
        return {}
    return {key: began.shift for key, began in journal.began.items() if began.shift}
