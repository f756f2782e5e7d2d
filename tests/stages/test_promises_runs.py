"""Any way of running gives the same bytes, and any text gives a result."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scan_checks import as_bytes, check_result, found_in_pieces
from strategies import COPY_LETTERS, SCRIPTS, hostile_text, planted_reuse, unused_words

import dedup
from dedup import pipeline
from dedup.pipeline import _some_bands

SEEDS = Path(__file__).parents[3] / "shared" / "data" / "seeds"


def corpus(seed: int) -> dict[str, str]:
    """Return documents with copies, edits, near-duplicates, a footer in each, and some that are empty."""
    random = Random(seed)
    footer = " ".join(unused_words(random, 18, COPY_LETTERS))
    stock = [unused_words(random, 30, SCRIPTS[0]) for _ in range(8)]
    texts = {}
    for number in range(40):
        pieces = [*random.sample(stock, 3), unused_words(random, random.randint(0, 60), SCRIPTS[number % 5])]
        words = [word for piece in pieces for word in piece if random.random() > 0.03]
        texts[f"{number:02}"] = random.choice(
            [" ".join(words) + " " + footer, " ".join(words).upper() + "\n" + footer + ".", ""]
        )
        if random.random() < 0.2:
            texts[f"{number:02}b"] = texts[f"{number:02}"] + " again"
    return texts


@pytest.mark.parametrize("seed", range(2))
def test_bytes_do_not_depend_on_how_a_scan_is_run(seed):
    texts = corpus(seed)
    result = dedup.scan(texts)
    assert result.passages and result.clusters
    expected = as_bytes(result)
    assert as_bytes(dedup.scan(texts)) == expected
    for batch_bytes, jobs in ((1, 1), (1, 4), (1000, 2), (1000, 4), (1 << 23, 1)):
        assert as_bytes(dedup.scan(texts, dedup.Config(batch_bytes=batch_bytes, jobs=jobs))) == expected
    items = list(texts.items())
    Random(seed).shuffle(items)
    assert as_bytes(dedup.scan(dict(items))) == expected
    assert as_bytes(dedup.scan([dedup.Document(*item) for item in reversed(items)])) == expected


@pytest.mark.parametrize("ranges", [3, 1000])
@pytest.mark.parametrize("jobs", [1, 3])
def test_bytes_do_not_depend_on_how_work_is_divided(monkeypatch, ranges, jobs):
    texts = corpus(2)
    expected = as_bytes(dedup.scan(texts, dedup.Config(jobs=1)))
    monkeypatch.setattr("dedup.pipeline.RANGES", ranges)
    monkeypatch.setattr("dedup.pipeline.RANGE_TOKENS", 1)
    monkeypatch.setattr("dedup.pipeline.PART_RUNS", 1)
    monkeypatch.setattr("dedup.span._PART", 3)
    monkeypatch.setattr("dedup.anchor.PARTS", 16)
    monkeypatch.setattr("dedup.anchor.PIECES", 1)
    monkeypatch.setattr("dedup.anchor._BLOCK", 7)
    monkeypatch.setattr("dedup.passage.PARTS", 1 if jobs == 1 else 500)
    assert as_bytes(dedup.scan(texts, dedup.Config(jobs=jobs))) == expected


@pytest.mark.parametrize("jobs", [1, 3])
@pytest.mark.parametrize("room", [1, 2500])
@pytest.mark.parametrize("passages", [False, True])
def test_clusters_do_not_depend_on_how_many_bands_there_is_room_for(monkeypatch, jobs, room, passages):
    random = Random(4)
    texts = {f"{number:03}": " ".join(random.choices("abcdefghij", k=6)) for number in range(200)}
    texts |= {f"{name} again": text for name, text in texts.items() if random.random() < 0.3}
    config = dedup.Config(passages=passages, jobs=jobs, batch_bytes=100)
    expected = dedup.scan(texts, config)
    assert len(expected.clusters) > 20
    made: set[tuple[int, int]] = set()

    def some_bands(*arguments, own, **others):
        made.add((own.start, own.stop))
        return _some_bands(*arguments, own=own, **others)

    monkeypatch.setattr(pipeline, "BANDS_ROOM", room)
    monkeypatch.setattr(pipeline, "_some_bands", some_bands)
    assert as_bytes(dedup.scan(texts, config)) == as_bytes(expected)
    assert len(made) >= 2  # some bands were made again, a few at a time


@given(st.lists(hostile_text(30), min_size=1, max_size=6), st.randoms(use_true_random=False))
@settings(max_examples=30)
def test_bytes_of_hostile_texts_do_not_depend_on_how_a_scan_is_run(pieces, random):
    texts = [(f"{number}", "".join(random.choices(pieces, k=6))) for number in range(5)]
    expected = as_bytes(dedup.scan(dict(texts), dedup.Config(min_words=4)))
    random.shuffle(texts)
    assert as_bytes(dedup.scan(dict(texts), dedup.Config(min_words=4, batch_bytes=1, jobs=2))) == expected


@given(planted_reuse())
@settings(max_examples=30)
def test_names_of_documents_do_not_change_what_is_found(planted):
    config = dedup.Config(min_words=planted.min_words)
    before = dedup.scan(planted.texts, config)
    after = dedup.scan({f"moved/{name}": text for name, text in planted.texts.items()}, config)
    assert [(item.id, item.words, item.similarity, item.kind) for item in after.passages] == [
        (item.id, item.words, item.similarity, item.kind) for item in before.passages
    ]


HOSTILE = {
    "nothing": "",
    "one word": "word",
    "only punctuation": "... --- !!! " * 5000,
    "only marks": "\u0301" * 1_000_000,
    "a letter with many marks": "a" + "\u0301" * 1_000_000 + " b",
    "one word many times": "spam " * 100_000,
    "two words many times": "ab cd " * 20_000,
    "letters without spaces": "ab" * 100_000,
    "one ideograph many times": "字" * 50_000,
    "a very long word": "x" * 5_000_000,
    "NUL characters": "\x00" * 1000 + "a\x00b\x00" * 3000,
    "line ends": "one two three\r\nfour five\r\rsix\n" * 200,
    "lone surrogates": "\ud800 a \udfff" * 500,
    "byte order marks": "\ufeffword \ufeff" * 300,
    "numbers": " ".join(map(str, range(20_000))),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_have_results(name):
    text = HOSTILE[name]
    for texts in ({"a": text}, {"a": text, "b": "", "c": text + " and more"}):
        result = dedup.scan(texts)
        assert [item.characters for item in result.documents] == [len(value) for value in texts.values()]
        for passage in result.passages:
            for before, after in zip(passage.occurrences, passage.occurrences[1:], strict=False):
                assert before.document != after.document or before.end <= after.start
            assert all(0 <= place.start < place.end <= len(texts[place.document]) for place in passage.occurrences)


def test_no_documents_at_all():
    result = dedup.scan({})
    assert result.documents == result.passages == result.clusters == result.pairs == ()


@pytest.mark.parametrize("times", [3, 50])
def test_a_paragraph_repeated_in_tandem_is_found_among_other_text(times):
    random = Random(times)
    paragraph = " ".join(unused_words(random, 20, COPY_LETTERS)) + ". "
    before, after = (" ".join(unused_words(random, 60, SCRIPTS[0])) + " " for _ in range(2))
    texts = {"a": before + paragraph * times + after}
    config = dedup.Config()
    result = dedup.scan(texts, config)
    check_result(result, texts, config)
    assert found_in_pieces(result, texts, ("a", len(before), len(before) + times * len(paragraph) - 2))


def test_line_ends_do_not_change_what_is_found():
    random = Random(9)
    copied = unused_words(random, 40, COPY_LETTERS)
    texts = {
        name: end.join((*unused_words(random, 20, SCRIPTS[at]), *copied))
        for at, (name, end) in enumerate((("a", "\r\n"), ("b", "\n"), ("c", "\r")))
    }
    (passage,) = dedup.scan(texts).passages
    assert [(place.document, place.line, place.end_line) for place in passage.occurrences] == [
        (name, 21, 60) for name in "abc"
    ]
    assert passage.kind == "reformatted"


def test_the_two_passages_of_the_seeds():
    if not SEEDS.is_dir():
        pytest.skip(f"the seed texts are not at {SEEDS}")
    result = dedup.scan(SEEDS)
    name = "003_3b4f801039b4f4d3.txt"
    assert result.clusters == ()
    assert [
        [(place.document.split("/")[-1], place.start, place.end) for place in passage.occurrences]
        for passage in result.passages
    ] == [
        [(name, 1101, 1426), (name, 6185, 6510)],
        [(name, 4080, 4454), (name, 5151, 5525)],
    ]
    assert [(passage.words, passage.kind, passage.similarity) for passage in result.passages] == [
        (59, "verbatim", 1.0),
        (58, "verbatim", 1.0),
    ]
