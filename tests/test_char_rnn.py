"""The character network as its users run it: what it prints, what it keeps, and how it refuses."""

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parent.parent
TEXT = "the quick brown fox jumps over the lazy dog.\n" * 20
SMALL = ["--hidden", "8", "--length", "6", "--batch", "4", "--sample", "20", "--text", "text.txt"]
MODEL = {"config.cell", "config.hidden", "config.layers", "vocabulary", "output.weight", "output.bias"}


@pytest.fixture
def run(tmp_path):
    """A function that runs the example in a folder with a small text."""
    (tmp_path / "text.txt").write_text(TEXT, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}

    def call(*arguments):
        command = [sys.executable, str(ROOT / "examples" / "char_rnn.py"), *arguments]
        return subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, encoding="utf-8", check=False
        )

    return call


def held_out(done):
    """The loss that a run printed last, as it was printed."""
    assert done.returncode == 0, done.stderr
    return re.findall(r"held-out loss: (\S+) nats/char", done.stdout)[-1]


@pytest.mark.parametrize("cell", ["rnn", "lstm"])
def test_a_saved_model_has_the_same_loss_when_it_is_loaded(run, tmp_path, cell):
    """To the last bit; and training goes on from there."""
    trained = run(*SMALL, "--cell", cell, "--layers", "2", "--steps", "20", "--save", "model.npz")
    loaded = run("--text", "text.txt", "--load", "model.npz", "--prompt", "the ", "--sample", "30")
    further = run(*SMALL, "--load", "model.npz", "--steps", "20", "--cell", cell, "--save", "model.npz")

    assert held_out(loaded) == held_out(trained)
    assert loaded.stdout.split("entropy\n\n")[-1].startswith("the ")
    assert len(loaded.stdout.split("entropy\n\n")[-1]) == len("the ") + 30 + len("\n")
    assert float(held_out(further)) < float(held_out(trained))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model.npz", "text.txt"]
    with np.load(tmp_path / "model.npz", allow_pickle=False) as archive:
        assert set(archive) > MODEL
        assert archive["cell.layers.1.recurrent"].dtype == np.float32


def test_a_run_says_what_it_does_and_learns(run):
    """The same seed gives the same run."""
    arguments = [*SMALL, "--cell", "rnn", "--steps", "120", "--seed", "3"]
    one, two = run(*arguments), run(*arguments)

    assert "corpus: text.txt, 900 characters, 29 different ones" in one.stdout
    assert "unigram entropy: 3.117" in one.stdout
    assert one.stdout.count("steps, held-out loss") == 3
    assert "nats/char" in one.stderr
    assert float(held_out(one)) < 0.8 * 3.117
    assert one.stdout == two.stdout


def test_a_picture_is_written(run, tmp_path):
    """As DOT text, which needs no renderer."""
    done = run(*SMALL, "--steps", "0", "--plot", "graph.dot")

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "graph.dot").read_text(encoding="utf-8").startswith("digraph")


def test_the_default_corpus_comes_with_python(run):
    """Without --text, prose from this Python is read."""
    done = run("--hidden", "4", "--cell", "rnn", "--steps", "0", "--sample", "0")

    assert held_out(done)
    assert re.search(r"corpus: (pydoc_data\.topics|docstrings).*, \d\d+,\d{3} characters", done.stdout)


@pytest.mark.parametrize("cell", ["rnn", "lstm"])
def test_a_thousand_time_steps_are_one_training_step(run, tmp_path, cell):
    """Nothing in the way from the text to the new parameters depends on Python's recursion limit."""
    (tmp_path / "text.txt").write_text(TEXT * 2, encoding="utf-8")

    assert held_out(run(*SMALL, "--cell", cell, "--length", "1000", "--batch", "1", "--steps", "1"))


DAMAGES = {
    "cut": lambda content: content[: len(content) // 2],
    "changed": lambda content: content[:600] + bytes(64) + content[664:],
    "text": lambda content: b"no archive",
    "empty": lambda content: b"",
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_checkpoint_is_refused_and_left_alone(run, tmp_path, damage):
    """One line, and neither the checkpoint nor the file to save in is touched."""
    assert run(*SMALL, "--steps", "1", "--save", "model.npz").returncode == 0
    content = DAMAGES[damage]((tmp_path / "model.npz").read_bytes())
    (tmp_path / "model.npz").write_bytes(content)

    refuses(run(*SMALL, "--load", "model.npz", "--steps", "1", "--save", "model.npz"), "damaged")

    assert (tmp_path / "model.npz").read_bytes() == content


@pytest.mark.parametrize(
    ("content", "arguments", "message"),
    [
        (None, ["--text", "nothing.txt"], "cannot read nothing.txt: No such file"),
        (None, ["--text", "."], "cannot read ."),
        (b"", [], "text.txt is empty"),
        (b"a" * 2000, [], "text.txt is one character only"),
        (b"too short", [], "text.txt is too short: 9 characters"),
        (b"\xff\xfe" + b"a" * 2000, [], "text.txt is not UTF-8"),
        (None, ["--unknown", "1"], "unrecognized arguments: --unknown 1"),
        (None, ["--cell", "gru"], "invalid choice: 'gru'"),
        (None, ["--hidden", "many"], "invalid int value: 'many'"),
        (None, ["--hidden", "0"], "--hidden 0 is not at least 1"),
        (None, ["--lr", "nan"], "--lr nan is not at least"),
        (None, ["--lr", "1e38"], "try a smaller --lr"),
        (None, ["--prompt", "€"], "the prompt has characters that the model never saw"),
        (None, ["--load", "nothing.npz"], "cannot read nothing.npz"),
        (None, ["--save", "nowhere/model.npz"], "no file can be written there"),
        (None, ["--save", "."], "no file can be written there"),
        (None, ["--plot", "graph.gif"], "--plot graph.gif"),
    ],
)
def test_mistakes_are_told_in_one_line(run, tmp_path, content, arguments, message):
    """And nothing is written."""
    if content is not None:
        (tmp_path / "text.txt").write_bytes(content)

    refuses(run(*SMALL, "--steps", "3", "--save", "model.npz", *arguments), message)

    assert [path.name for path in tmp_path.iterdir()] == ["text.txt"]


def test_options_and_texts_that_do_not_fit_a_checkpoint_are_refused(run, tmp_path):
    """Its configuration is its own, and so is its alphabet."""
    assert run(*SMALL, "--steps", "1", "--save", "model.npz").returncode == 0

    refuses(run(*SMALL, "--load", "model.npz", "--cell", "rnn"), "--cell rnn does not fit model.npz: lstm")
    (tmp_path / "text.txt").write_text(TEXT + "Ω", encoding="utf-8")
    refuses(run(*SMALL, "--load", "model.npz"), "characters that the model never saw: ['Ω']")


def refuses(done, message):
    """A run that failed said why, in one line besides the progress bar, and without a traceback."""
    told = [line for line in done.stderr.splitlines() if "char_rnn:" in line]

    assert done.returncode != 0
    assert len(told) == 1
    assert message in told[0]
    assert "Traceback" not in done.stderr
    if "smaller --lr" not in message:
        assert done.stderr.splitlines() == told
