"""What a run prints: every failure with how to see it again, and what was tried."""

from __future__ import annotations

from collections import Counter

from symdiff.rewrite import ALGEBRA, CONTRACTION, STABILITY
from tests.cases import CASES
from tests.fuzz.runner import BATCH, Failure, Report

__all__ = ["failure_text", "summary"]

WIDTH = 100


def failure_text(failure: Failure, seed: int) -> str:
    """A failure with the command that finds it again."""
    rule = "-" * WIDTH
    again = f"again: python -m tests.fuzz --seed {seed} --batch {failure.batch}"
    return f"{rule}\nFAILED {failure.text}\n{again}\n{rule}"


def _most(counter: Counter[str], count: int | None = None) -> str:
    """Names and numbers, the most frequent first, in lines."""
    lines, line = [], ""
    for name, number in sorted(counter.items(), key=lambda item: (-item[1], item[0]))[:count]:
        word = f"{name} {number}"
        if line and len(line) + len(word) > WIDTH:
            lines.append(line)
            line = ""
        line = f"{line}, {word}" if line else f"  {word}"
    return ",\n".join([*lines, line])


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "none"


def _sizes(sizes: Counter[int]) -> str:
    limits = (2, 5, 10, 20, 40, 80, 10**9)
    bins: Counter[str] = Counter()
    for size, count in sizes.items():
        limit = next(limit for limit in limits if size <= limit)
        bins[f"up to {limit}" if limit < 10**9 else "more"] += count
    return ", ".join(
        f"{name}: {bins[name]}" for name in [*[f"up to {limit}" for limit in limits[:-1]], "more"]
    )


def summary(report: Report, seed: int, processes: int, seconds: float) -> str:
    """What was tried, and what came of it."""
    counts = report.counts
    rules = [rule.name for rule in (*ALGEBRA, *STABILITY, *CONTRACTION)]
    never = sorted({kind.__name__ for kind in CASES} - set(report.operations))
    silent = [name for name in rules if name not in report.rules]
    lines = [
        f"seed {seed}: {report.graphs} graphs in {seconds:.0f} s on {processes} processes, "
        f"{report.skipped} of them not finite, {counts['without Hessian']} too large for a Hessian",
        f"nodes of the graphs: {_sizes(report.sizes)}",
        *[
            f"{counts[f'simplified {name}']} nodes of {counts[name]} are left of {what}"
            for name, what in (
                ("nodes", "the functions"),
                ("gradient nodes", "gradients"),
                ("Hessian nodes", "Hessians"),
            )
        ],
        f"simplify(grad(y)) is grad(simplify(y)): {_percent(counts['same gradients'], counts['gradients'])} "
        f"of {counts['gradients']} gradients",
        *[
            f"in another {'order' if name == 'order' else 'order and with other brackets'}: "
            f"{counts[f'same before, any {name}']} are the same when built, "
            f"{counts[f'same after, any {name}']} when simplified, "
            f"{counts[f'same but for rounding, any {name}']} but for the rounding of numbers, "
            f"{counts[f'another form, any {name}']} come to another form; "
            f"{counts[f'shared before, any {name}']} share partial results and are left out"
            for name in ("order", "brackets")
        ],
        "graphs that hold a class of node:",
        _most(report.operations),
        f"classes of nodes in no graph: {', '.join(never) or 'none'}",
        f"operations, {len(report.steps)} of them; the most frequent:",
        _most(report.steps, 40),
        "times that a rule was applied:",
        _most(report.rules),
        f"rules never applied: {', '.join(silent) or 'none'}",
        f"operations that refused an operand: {len(report.refused)}",
        *[f"  {count} x {text[:WIDTH]}" for text, count in report.refused.most_common()],
        f"{sum(report.broken.values())} failures" + (":" if report.broken else ""),
        *[f"  {count} x {name}" for name, count in report.broken.most_common()],
        f"({BATCH} graphs to a batch; --seed {seed} --batch 0 is the first of them)",
    ]
    return "\n".join(lines)
