"""Small faults in Python code, made one at a time in its syntax tree."""

import ast
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

_SHORT: Final = 90

_OPERATORS: Final[dict[type[ast.AST], tuple[type[ast.AST], ...]]] = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.And: (ast.Or,),
    ast.Or: (ast.And,),
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div,),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Mult,),
    ast.BitOr: (ast.BitAnd,),
    ast.BitAnd: (ast.BitOr,),
}
"""What an operator may be exchanged for."""

_LOGS: Final = ("LOGGER", "_LOGGER", "logging")
_NO_CODE: Final = frozenset({"annotation", "returns", "decorator_list", "type_params", "bases", "type_comment"})
"""Fields of a node in which nothing is put."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """A fault: where, and what the file is with it."""

    number: int
    path: Path
    line: int
    change: str
    source: str

    def __str__(self) -> str:
        return f"#{self.number} {self.path}:{self.line}: {self.change}"


type _Change = Callable[[Any], ast.AST]
"""Makes the fault in a node that is its own to change, and returns what takes its place."""


def mutants_of(root: Path, path: Path, first: int) -> Iterator[Mutant]:
    """Yield every fault of one file, numbered from `first` on."""
    tree = ast.parse((root / path).read_text())
    number = first
    for trail, node in list(_nodes(tree, ())):
        for change in _CHANGES.get(type(node), lambda _: iter(()))(node):
            copy = deepcopy(tree)
            old = ast.unparse(node)
            new = _put(copy, trail, change)
            told = f"{_short(old)}  ->  {_short(ast.unparse(ast.fix_missing_locations(new)))}"
            source = ast.unparse(ast.fix_missing_locations(copy))
            yield Mutant(number=number, path=path, line=getattr(node, "lineno", 0), change=told, source=source)
            number += 1


type _Trail = tuple[tuple[str, int | None], ...]


def _nodes(node: ast.AST, trail: _Trail) -> Iterator[tuple[_Trail, ast.AST]]:
    """Yield the nodes in which something can be put, each with the way to it from the top."""
    for field, value in ast.iter_fields(node):
        if field in _NO_CODE:
            continue
        children = enumerate(value) if isinstance(value, list) else [(None, value)]
        for index, child in children:
            if not isinstance(child, ast.AST) or _is_left_out(child):
                continue
            way = (*trail, (field, index))
            yield way, child
            yield from _nodes(child, way)


def _is_left_out(node: ast.AST) -> bool:
    """Tell whether nothing is put into a node: texts, types, imports, log lines, lists of names."""
    match node:
        case ast.Import() | ast.ImportFrom() | ast.TypeAlias() | ast.JoinedStr() | ast.Assert():
            return True
        case ast.Expr(value=ast.Constant()):
            return True
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name)))):
            return name in _LOGS
        case ast.Assign(targets=[ast.Name(id="__all__")]) | ast.If(test=ast.Name(id="TYPE_CHECKING")):
            return True
        case ast.Call(func=ast.Name(id="cast" | "TypeVar" | "field")):
            return True
    return False


def _put(tree: ast.AST, trail: _Trail, change: _Change) -> ast.AST:
    """Make a change at the end of a trail and return what is there now."""
    *way, (field, index) = trail
    parent = tree
    for step, place in way:
        parent = getattr(parent, step) if place is None else getattr(parent, step)[place]
    if index is None:
        new = change(getattr(parent, field))
        setattr(parent, field, new)
    else:
        new = change(getattr(parent, field)[index])
        getattr(parent, field)[index] = new
    return new


def _exchanged(op: ast.AST, put: Callable[[Any, ast.AST], None]) -> Iterator[_Change]:
    """Yield what exchanges an operator for another one; `put` sets it in the node."""
    for other in _OPERATORS.get(type(op), ()):

        def change(node: ast.AST, other: type[ast.AST] = other) -> ast.AST:
            put(node, other())
            return node

        yield change


def _of_comparison(node: ast.Compare) -> Iterator[_Change]:
    for place, op in enumerate(node.ops):
        yield from _exchanged(op, partial(_put_comparison, place))


def _put_comparison(place: int, node: ast.Compare, op: ast.cmpop) -> None:
    node.ops[place] = op


def _of_operation(node: ast.BoolOp | ast.BinOp | ast.AugAssign) -> Iterator[_Change]:
    yield from _exchanged(node.op, lambda one, new: setattr(one, "op", new))


def _of_sign(node: ast.UnaryOp) -> Iterator[_Change]:
    if isinstance(node.op, ast.Not | ast.USub):
        yield lambda _: node.operand


def _of_condition(_: ast.If | ast.While) -> Iterator[_Change]:
    def turned(one: ast.If | ast.While) -> ast.AST:
        one.test = ast.UnaryOp(op=ast.Not(), operand=one.test)
        return one

    yield turned


def _of_choice(_: ast.IfExp) -> Iterator[_Change]:
    yield lambda one: ast.IfExp(test=one.test, body=one.orelse, orelse=one.body)


def _of_return(node: ast.Return) -> Iterator[_Change]:
    if node.value and not (isinstance(node.value, ast.Constant) and node.value.value is None):
        yield lambda _: ast.Return(value=ast.Constant(value=None))


def _of_constant(node: ast.Constant) -> Iterator[_Change]:
    match node.value:
        case bool() as flag:
            yield lambda _: ast.Constant(value=not flag)
        case int() as number:
            yield lambda _: ast.Constant(value=number + 1)
        case float() as number:
            yield lambda _: ast.Constant(value=number * 1.5 or 1.0)


def _of_statement(node: ast.Expr) -> Iterator[_Change]:
    if isinstance(node.value, ast.Call | ast.Await):
        yield lambda _: ast.Pass()


def _of_jump(_: ast.Break | ast.Continue) -> Iterator[_Change]:
    yield lambda _: ast.Pass()


def _of_filter(node: ast.comprehension) -> Iterator[_Change]:
    if node.ifs:
        yield lambda one: ast.comprehension(target=one.target, iter=one.iter, ifs=one.ifs[1:], is_async=one.is_async)


_CHANGES: Final[dict[type[ast.AST], Callable[[Any], Iterator[_Change]]]] = {
    ast.Compare: _of_comparison,
    ast.BoolOp: _of_operation,
    ast.BinOp: _of_operation,
    ast.AugAssign: _of_operation,
    ast.UnaryOp: _of_sign,
    ast.If: _of_condition,
    ast.While: _of_condition,
    ast.IfExp: _of_choice,
    ast.Return: _of_return,
    ast.Constant: _of_constant,
    ast.Expr: _of_statement,
    ast.Break: _of_jump,
    ast.Continue: _of_jump,
    ast.comprehension: _of_filter,
}
"""The faults that can be made of a node."""


def _short(code: str) -> str:
    first, *more = code.splitlines()
    return f"{first[:_SHORT]}{' ...' if more or len(first) > _SHORT else ''}"
