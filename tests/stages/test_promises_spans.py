"""What is reported is right: spans, similarities and kinds can be recomputed from the texts, whatever those are."""

from __future__ import annotations

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st
from scan_checks import Reading, check_pair, check_result
from strategies import hostile_text, planted_reuse, unused_words

import dedup

SEPARATORS = [" ", " ", " ", "\n", ", ", ". ", "\r\n", " \u2014 ", "!? ", "\u00ad ", ".\u201d "]


@st.composite
def edited_texts(draw: st.DrawFn) -> dict[str, str]:
    """Draw texts that share stretches with each other and with themselves, with words changed, left out and moved."""
    random = Random(draw(st.integers(0, 1 << 30)))
    vocabulary = unused_words(random, draw(st.sampled_from([3, 12, 60, 400])), "abcdefghijklmnopqrstuvwxyzé漢か")
    source = [random.choice(vocabulary) for _ in range(draw(st.integers(20, 150)))]
    texts = {}
    for number in range(draw(st.integers(1, 5))):
        words: list[str] = []
        for _ in range(draw(st.integers(0, 4))):
            begin = random.randrange(len(source))
            piece = source[begin : begin + random.randint(1, 80)]
            rate = random.choice([0, 0.02, 0.1, 0.3])
            piece = [
                random.choice([word.upper(), word[:-1] + "x", ""]) if random.random() < rate else word for word in piece
            ]
            if random.random() < 0.2:
                middle = random.randrange(len(piece))
                piece = piece[middle:] + piece[:middle]
            words += piece + [random.choice(vocabulary) for _ in range(random.choice([0, 3, 40]))]
        texts[f"{number}.txt"] = "".join(word + random.choice(SEPARATORS) for word in words)
    return texts


@given(edited_texts(), st.integers(4, 20), st.sampled_from([0.3, 0.6, 0.6, 0.9, 1.0]), st.sampled_from([0, 5, 30, 100]))
@settings(max_examples=70)
def test_results_of_edited_texts_can_be_recomputed(texts, min_words, min_similarity, max_gap):
    config = dedup.Config(min_words=min_words, min_similarity=min_similarity, max_gap=max_gap, clusters=False)
    check_result(dedup.scan(texts, config), texts, config)


@given(edited_texts())
@settings(max_examples=20)
def test_results_with_clusters_can_be_recomputed(texts):
    config = dedup.Config(min_words=8, document_similarity=0.5)
    check_result(dedup.scan(texts, config), texts, config)


@given(st.lists(hostile_text(30), min_size=1, max_size=4), st.integers(1, 4), st.integers(4, 8))
def test_results_of_hostile_texts_can_be_recomputed(pieces, times, min_words):
    texts = {str(number): (piece + " ") * times + "".join(pieces) for number, piece in enumerate(pieces)}
    config = dedup.Config(min_words=min_words, clusters=False)
    check_result(dedup.scan(texts, config), texts, config)


@given(planted_reuse())
@settings(max_examples=30)
def test_results_of_planted_texts_can_be_recomputed(planted):
    config = dedup.Config(min_words=planted.min_words)
    check_result(dedup.scan(planted.texts, config), planted.texts, config)


@given(edited_texts(), st.integers(4, 12))
@settings(max_examples=20)
def test_compare_gives_pairs_of_two_texts_that_can_be_recomputed(texts, min_words):
    both = {"a": texts["0.txt"], "b": " ".join(list(texts.values())[1:])}
    config = dedup.Config(min_words=min_words)
    for pair in dedup.compare(*both.values(), config=config):
        assert (pair.left.document, pair.right.document) == ("a", "b")
        check_pair(pair, Reading(both), config)
