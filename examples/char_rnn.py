"""A character-level recurrent network, after Karpathy's min-char-rnn: read a text, learn to write like it.

    python examples/char_rnn.py
    python examples/char_rnn.py --text shakespeare.txt --cell rnn --hidden 256 --save model.npz
    python examples/char_rnn.py --load model.npz --sample 1000 --prompt "The "

The model is a graph, its gradient is another one, and so is the optimizer's update: a whole training
step is one program. Entropies and losses are in nats per character.
"""

import argparse
import ast
import os
import sys
from pathlib import Path

# products this small gain nothing from a second thread, and lose much of it when the machine is busy
for library in ("OPENBLAS", "OMP", "MKL", "VECLIB"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")

import numpy as np

import symdiff as sd
from symdiff.modules import LSTM, RNN, Linear, Module
from symdiff.optim import Adam, clip_by_global_norm
from symdiff.plot import plot

try:
    from tqdm import tqdm
except ImportError:
    sys.exit('char_rnn: the progress bar needs tqdm: python -m pip install "symdiff-einsum[examples]"')

CELLS = {"rnn": RNN, "lstm": LSTM}
MODEL = {"cell": "lstm", "hidden": 128, "layers": 1}  # what a new model is, unless options say otherwise
STEPS = 1000  # training steps of a new model
HELD_OUT = 0.1  # the share of the text, at its end, that is not trained on
PLAIN = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "..."})


# --- data -----------------------------------------------------------------------------------------------


def read_text(file):
    """The text of *file*, or prose that comes with Python, and where it is from."""
    if file is not None:
        try:
            return Path(file).read_text(encoding="utf-8-sig"), file
        except UnicodeDecodeError as reason:
            sys.exit(f"char_rnn: {file} is not UTF-8: {reason.reason} at byte {reason.start}")
        except OSError as reason:
            sys.exit(f"char_rnn: cannot read {file}: {reason.strerror}")
    try:
        from pydoc_data.topics import topics
    except ImportError:
        return prose(docstrings()), "docstrings of the standard library"
    return prose(topics.values()), "pydoc_data.topics"


def docstrings():
    """The docstrings of the modules that lie at the top of the standard library."""
    for file in sorted(Path(os.__file__).parent.glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                yield ast.get_docstring(node) or ""


def prose(pages):
    """The paragraphs of running text, each once: no code, no grammar, no tables."""
    paragraphs = [p.strip("\n") for page in pages for p in page.translate(PLAIN).split("\n\n")]
    kept = [p for p in paragraphs if len(p) > 120 and (p[0].isalnum() or p[0] in '"*[') and "::=" not in p]
    return "\n\n".join(dict.fromkeys(kept)) + "\n"


def blocks(codes, batch, length):
    """Inputs and targets, (length, batch), in reading order: each column reads its own part of the text."""
    steps = (len(codes) - 1) // batch
    x, y = (codes[k : k + batch * steps].reshape(batch, steps).T for k in (0, 1))
    return [(x[t : t + length], y[t : t + length]) for t in range(0, steps - length + 1, length)]


def entropy(codes):
    """The loss of knowing how frequent each character is, and nothing else."""
    p = np.bincount(codes) / len(codes)
    return -sum(q * np.log(q) for q in p if q)


# --- model ----------------------------------------------------------------------------------------------


class CharRNN(Module):
    """Scores of the next character, given all before it."""

    def __init__(self, vocabulary, cell, hidden, layers, rng):
        super().__init__()
        rng, size = np.random.default_rng(rng), len(vocabulary)
        self.cell = CELLS[cell](size, hidden, layers, rng=rng, dtype=np.float32)
        self.output = Linear(hidden, size, rng=rng, dtype=np.float32, name="output")

    def forward(self, x, state):
        features, state = self.cell(x, state)  # (time, batch) -> (time, batch, hidden)
        return self.output(features), state  # (time, batch, vocabulary)


class Unrolled:
    """The model along some time steps of some texts, with a state that goes from call to call."""

    def __init__(self, model, length, batch):
        self.x = sd.Placeholder((length, batch), int, "x")
        self.y = sd.Placeholder((length, batch), int, "y")
        self.state = [sd.Variable(part(), "state", trainable=False) for part in model.cell.start(batch)]
        self.logits, after = model(self.x, self.state)
        self.loss = sd.softmax_cross_entropy(self.logits, self.y).mean()
        self.carry = dict(zip(self.state, after, strict=True))  # a block starts where the last one ended

    def forget(self):
        for part in self.state:
            part.value = np.zeros(part.shape, part.dtype)


def trainer(model, length, batch):
    """One program: a block and a learning rate go in, the loss comes out, all variables are updated."""
    graph, rate = Unrolled(model, length, batch), sd.Placeholder((), np.float32, "rate")
    parameters = model.parameters()
    gradients = clip_by_global_norm(sd.grad(graph.loss, parameters), 5.0)
    updates = Adam(rate).updates(parameters, gradients) | graph.carry
    return graph, sd.compile(graph.loss, [graph.x, graph.y, rate], updates=updates)


def evaluator(model, codes):
    """A function that gives the loss on *codes*, which are read from the start at each call."""
    batch = min(16, 1 + len(codes) // 200)  # depends on nothing but the text
    length = min(50, (len(codes) - 1) // batch)
    graph, data = Unrolled(model, length, batch), blocks(codes, batch, length)
    program = sd.compile(graph.loss, [graph.x, graph.y], updates=graph.carry)

    def loss():
        graph.forget()
        return float(np.mean([program(x, y) for x, y in data], dtype=float))

    return loss


def writer(model, vocabulary, prompt, temperature, rng):
    """A function that writes *prompt* and then so many characters more."""
    graph = Unrolled(model, length=1, batch=1)
    read = sd.compile(graph.logits[0, 0], [graph.x], updates=graph.carry)

    def write(count):
        graph.forget()
        codes = [vocabulary.index(c) for c in prompt]
        for code in codes[:-1]:
            read([[code]])
        for _ in range(count):
            scores = read([[codes[-1]]]) / temperature
            codes.append(int(np.argmax(scores + rng.gumbel(size=scores.shape))))  # drawn from softmax(scores)
        return "".join(vocabulary[code] for code in codes)

    return write


# --- checkpoints and options ----------------------------------------------------------------------------


def save(file, model, vocabulary, config):
    """Write a model beside *file* first, so that a failure leaves *file* as it was."""
    entries = {f"config.{name}": value for name, value in config.items()}
    draft = Path(f"{file}.part")
    try:
        with draft.open("wb") as stream:
            np.savez(stream, vocabulary=[ord(c) for c in vocabulary], **entries, **model.state())
        draft.replace(file)
    except OSError as reason:
        draft.unlink(missing_ok=True)
        sys.exit(f"char_rnn: cannot write {file}: {reason.strerror}")


def load(file):
    """The model that was saved, its vocabulary and its configuration."""
    try:
        with np.load(file, allow_pickle=False) as archive:
            entries = dict(archive)
        vocabulary = "".join(map(chr, entries.pop("vocabulary")))
        config = {name: type(value)(entries.pop(f"config.{name}")) for name, value in MODEL.items()}
        model = CharRNN(vocabulary, **config, rng=0)
        model.load_state(entries)
    except OSError as reason:
        sys.exit(f"char_rnn: cannot read {file}: {reason.strerror or reason}")
    except Exception:  # whatever zipfile, zlib and NumPy raise on files that were cut or changed
        sys.exit(f"char_rnn: {file} is not a checkpoint of this program, or is damaged")
    return model, vocabulary, config


def options():
    parser = argparse.ArgumentParser("char_rnn", description=__doc__.splitlines()[0], allow_abbrev=False)
    parser.error = lambda message: sys.exit(f"char_rnn: {message}; see --help")
    add = parser.add_argument
    add("--text", metavar="FILE", help="a UTF-8 text; by default prose that comes with Python")
    add("--cell", choices=CELLS, help=f"kind of network ({MODEL['cell']})")
    add("--hidden", type=int, help=f"units per layer ({MODEL['hidden']})")
    add("--layers", type=int, help=f"layers on top of one another ({MODEL['layers']})")
    add("--length", type=int, default=50, help="time steps per training step (%(default)s)")
    add("--batch", type=int, default=32, help="places at which the text is read at once (%(default)s)")
    add("--steps", type=int, help=f"training steps ({STEPS}; 0 with --load)")
    add("--lr", type=float, default=0.01, help="learning rate at first; it falls to 0 (%(default)s)")
    add("--seed", type=int, default=0, help="of initial values and samples (%(default)s)")
    add("--sample", type=int, default=400, metavar="N", help="characters to write at the end (%(default)s)")
    add("--temperature", type=float, default=0.7, help="of samples: low is careful (%(default)s)")
    add("--prompt", default="", help="how samples begin (a new line)")
    add("--save", metavar="FILE", help="where to keep the model")
    add("--load", metavar="FILE", help="a model that was kept; --steps trains it further")
    add("--plot", metavar="FILE", help="where to draw a short graph: .svg, .png, .pdf or .dot")
    args = parser.parse_args()
    args.steps = (0 if args.load else STEPS) if args.steps is None else args.steps
    least = {"hidden": 1, "layers": 1, "length": 1, "batch": 1, "steps": 0, "seed": 0, "sample": 0}
    for name, bound in (least | {"lr": 1e-9, "temperature": 1e-3}).items():
        if (value := getattr(args, name)) is not None and not value >= bound:
            parser.error(f"--{name} {value} is not at least {bound}")
    if args.save and (Path(args.save).is_dir() or not os.access(Path(args.save).parent, os.W_OK)):
        parser.error(f"--save {args.save}: no file can be written there")
    return args


# --- the whole of it ------------------------------------------------------------------------------------


def prepare(args):
    """The model, its vocabulary and configuration, and the text as codes."""
    text, source = read_text(args.text)
    needed = max(20, int((args.batch * args.length + 1) / (1 - HELD_OUT)) + 2 if args.steps else 0)
    different = len(set(text))
    if len(text) < needed or different < 2:
        problem = ("empty", "one character only", f"too short: {len(text)} characters")[min(different, 2)]
        sys.exit(f"char_rnn: {source} is {problem}; --batch and --length need {needed} characters")
    if args.load:
        model, vocabulary, config = load(args.load)
        for name, value in config.items():
            if getattr(args, name) not in (None, value):
                sys.exit(f"char_rnn: --{name} {getattr(args, name)} does not fit {args.load}: {value}")
    else:
        vocabulary = "".join(sorted(set(text)))
        config = {name: getattr(args, name) or value for name, value in MODEL.items()}
        model = CharRNN(vocabulary, **config, rng=args.seed)
    if unknown := sorted(set(text + args.prompt) - set(vocabulary)):
        sys.exit(f"char_rnn: the text or the prompt has characters that the model never saw: {unknown}")
    numbers = {c: k for k, c in enumerate(vocabulary)}
    print(f"corpus: {source}, {len(text):,} characters, {different} different ones\n{model}")
    return model, vocabulary, config, np.array([numbers[c] for c in text])


def draw(model, file):
    """The picture of three time steps: the loss, and the gradient by every parameter."""
    loss, names = Unrolled(model, length=3, batch=2).loss, model.named_parameters()
    slopes = {f"by {name}": slope for name, slope in sd.grad(loss, names).items()}
    try:
        plot({"loss": loss, **slopes}, file)
    except (ValueError, OSError) as reason:
        sys.exit(f"char_rnn: --plot {file}: {reason}")


def train(model, codes, args, report):
    """All training steps, with a progress bar; *report* is called now and then."""
    graph, step = trainer(model, args.length, args.batch)
    data, recent = blocks(codes, args.batch, args.length), []
    with tqdm(range(args.steps), unit=" steps", dynamic_ncols=True) as bar:
        for k in bar:
            if k % len(data) == 0:
                graph.forget()  # back at the start of the text
            loss = step(*data[k % len(data)], args.lr * (1 - k / args.steps))
            recent = [*recent[-49:], finite(loss, k)]
            bar.set_postfix_str(f"loss {np.mean(recent):.3f} nats/char", refresh=False)
            if (k + 1) % max(1, args.steps // 4) == 0 and k + 1 < args.steps:
                tqdm.write(f"--- {k + 1} steps, {report()}\n")


def finite(loss, steps):
    """*loss*, unless training has gone astray."""
    if not np.isfinite(loss):
        sys.exit(f"char_rnn: the loss is {loss} after {steps} steps; try a smaller --lr")
    return loss


def main():
    sys.stdout.reconfigure(errors="replace")  # for terminals that lack a character
    args = options()
    model, vocabulary, config, codes = prepare(args)
    edge = len(codes) - max(2, int(HELD_OUT * len(codes)))
    unigram, held_out = entropy(codes), evaluator(model, codes[edge:])
    print(f"unigram entropy: {unigram:.3f} nats/char\n")
    if args.plot:
        draw(model, args.plot)
    prompt = args.prompt or ("\n" if "\n" in vocabulary else vocabulary[0])
    write = writer(model, vocabulary, prompt, args.temperature, np.random.default_rng(args.seed))
    if args.steps:
        train(model, codes[:edge], args, lambda: f"held-out loss {held_out():.3f}\n{write(200)}")
    loss = finite(held_out(), args.steps)
    print(f"--- held-out loss: {loss!r} nats/char, {1 - loss / unigram:.1%} below the unigram entropy\n")
    if args.save:
        save(args.save, model, vocabulary, config)
    print(write(args.sample))


if __name__ == "__main__":
    main()
