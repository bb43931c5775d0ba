"""What a change has become since its end, by what the gateway says in the cycles after."""

from dataclasses import replace
from typing import Final

from .control import AnyControl, Change, Stage, View

_NOT_COME_ABOUT: Final = frozenset({Stage.FAILED, Stage.NO_EFFECT, Stage.OVERWRITTEN})


def look_again(control: AnyControl, change: Change, view: View) -> Change | None:
    """Return what is to be told of a change from now on; None while that is as it was.

    What was confirmed and no longer holds is overwritten, whoever did it. What was sent and did not come about is
    confirmed once the gateway says so; not where it said so all the time and only what is measured did not agree.
    """
    if control.is_contradicted(view, change.wanted):
        is_taken_back = change.stage is Stage.CONFIRMED
        return replace(change, stage=Stage.OVERWRITTEN, reason="control_overwritten") if is_taken_back else None
    if control.value(view) is None or control.keeps(view):
        return None
    was_sent = change.sent_at is not None or change.stage is Stage.OVERWRITTEN
    if change.stage not in _NOT_COME_ABOUT or not was_sent or change.said or not control.is_felt(view, change.wanted):
        return None
    return replace(change, stage=Stage.CONFIRMED, reason=None, placeholders={})
