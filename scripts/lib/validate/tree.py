"""The files that are looked at, and how problems are told."""

import ast
from collections.abc import Iterator
from functools import cached_property
import json
from pathlib import Path
from typing import Final, cast

ROOT: Final = Path(__file__).resolve().parents[3]

type Json = dict[str, object]
# One sentence each, with the file in front.
type Problems = Iterator[str]


class Tree:
    """A checkout of the project, as far as the checks read it."""

    def __init__(self, root: Path = ROOT) -> None:
        self.root = root
        self.integration = root / "custom_components" / "iq_gateway"

    def json(self, path: str) -> Json:
        """Read a JSON object of the integration's folder."""
        return cast(Json, json.loads((self.integration / path).read_text(encoding="utf-8")))

    @cached_property
    def languages(self) -> dict[str, Json]:
        """Return the translations by language."""
        return {
            path.stem: self.json(f"translations/{path.name}")
            for path in sorted(self.integration.glob("translations/*.json"))
        }

    @cached_property
    def readme(self) -> str:
        """Return the user's guide."""
        return (self.root / "README.md").read_text(encoding="utf-8")

    @cached_property
    def modules(self) -> dict[str, ast.Module]:
        """Return the integration's code by the path of each file in its folder."""
        return {
            str(path.relative_to(self.integration)): ast.parse(path.read_text(encoding="utf-8"))
            for path in sorted(self.integration.rglob("*.py"))
        }

    def names(self, module: str) -> set[str]:
        """Return the names that a module's code defines or uses."""
        nodes = list(ast.walk(self.modules[module])) if module in self.modules else []
        used = {node.id for node in nodes if isinstance(node, ast.Name)}
        attributes = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
        defined = {
            node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        }
        return used | attributes | defined

    @cached_property
    def all_names(self) -> set[str]:
        """Return the names that any module's code defines or uses."""
        return set().union(*(self.names(module) for module in self.modules))


def leaves(document: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Return every text of a document with its place in it."""
    if isinstance(document, dict):
        for key, value in document.items():
            yield from leaves(value, (*path, key))
    elif isinstance(document, str):
        yield path, document
