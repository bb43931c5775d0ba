"""A generator that is configured: a device that is reached through the System Controller."""

from typing import Final

from homeassistant.components.binary_sensor import BinarySensorDeviceClass
from homeassistant.components.number import NumberMode
from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import PERCENTAGE, EntityCategory, UnitOfPower, UnitOfTime
from homeassistant.helpers.device_registry import DeviceInfo

from ..const import MANUFACTURER
from ..controls import (
    EXERCISE_DAY,
    EXERCISE_DURATION,
    EXERCISE_INTERVAL,
    EXERCISE_START,
    GENERATOR_COMMAND,
    GENERATOR_START,
    GENERATOR_STOP,
)
from ..site import GeneratorMode, SiteGenerator, Weekday
from .controlled import control_level, control_number, control_select, control_time
from .kind import BinarySensorDescription, DeviceKind, IQGatewayDescription, SensorDescription, always


def _has_schedule(generator: SiteGenerator) -> bool:
    return generator.has_schedule


def _has_exercise(generator: SiteGenerator) -> bool:
    return generator.has_exercise


# Minutes: others are accepted, but Enphase's app shows none of them.
_DURATIONS: Final = ["10", "20", "30", "40", "50", "60"]
_MOST_WEEKS: Final = 4

_ENTITIES: Final[tuple[IQGatewayDescription[SiteGenerator], ...]] = (
    SensorDescription(
        key="mode",
        translation_key="generator_mode",
        need="generator_mode",
        device_class=SensorDeviceClass.ENUM,
        options=list(GeneratorMode),
        value_fn=lambda generator: generator.mode,
    ),
    SensorDescription(
        key="start_level",
        translation_key="start_level",
        need="generator",
        native_unit_of_measurement=PERCENTAGE,
        value_fn=lambda generator: generator.start_level,
    ),
    SensorDescription(
        key="stop_level",
        translation_key="stop_level",
        need="generator",
        native_unit_of_measurement=PERCENTAGE,
        value_fn=lambda generator: generator.stop_level,
    ),
    SensorDescription(
        key="rated_power",
        translation_key="rated_power",
        need="generator_config",
        device_class=SensorDeviceClass.POWER,
        native_unit_of_measurement=UnitOfPower.WATT,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda generator: generator.rated_power,
    ),
    BinarySensorDescription(
        key="running",
        need="generator",
        device_class=BinarySensorDeviceClass.RUNNING,
        value_fn=lambda generator: generator.running,
    ),
    control_select(
        GENERATOR_COMMAND,
        key="mode",
        translation_key="generator_mode",
        need="generator_mode",
        options=list(GeneratorMode),
        exists_fn=always,
        value_fn=lambda generator: generator.mode,
    ),
    control_level(
        GENERATOR_START,
        key="start_level",
        need="generator_schedule",
        exists_fn=_has_schedule,
        value_fn=lambda generator: generator.set_start,
    ),
    control_level(
        GENERATOR_STOP,
        key="stop_level",
        need="generator_schedule",
        exists_fn=_has_schedule,
        value_fn=lambda generator: generator.set_stop,
    ),
    control_select(
        EXERCISE_DAY,
        need="generator_schedule",
        options=list(Weekday),
        exists_fn=_has_exercise,
        value_fn=lambda generator: generator.exercise_day,
    ),
    control_time(
        EXERCISE_START,
        need="generator_schedule",
        exists_fn=_has_exercise,
        value_fn=lambda generator: generator.exercise_start,
    ),
    control_select(
        EXERCISE_DURATION,
        need="generator_schedule",
        options=_DURATIONS,
        exists_fn=_has_exercise,
        value_fn=lambda generator: generator.exercise_duration,
    ),
    control_number(
        EXERCISE_INTERVAL,
        need="generator_schedule",
        exists_fn=_has_exercise,
        value_fn=lambda generator: generator.exercise_weeks,
        native_unit_of_measurement=UnitOfTime.WEEKS,
        native_min_value=1,
        native_max_value=_MOST_WEEKS,
        native_step=1,
        mode=NumberMode.BOX,
    ),
)


def _describe(_: str, generator: SiteGenerator) -> DeviceInfo:
    return DeviceInfo(
        manufacturer=generator.manufacturer or MANUFACTURER, model=generator.model, translation_key="generator"
    )


GENERATOR: Final = DeviceKind[SiteGenerator](
    name="generators",
    subjects=lambda data: data.site.generators,
    suffix=lambda key: f"_{key}",
    via=lambda generator: generator.controller,
    describe=_describe,
    entities=_ENTITIES,
    listed_by="generator_config",
)
