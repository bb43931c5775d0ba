"""The program that puts small faults into the code: which it makes, and where it makes none."""

from pathlib import Path

from scripts.lib.mutants_made import mutants_of

CODE = '''"""A module."""
LIMIT: int = 3
__all__ = ["f"]


def f(a: int | None) -> int:
    """Return something."""
    LOGGER.debug("%s", 7)
    if not a or a <= LIMIT:
        return 0
    return a + 1
'''


def _changes(folder: Path) -> dict[str, str]:
    """Return what is changed and into what, and check that each fault is valid code that differs."""
    (folder / "code.py").write_text(CODE)
    found = list(mutants_of(folder, Path("code.py"), 1))
    for one in found:
        compile(one.source, "code.py", "exec")
    assert [one.number for one in found] == list(range(1, len(found) + 1))
    return {one.change: one.source for one in found}


def test_each_fault_is_one_change_of_the_code(tmp_path: Path) -> None:
    """Comparisons, conditions, constants, operators, what is returned; no texts, types, log lines, lists of names."""
    changes = _changes(tmp_path)
    assert set(changes) == {
        "3  ->  4",
        "if not a or a <= LIMIT: ...  ->  if not (not a or a <= LIMIT): ...",
        "not a or a <= LIMIT  ->  not a and a <= LIMIT",
        "not a  ->  a",
        "a <= LIMIT  ->  a < LIMIT",
        "a <= LIMIT  ->  a >= LIMIT",
        "return 0  ->  return None",
        "0  ->  1",
        "return a + 1  ->  return None",
        "a + 1  ->  a - 1",
        "1  ->  2",
    }
    assert "a < LIMIT" in changes["a <= LIMIT  ->  a < LIMIT"]
    assert len(set(changes.values())) == len(changes)
