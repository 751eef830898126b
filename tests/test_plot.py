"""Pictures: what is drawn, how it is told apart, and what happens where nothing can draw."""

import re
import subprocess
import sys
import time
import warnings
from importlib.util import find_spec
from xml.etree import ElementTree

import numpy as np
import pytest

import symdiff as sd
from symdiff.plot import PlotWarning, plot, rendering, to_dot
from symdiff.plot.halves import modules
from symdiff.plot.roles import LOOKS
from symdiff.plot.rows import row
from symdiff.plot.scene import drawing_order, scene_of
from symdiff.scopes import scope


def network():
    """Two layers in scopes and a loss, with all gradients."""
    x = sd.Placeholder((sd.Dim("batch"), 4), "float32", "x")
    w1 = sd.Variable(np.ones((4, 8), "float32"), "W1")
    w2 = sd.Variable(np.ones((8, 3), "float32"), "W2")
    with scope("net"):
        with scope("layer 1"):
            hidden = sd.tanh(x @ w1)
        with scope("layer 2"):
            out = hidden @ w2
    with scope("loss"):
        loss = sd.sum(out * out) / 2
    return loss, sd.grad(loss, [w1, w2])


def scalars():
    """x y + exp(x + 3)"""
    x, y = sd.Placeholder((), name="x"), sd.Placeholder((), name="y")
    return x * y + sd.exp(x + 3), x, y


def scene(nodes, forward=None, shared=False):
    """The scene of some nodes, the first of which is the forward pass."""
    return scene_of(dict.fromkeys(nodes, ""), forward or nodes[:1], shared, 2000)


def without_renderers(monkeypatch):
    """No dot on the path, and no pygraphviz."""
    monkeypatch.setattr(rendering.shutil, "which", lambda name: None)
    monkeypatch.setitem(sys.modules, "pygraphviz", None)


# --- what is drawn ------------------------------------------------------------------------------------


def test_every_kind_of_node_has_its_role():
    """Inputs, parameters, constants, forward and gradient operations are told apart."""
    loss, gradients = network()
    boxes = scene([loss + sd.constant([1.0, 2.0]).sum(), *gradients], [loss]).boxes
    roles = {box.word: box.role for box in boxes}

    assert (roles["x"], roles["W1"], roles["[1.0, 2.0]"]) == ("input", "parameter", "constant")
    assert (roles["tanh"], roles["polynomial"]) == ("forward", "gradient")


def test_roles_differ_in_colour_and_shape():
    """A picture in grey, or seen by anyone, tells all roles apart; an output is one of them in bold."""
    kinds = [look for name, look in LOOKS.items() if name != "output"]

    assert len({look.fill for look in kinds}) == len({look.line for look in kinds}) == len(kinds)
    assert len({(look.shape, look.style) for look in kinds}) == len(kinds)


def test_a_variable_that_is_not_trained_is_an_input():
    """It holds what it was last given."""
    box, _ = scene([sd.exp(sd.Variable(1.0, "mask", trainable=False))]).boxes

    assert box.role == "input"


def test_the_legend_has_the_kinds_that_are_there():
    """No sample explains what is not in the picture."""
    z, x, _ = scalars()

    def explained(nodes):
        return set(re.findall(r"legend_(\w+) \[", to_dot(nodes)))

    assert explained(z) == {"input", "constant", "forward", "output"}
    assert explained([z, sd.grad(z, x)]) == {"input", "constant", "forward", "gradient", "output"}
    assert "legend" not in to_dot(z, legend=False)


def test_leaves_are_chips_at_each_use():
    """A parameter used twice is drawn twice, a shared one once."""
    z, *_ = scalars()

    assert [box.word for box in scene([z]).boxes].count("x") == 2
    assert [box.word for box in scene([z], shared=True).boxes].count("x") == 1
    assert to_dot(z).count("<B>&#160;x&#160;</B>") == 2
    assert to_dot(z, leaves="shared").count("<B>&#160;x&#160;</B>") == 1


def test_numbers_stand_on_their_chips():
    """x - 3 subtracts a chip that says 3; a chip for all uses says 1, and the box how often."""
    x = sd.Placeholder((2,), name="x")

    assert [box.word for box in scene([x - 3]).boxes] == ["x", "3", "subtract"]
    assert "3 y" in [text for text, _ in scene([x - 3], shared=True).boxes[-1].row]


def test_boxes_say_equation_shape_and_dtype():
    """The equation in the order of matrix products, whatever the age of the operands."""
    w = sd.Variable(np.ones((3, 5), "float32"), "w")
    x = sd.Placeholder((2, 3), "float32", "x")
    *_, box = scene([x @ w]).boxes

    assert (box.word, box.kind) == ("matmul", "2×5 float32")
    assert "".join(text for text, _ in box.row) == "ab,bc→ac"


def test_operands_with_their_own_places_have_ports():
    """Whether a or b is subtracted does not depend on where the layout puts them."""
    a, b = sd.Variable(1.0, "a"), sd.Variable(2.0, "b")
    text = to_dot(sd.where(a > b, a - b, b))

    assert "n2:p0:n" not in text.split("->")[0]
    assert text.count(":p0:n") == text.count(":p1:n") == 3
    assert ":p0:n" not in to_dot(a - b, direction="LR")


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        (lambda x: sd.grad(sd.tanh(x).sum(), x), "1 − x²"),
        (lambda x: x**-3, "x⁻³"),
        (lambda x: x**2.5, "x**2.5"),
        (lambda x: x < sd.exp(x), "x <y"),
        (lambda x: x - 2 * sd.exp(x), "x −2 y"),
        (lambda x: sd.add(x, -2 * sd.exp(x), sd.sin(x), -sd.cos(x)), "+−2+−"),
        (lambda x: sd.concatenate([sd.exp(x) * k for k in range(2, 14)]), "123456789101112"),
        (lambda x: sd.where(x > 0, sd.exp(x), sd.exp(x)), "where(x,y,y)"),
        (lambda x: x[1:], "x[1:]"),
        (lambda x: sd.concatenate([x, sd.exp(x)]), "concatenate([x,y], axis=0)"),
        (lambda x: x.sum(), "a→·"),
        (lambda x: sd.outer(x, sd.exp(x)), "a,b→ab"),
        (lambda x: sd.sin(x), ""),
    ],
)
def test_operations_are_written_as_formulas(build, expected):
    """Settings show in a formula of the operands; a plain function needs none."""
    node = build(sd.Variable([1.0, 2.0, 3.0], "x"))
    texts = row(node, range(len(node.operands)), inlined=True)

    assert "".join(text for text, _ in texts) == expected


def test_an_operand_without_a_place_of_its_own_has_one_edge():
    """x * x draws x once; x @ x draws it at both places."""
    x = sd.Variable(np.eye(2), "x")

    assert len(scene([x * x]).edges) == 1
    assert len(scene([x @ x]).edges) == 2


def test_outputs_are_bold_and_named():
    """The keys of a dict are names, and a gradient without a name says of what."""
    z, x, y = scalars()
    dx, dy = sd.grad(z, [x, y])
    results = [box.result for box in scene([z, dx, dy]).boxes if box.result is not None]

    assert sorted(results) == ["", "gradient of x", "gradient of y"]
    assert "= loss" in to_dot({"loss": z, "slope": dx})
    assert "= slope" in to_dot({"loss": z, "slope": dx})
    assert "= a, b" in to_dot({"a": z, "b": z})


def test_a_graph_without_derivative_is_drawn_all_the_same():
    """Names of gradients are a courtesy: a missing rule costs the name only."""

    class Opaque(sd.Node):
        def infer_shape(self):
            return self.operands[0].shape

    x = sd.Variable(1.0, "x")

    assert "gradient of" not in to_dot([Opaque(x), sd.exp(x)])


# --- clusters ------------------------------------------------------------------------------------------


def test_halves_are_apart_and_modules_nest_inside():
    """Each half has a module's cluster of its own, so that clusters never form a cycle."""
    loss, gradients = network()
    boxes = scene([loss, *gradients]).boxes
    paths = {(box.word, box.role): box.path for box in boxes}
    results = {box.result: box.path for box in boxes if box.result}

    assert paths["tanh", "forward"] == ("forward", "net", "layer 1")
    assert paths["polynomial", "gradient"] == ("gradient", "net", "layer 1")
    assert results["gradient of W1"] == ("gradient", "net", "layer 1")
    assert results["gradient of W2"] == ("gradient", "net", "layer 2")


def test_clusters_are_nested_in_the_text():
    """A cluster opens inside that of the scope around it."""
    loss, gradients = network()
    depth, depths = 0, {}
    for line in to_dot([loss, *gradients]).splitlines():
        depth += ("subgraph cluster" in line) - (line.strip() == "}")
        for name in re.findall(r"label=<<B>([^<&]+)</B>> labeljust", line):
            depths.setdefault(name, []).append(depth)

    assert depths == {
        "forward": [1],
        "gradient": [1],
        "net": [2, 2],
        "layer 1": [3, 3],
        "layer 2": [3, 3],
        "loss": [2],
    }


def test_one_half_needs_no_frame():
    """A graph without gradients shows its modules only."""
    loss, _ = network()

    assert {box.path[:1] for box in scene([loss]).boxes} == {("net",), ("loss",)}


def test_forward_can_be_chosen():
    """A list of gradients is split as well when it is said what is forward."""
    loss, gradients = network()
    roles = {box.role for box in scene(list(gradients), [loss]).boxes}

    assert roles == {"input", "parameter", "forward", "gradient"}
    assert "gradient" in to_dot(gradients, forward=loss)


def test_a_leaf_used_in_many_steps_has_its_gradient_around_them():
    """The gradient of a shared weight stands in the module that holds all its uses."""
    h, w = sd.Placeholder((2, 2), name="h"), sd.Variable(np.eye(2), "w")
    with scope("rnn"):
        for step in range(3):
            with scope(f"step {step}"):
                h = sd.tanh(h @ w)
    loss = h.sum()
    dw = sd.grad(loss, w)
    order = drawing_order([loss, dw])
    paths = modules(order, set(drawing_order([loss])), {dw: [w]})

    assert paths[dw] == ("rnn",)
    assert {path for node, path in paths.items() if node.operands} >= {("rnn", f"step {k}") for k in range(3)}


# --- text ----------------------------------------------------------------------------------------------

NASTY = 'a"b\\N<i>&amp; {x|y}\nline\ttwo \x00 ü→∂ -- \\"]; n0 -> n1 <!-- ${x} \u202e'


def nasty():
    """A graph whose names, scopes and outputs all try to be something else."""
    x = sd.Variable([1.0, 2.0], NASTY)
    with scope(NASTY):
        return {NASTY: sd.exp(x), "other": x}


def test_names_are_escaped():
    """No name can end a label, open a tag or start an edge."""
    text = to_dot(nasty(), title=NASTY)

    assert "<i>" not in text
    assert "&quot;b&#92;N&lt;i&gt;&amp;amp; {x|y} line two" in text
    assert text.count(" -> ") == 1 + text.count("-> legend")
    assert not set(text) & {"\x00", "\u202e"}


def test_the_same_graph_is_the_same_text():
    """Bytes depend on what the graph is, not on how many nodes were made before it."""
    first = [to_dot(scalars()[0]), to_dot([network()[0], *network()[1]])]
    kept = [scalars(), network(), sd.constant([[1.0, 2.0]]) + 3]
    second = [to_dot(scalars()[0]), to_dot([network()[0], *network()[1]])]

    assert first == second
    assert len(kept) == 3


def test_leaves_without_names_are_numbered():
    """Numbers count within the picture; serial numbers stay out of it."""
    a, b = sd.Variable(1.0), sd.Variable(2.0)
    words = [box.word for box in scene([sd.maximum(b, a)]).boxes]

    assert words == ["variable 1", "variable 2", "maximum"]


def test_wrong_options_are_named():
    """A mistake in a word says which words there are."""
    x = sd.Variable(1.0, "x")

    with pytest.raises(ValueError, match="'chips' or 'shared'"):
        to_dot(x, leaves="none")
    with pytest.raises(ValueError, match="'TB' or 'LR'"):
        to_dot(x, direction="up")
    with pytest.raises(ValueError, match="nothing to draw"):
        to_dot([])
    with pytest.raises(TypeError, match="draws nodes, not int"):
        to_dot([x, 3])


# --- size ----------------------------------------------------------------------------------------------


def chain(length):
    """sin(sin(...x...))"""
    node = sd.Variable(1.0, "x")
    for _ in range(length):
        node = sd.sin(node)
    return node


def test_a_huge_graph_is_refused_at_once():
    """The message says how many boxes there are, and what to pass."""
    node = chain(5000)
    start = time.perf_counter()

    with pytest.raises(sd.GraphError, match="5000 boxes, more than limit=2000; pass limit=5000"):
        plot(node)
    assert time.perf_counter() - start < 2


def test_a_deep_graph_is_drawn_without_recursion():
    """With the limit raised, depth is no obstacle to the text."""
    text = to_dot(chain(5000), limit=5000, legend=False)

    assert text.count(" -> ") == 5000
    assert "nslimit=2" in text


# --- files ---------------------------------------------------------------------------------------------


def test_text_needs_nothing(tmp_path, monkeypatch):
    """DOT is written whether or not anything can draw it."""
    without_renderers(monkeypatch)
    z, *_ = scalars()
    picture = z.plot(tmp_path / "z.dot")

    assert (tmp_path / "z.dot").read_text(encoding="utf-8") == picture.dot == to_dot(z)


@pytest.mark.parametrize("kind", ["svg", "png", "pdf"])
def test_without_renderer_the_text_is_written_and_one_sentence_says_so(tmp_path, monkeypatch, kind):
    """No exception: a warning that names the file written and what to install."""
    without_renderers(monkeypatch)
    z, *_ = scalars()

    with pytest.warns(PlotWarning, match=r"DOT text is in .*z\.dot; install Graphviz .*\[plot\]"):
        picture = plot(z, tmp_path / f"z.{kind}")
    assert [file.name for file in tmp_path.iterdir()] == ["z.dot"]
    assert (tmp_path / "z.dot").read_text(encoding="utf-8") == picture.dot


def test_notebooks_get_text_where_nothing_draws(monkeypatch):
    """Showing a picture never raises and never warns."""
    without_renderers(monkeypatch)
    picture = plot(scalars()[0])

    assert picture._repr_svg_() is None
    assert picture._repr_mimebundle_()["text/plain"].startswith("To see this picture, install Graphviz")
    with pytest.warns(PlotWarning, match="install Graphviz"):
        assert picture.svg() is None


def test_the_program_is_asked_first(tmp_path, monkeypatch):
    """With dot on the path, its answer is the file."""
    asked = []

    def run(command, **options):
        asked.append(command)
        return subprocess.CompletedProcess(command, 0, stdout=b"<svg/>")

    without_renderers(monkeypatch)
    monkeypatch.setattr(rendering.shutil, "which", lambda name: "/usr/bin/dot")
    monkeypatch.setattr(rendering.subprocess, "run", run)
    picture = plot(scalars()[0], tmp_path / "z.svg")

    assert (tmp_path / "z.svg").read_text(encoding="utf-8") == picture.svg() == "<svg/>"
    assert picture._repr_mimebundle_()["image/svg+xml"] == "<svg/>"
    assert asked == [["dot", "-Tsvg"]] * 2


def test_a_program_that_fails_is_no_error(tmp_path, monkeypatch):
    """A dot built without PDF counts as no renderer."""
    without_renderers(monkeypatch)
    monkeypatch.setattr(rendering.shutil, "which", lambda name: "/usr/bin/dot")
    failed = subprocess.CompletedProcess([], 1, stdout=b"")
    monkeypatch.setattr(rendering.subprocess, "run", lambda command, **options: failed)

    with pytest.warns(PlotWarning, match="nothing here draws PDF"):
        plot(scalars()[0], tmp_path / "z.pdf")


@pytest.mark.parametrize("direction", ["TB", "LR"])
def test_what_is_drawn_is_valid_xml(direction, capfd):
    """Graphviz reads every label, nasty ones included, without a warning; where it is installed."""
    loss, gradients = network()
    pictures = [
        plot(nodes, title=NASTY, direction=direction, leaves=leaves)
        for nodes in (nasty(), [loss, *gradients], scalars()[0])
        for leaves in ("chips", "shared")
    ]
    drawn = [picture._repr_svg_() for picture in pictures]

    assert all(svg is not None for svg in drawn) or find_spec("pygraphviz") is None
    for svg in filter(None, drawn):
        assert ElementTree.fromstring(svg).tag.endswith("svg")
    assert capfd.readouterr().err == ""


def test_an_unknown_ending_lists_the_known_ones(tmp_path):
    """Nothing is written on a mistake."""
    with pytest.raises(ValueError, match=r"'z\.jpeg' should end in one of \.svg, \.png, \.pdf, \.dot"):
        plot(scalars()[0], tmp_path / "z.jpeg")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written_is_an_oserror(tmp_path):
    """The error names the file that was asked for."""
    with pytest.raises(FileNotFoundError, match=r"z\.dot'$"):
        plot(scalars()[0], tmp_path / "missing" / "z.dot")


def test_what_was_there_stays_when_writing_fails(tmp_path, monkeypatch):
    """A file is replaced whole or not at all, and nothing is left beside it."""
    target = tmp_path / "z.dot"
    target.write_text("before", encoding="utf-8")

    def full(path, content):
        path.touch()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(tmp_path), "write_bytes", full)
    with pytest.raises(OSError, match=r"No space left on device: .*z\.dot"):
        plot(scalars()[0], target)
    assert [file.name for file in tmp_path.iterdir()] == ["z.dot"]
    assert target.read_text(encoding="utf-8") == "before"


def test_importing_symdiff_imports_no_drawing():
    """Graphviz is loaded when a picture is made, not before."""
    code = "import sys, symdiff; print([name for name in ('graphviz', 'pygraphviz') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_drawing_warns_of_nothing():
    """A picture that is only text raises no warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        plot([network()[0], *network()[1]])
