"""What controls have in common, whatever device they are on.

They are configuration, which keeps them out of what voice assistants, areas and groups of devices switch by default.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from homeassistant.components.number import NumberMode
from homeassistant.const import PERCENTAGE, EntityCategory

from ..controls import Control, Setting
from ..coordinator import IQGatewayCoordinator
from .kind import NumberDescription, SelectDescription, SwitchDescription, TimeDescription, Value


async def _turn(control: Control[bool], coordinator: IQGatewayCoordinator, key: str, on: bool) -> None:  # noqa: FBT001
    await coordinator.controls.async_change(control, key, on)


def _shared[ValueT: Setting](control: Control[ValueT], need: str, key: str | None) -> dict[str, Any]:
    name = key or control.name
    return {
        "key": name,
        "translation_key": name,
        "need": need,
        "control": control,
        "entity_category": EntityCategory.CONFIG,
    }


def control_switch[SubjectT](
    control: Control[bool],
    *,
    need: str,
    exists_fn: Callable[[SubjectT], bool],
    value_fn: Callable[[SubjectT], Value],
    key: str | None = None,
    **more: Any,  # noqa: ANN401
) -> SwitchDescription[SubjectT]:
    """Describe a switch of something at the gateway, by the control's name unless it has another key."""
    shared = _shared(control, need, key) | more
    return SwitchDescription(exists_fn=exists_fn, value_fn=value_fn, turn_fn=partial(_turn, control), **shared)


def control_number[SubjectT](
    control: Control[float],
    *,
    need: str,
    exists_fn: Callable[[SubjectT], bool],
    value_fn: Callable[[SubjectT], Value],
    key: str | None = None,
    **more: Any,  # noqa: ANN401
) -> NumberDescription[SubjectT]:
    """Describe a figure that is set at the gateway."""
    shared = _shared(control, need, key) | more
    return NumberDescription(exists_fn=exists_fn, value_fn=value_fn, **shared)


def control_level[SubjectT](
    control: Control[float],
    *,
    need: str,
    exists_fn: Callable[[SubjectT], bool],
    value_fn: Callable[[SubjectT], Value],
    key: str | None = None,
) -> NumberDescription[SubjectT]:
    """Describe a level in %, in whole steps."""
    return control_number(
        control,
        need=need,
        exists_fn=exists_fn,
        value_fn=value_fn,
        key=key,
        native_unit_of_measurement=PERCENTAGE,
        native_min_value=0,
        native_max_value=100,
        native_step=1,
        # A slider has no room for its value on a device's page.
        mode=NumberMode.BOX,
    )


def control_select[SubjectT](
    control: Control[str],
    *,
    need: str,
    options: list[str],
    exists_fn: Callable[[SubjectT], bool],
    value_fn: Callable[[SubjectT], Value],
    key: str | None = None,
    **more: Any,  # noqa: ANN401
) -> SelectDescription[SubjectT]:
    """Describe a choice that is made at the gateway."""
    shared = _shared(control, need, key) | more
    return SelectDescription(options=options, exists_fn=exists_fn, value_fn=value_fn, **shared)


def control_time[SubjectT](
    control: Control[str],
    *,
    need: str,
    exists_fn: Callable[[SubjectT], bool],
    value_fn: Callable[[SubjectT], Value],
) -> TimeDescription[SubjectT]:
    """Describe a time of the day that is set at the gateway."""
    return TimeDescription(exists_fn=exists_fn, value_fn=value_fn, **_shared(control, need, None))
