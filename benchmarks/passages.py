"""How well planted passages are found: plagdet and its parts, boundary errors, by operator and by length."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.generate import LENGTHS, Corpus, folded_words, generate, read_books
from benchmarks.measures import Assessment, Score, assess, occurrence_pairs, score
from benchmarks.operators import OPERATORS
from benchmarks.tables import Target, cell, show, table
from dedup.model import Passage, Span

Detector = Callable[[Mapping[str, str]], Sequence[Passage]]
"""Returns the passages of documents by id."""

OVERALL = {
    "plagdet": Target(">=", 0.965),
    "recall": None,
    "precision": Target(">=", 0.985),
    "granularity": Target("<=", 1.015),
    "boundary_median": Target("<=", 0),
    "boundary_p90": Target("<=", 10),
}
RECALL = {
    "verbatim": Target(">=", 0.995),
    "reflow": Target(">=", 0.995),
    "surface": Target(">=", 0.995),
    "ocr-2": Target(">=", 0.99),
    "ocr-6": Target(">=", 0.98),
    "edits-10": Target(">=", 0.985),
    "edits-20": Target(">=", 0.94),
    "edits-30": Target(">=", 0.93),
    "reordered": Target(">=", 0.94),
    "padded": Target(">=", 0.94),
    "dropped": Target(">=", 0.90),
}
OVER_EXTENDED_WORDS = 5
HEADER = ("plagdet", "recall", "precision", "granularity", "boundary median", "boundary p90")


@dataclass(frozen=True, slots=True)
class Run:
    """One seed: the corpus, what was found in it, and the detector's time in seconds."""

    seed: int
    corpus: Corpus
    assessment: Assessment
    seconds: float

    def group(self, name: str, value: Any) -> Score:
        """Return the measures of the cases whose attribute ``name`` is ``value``."""
        return score(self.assessment, [i for i, c in enumerate(self.corpus.cases) if getattr(c, name) == value])


def benchmark(detector: Detector, data: Path, seeds: Sequence[int]) -> list[Run]:
    """Run the detector on a generated corpus for each seed."""
    books = read_books(data / "books")
    runs = []
    for seed in seeds:
        corpus = generate(seed, books)
        started = time.perf_counter()
        passages = detector(corpus.documents)
        seconds = time.perf_counter() - started
        cases = [(case.source, case.copy) for case in corpus.cases]
        runs.append(Run(seed, corpus, assess(cases, occurrence_pairs(passages)), seconds))
    return runs


def report(runs: Sequence[Run]) -> None:
    """Print the tables."""
    scores = [score(run.assessment) for run in runs]
    show(
        f"## Planted passages\n\n{len(runs)} seed(s), each {len(runs[0].corpus.documents)} documents "
        f"with {len(runs[0].corpus.cases)} passages; detector {min(run.seconds for run in runs):.2f}-"
        f"{max(run.seconds for run in runs):.2f} s a seed",
        table(
            ("seed", *HEADER),
            [["mean", *_cells(scores, OVERALL)]]
            + [[str(run.seed), *_cells([one], {})] for run, one in zip(runs, scores, strict=True)],
        ),
    )
    for name, values in (("operator", list(OPERATORS)), ("words", list(LENGTHS))):
        rows = []
        for value in values:
            groups = [run.group(name, value) for run in runs]
            rows.append([str(value), *_cells(groups, {"recall": RECALL.get(str(value))})])
        show(table((name, *HEADER), rows))


def to_dict(runs: Sequence[Run]) -> dict[str, Any]:
    """Return all figures as plain values."""
    scores = [score(run.assessment) for run in runs]
    return {
        "benchmark": "passages",
        "mean": _means(scores),
        "seeds": {str(run.seed): _means([one]) for run, one in zip(runs, scores, strict=True)},
        "operators": {name: _means([run.group("operator", name) for run in runs]) for name in OPERATORS},
        "words": {str(size): _means([run.group("words", size) for run in runs]) for size in LENGTHS},
        "seconds": [run.seconds for run in runs],
    }


def dump_misses(run: Run) -> None:
    """Print each case that is missed, cut short, fragmented or over-extended, and each false detection, with texts."""
    for verdict, number in _flawed(run):
        case = run.corpus.cases[number]
        show(
            f"### seed {run.seed} case {number}: {verdict} ({case.operator}, {case.words} words, "
            f"recall {run.assessment.by_case[number].covered:.3f})",
            *(f"{name} {_place(span)}\n{_quoted(run.corpus, span)}" for name, span in
              (("source", case.source), ("copy", case.copy))),
            *(_detection(run, i) for i in run.assessment.by_case[number].others),
        )  # fmt: skip
    for number, link in enumerate(run.assessment.by_detection):
        if not link.others:
            show(f"### seed {run.seed} false detection {number}", _detection(run, number))


def _flawed(run: Run) -> Iterator[tuple[str, int]]:
    for number, link in enumerate(run.assessment.by_case):
        verdicts = []
        if not link.others:
            verdicts.append("missed")
        if len(link.others) > 1:
            verdicts.append(f"in {len(link.others)} fragments")
        short, beyond = _words_off(run, number)
        if link.others and short > OVER_EXTENDED_WORDS:
            verdicts.append(f"{short} words not covered")
        if beyond > OVER_EXTENDED_WORDS:
            verdicts.append(f"over-extended by {beyond} words")
        if verdicts:
            yield ", ".join(verdicts), number


def _words_off(run: Run, number: int) -> tuple[int, int]:
    """Return the words of a case that no detection covers, and the words beyond it that its detections cover."""
    short = beyond = 0
    for side, gold in enumerate(run.assessment.cases[number]):
        found = [run.assessment.detections[i][side] for i in run.assessment.by_case[number].others]
        text = run.corpus.documents[gold.document]
        inside = set(range(gold.start, gold.end))
        covered = {place for span in found for place in range(span.start, span.end)}
        short += _count_words(text, inside - covered)
        beyond += _count_words(text, covered - inside)
    return short, beyond


def _count_words(text: str, places: set[int]) -> int:
    """Return how many words, or parts of words, lie at some places of a text."""
    reach = range(min(places, default=0), max(places, default=-1) + 1)
    return len(folded_words("".join(text[place] if place in places else " " for place in reach)))


def _detection(run: Run, number: int) -> str:
    left, right = run.assessment.detections[number]
    precision = run.assessment.by_detection[number].covered
    return "\n".join(
        [f"detection {number} (precision {precision:.3f})"]
        + [f"{_place(span)}\n{_quoted(run.corpus, span)}" for span in (left, right)]
    )


def _place(span: Span) -> str:
    return f"{span.document}[{span.start}:{span.end}]"


def _quoted(corpus: Corpus, span: Span, context: int = 40) -> str:
    """Return a span's text between marks, with a little of what stands around it, on one line."""
    text = corpus.documents[span.document]
    before, after = text[max(0, span.start - context) : span.start], text[span.end : span.end + context]
    return " ".join(f"    …{before}⟦{corpus.text(span)}⟧{after}…".replace("\n", "⏎").split(" "))


def _cells(scores: Sequence[Score], targets: Mapping[str, Target | None]) -> list[str]:
    return [cell(value, targets.get(name)) for name, value in _means(scores).items()]


def _means(scores: Sequence[Score]) -> dict[str, float | None]:
    """Return the mean of each measure, over the runs that have it."""
    columns = [{"plagdet": one.plagdet, **asdict(one)} for one in scores]
    measured = {name: [c[name] for c in columns if c[name] is not None] for name in columns[0]}
    return {name: statistics.fmean(values) if values else None for name, values in measured.items()}
