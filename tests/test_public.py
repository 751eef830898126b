"""Every public function says what it does, and has a wrong call whose message is tested."""

from __future__ import annotations

import inspect
from types import ModuleType

import pytest

import symdiff as sd
from tests.test_errors import WRONG


def functions(module: ModuleType, prefix: str = "") -> dict[str, object]:
    """The public functions of a module and of the folders of functions in it, by dotted name."""
    found: dict[str, object] = {}
    for name in module.__all__:
        member = getattr(module, name)
        if isinstance(member, ModuleType):
            if name not in ("modules", "optim"):  # classes, which have tests of their own
                found |= functions(member, f"{prefix}{name}.")
        elif callable(member) and not inspect.isclass(member):
            found[prefix + name] = member
    return found


FUNCTIONS = functions(sd)


def rows(name: str) -> list[str]:
    """The wrong calls of a function: rows named after it."""
    names = {name, name.split(".")[-1]}
    return [row for row in WRONG if row.replace(":", " ").split()[0] in names]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_wrong_call_is_tested(name):
    """There is a row `"<function>: <what>"` in a table of wrong calls."""
    assert rows(name), f"add a row '{name}: ...' to WRONG in a file of tests/tables"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_is_documented(name):
    """The first line of the docstring says what the function does."""
    first, *_ = (inspect.getdoc(FUNCTIONS[name]) or "").splitlines() or [""]

    assert first.strip()
