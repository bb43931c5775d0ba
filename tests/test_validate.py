"""The checker finds what it is there to find: each rule is broken once in a copy of the project."""

from collections.abc import Callable
import json
from pathlib import Path
import shutil
from typing import Any

import pytest

from scripts.lib.validate.__main__ import CHECKS
from scripts.lib.validate.tree import ROOT, Tree

INTEGRATION = Path("custom_components/iq_gateway")
COPIED = ("README.md", "CHANGELOG.md", "LICENSE", "hacs.json", "pyproject.toml", "scripts/test")
LANGUAGES = ("nl", "de", "fr", "es")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The project's files that are looked at, to be broken."""
    shutil.copytree(ROOT / INTEGRATION, tmp_path / INTEGRATION, ignore=shutil.ignore_patterns("__pycache__"))
    for name in COPIED:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_config_flow.py").touch()
    return tmp_path


def _problems(root: Path) -> list[str]:
    tree = Tree(root)
    return [problem for check in CHECKS for problem in check(tree)]


def _edit(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    document = json.loads(path.read_text())
    change(document)
    path.write_text(json.dumps(document))


def test_the_project_has_no_problem() -> None:
    """As it is, it passes."""
    assert _problems(ROOT) == []


def test_a_faithful_copy_has_no_problem(copy: Path) -> None:
    """What the other tests find is of their own making."""
    assert _problems(copy) == []


@pytest.mark.parametrize(
    ("name", "change", "expected"),
    [
        ("manifest.json", lambda m: m.pop("issue_tracker"), "issue_tracker is missing"),
        ("manifest.json", lambda m: m.update(homepage="https://example.com"), "homepage is not known"),
        ("manifest.json", lambda m: m.update(domain=m.pop("domain")), "order"),
        ("manifest.json", lambda m: m.update(documentation="http://example.com"), "documentation"),
        ("manifest.json", lambda m: m.update(requirements=["pyenphase"]), "requirements"),
        ("manifest.json", lambda m: m.update(version="9.9.9"), "CHANGELOG.md: nothing on 9.9.9"),
        ("manifest.json", lambda m: m.update(codeowners=["somebody"]), "codeowners"),
        ("manifest.json", lambda m: m.update(quality_scale="platinum"), "quality_scale is not known"),
        ("manifest.json", lambda m: m.update(loggers=["x"]), "loggers is not known"),
        ("../../hacs.json", lambda h: h.update(colour="blue"), "colour is not known"),
        ("translations/en.json", lambda t: t["config"]["error"].update(invalid_host="See https://x.y"), "address"),
        ("translations/en.json", lambda t: t["config"]["error"].update(invalid_host="<b>No</b>"), "HTML"),
        ("translations/en.json", lambda t: t["config"]["error"].update(invalid_host=" No"), "space"),
        ("translations/en.json", lambda t: t["config"]["step"]["user"]["data_description"].pop("host"), "host lacks"),
        ("icons.json", lambda i: i["entity"]["sensor"]["grid_state"].update(default="fa:bolt"), "not an icon"),
        ("icons.json", lambda i: i["entity"]["sensor"].update(moon={"default": "mdi:moon"}), "no translation"),
    ],
)
def test_a_broken_document_is_found(
    copy: Path, name: str, change: Callable[[dict[str, Any]], object], expected: str
) -> None:
    """One change, and the checker says so."""
    _edit(copy / INTEGRATION / name, change)
    assert any(expected in problem for problem in _problems(copy))


@pytest.mark.parametrize(
    ("name", "old", "new", "expected"),
    [
        ("quality_scale.yaml", "  parallel-updates: done\n", "", "parallel-updates is missing"),
        ("quality_scale.yaml", "parallel-updates: done", "parallel-updates: todo", "is todo, and nothing tells why"),
        ("quality_scale.yaml", "parallel-updates: done", "parallel-updates: maybe", "parallel-updates has no status"),
        ("__init__.py", "async_remove_config_entry_device", "remove", "stale-devices is done, but"),
        ("sensor.py", "PARALLEL_UPDATES = 0", "", "parallel-updates is done, but"),
        ("coordinator.py", "translation_key=", "text=", "exception-translations is done, but"),
        ("../../README.md", "## Install", "## Bake", "docs-installation-instructions is done, but"),
        ("../../scripts/test", "95", "10", "test-coverage is done, but"),
    ],
)
def test_a_rule_that_no_longer_holds_is_found(copy: Path, name: str, old: str, new: str, expected: str) -> None:
    """The quality scale's answers are held against the code."""
    path = copy / INTEGRATION / name
    path.write_text(path.read_text().replace(old, new))
    assert any(expected in problem for problem in _problems(copy))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda t: t["config"]["error"].pop("invalid_host"), "config.error.invalid_host is in one of"),
        (lambda t: t["config"]["error"].update(moon="No"), "config.error.moon is in one of"),
        (lambda t: t["issues"]["token_ends"].update(title="{name}"), "issues.token_ends.title has other placeholders"),
        (lambda t: t["device"]["inverter"].update(name="7"), "device.inverter.name has other placeholders"),
    ],
)
def test_a_language_that_differs_from_english_is_found(
    copy: Path, change: Callable[[dict[str, Any]], object], expected: str
) -> None:
    """Each translation is held against English, text by text."""
    for language in LANGUAGES:
        _edit(copy / INTEGRATION / f"translations/{language}.json", change)
    problems = _problems(copy)
    for language in LANGUAGES:
        assert any(problem.startswith(f"translations/{language}.json: {expected}") for problem in problems)


def test_a_text_left_in_english_is_found(copy: Path) -> None:
    """A copied sentence is no translation."""
    english = json.loads((copy / INTEGRATION / "translations/en.json").read_text())["options"]["step"]["init"]
    for language in LANGUAGES:
        path = copy / INTEGRATION / f"translations/{language}.json"
        _edit(path, lambda t: t["options"]["step"].update(init=english))
    problems = _problems(copy)
    for language in LANGUAGES:
        where = f"translations/{language}.json: options.step.init.data_description.update_interval"
        assert f"{where} is not translated" in problems


def test_an_image_of_another_size_is_found(copy: Path) -> None:
    """Home Assistant shows the icon at these sizes only."""
    shutil.copy(copy / INTEGRATION / "brand/icon.png", copy / INTEGRATION / "brand/icon@2x.png")
    assert _problems(copy) == ["brand/icon@2x.png: not a PNG image of 512 x 512"]
