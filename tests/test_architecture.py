"""What holds of the code as a whole."""

import ast
from collections.abc import Iterator
import json
from pathlib import Path
from typing import Any, Final

from homeassistant.components.sensor import SensorDeviceClass
import pytest

from custom_components.iq_gateway import PLATFORMS
from custom_components.iq_gateway.coordinator import NEED_REQUESTS, IQGatewayData
from custom_components.iq_gateway.devices import (
    ESTIMATED,
    KINDS,
    TOTALS,
    AnyDescription,
    BinarySensorDescription,
    NumberDescription,
    SelectDescription,
    SensorDescription,
    SwitchDescription,
    TimeDescription,
)
from custom_components.iq_gateway.site import Snapshot, build_site

ROOT: Final = Path(__file__).parents[1]
INTEGRATION: Final = ROOT / "custom_components" / "iq_gateway"
MODULES: Final = sorted(INTEGRATION.rglob("*.py"))
MOST_LINES: Final = 400
# What in a pure part is not pure: where Home Assistant keeps what is known.
IMPURE: Final = {
    "controls": {"book", "desk"},
    "live": {"__init__", "store", "tier"},
    "polling": {"store"},
    "totals": {"keeper", "reports", "statistics", "store"},
}
# Which of the integration's own parts each pure part may build upon.
UPSTREAM: Final = {
    "client": {"client"},
    "controls": {"client", "controls", "site"},
    "site": {"client", "site"},
    "totals": {"totals"},
    "polling": {"client", "const", "polling", "site"},
    "live": {"client", "live", "site"},
}


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
        if path.relative_to(INTEGRATION).parts[0] == part and path.stem not in impure:
            for name in _imported(path):
                ours = name.split(".")[2:] if name.startswith("custom_components.") else []
                if name.startswith("homeassistant") or (ours and (ours[0] not in UPSTREAM[part] or impure & {*ours})):
                    yield f"{_named(path)}: {name}"


@pytest.mark.parametrize("part", UPSTREAM)
def test_the_pure_parts_know_nothing_of_home_assistant(part: str) -> None:
    """The client could leave for a library of its own; site and ledger are arithmetic, polling is time as well."""
    assert part in {path.parent.name for path in MODULES}
    assert list(_foreign(part)) == []


def test_devices_know_nothing_of_what_comes_after_them() -> None:
    """Kinds are tables about the picture: neither of the entities that show it nor of how the gateway is read."""
    known = {"controls", "devices", "site", "totals", "const", "coordinator"}
    ours = [
        (_named(path), name.split(".")[2])
        for path in MODULES
        if path.parent.name == "devices"
        for name in _imported(path)
        if name.startswith("custom_components.")
    ]
    assert ours
    assert [(path, name) for path, name in ours if name not in known] == []


def test_no_module_is_long() -> None:
    """What is longer than this does more than one thing."""
    lengths = {_named(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert not {name: length for name, length in lengths.items() if length > MOST_LINES}


def test_setting_up_is_a_short_story() -> None:
    """The first module that anybody opens."""
    assert len((INTEGRATION / "__init__.py").read_text(encoding="utf-8").splitlines()) < 80


def _texts(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((INTEGRATION / name).read_text(encoding="utf-8"))
    return loaded


DESCRIBED: Final = {
    "binary_sensor": BinarySensorDescription,
    "number": NumberDescription,
    "select": SelectDescription,
    "sensor": SensorDescription,
    "switch": SwitchDescription,
    "time": TimeDescription,
}
ALL: Final[list[tuple[str, AnyDescription]]] = [
    (platform, one)
    for kind in KINDS
    for one in kind.entities
    for platform, described in DESCRIBED.items()
    if isinstance(one, described)
]


def test_every_platform_is_known() -> None:
    """Each entity is on exactly one of those that are set up."""
    assert set(DESCRIBED) == set(PLATFORMS)
    assert len(ALL) == sum(len(kind.entities) for kind in KINDS)


def test_no_unique_id_is_given_twice() -> None:
    """Neither on a device of one kind, nor by two kinds that are parts of the same gateway."""
    for kind in KINDS:
        keys = [(type(one), one.key) for one in kind.entities]
        assert len(keys) == len(set(keys))
    assert len({kind.name for kind in KINDS}) == len(KINDS)


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
    told = [one for _, one in ALL if isinstance(one, SensorDescription) and one.options]
    assert {one.key for one in told} >= {"battery_mode", "grid_state"}
    for one in told:
        assert one.translation_key is not None
        assert texts[one.translation_key]["state"].keys() == set(one.options or ())


def test_no_name_is_left_over() -> None:
    """A text that nothing shows is translated for nothing."""
    texts = _texts("translations/en.json")["entity"]
    for platform in DESCRIBED:
        used = {one.translation_key for shown_on, one in ALL if shown_on == platform}
        assert texts[platform].keys() <= used


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
    known = build_site(Snapshot()).needs.keys() | {*TOTALS, *ESTIMATED} | {"token", "live_power", NEED_REQUESTS}
    assert {one.need for _, one in ALL} <= known


def test_entities_bear_a_site_of_which_nothing_is_known() -> None:
    """Every figure may be missing."""
    data = IQGatewayData(site=build_site(Snapshot()), totals={}, token=None)
    for kind in KINDS:
        for subject in kind.subjects(data).values():
            assert {one.value_fn(subject) for one in kind.entities if one.key != "live_power"} == {None}
