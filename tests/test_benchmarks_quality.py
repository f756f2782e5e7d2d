"""The quality benchmark measures what it says: its measures, its exact answers, its command line."""

from __future__ import annotations

import itertools
import json
import math
import re
import types
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dedup
from benchmarks import bible, clusters, passages, quality, reading
from benchmarks.generate import Case, Corpus
from benchmarks.measures import Sides, assess, occurrence_pairs, score
from benchmarks.tables import Target, cell, table
from dedup.model import Cluster, Member, Occurrence, Passage, Span, Stats
from dedup.result import Result

# measures


def sides(left: str, a: int, b: int, right: str, c: int, d: int) -> Sides:
    return Span(left, a, b), Span(right, c, d)


def naive(cases: list[Sides], detections: list[Sides]) -> tuple[float, float, float]:
    """Return recall, precision and granularity, by sets of characters and every combination."""

    def characters(pair: Sides) -> set[tuple[int, str, int]]:
        ordered = sorted((side.document, side.start, side.end) for side in pair)
        return {(side, name, i) for side, (name, start, end) in enumerate(ordered) for i in range(start, end)}

    golds = [characters(case) for case in cases]
    founds = [set(found) for found in {frozenset(characters(detection)) for detection in detections}]

    def detects(one: set[tuple[int, str, int]], two: set[tuple[int, str, int]]) -> bool:
        return {side for side, _, _ in one & two} == {0, 1}

    def share(these: list[set[tuple[int, str, int]]], those: list[set[tuple[int, str, int]]]) -> float:
        if not these or not those:
            return float(not cases and not detections)
        shares = [len(one & set().union(*(two for two in those if detects(one, two)))) / len(one) for one in these]
        return sum(shares) / len(shares)

    counts = [count for gold in golds if (count := sum(detects(gold, found) for found in founds))]
    return share(golds, founds), share(founds, golds), sum(counts) / len(counts) if counts else 1.0


@st.composite
def pair_lists(draw: st.DrawFn) -> list[Sides]:
    name, place = st.sampled_from("abc"), st.integers(0, 25)
    drawn = draw(st.lists(st.tuples(name, place, st.integers(1, 12), name, place, st.integers(1, 12)), max_size=8))
    return [sides(a, i, i + m, b, j, j + n) for a, i, m, b, j, n in drawn]


@given(pair_lists(), pair_lists())
@settings(max_examples=300)
def test_measures_equal_their_naive_twin(cases: list[Sides], detections: list[Sides]) -> None:
    measured = score(assess(cases, detections))
    assert (measured.recall, measured.precision, measured.granularity) == pytest.approx(naive(cases, detections))


@given(pair_lists(), pair_lists())
def test_orientation_and_repeats_do_not_matter(cases: list[Sides], detections: list[Sides]) -> None:
    turned = [(right, left) for left, right in detections]
    assessment = assess(cases, turned + detections)
    assert assessment == assess(cases, detections)
    assert list(assessment.detections) == sorted(set(assessment.detections))


CASE = sides("a", 100, 200, "b", 0, 100)


def test_plagdet_by_hand() -> None:
    exact = score(assess([CASE], [CASE]))
    assert (exact.plagdet, exact.boundary_median, exact.boundary_p90) == (1.0, 0, 0)

    shifted = score(assess([CASE], [sides("a", 100, 200, "b", 50, 150)]))
    assert (shifted.recall, shifted.precision, shifted.granularity, shifted.plagdet) == (0.75, 0.75, 1.0, 0.75)
    assert (shifted.boundary_median, shifted.boundary_p90) == (25, 50)  # errors 0 0 50 50

    halves = [sides("a", 100, 150, "b", 0, 50), sides("a", 150, 200, "b", 50, 100)]
    split = score(assess([CASE], halves))
    assert (split.recall, split.precision, split.granularity) == (1.0, 1.0, 2.0)
    assert split.plagdet == pytest.approx(1 / math.log2(3))
    assert split.boundary_p90 == 0

    false = score(assess([CASE], [CASE, sides("a", 100, 200, "b", 200, 300)]))  # one side alone does not detect
    assert (false.recall, false.precision, false.granularity) == (1.0, 0.5, 1.0)
    assert false.plagdet == pytest.approx(2 / 3)

    nothing = score(assess([CASE], []))
    assert (nothing.recall, nothing.plagdet, nothing.granularity, nothing.boundary_median) == (0.0, 0.0, 1.0, None)


def test_groups_leave_false_detections_to_the_total() -> None:
    other = sides("a", 300, 400, "c", 0, 100)
    assessment = assess([CASE, other], [CASE, sides("a", 300, 400, "b", 500, 600)])
    assert score(assessment).precision == 0.5
    assert score(assessment, [0]).precision == 1.0
    assert (score(assessment, [1]).recall, score(assessment, [1]).precision) == (0.0, 0.0)


def test_a_passage_gives_every_pair_of_its_occurrences() -> None:
    places = tuple(Occurrence(name, 0, 5, 1, 1, 1, 6) for name in "abc")
    pairs = occurrence_pairs([Passage("id", 1, 1.0, "verbatim", places)])
    assert [(left.document, right.document) for left, right in pairs] == [("a", "b"), ("a", "c"), ("b", "c")]
    assert score(assess([sides("c", 0, 5, "b", 0, 5)], pairs)).recall == 1.0


# clusters


@given(st.lists(st.lists(st.integers(0, 2), min_size=5, max_size=14), min_size=1, max_size=6))
def test_exact_similarities_equal_those_of_sets(documents: list[list[int]]) -> None:
    starts = np.cumsum([0, *map(len, documents)])
    words = np.array([*itertools.chain(*documents)], dtype=np.int64)
    made = clusters.Synthetic(words, starts, np.array(["x", "y", "z"]))
    sets = [{tuple(words[i : i + 5]) for i in range(len(words) - 4)} for words in documents]
    wanted = {
        (a, b): len(sets[a] & sets[b]) / len(sets[a] | sets[b])
        for a, b in itertools.combinations(range(len(sets)), 2)
        if sets[a] & sets[b]
    }
    assert clusters.exact_similarities(made) == pytest.approx(wanted)


def test_the_synthetic_corpus_has_pairs_on_both_sides_of_the_threshold() -> None:
    made = clusters.synthesize(3, documents=400)
    texts = made.texts()
    assert texts == clusters.synthesize(3, documents=400).texts()
    assert len(texts) == 400 and len(set(made.spelling.tolist())) == clusters.VOCABULARY
    assert min(len(text.split()) for text in texts.values()) >= 225
    values = clusters.exact_similarities(made).values()
    assert sum(value >= 0.8 for value in values) >= 10
    assert sum(0.4 <= value < 0.8 for value in values) >= 5


def test_clusters_are_judged_by_every_pair() -> None:
    exact = {(0, 1): 0.9, (0, 2): 0.85, (1, 2): 0.8, (3, 4): 0.95, (5, 6): 0.5}

    def cluster(representative: int, *members: tuple[int, float]) -> Cluster:
        listed = tuple(Member(clusters.document_id(number), jaccard, 1.0) for number, jaccard in members)
        return Cluster("id", clusters.document_id(representative), listed)

    found = [cluster(0, (0, 1.0), (1, 0.9), (2, 0.86)), cluster(5, (6, 0.5))]
    outcome = clusters.judge(found, exact, 0.8)
    assert (outcome.true_pairs, outcome.recall, outcome.direct) == (4, 3 / 4, 2 / 4)
    assert (outcome.precision, outcome.agreement) == (pytest.approx(2 / 3), pytest.approx(2 / 3))


# bible


def test_verses_are_covered_in_corresponding_places_only() -> None:
    first = {(1, number): f"verse {number} ".ljust(40, "x") for number in range(1, 11)}
    documents, verses = bible.align({"Ruth": first}, {"Ruth": {k: v for k, v in first.items() if k != (1, 3)}}, "WEB")
    assert len(verses) == 9 and {verse.similarity for verse in verses} == {1.0}
    for verse in verses:
        texts = {documents[span.document][span.start : span.end] for span in (verse.left, verse.right)}
        assert len(texts) == 1
    left, right = "KJV/Ruth.txt", "WEB/Ruth.txt"
    sides_of_all = Span(left, 0, len(documents[left])), Span(right, 0, len(documents[right]))
    inside = Span(left, 0, 40), Span(left, 41, 81)
    assert bible.corresponding(verses, [sides_of_all[::-1], inside]) == [sides_of_all]
    assert all(bible.covered(verses, [sides_of_all]))
    start = [(Span(left, 0, 60), Span(right, 0, 60))]  # verse 1, and 19 of the 40 characters of verse 2
    assert bible.covered(verses, start) == (True, *[False] * 8)
    crossed = [(Span(left, 0, 81), Span(right, 205, 369))]
    assert not any(bible.covered(verses, crossed))


# tables and the command line


def test_cells_say_whether_a_target_is_met() -> None:
    assert cell(0.5) == "0.5000"
    assert cell(7) == "7"
    assert cell(0.99, Target(">=", 0.985)) == "0.9900 (>= 0.985: met)"
    assert cell(3.0, Target("<=", 0)) == "3.0000 (<= 0: **MISSED**)"
    assert cell(None, Target("<=", 0)) == "- (<= 0: **MISSED**)"
    assert table(("a", "b"), [["1", "222"]]).splitlines() == ["| a | b   |", "| - | --- |", "| 1 | 222 |"]


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> Corpus:
    """Make the benchmark run on two planted passages instead of the generated corpus."""
    source = "Here is a text. The first passage stands here. Then more. The second one stands there. The end."
    copy = "Something else. The first passage stands here. Another thing. A second one was there. No more."
    cases = []
    for operator, left, right in (
        ("verbatim", "The first passage stands here.", "The first passage stands here."),
        ("edits-30", "The second one stands there.", "A second one was there."),
    ):
        starts = source.index(left), copy.index(right)
        spans = Span("a", starts[0], starts[0] + len(left)), Span("b", starts[1], starts[1] + len(right))
        cases.append(Case(operator, 25, *spans))
    made = Corpus({"a": source, "b": copy}, tuple(cases))
    monkeypatch.setattr(passages, "read_books", lambda folder: {})
    monkeypatch.setattr(passages, "generate", lambda seed, books: made)
    return made


def detect(monkeypatch: pytest.MonkeyPatch, pairs: list[Sides]) -> None:
    """Put a detector in place that reports these pairs, whatever the documents."""
    listed = []
    for pair in pairs:
        places = tuple(Occurrence(span.document, span.start, span.end, 1, 1, 1, 1) for span in pair)
        listed.append(Passage("id", 1, 1.0, "edited", places))
    found = types.SimpleNamespace(passages=listed, clusters=[])
    monkeypatch.setattr(dedup, "scan", lambda documents, config: found, raising=False)


def test_the_passages_command_prints_tables_and_writes_figures(
    tiny: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first = tiny.cases[0]
    detect(monkeypatch, [(first.copy, first.source), (Span("a", 0, 15), Span("b", 0, 15))])
    path = tmp_path / "figures.json"
    quality.main(["passages", "--seeds", "2", "--json", str(path), "--dump-misses"])
    printed = capsys.readouterr().out
    figures = json.loads(path.read_text())
    assert figures["mean"]["recall"] == figures["mean"]["precision"] == figures["seeds"]["2"]["recall"] == 0.5
    assert figures["operators"]["verbatim"]["recall"] == 1.0
    assert figures["operators"]["edits-30"]["recall"] == 0.0
    assert re.search(r"^\| verbatim .* 1\.0000 \(>= 0\.995: met\)", printed, re.MULTILINE)
    assert re.search(r"^\| edits-30 .* 0\.0000 \(>= 0\.93: \*\*MISSED\*\*\)", printed, re.MULTILINE)


def test_dumped_misses_show_the_texts_and_say_what_is_wrong(
    tiny: Corpus, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first = tiny.cases[0]
    whole = Span("a", 0, first.source.end + 40), first.copy
    half = Span("a", first.source.start, first.source.start + 9), Span("b", first.copy.start, first.copy.start + 9)
    detect(monkeypatch, [whole, half, (Span("a", 0, 15), Span("b", 0, 15))])
    quality.main(["passages", "--seed", "7", "--dump-misses"])
    printed = capsys.readouterr().out
    assert "seed 7 case 0: in 2 fragments, over-extended by 11 words (verbatim, 25 words, recall 1.000)" in printed
    assert "⟦The first passage stands here.⟧ Another thing." in printed
    assert "seed 7 case 1: missed (edits-30, 25 words, recall 0.000)" in printed
    assert printed.count("false detection") == 1
    assert "⟦Here is a text.⟧ The first" in printed


def test_the_clusters_command_takes_settings(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = []

    def scan(documents: dict[str, str], config: dedup.config.Config) -> types.SimpleNamespace:
        seen.append((len(documents), config.passages, config.document_similarity, config.permutations))
        return types.SimpleNamespace(clusters=[])

    monkeypatch.setattr(dedup, "scan", scan, raising=False)
    quality.main(["clusters", "--documents", "200", "--set", "permutations=64"])
    assert seen == [(200, False, 0.8, 64), (200, False, 0.7, 64)]
    assert "(>= 1: **MISSED**)" in capsys.readouterr().out


def test_read_shows_every_side_of_a_passage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "before it the copied words after it " + "x" * 3000
    places = tuple(Occurrence(f"{name}.txt", 10, 26, 1, 11, 1, 27) for name in "abcd")
    found = Result("0", {}, (), (), (Cluster("id", "a.txt", (Member("a.txt", 1.0, 1.0), Member("b.txt", 0.9, 1.0))),),
                   (Passage("id", 3, 1.0, "verbatim", places),), (), Stats(4, 28, 0.0), {"a.txt": text, "b.txt": text,
                   "c.txt": text, "d.txt": text})  # fmt: skip
    reading.read_aloud(found, sample=5)
    printed = capsys.readouterr().out
    assert printed.count("…before it ⟦the copied words⟧ after it") == reading.OCCURRENCES
    assert "4 occurrences" in printed and "d.txt:1:11" not in printed
    assert "b.txt: jaccard 0.900, containment 1.000" in printed
    assert "x" * reading.LONGEST not in printed


def test_absent_texts_and_bad_settings_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="is absent; --data names"):
        quality.main(["passages", "--data", str(tmp_path)])
    with pytest.raises(dedup.errors.ConfigError, match="did you mean 'min-words'"):
        quality.main(["passages", "--set", "min-wrds=3"])
    with pytest.raises(SystemExit):
        quality.main(["passages", "--set", "min-words"])
    assert "expected KEY=VALUE" in capsys.readouterr().err
