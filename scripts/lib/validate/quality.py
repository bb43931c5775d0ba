"""The Integration Quality Scale: every rule has an answer, and "done" is looked for in the code where it can be."""

import ast
from collections.abc import Callable
from typing import Final, cast

from homeassistant.util.yaml import load_yaml_dict

from .tree import Json, Problems, Tree

# Rules on what this integration does not have; there is no code to hold them against.
_NOT_FOR_US: Final = frozenset({"async-dependency", "entity-event-setup"})

type Check = Callable[[Tree], bool]


def _uses(*names: str, module: str | None = None) -> Check:
    """Make a check that names are used: anywhere, or in one module."""
    return lambda tree: set(names) <= (tree.names(module) if module else tree.all_names)


def _has_module(*modules: str) -> Check:
    return lambda tree: all(module in tree.modules for module in modules)


def _told(heading: str) -> Check:
    """Make a check that the user's guide has a chapter with these words in its heading, and something in it."""

    def check(tree: Tree) -> bool:
        chapters = [chapter.splitlines() for chapter in tree.readme.split("\n#")]
        return any(heading in chapter[0].lower() and len(chapter) > len(["heading", ""]) for chapter in chapters)

    return check


def _manifest_has(*keys: str) -> Check:
    return lambda tree: all(tree.json("manifest.json").get(key) for key in keys)


def _translates_entities(tree: Tree) -> bool:
    return {"sensor", "binary_sensor"} <= cast(Json, tree.languages["en"].get("entity", {})).keys()


def _sets_parallel_updates(tree: Tree) -> bool:
    return all("PARALLEL_UPDATES" in tree.names(module) for module in ("sensor.py", "binary_sensor.py"))


def _raises_only_translated(tree: Tree) -> bool:
    """Tell whether every error that Home Assistant shows carries a translation."""
    shown = {
        "ConfigEntryAuthFailed",
        "ConfigEntryNotReady",
        "HomeAssistantError",
        "ServiceValidationError",
        "UpdateFailed",
    }
    calls = [
        node
        for module in tree.modules.values()
        for node in ast.walk(module)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in shown
    ]
    return all("translation_key" in {keyword.arg for keyword in call.keywords} for call in calls)


def _disables_some(tree: Tree) -> bool:
    return "entity_registry_enabled_default" in ast.dump(tree.modules["devices/inverter.py"])


def _is_strict(tree: Tree) -> bool:
    return "strict = true" in (tree.root / "pyproject.toml").read_text(encoding="utf-8")


_CHECKS: Final[dict[str, Check]] = {
    "action-setup": _uses("async_setup", module="__init__.py"),
    "appropriate-polling": _uses("update_interval"),
    "brands": lambda tree: (tree.integration / "brand" / "icon.png").exists(),
    "common-modules": _has_module("coordinator.py", "entity.py"),
    "config-flow": _manifest_has("config_flow"),
    "config-flow-test-coverage": lambda tree: any((tree.root / "tests").rglob("test_config_flow.py")),
    "dependency-transparency": lambda tree: tree.json("manifest.json").get("requirements") == [],
    "docs-actions": _told("action"),
    "docs-high-level-description": _told("who it is for"),
    "docs-installation-instructions": _told("install"),
    "docs-conditions": lambda tree: bool(tree.languages["en"].get("conditions")) and "conditions" in tree.readme,
    "docs-removal-instructions": _told("remov"),
    "docs-triggers": lambda tree: bool(tree.languages["en"].get("triggers")) and "There are triggers" in tree.readme,
    "entity-unique-id": _uses("_attr_unique_id", module="entity.py"),
    "has-entity-name": _uses("_attr_has_entity_name", module="entity.py"),
    "runtime-data": _uses("runtime_data", module="__init__.py"),
    "test-before-configure": _uses("async_find_gateway", "async_verify_token", module="config_flow.py"),
    "test-before-setup": _uses("async_config_entry_first_refresh", module="__init__.py"),
    "unique-config-entry": _uses("async_set_unique_id", "_abort_if_unique_id_configured", module="config_flow.py"),
    "action-exceptions": _uses("ServiceValidationError"),
    "config-entry-unloading": _uses("async_unload_entry", module="__init__.py"),
    "docs-configuration-parameters": _told("option"),
    "docs-installation-parameters": _told("set up"),
    "entity-unavailable": _uses("available", module="entity.py"),
    "integration-owner": _manifest_has("codeowners"),
    "log-when-unavailable": _has_module("polling/outage_log.py"),
    "parallel-updates": _sets_parallel_updates,
    "reauthentication-flow": _uses("async_step_reauth", "async_step_reauth_confirm", module="config_flow.py"),
    "test-coverage": lambda tree: "cov-fail-under 95" in (tree.root / "scripts" / "test").read_text(encoding="utf-8"),
    "devices": _uses("DeviceInfo", module="devices/kind.py"),
    "diagnostics": _uses("async_get_config_entry_diagnostics", module="diagnostics.py"),
    "discovery": _manifest_has("zeroconf", "dhcp"),
    "discovery-update-info": _uses("async_step_zeroconf", "async_has_moved", module="config_flow.py"),
    "docs-data-update": _told("how data is updated"),
    "docs-examples": _told("automation"),
    "docs-known-limitations": _told("limit"),
    "docs-supported-devices": _told("supported systems"),
    "docs-supported-functions": _told("what you get"),
    "docs-troubleshooting": _told("troubleshooting"),
    "docs-use-cases": _told("automation"),
    "dynamic-devices": _uses("async_add_as_found", module="sensor.py"),
    "entity-category": _uses("EntityCategory", module="devices/gateway.py"),
    "entity-device-class": _uses("SensorDeviceClass", module="devices/gateway.py"),
    "entity-disabled-by-default": _disables_some,
    "entity-translations": _translates_entities,
    "exception-translations": _raises_only_translated,
    "icon-translations": lambda tree: bool(tree.json("icons.json").get("entity")),
    "reconfiguration-flow": _uses("async_step_reconfigure", module="config_flow.py"),
    "repair-issues": _uses("async_create_fix_flow", module="repairs/__init__.py"),
    "stale-devices": _uses("async_remove_config_entry_device", module="__init__.py"),
    "inject-websession": _uses("async_create_clientsession", module="__init__.py"),
    "strict-typing": _is_strict,
}


def check_quality_scale(tree: Tree) -> Problems:
    """Check quality_scale.yaml against the list of rules, and each "done" against the code."""
    answers = cast(Json, load_yaml_dict(str(tree.integration / "quality_scale.yaml"))["rules"])
    for rule in (_CHECKS.keys() | _NOT_FOR_US) ^ answers.keys():
        yield f"quality_scale.yaml: {rule} is missing, or no rule"
    for rule, answer in answers.items():
        status, comment = (answer.get("status"), answer.get("comment")) if isinstance(answer, dict) else (answer, None)
        if status not in ("done", "exempt", "todo"):
            yield f"quality_scale.yaml: {rule} has no status"
        elif status != "done":
            if not comment:
                yield f"quality_scale.yaml: {rule} is {status}, and nothing tells why"
        elif rule not in _CHECKS:
            yield f"quality_scale.yaml: {rule} is done, and nothing checks it"
        elif not _CHECKS[rule](tree):
            yield f"quality_scale.yaml: {rule} is done, but that does not show"
