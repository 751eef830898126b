"""Files and functions stay short enough to be read at once."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "symdiff"
LONGEST_FILE = 300
LONGEST_FUNCTION = 40
SOURCES = sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")  # a list of names
every_source = pytest.mark.parametrize("path", SOURCES, ids=[str(p.relative_to(PACKAGE)) for p in SOURCES])


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function from `def` on, its docstring and those of inner functions not counted."""
    lines = (function.end_lineno or 0) - function.lineno + 1
    for node in ast.walk(function):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and ast.get_docstring(
            node
        ):
            docstring = node.body[0]
            lines -= (docstring.end_lineno or 0) - docstring.lineno + 1
    return lines


@every_source
def test_files_are_short(path):
    """A file holds one idea; a second idea is a second file."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE


@every_source
def test_functions_are_short(path):
    """A function fits on a screen."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]

    assert [f"{f.name}: {length(f)} lines" for f in functions if length(f) > LONGEST_FUNCTION] == []


@every_source
def test_files_say_what_they_are(path):
    """The first docstring line is the file's one idea."""
    text = path.read_text(encoding="utf-8")

    assert not text.strip() or ast.get_docstring(ast.parse(text))
