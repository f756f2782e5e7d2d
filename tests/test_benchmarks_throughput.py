"""The benchmark of clusters: its corpora, their truth, what the tools do, and how they are judged."""

from __future__ import annotations

import importlib.util
import itertools
import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import clusters, corpora, throughput
from benchmarks.corpora import Corpus
from benchmarks.peers import tools
from benchmarks.peers.tools import TOOLS, Clock, components
from benchmarks.peers.worker import measure
from benchmarks.runs import Figures, Row

MEGABYTES = 0.36
WANTED = {"dedup, clusters": "dedup", "gaoya": "gaoya", "rensa": "rensa", "datasketch, SHA-1": "datasketch"}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return corpora.synthetic(tmp_path_factory.mktemp("cache"), MEGABYTES, seed=3)


def texts_of(corpus: Corpus) -> list[str]:
    return [json.loads(line)["text"] for line in corpus.path.read_text(encoding="utf-8").splitlines()]


def similarities(texts: list[str], cut: Callable[[str], list[str]] = str.split) -> dict[tuple[int, int], float]:
    words = [cut(text) for text in texts]
    sets = [{tuple(w[i : i + 5]) for i in range(len(w) - 4)} for w in words]
    return {
        (a, b): len(sets[a] & sets[b]) / len(sets[a] | sets[b])
        for a, b in itertools.combinations(range(len(sets)), 2)
        if sets[a] & sets[b]
    }


# corpora


def test_the_file_holds_the_documents_in_order_under_their_numbers(corpus: Corpus) -> None:
    records = [json.loads(line) for line in corpus.path.read_text(encoding="utf-8").splitlines()]
    assert [int(record["id"]) for record in records] == list(range(corpus.documents))
    assert sum(len(record["text"].encode()) for record in records) == corpus.text_bytes
    assert corpus.text_bytes == pytest.approx(MEGABYTES * 1e6, rel=0.2)


def test_the_truth_is_that_of_the_file(corpus: Corpus) -> None:
    naive = {pair: jaccard for pair, jaccard in similarities(texts_of(corpus)).items() if jaccard >= 0.05}
    assert corpus.exact == [pytest.approx(naive)]
    assert len(corpus.wanted(0.8)) > 5
    assert corpus.wanted(0.8) == corpus.allowed(0.8) < corpus.wanted(0.3)


def test_the_truth_is_the_same_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = clusters.synthesize(seed=2, documents=60)
    expected = similarities(list(whole.texts().values()))
    assert clusters.exact_similarities(whole) == pytest.approx(expected)
    monkeypatch.setattr(clusters, "_POSTINGS", 1000)
    monkeypatch.setattr(clusters, "_DRAWN", 1000)
    again = clusters.synthesize(seed=2, documents=60)
    assert list(again.each_text()) == list(whole.each_text())
    assert clusters.exact_similarities(again) == pytest.approx(expected)
    assert set(clusters.exact_similarities(again, 0.5)) == {pair for pair, value in expected.items() if value >= 0.5}


def test_a_corpus_is_made_once(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "synthesize", None)
    assert corpora.synthetic(corpus.path.parent, MEGABYTES, seed=3) == corpus


def test_real_prose_is_cut_and_copied_and_judged_by_two_ways_of_cutting_words(tmp_path: Path) -> None:
    rng = Random(5)
    words = [f"word{number}," if number % 3 else f"Word-{number}\n" for number in range(3000)]
    (tmp_path / "books").mkdir()
    (tmp_path / "books" / "a.txt").write_text(" ".join(rng.choices(words, k=9000)), encoding="utf-8")
    made = corpora.prose(tmp_path, tmp_path, 1.0, seed=1)
    texts = texts_of(made)
    assert len(texts) == made.documents == 33  # thirty documents of 300 words, a tenth of them copied
    assert any("\n" in text for text in texts)
    plain = similarities(texts, lambda text: text.lower().split())
    letters = similarities(texts, lambda text: "".join(c if c.isalnum() else " " for c in text.lower()).split())
    for exact, naive in zip(made.exact, (plain, letters), strict=True):
        assert exact == pytest.approx({pair: jaccard for pair, jaccard in naive.items() if jaccard >= 0.05})
    assert made.wanted(0.8) <= made.allowed(0.8)
    assert len(made.wanted(0.5)) >= 3
    assert corpora.prose(tmp_path, tmp_path, 0.01, seed=1).text_bytes < 20_000


def test_without_texts_there_is_no_real_prose(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        corpora.prose(tmp_path, tmp_path / "absent", 1.0, seed=1)


def test_a_pair_that_is_similar_by_one_way_only_is_neither_wanted_nor_wrong(tmp_path: Path) -> None:
    zone = Corpus("zone", tmp_path, 4, 1, [{(0, 1): 0.9, (2, 3): 0.79}, {(0, 1): 0.8, (2, 3): 0.81}])
    assert zone.wanted(0.8) == {(0, 1)}
    assert zone.allowed(0.8) == {(0, 1), (2, 3)}


def test_made_up_prose_is_repeatable_and_looks_like_prose() -> None:
    text = corpora.Prose(4).text(5000)
    assert text == corpora.Prose(4).text(5000) != corpora.Prose(5).text(5000)
    assert len(text.split()) == 5000
    assert text.endswith(".") and ", " in text and "\n\n" in text and not text.isascii()
    assert all(sentence[:1].isupper() for sentence in text.replace("\n\n", " ").split(". "))
    assert 5 < len(text) / 5000 < 7


# what the tools do


@pytest.mark.parametrize("tool", WANTED)
def test_a_tool_finds_planted_copies_and_little_else(tool: str, corpus: Corpus) -> None:
    if importlib.util.find_spec(WANTED[tool]) is None:
        pytest.skip(f"{WANTED[tool]} is not installed beside the tests")
    answer = throughput.judge(measure(tool, corpus.path, 0.8), corpus)
    assert answer["recall"] is not None and answer["recall"] >= 0.6  # customary banding finds about 0.82 of them
    assert answer["precision"] is not None and answer["precision"] >= 0.75


def test_dedup_is_exact(corpus: Corpus) -> None:
    figures = measure("dedup, clusters", corpus.path, 0.8)
    assert throughput.judge(figures, corpus) == {"recall": 1.0, "precision": 1.0}
    assert set(figures["stages"]) == {"import", "read, sketch", "cluster", "rest"}


def test_with_passages_copies_with_more_edits_are_wanted_too(corpus: Corpus) -> None:
    alone = measure("dedup, clusters", corpus.path, 0.8)
    both = measure("dedup, clusters and passages", corpus.path, 0.8)
    assert throughput.judge(both, corpus, passages=True) == {"recall": 1.0, "precision": 1.0}
    found = throughput.judge(alone, corpus, passages=True)["recall"]
    assert found is not None and found < 1


def test_shingles_are_five_lower_case_words() -> None:
    assert tools._shingles("A b  C\nd E f") == ["a b c d e", "b c d e f"]
    assert tools._shingles("only four words here") == []


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=15))
def test_components_equal_their_naive_twin(pairs: list[tuple[int, int]]) -> None:
    naive: list[set[int]] = []
    for a, b in pairs:
        touched = [group for group in naive if group & {a, b}]
        naive = [group for group in naive if group not in touched] + [{a, b}.union(*touched)]
    assert sorted(components(pairs)) == sorted(sorted(group) for group in naive)


def test_a_clock_gives_each_moment_to_one_stage() -> None:
    clock = Clock()
    clock.lap("a")
    clock.lap("b")
    first = dict(clock.stages)
    clock.lap("a")
    assert list(clock.stages) == ["a", "b"]
    assert clock.stages["a"] >= first["a"]
    assert clock.stages["b"] == first["b"]


# measures


def judged(found: dict[str, Any], tmp_path: Path, ways: int = 1, *, passages: bool = False) -> tuple[Any, Any]:
    exact = {(0, 1): 0.9, (1, 2): 0.85, (0, 2): 0.7, (4, 5): 0.8, (6, 7): 0.79}
    corpus = Corpus("five pairs", tmp_path, 10, 1, [exact] * ways)
    return tuple(throughput.judge({"flagged": None, **found}, corpus, passages=passages).values())  # type: ignore[return-value]


def test_recall_is_by_groups_and_precision_by_pairs(tmp_path: Path) -> None:
    # 0-1 and 1-2 are in one group though no pair says 1-2; 4-5 is missed; 2-0 (0.7) and 8-9 (nothing) are wrong.
    found = {"pairs": [(0, 1), (2, 0), (8, 9)], "groups": [[0, 1, 2], [8, 9]]}
    assert judged(found, tmp_path) == pytest.approx((2 / 3, 1 / 3))


def test_a_document_may_be_in_several_groups(tmp_path: Path) -> None:
    assert judged({"pairs": [], "groups": [[0, 1], [1, 2], [5, 4]]}, tmp_path) == (1.0, 1.0)


def test_flags_count_where_both_are_flagged(tmp_path: Path) -> None:
    assert judged({"pairs": [], "groups": [], "flagged": [0, 1, 4, 9]}, tmp_path) == pytest.approx((1 / 3, 3 / 4))
    assert judged({"pairs": [], "groups": [], "flagged": []}, tmp_path) == (0.0, 1.0)


def test_passages_in_real_prose_have_no_precision(tmp_path: Path) -> None:
    found = {"pairs": [(0, 1), (8, 9)], "groups": [[0, 1, 2], [4, 5], [6, 7]]}
    assert judged(found, tmp_path, passages=True) == (1.0, 0.5)
    assert judged(found, tmp_path, ways=2, passages=True) == (1.0, None)


def test_the_fastest_peer_is_another_tool_that_does_the_work(corpus: Corpus) -> None:
    def row(tool: str, seconds: float, recall: float | None, problem: str = "") -> Row:
        runs = [] if problem else [Figures(seconds + 1, 1.0, 5), Figures(seconds, 1.0, 5)]
        return Row(tool, problem=problem, runs=runs, answer={"recall": recall, "precision": 1.0})

    rows = [
        row("read and split", 0.1, None),
        row("dedup, clusters", 1.0, 1.0),
        row("gaoya", 2.0, 0.8),
        row("rensa, sampling", 0.2, 0.3),
        row("datasketch, SHA-1", 4.0, 0.9),
        row("rensa", 0.1, 1.0, "not installed: no wheel"),
    ]
    sheet = throughput.sheet(rows, corpus, 2)
    assert "seconds of gaoya" in sheet.note
    plain = sheet.to_dict()["rows"]
    assert plain["dedup, clusters"]["ratio"] == {"value": 2.0, "target": ">= 1", "met": True}
    assert plain["rensa, sampling"]["ratio"] == 10.0
    assert plain["rensa, sampling"]["CPU ratio"] == 1.0
    assert plain["rensa"] == {"problem": "not installed: no wheel"}
    assert plain["gaoya"]["MB/s"] == pytest.approx(corpus.text_bytes / 2e6)
    assert set(sheet.shows) == set(plain)
    alone = throughput.sheet(rows[:2], corpus, 2).to_dict()["rows"]
    assert alone["dedup, clusters"]["ratio"] is None


def test_every_tool_says_what_its_row_shows() -> None:
    assert all(tool.shows.endswith(".") for tool in TOOLS.values())
    assert throughput.SUBJECT in TOOLS
