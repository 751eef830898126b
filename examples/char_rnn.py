"""A character-level recurrent network, after Karpathy's min-char-rnn: read a text, learn to write like it.

    python examples/char_rnn.py
    python examples/char_rnn.py --text shakespeare.txt --cell lstm --save model.npz
    python examples/char_rnn.py --load model.npz --sample 500 --prompt "The "

The model is a graph, its gradient is another one, and so is the optimizer's update: one training step
is one program. Entropies and losses are in nats per character.
"""

import argparse
import os
import pkgutil
import sys
from pathlib import Path

import numpy as np

import symdiff as sd
from symdiff.modules import LSTM, RNN, Linear, Module
from symdiff.optim import Adam, clip_by_global_norm

try:
    from tqdm import tqdm
except ImportError:
    sys.exit('char_rnn: the progress bar needs tqdm: python -m pip install "symdiff-einsum[examples]"')

CELLS = {"rnn": RNN, "lstm": LSTM}
SHAPE = {"cell": "rnn", "hidden": 256, "layers": 1}  # what a new model is, unless options say otherwise
STEPS = 3000  # training steps of a new model
HELD_OUT = 0.1  # of the text, at its end
STRIDE = 50  # time steps of one evaluation block
PLAIN = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "\xa0": " "})


# --- data ---------------------------------------------------------------------------------------------


def read_text(file):
    """The text of a file, or prose that every Python comes with, and where it is from."""
    if file:
        try:
            return Path(file).read_text(encoding="utf-8"), file
        except UnicodeDecodeError as reason:
            sys.exit(f"char_rnn: {file} is not UTF-8: byte {reason.start} is {reason.object[reason.start]:#x}")
        except OSError as reason:
            sys.exit(f"char_rnn: cannot read {file}: {reason.strerror}")
    try:
        from pydoc_data.topics import topics
    except ImportError:
        return prose(docstrings()), "docstrings of the standard library"
    return prose(topics.values()), "pydoc_data.topics"


def docstrings():
    """The docstrings of top-level modules in the standard library that are written in Python, unparsed."""
    import ast

    for module in pkgutil.iter_modules([os.path.dirname(os.__file__)]):
        source = Path(os.path.dirname(os.__file__), module.name + ".py")
        if source.exists():
            tree = ast.parse(source.read_text(encoding="utf-8"))
            documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
            yield from (ast.get_docstring(x) or "" for x in ast.walk(tree) if isinstance(x, documented))


def prose(pages):
    """Paragraphs of running text, each once, in a small alphabet."""
    paragraphs = [p for page in pages for p in page.translate(PLAIN).split("\n\n")]
    kept = [p for p in paragraphs if len(p) > 120 and not p[0].isspace() and "::=" not in p]
    return "\n\n".join(dict.fromkeys(kept)) + "\n"


def blocks(codes, batch, length):
    """Consecutive blocks of inputs and targets, (length, batch) each: column k reads on in part k."""
    steps = (len(codes) - 1) // batch
    x, y = (codes[k : k + batch * steps].reshape(batch, steps).T for k in (0, 1))
    return [(x[t : t + length], y[t : t + length]) for t in range(0, steps - length + 1, length)]


def entropy(codes):
    """Of single characters: the loss of a model that knows their frequencies and nothing else."""
    p = np.bincount(codes) / len(codes)
    return -sum(q * np.log(q) for q in p if q)


# --- model --------------------------------------------------------------------------------------------


class CharRNN(Module):
    """Scores of the next character, given all before it."""

    def __init__(self, vocabulary, cell, hidden, layers, rng):
        super().__init__()
        size = len(vocabulary)
        self.cell = CELLS[cell](size, hidden, layers, rng=rng, dtype=np.float32)
        self.output = Linear(hidden, size, rng=rng, dtype=np.float32, name="output")

    def forward(self, x, state):
        features, state = self.cell(x, state)  # (time, batch) -> (time, batch, hidden)
        return self.output(features), state  # (time, batch, vocabulary)


class Unrolled:
    """The model along *length* steps of *batch* texts: inputs, targets, loss, and the state it carries."""

    def __init__(self, model, length, batch):
        self.x = sd.Placeholder((length, batch), int, "x")
        self.y = sd.Placeholder((length, batch), int, "y")
        self.state = [sd.Variable(part(), trainable=False) for part in model.cell.start(batch)]
        self.logits, after = model(self.x, self.state)
        self.loss = sd.softmax_cross_entropy(self.logits, self.y).mean()
        self.carry = dict(zip(self.state, after, strict=True))  # the next block starts where this one ends

    def reset(self):
        for part in self.state:
            part.value = np.zeros(part.shape, np.float32)


def training_step(model, length, batch):
    """One program: a block and a learning rate in, the loss out; parameters and state are updated."""
    graph, rate = Unrolled(model, length, batch), sd.Placeholder((), np.float32, "rate")
    gradients = clip_by_global_norm(sd.grad(graph.loss, model.parameters()), 5.0)
    updates = Adam(rate).updates(model.parameters(), gradients)
    return graph, sd.compile(graph.loss, [graph.x, graph.y, rate], updates={**updates, **graph.carry})


def evaluator(model, codes):
    """A function that gives the loss on the held-out text, read from its start."""
    batch = max(1, min(16, len(codes) // (4 * STRIDE)))
    length = min(STRIDE, (len(codes) - 1) // batch)
    graph = Unrolled(model, length, batch)
    program = sd.compile(graph.loss, [graph.x, graph.y], updates=graph.carry)

    def held_out():
        graph.reset()
        return float(np.mean([program(x, y) for x, y in blocks(codes, batch, length)], dtype=float))

    return held_out


def sampler(model, vocabulary, temperature, rng):
    """A function that goes on writing after *prompt*."""
    graph = Unrolled(model, 1, 1)
    scores = sd.compile(graph.logits[0, 0], [graph.x], updates=graph.carry)

    def write(prompt, count):
        graph.reset()
        codes = [vocabulary.index(c) for c in prompt]
        for code in codes[:-1]:
            scores([[code]])
        for _ in range(count):
            noise = rng.gumbel(size=len(vocabulary))  # its argmax is a draw from softmax(scores)
            codes.append(int(np.argmax(scores([[codes[-1]]]) / temperature + noise)))
        return "".join(vocabulary[code] for code in codes)

    return write


# --- checkpoints ----------------------------------------------------------------------------------------


def save(file, model, vocabulary, shape):
    """Everything that a model is, written beside *file* first, so that a failure leaves *file* alone."""
    config = {f"config.{name}": np.array(value) for name, value in shape.items()}
    letters = np.array([ord(c) for c in vocabulary], np.uint32)
    draft = Path(f"{file}.tmp")
    try:
        with draft.open("wb") as out:
            np.savez(out, vocabulary=letters, **config, **model.state())
        os.replace(draft, file)
    except OSError as reason:
        draft.unlink(missing_ok=True)
        sys.exit(f"char_rnn: cannot write {file}: {reason.strerror}")


def load(file):
    """The model in a checkpoint, its vocabulary and its shape."""
    try:
        with np.load(file, allow_pickle=False) as archive:
            arrays = dict(archive)
        shape = {name: type(value)(arrays.pop(f"config.{name}")) for name, value in SHAPE.items()}
        vocabulary = "".join(map(chr, arrays.pop("vocabulary")))
        model = CharRNN(vocabulary, **shape, rng=0)
        model.load_state(arrays)
    except OSError as reason:
        sys.exit(f"char_rnn: cannot read {file}: {reason.strerror or reason}")
    except Exception as reason:  # a damaged archive can fail anywhere in zipfile and NumPy
        sys.exit(f"char_rnn: {file} is no checkpoint, or a damaged one: {' '.join(str(reason).split())}")
    return model, vocabulary, shape


# --- options --------------------------------------------------------------------------------------------


class Options(argparse.ArgumentParser):
    """Options whose mistakes are reported in one line."""

    def error(self, message):
        sys.exit(f"char_rnn: {message}; see --help")


def count(text):
    """A whole number above 0."""
    if int(text) < 1:
        raise ValueError
    return int(text)


def positive(text):
    """A finite number above 0."""
    if not 0 < float(text) < float("inf"):
        raise ValueError
    return float(text)


def options():
    parser = Options(prog="char_rnn", description=__doc__.splitlines()[0], allow_abbrev=False)
    add = parser.add_argument
    add("--text", metavar="FILE", help="a UTF-8 text; by default prose that comes with Python")
    add("--cell", choices=CELLS, help="kind of network (%(default)s)" % {"default": SHAPE["cell"]})
    add("--hidden", type=count, help=f"units per layer ({SHAPE['hidden']})")
    add("--layers", type=count, help=f"layers on top of one another ({SHAPE['layers']})")
    add("--length", type=count, default=50, help="time steps per training step (%(default)s)")
    add("--batch", type=count, default=32, help="places in the text read at once (%(default)s)")
    add("--steps", type=int, help=f"training steps ({STEPS}, or 0 with --load)")
    add("--lr", type=positive, default=2e-3, help="learning rate at first; it falls to 0 (%(default)s)")
    add("--seed", type=int, default=0, help="of initial values and samples (%(default)s)")
    add("--sample", type=int, default=400, metavar="N", help="characters of the last sample (%(default)s)")
    add("--temperature", type=positive, default=0.8, help="below 1 is cautious, above is bold (%(default)s)")
    add("--prompt", default="", help="how samples begin; a new line by default")
    add("--save", metavar="FILE", help="where to write the trained model")
    add("--load", metavar="FILE", help="a saved model, to evaluate and, given --steps, to train further")
    add("--plot", metavar="FILE", help="draw the graph of one step and its gradient: .svg, .png, .pdf, .dot")
    args = parser.parse_args()
    args.steps = (0 if args.load else STEPS) if args.steps is None else args.steps
    if min(args.steps, args.sample, args.seed) < 0:
        parser.error("--steps, --sample and --seed are not negative")
    if args.save and (Path(args.save).is_dir() or not Path(args.save).parent.is_dir()):
        parser.error(f"--save {args.save}: no file can be written there")
    return args


# --- the whole of it ------------------------------------------------------------------------------------


def prepare(args):
    """The model, its vocabulary and shape, and the text as codes: for training, and held out."""
    text, source = read_text(args.text)
    needed = max(20, int((args.batch * args.length + 2) / (1 - HELD_OUT)) if args.steps else 0)
    if len(text) < needed:
        size = f"{len(text)} characters" if text else "empty"
        sys.exit(f"char_rnn: {source} is too short: {size}, and {needed} are needed; see --batch and --length")
    if args.load:
        model, vocabulary, shape = load(args.load)
        for name, value in shape.items():
            if getattr(args, name) not in (None, value):
                sys.exit(f"char_rnn: --{name} {getattr(args, name)}, but {args.load} has {name} {value}")
    else:
        vocabulary = "".join(sorted(set(text)))
        shape = {name: getattr(args, name) or value for name, value in SHAPE.items()}
        model = CharRNN(vocabulary, **shape, rng=args.seed)
    for role, written in (("text", text), ("prompt", args.prompt)):
        if unknown := set(written) - set(vocabulary):
            sys.exit(f"char_rnn: the {role} has characters that the model does not know: {sorted(unknown)}")
    number = {c: k for k, c in enumerate(vocabulary)}
    codes = np.array([number[c] for c in text])
    print(f"corpus: {source}, {len(text):,} characters, {len(set(text))} different ones")
    print(f"unigram entropy: {entropy(codes):.3f} nats/char")
    edge = len(codes) - max(2, int(HELD_OUT * len(codes)))
    return model, vocabulary, shape, codes[:edge], codes[edge:], entropy(codes)


def train(args, model, codes, show):
    """Run the training steps; *show* is called four times on the way."""
    graph, step = training_step(model, args.length, args.batch)
    data = blocks(codes, args.batch, args.length)
    smooth = None
    with tqdm(range(args.steps), unit="step", dynamic_ncols=True, mininterval=0.5) as bar:
        for k in bar:
            if k % len(data) == 0:
                graph.reset()  # back at the start of the text
            loss = float(step(*data[k % len(data)], args.lr * (1 - k / args.steps)))
            if not np.isfinite(loss):
                sys.exit(f"char_rnn: the loss is {loss} at step {k}; try a smaller --lr")
            smooth = loss if smooth is None else 0.98 * smooth + 0.02 * loss
            bar.set_postfix_str(f"{smooth:.3f} nats/char", refresh=False)
            if (k + 1) % max(1, args.steps // 4) == 0 and k + 1 < args.steps:
                tqdm.write(f"step {k + 1}, {show()}")


def main():
    args = options()
    model, vocabulary, shape, training, held, unigram = prepare(args)
    print(model)
    if args.plot:
        draw(model, args.plot)
    held_out = evaluator(model, held)
    write = sampler(model, vocabulary, args.temperature, np.random.default_rng(args.seed))
    prompt = args.prompt or ("\n" if "\n" in vocabulary else vocabulary[0])
    try:
        if args.steps:
            train(args, model, training, lambda: f"held-out loss {held_out():.3f}:\n{write(prompt, 200)}\n")
    except KeyboardInterrupt:
        print("stopped early", file=sys.stderr)
    loss = held_out()
    print(f"held-out loss: {loss!r} nats/char, {100 * (1 - loss / unigram):.1f} % below the unigram entropy")
    if args.save:
        save(args.save, model, vocabulary, shape)
    if args.sample:
        print(write(prompt, args.sample))


def draw(model, file):
    """The graph of three time steps, with the gradient."""
    from symdiff.plot import plot

    graph = Unrolled(model, 3, 2)
    plot([graph.loss, *sd.grad(graph.loss, model.parameters())], file)


if __name__ == "__main__":
    main()
