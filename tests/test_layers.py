"""The architecture: who may import whom, and what importing symdiff costs."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "symdiff"

LAYERS = [  # each may import what stands above it, and what stands beside it
    {
        "errors",
        "dims",
        "dtypes",
        "facts",
        "interning",
        "wiring",
        "coefficients",
        "equation",
        "contraction",
        "machine",
        "quantities",
    },
    {"node"},
    {"graph", "origins", "scopes", "structure"},
    {"ops", "random"},
    {
        "asked",
        "sweeps",
        "derivative",
        "entrywise",
        "operators",
        "curvature",
        "residuals",
        "rewrite",
        "structured",
        "rules",
        "recompute",
        "printing",
    },
    {"planning"},
    {"backends", "binding", "blame", "cost", "evaluation", "finite", "memory_plan", "program"},
    {"linalg", "modules", "optim"},
    {"check", "linearised", "plot", "interop", "linear_operator"},
    # gives nodes what all the others can do
    {"methods", "array_methods", "numpy_functions", "numpy_protocol", "refusals"},
    {"__init__"},
]
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}
FORBIDDEN = ("graphviz", "pygraphviz", "tqdm", "scipy", "jax", "torch", "matplotlib", "autograd", "IPython")
SOURCES = sorted(PACKAGE.rglob("*.py"))
every_source = pytest.mark.parametrize("path", SOURCES, ids=[str(p.relative_to(PACKAGE)) for p in SOURCES])


def module_imports(path: Path) -> list[tuple[int, str]]:
    """Modules that a file imports when it is imported: not those inside functions or for types only."""
    found: list[tuple[int, str]] = []

    def visit(statements: list[ast.stmt]) -> None:
        for statement in statements:
            match statement:
                case ast.Import(names=names):
                    found.extend((statement.lineno, alias.name) for alias in names)
                case ast.ImportFrom(module=module, names=names, level=0):
                    inner = [f"{module}.{alias.name}" for alias in names]
                    found.extend((statement.lineno, name) for name in ([module] if "." in module else inner))
                case ast.ImportFrom():
                    found.append((statement.lineno, "a relative import"))
                case ast.If(test=ast.Name(id="TYPE_CHECKING"), orelse=orelse):
                    visit(orelse)
                case ast.If(body=body, orelse=orelse):
                    visit(body + orelse)
                case ast.Try(body=body, handlers=handlers, orelse=orelse):
                    visit(body + orelse + [s for handler in handlers for s in handler.body])

    visit(ast.parse(path.read_text(encoding="utf-8")).body)
    return found


def part(module: str) -> str:
    """The file or folder of symdiff that a module belongs to."""
    names = module.split(".")
    return names[1] if len(names) > 1 else "__init__"


@every_source
def test_every_file_has_a_layer(path):
    """A new file says where it belongs by being listed above."""
    assert path.relative_to(PACKAGE).parts[0].removesuffix(".py") in LEVEL


@every_source
def test_a_layer_imports_only_layers_above_it(path):
    """No import points down the list."""
    own = LEVEL[path.relative_to(PACKAGE).parts[0].removesuffix(".py")]
    imports = [(line, name) for line, name in module_imports(path) if name.split(".")[0] == "symdiff"]

    wrong = [f"line {line}: {name}" for line, name in imports if LEVEL[part(name)] > own]

    assert wrong == []


@every_source
def test_no_file_imports_the_package_as_a_whole(path):
    """`import symdiff` inside symdiff would be a cycle; relative imports hide the layer."""
    wrong = [name for _, name in module_imports(path) if name in ("symdiff", "a relative import")]

    assert path.name == "__init__.py" or wrong == []


def test_derivative_knows_no_operation_but_those_of_cotangents():
    """Sums, seeds and zeros, and leaves to stand in for directions, are all that it needs of the language."""
    allowed = {"add", "cast", "filled", "leaves", "operands", "einsum"}
    files = [PACKAGE / "derivative.py", PACKAGE / "sweeps.py", PACKAGE / "asked.py"]
    imports = [name for path in files for _, name in module_imports(path)]
    names = [name for name in imports if name.startswith("symdiff.ops")]

    assert {name.split(".")[2] for name in names} <= allowed


def test_program_knows_no_calculus_and_modules_know_no_arrays():
    """The other two sentences that are the architecture."""
    for path in [
        PACKAGE / "program.py",
        *(PACKAGE / "planning").rglob("*.py"),
        *(PACKAGE / "backends").rglob("*.py"),
    ]:
        assert not [name for _, name in module_imports(path) if "derivative" in name], path
    for path in (PACKAGE / "modules").rglob("*.py"):
        names = [name for _, name in module_imports(path)]
        assert not [name for name in names if part(name) in ("program", "backends", "planning")], path


def test_importing_symdiff_is_light():
    """Only NumPy, opt_einsum and the standard library are loaded."""
    code = f"import sys, symdiff; print([m for m in {FORBIDDEN!r} if m in sys.modules])"

    output = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True
    )

    assert output.stdout.strip() == "[]"


def test_public_names_exist_and_are_documented():
    """Everything in `__all__` is there, and says what it is."""
    import symdiff as sd

    for name in sd.__all__:
        assert (getattr(sd, name).__doc__ or "").strip(), name
    assert sorted(set(sd.__all__)) == sorted(sd.__all__)


@every_source
def test_listed_names_exist(path):
    """`__all__` of a file lists names that the file defines."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    listed = [
        ast.literal_eval(statement.value)
        for statement in tree.body
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "__all__"
    ]
    bound = {
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    bound |= {n.name for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef)}
    bound |= {
        alias.asname or alias.name
        for n in tree.body
        if isinstance(n, ast.Import | ast.ImportFrom)
        for alias in n.names
    }

    assert set(*listed) <= bound
