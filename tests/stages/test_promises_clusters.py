"""Clusters: verified, not closed, and in the place of the passages that they explain."""

from __future__ import annotations

from random import Random

import naive
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scan_checks import found_in_one
from strategies import COPY_LETTERS, SCRIPTS, unused_words, words_of

import dedup


def check_clusters(result: dedup.Result, texts: dict[str, str], threshold: float) -> None:
    """Assert that every member was compared with its representative, and no document is in two clusters."""
    words = {name: words_of(text) for name, text in texts.items()}
    seen: list[str] = []
    for cluster in result.clusters:
        names = [member.document for member in cluster.members]
        assert names == sorted(names) and names
        seen += [cluster.representative, *names]
        for member in cluster.members:
            both = words[cluster.representative], words[member.document]
            assert member.jaccard == pytest.approx(naive.jaccard(*both), abs=1e-12) and member.jaccard >= threshold
            assert member.containment == pytest.approx(naive.containment(*both), abs=1e-12)
    assert len(seen) == len(set(seen))


def changed(random: Random, words: list[str], count: int) -> list[str]:
    """Return words of which some were replaced by unused ones."""
    places = set(random.sample(range(len(words)), count))
    return [unused_words(random, 1, SCRIPTS[1])[0] if at in places else word for at, word in enumerate(words)]


@given(st.integers(0, 1 << 30), st.sampled_from([0.5, 0.8, 0.95]))
@settings(max_examples=15)
def test_clusters_are_verified(seed, threshold):
    random = Random(seed)
    texts = {"empty": "", "also empty": " . "}
    for family in range(3):
        words = unused_words(random, random.choice([3, 30, 200]), SCRIPTS[family])
        for number in range(random.randint(1, 6)):
            texts[f"{family}{number}"] = " ".join(changed(random, words, random.choice([0, 0, 1, len(words) // 8])))
    result = dedup.scan(texts, dedup.Config(document_similarity=threshold))
    check_clusters(result, texts, threshold)
    # What is not in a cluster has no equal among what is not in a cluster either.
    clustered = {name for c in result.clusters for name in (c.representative, *(m.document for m in c.members))}
    outside = [tuple(words_of(text)) for name, text in texts.items() if name not in clustered and words_of(text)]
    assert len(outside) == len(set(outside))


def test_what_is_near_only_to_a_member_is_not_drawn_in():
    random = Random(1)
    words = unused_words(random, 400, SCRIPTS[0])
    replaced = unused_words(random, 400, SCRIPTS[1])
    texts = {
        name: " ".join(replaced[:at] + words[at:])
        for name, at in (("a", 0), ("b", 40), ("c", 80), ("d", 120), ("e", 160))
    }
    sets = {name: words_of(text) for name, text in texts.items()}
    assert naive.jaccard(sets["a"], sets["b"]) >= 0.8 > naive.jaccard(sets["a"], sets["c"])
    result = dedup.scan(texts)
    check_clusters(result, texts, 0.8)
    assert [(c.representative, [m.document for m in c.members]) for c in result.clusters] == [
        (representative, [sorted(texts)[number] for number in members])
        for representative, members in [
            (sorted(texts)[key], value) for key, value in naive.clusters(list(sets.values()), 0.8).items()
        ]
    ]


@pytest.mark.parametrize("copies", [2, 16, 17, 300])
@pytest.mark.parametrize("words", [3, 60])
def test_exact_copies_are_one_cluster_and_no_passage(copies, words):
    text = " ".join(unused_words(Random(copies), words, COPY_LETTERS))
    texts = {f"{number:03}": text for number in range(copies)} | {"other": "something else altogether"}
    result = dedup.scan(texts)
    (cluster,) = result.clusters
    assert cluster.representative == "000"
    assert [(m.document, m.jaccard, m.containment) for m in cluster.members] == [
        (f"{n:03}", 1.0, 1.0) for n in range(1, copies)
    ]
    assert result.passages == () == result.pairs
    assert result.keep_ids() == ["000", "other"]


@pytest.mark.parametrize("copies", [3, 20])
@pytest.mark.parametrize("outside", ["a first", "z last"])
def test_text_of_a_cluster_that_an_outsider_has_lists_every_occurrence(copies, outside):
    random = Random(copies)
    shared = " ".join(unused_words(random, 30, COPY_LETTERS))
    words = unused_words(random, 300, SCRIPTS[0])
    texts = {}
    for number in range(copies):
        mine = changed(random, words, 3)
        texts[f"m{number:02}"] = " ".join((*mine[:150], shared, *mine[150:]))
    texts[outside] = " ".join((*unused_words(random, 90, SCRIPTS[2]), shared, *unused_words(random, 90, SCRIPTS[2])))
    result = dedup.scan(texts)
    check_clusters(result, texts, 0.8)
    (cluster,) = result.clusters
    assert len(cluster.members) == copies - 1
    spans = [(name, text.index(shared), text.index(shared) + len(shared)) for name, text in sorted(texts.items())]
    assert found_in_one(result, spans)
    (passage,) = result.passages  # what only the members share is the cluster's
    assert [(place.document, place.start, place.end) for place in passage.occurrences] == spans


def test_what_repeats_inside_a_member_is_reported():
    random = Random(4)
    words, twice = unused_words(random, 300, SCRIPTS[0]), unused_words(random, 25, COPY_LETTERS)
    text = " ".join(twice + words + twice)
    result = dedup.scan({"a": text, "b": text})
    assert len(result.clusters) == 1
    assert {place.document for passage in result.passages for place in passage.occurrences} == {"a", "b"}


def test_without_clusters_copies_are_passages():
    text = " ".join(unused_words(Random(6), 60, COPY_LETTERS))
    result = dedup.scan({"a": text, "b": text}, dedup.Config(clusters=False))
    assert result.clusters == ()
    (passage,) = result.passages
    assert [(place.start, place.end) for place in passage.occurrences] == [(0, len(text))] * 2


def test_without_passages_there_are_clusters_alone():
    text = " ".join(unused_words(Random(6), 60, COPY_LETTERS))
    result = dedup.scan({"a": text, "b": text}, dedup.Config(passages=False))
    assert len(result.clusters) == 1
    assert result.passages == () == result.pairs
