"""The examples and the notebook run as they are, in a fresh process and an empty folder."""

import os
import re
import subprocess
import sys
from pathlib import Path

import jupytext
import pytest

ROOT = Path(__file__).parent.parent
EXAMPLES = [path for path in sorted((ROOT / "examples").glob("*.py")) if path.name != "char_rnn.py"]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
EXECUTE = """
import sys, nbclient, nbformat
notebook = nbformat.read(sys.argv[1], as_version=4)
nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
"""


def run(*arguments, folder):
    """Run Python in *folder* with the checkout on its path, and fail with what it printed."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, *map(str, arguments)]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_example_runs(path, tmp_path):
    """Every example runs without arguments."""
    assert run(path, folder=tmp_path)


def test_linear_regression_finds_the_plane(tmp_path):
    """The fitted numbers are those that the data were made with."""
    assert "found w = [ 2.999 -1.999], b = 0.500" in run(
        ROOT / "examples/linear_regression.py", folder=tmp_path
    )


def test_tanh_derivatives_stay_short_and_are_drawn(tmp_path):
    """Eight derivatives, three nodes each, and a picture or its DOT text."""
    printed = run(ROOT / "examples/higher_order_tanh.py", folder=tmp_path)
    rows = [line.split() for line in printed.splitlines() if line.strip()[:1].isdigit()]
    assert [int(row[1]) for row in rows[1:]] == [3] * 8
    assert all(float(row[2]) < 1e-4 for row in rows)
    assert [path.suffix for path in tmp_path.iterdir()] in ([".svg"], [".dot"])


@pytest.mark.parametrize("name", ["newton_cg", "trust_region"])
def test_second_order_fits_agree_with_scikit_learn(name, tmp_path):
    """They end at a stationary point, which is the minimum that scikit-learn finds, and print a Hessian."""
    printed = run(ROOT / f"examples/{name}.py", folder=tmp_path)

    assert float(re.findall(r"gradient norm +(\S+)", printed)[-1]) < 1e-6
    losses = [float(value) for value in re.findall(r"^  loss +(\S+)", printed, re.MULTILINE)]
    assert len(losses) > 5
    assert losses == sorted(losses, reverse=True)
    assert float(re.findall(r"largest difference of a \w+: (\S+)", printed)[0]) < 1e-5
    ours, theirs = re.findall(r"accuracy .*: (\S+)", printed)
    assert ours == theirs
    assert float(ours) > 0.95
    assert re.search(r"Hessian .*eye\(", printed)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_executes(path, tmp_path):
    """Every cell of the notebook runs."""
    run("-c", EXECUTE, path, folder=tmp_path)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_and_script_are_the_same(path):
    """The notebook and the script beside it hold the same cells."""
    script = jupytext.read(path.with_suffix(".py"))
    notebook = jupytext.read(path)
    assert [(c.cell_type, c.source) for c in notebook.cells] == [
        (c.cell_type, c.source) for c in script.cells
    ]
