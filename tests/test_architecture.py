"""What holds of the code as a whole."""

import ast
from collections.abc import Iterator
from dataclasses import replace
import json
from pathlib import Path
from typing import Any, Final

from homeassistant.components.sensor import SensorDeviceClass
import pytest

from custom_components.iq_gateway import binary_sensor, sensor_descriptions as sensors
from custom_components.iq_gateway.binary_sensor import METER_PROBLEM, SITE_BINARY_SENSORS
from custom_components.iq_gateway.entity import _NAMED_METERS, IQGatewayDescription, meter_key
from custom_components.iq_gateway.site import Flow, MeterPhase, Site, SiteMeter, Snapshot, build_site

ROOT: Final = Path(__file__).parents[1]
INTEGRATION: Final = ROOT / "custom_components" / "iq_gateway"
MODULES: Final = sorted(INTEGRATION.rglob("*.py"))
MOST_LINES: Final = 400
# What in a pure part is not pure: where Home Assistant keeps the ledger.
IMPURE: Final = {"totals": {"keeper", "reports", "statistics", "store"}}
# Which of the integration's own parts each pure part may build upon.
UPSTREAM: Final = {"client": {"client"}, "site": {"client", "site"}, "totals": {"totals"}}


def _named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _imported(path: Path) -> Iterator[str]:
    """Return what a module imports, in full: relative imports too."""
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            yield ".".join((*base, node.module)) if node.module else ".".join(base)


def _foreign(part: str) -> Iterator[str]:
    """Return what a pure part imports and must not."""
    impure = IMPURE.get(part, set())
    for path in MODULES:
        if path.parent.name == part and path.stem not in impure:
            for name in _imported(path):
                ours = name.split(".")[2:] if name.startswith("custom_components.") else []
                if name.startswith("homeassistant") or (ours and (ours[0] not in UPSTREAM[part] or impure & {*ours})):
                    yield f"{_named(path)}: {name}"


@pytest.mark.parametrize("part", UPSTREAM)
def test_the_pure_parts_know_nothing_of_home_assistant(part: str) -> None:
    """The client could leave for a library of its own; site and ledger are arithmetic."""
    assert part in {path.parent.name for path in MODULES}
    assert list(_foreign(part)) == []


def test_no_module_is_long() -> None:
    """What is longer than this does more than one thing."""
    lengths = {_named(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert not {name: length for name, length in lengths.items() if length > MOST_LINES}


def test_setting_up_is_a_short_story() -> None:
    """The first module that anybody opens."""
    assert len((INTEGRATION / "__init__.py").read_text(encoding="utf-8").splitlines()) < 75


def _texts(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((INTEGRATION / name).read_text(encoding="utf-8"))
    return loaded


def _three_phases(_site: Site) -> Flow:
    return Flow(power=1.0, phases=(1.0, 1.0, 1.0))


def _descriptions() -> Iterator[tuple[str, IQGatewayDescription[Any]]]:
    """Return every description of an entity that can be, and its platform."""
    site = build_site(Snapshot())
    shown: list[IQGatewayDescription[Any]] = [*sensors.SITE_SENSORS, *sensors.TOTAL_SENSORS, *sensors.INVERTER_SENSORS]
    shown += [
        *sensors.TODAY_SENSORS.values(),
        sensors.TOKEN_SENSOR,
        *sensors.POWER_SENSORS,
        *sensors.meter_sensors(phase_count=3),
    ]
    for power in sensors.POWER_SENSORS:
        shown += sensors.power_phases(replace(power, flow_fn=_three_phases), site)
    yield from (("sensor", one) for one in shown)
    yield from (("binary_sensor", one) for one in (*SITE_BINARY_SENSORS, METER_PROBLEM))


ALL: Final = list(_descriptions())


def test_every_entity_has_a_name() -> None:
    """Of its own, with the phase in it where there is one, or that of its class."""
    texts = _texts("translations/en.json")["entity"]
    for platform, one in ALL:
        if one.translation_key is None:
            assert one.device_class is not None
        else:
            assert ("{phase}" in texts[platform][one.translation_key]["name"]) is (one.phase is not None)


def test_every_entity_has_an_icon() -> None:
    """Of its own, or that of its class."""
    icons = _texts("icons.json")["entity"]
    without = [one for one in ALL if not one[1].device_class or one[1].device_class is SensorDeviceClass.ENUM]
    assert without
    assert not [one.key for platform, one in without if one.translation_key not in icons[platform]]


def test_every_state_has_a_name() -> None:
    """Of sensors that show one of a few."""
    texts = _texts("translations/en.json")["entity"]["sensor"]
    told = [one for one in sensors.SITE_SENSORS if one.options]
    assert {one.key for one in told} == {"battery_mode", "grid_state"}
    for one in told:
        assert texts[one.key]["state"].keys() == set(one.options or ())


def test_no_name_is_left_over() -> None:
    """A text that nothing shows is translated for nothing."""
    texts = _texts("translations/en.json")["entity"]
    for platform in ("sensor", "binary_sensor"):
        used = {one.translation_key for shown_on, one in ALL if shown_on == platform}
        assert texts[platform].keys() <= used


def test_every_device_has_a_name() -> None:
    """Meters of each kind, meters of other kinds, inverters."""
    assert _texts("translations/en.json")["device"].keys() >= {
        "inverter",
        "other_meter",
        *(meter_key(kind) for kind in _NAMED_METERS),
    }


def _raised_keys() -> Iterator[tuple[str, str]]:
    """Return the keys of the texts that errors are raised with, as far as they stand there by themselves."""
    for path in MODULES:
        for node in ast.walk(_tree(path)):
            if not (isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call)):
                continue
            for keyword in node.exc.keywords:
                if keyword.arg == "translation_key" and isinstance(keyword.value, ast.Constant):
                    yield _named(path), str(keyword.value.value)


def test_every_error_has_a_text() -> None:
    """In the words of whoever reads it."""
    texts = _texts("translations/en.json")["exceptions"]
    assert {key for _, key in _raised_keys()} <= texts.keys()
    assert {"cannot_connect", "not_ready", "token_rejected", "certificate_changed", "wrong_gateway"} <= texts.keys()


def test_every_need_is_known() -> None:
    """What an entity asks for is something that the site can tell the endpoints of."""
    known = build_site(Snapshot()).needs.keys() | {one.key for one in sensors.TOTAL_SENSORS} | {"token"}
    assert {one.need for _, one in ALL} <= known


def test_a_meters_sensors_bear_gaps() -> None:
    """Every figure may be missing from a reading."""
    empty = SiteMeter(whole=MeterPhase(), phases=(), phase_count=3, problem=None)
    assert {one.value_fn(empty) for one in sensors.meter_sensors(phase_count=3)} == {None}
    assert binary_sensor.METER_PROBLEM.value_fn(empty) is None
