"""Which passages a baseline knows: compared with a slow twin, and on texts that are edited in every harmless way."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import replace
from itertools import accumulate
from random import Random

import numpy as np
import pytest
from check_support import around, baseline_of, check, prose, scan, statuses
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.check import judge
from dedup.check.baseline import Baseline, Record, most_places
from dedup.check.identity import _heaviest, _Index, _read
from dedup.check.shingles import MOST, SHINGLE, Shingled, pack, unpack
from dedup.errors import InputError
from dedup.result import Result
from dedup.tokenize import folded_words

Copies = list[list[str]]

lengths = st.sampled_from([15, 16, 17, 18, 19, 20]) | st.integers(15, 300)
seeds = st.integers(0, 1 << 30)


def trigrams(text: str) -> list[tuple[str, ...]]:
    words = folded_words(text)
    return [tuple(words[at : at + SHINGLE]) for at in range(len(words) - SHINGLE + 1)]


def record(text: str) -> Record:
    sketch = np.unique(Shingled.of([text]).values)[:MOST]
    return Record(text, len(folded_words(text)), (("d", 2),), pack(sketch), text[:9])


few_words = st.lists(st.sampled_from(["one", "two", "three", "four", "five", "文", "字"]), min_size=3, max_size=20).map(
    " ".join
)


@given(few_words, st.lists(few_words, min_size=1, max_size=4, unique=True), few_words)
def test_a_text_is_read_as_by_the_slow_twin(text: str, known: list[str], other: str) -> None:
    shingled = Shingled.of([text, other])
    own = slice(0, int(shingled.offsets[1]))
    both = np.unique(shingled.values[own.stop :])
    reading = _read(shingled.values[own], shingled.weights[own], both, _Index.of([record(item) for item in known]))

    mine, theirs = trigrams(text), [set(trigrams(item)) for item in known]
    weight = [0.5 if gram[0] in "文字" else 1.0 for gram in mine]
    words = [sum(w for gram, w in zip(mine, weight, strict=True) if gram in record) for record in theirs]
    shares = [count / sum(weight) for count in words]
    parts = [len(record & set(mine)) / len(record) for record in theirs]
    close = {n for n in range(len(known)) if max(shares[n], parts[n]) >= 0.5}
    chosen = close | {n for n in range(len(known)) if words[n] >= 8}
    is_known = [any(gram in theirs[number] for number in chosen) for gram in mine]
    assert reading.close == close
    assert reading.share == pytest.approx(
        sum(w for w, known_one in zip(weight, is_known, strict=True) if known_one) / sum(weight)
    )
    best = max((shares[number] for number in chosen), default=0)
    assert reading.related == {number for number in chosen if shares[number] >= 0.9 * best}
    if chosen:
        scores = [
            -w if known_one else w if gram in set(trigrams(other)) else 0
            for gram, w, known_one in zip(mine, weight, is_known, strict=True)
        ]
        most = max(sum(scores[a:b]) for a in range(len(scores) + 1) for b in range(a, len(scores) + 1))
        assert reading.grown == pytest.approx(most - (2 if is_known[0] and is_known[-1] else 0))


@given(st.lists(st.integers(-5, 5)))
def test_the_heaviest_stretch(values: list[int]) -> None:
    sums = [0, *accumulate(values)]
    slow = max(sums[b] - sums[a] for a in range(len(sums)) for b in range(a, len(sums)))
    assert _heaviest(np.array(values, float)) == slow


@given(st.lists(st.integers(0, (1 << 24) - 1)))
def test_a_sketch_is_packed_and_unpacked(values: list[int]) -> None:
    assert unpack(pack(np.array(values, np.int64))).tolist() == values
    assert len(pack(np.array(values, np.int64))) == 3 * len(values)


def test_places_of_one_text_are_counted_once() -> None:
    assert most_places([(("a", 1), ("b", 2)), (("b", 1), ("c", 3))]) == {"a": 1, "b": 2, "c": 3}


def replaced(copy: list[str], at: int) -> list[str]:
    return [*copy[:at], "zzz", *copy[at + 1 :]]


def inserted(copy: list[str], at: int) -> list[str]:
    return [*copy[:at], "zzz", *copy[at:]]


def deleted(copy: list[str], at: int) -> list[str]:
    return [*copy[:at], *copy[at + 1 :]]


def cut_before(copy: list[str], at: int) -> list[str]:
    return copy[at:]


def cut_behind(copy: list[str], at: int) -> list[str]:
    return copy[:at]


def exchanged(copy: list[str], at: int) -> list[str]:
    return [*copy[:at], *copy[at : at + 2][::-1], *copy[at + 2 :]]


def interrupted(copy: list[str], at: int) -> list[str]:
    return [*copy[:at], *prose(Random(f"q {at} {copy}"), 45, "q"), *copy[at:]]


EDITS: list[Callable[[list[str], int], list[str]]] = [
    replaced, inserted, deleted, cut_before, cut_behind, exchanged, interrupted
]  # fmt: skip


@pytest.mark.parametrize("edit", EDITS, ids=[edit.__name__ for edit in EDITS])
@given(lengths, seeds, st.data())
@settings(max_examples=40)
def test_an_edit_of_one_copy_is_never_new(
    edit: Callable[[list[str], int], list[str]], length: int, seed: int, data: st.DataObject
) -> None:
    random = Random(seed)
    copies = [prose(random, length)] * data.draw(st.integers(2, 3))
    baseline = baseline_of(around(Random(f"around {seed}"), copies))
    which, at = data.draw(st.integers(0, len(copies) - 1)), data.draw(st.integers(0, length - 1))
    copies[which] = edit(copies[which], at)
    assert "new" not in statuses(check(around(Random(f"around {seed}"), copies), baseline))


@given(lengths, seeds, st.data())
@settings(max_examples=40)
def test_a_word_that_changes_in_every_copy_is_not_new(length: int, seed: int, data: st.DataObject) -> None:
    copies = [prose(Random(seed), length)] * 2
    baseline = baseline_of(around(Random(f"around {seed}"), copies))
    copies = [replaced(copy, data.draw(st.integers(0, length - 1))) for copy in copies[:1]] * 2
    assert "new" not in statuses(check(around(Random(f"around {seed}"), copies), baseline))


def reflowed(text: str) -> str:
    return text.replace(" ", "\n> ")


def shouted(text: str) -> str:
    return text.upper()


def decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def full_width(text: str) -> str:
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text)


def punctuated(text: str) -> str:
    return text.replace(" ", " - ")


@pytest.mark.parametrize("write", [reflowed, shouted, decomposed, full_width, punctuated], ids=lambda f: f.__name__)
@given(lengths, seeds)
@settings(max_examples=15)
def test_other_ways_to_write_the_same_words_are_known(write: Callable[[str], str], length: int, seed: int) -> None:
    texts = around(Random(f"around {seed}"), [[f"é{word}" for word in prose(Random(seed), length)]] * 2)
    verdict = check({**texts, "d1": write(texts["d1"])}, baseline_of(texts))
    assert statuses(verdict) == ["known"]
    assert verdict.stale == ()


@given(lengths, seeds)
@settings(max_examples=15)
def test_documents_that_are_renamed_or_gain_a_move_are_known(length: int, seed: int) -> None:
    texts = around(Random(f"around {seed}"), [prose(Random(seed), length)] * 3)
    baseline = baseline_of(texts)
    assert statuses(check({f"other/{name}": text for name, text in texts.items()}, baseline)) == ["known"]
    gone = {**texts, "d0": "nothing is left here", "d9": texts["d0"]}
    assert statuses(check(gone, baseline)) == ["known"]


@pytest.mark.parametrize("kind", ["whole", "edited", "part", "in the same document"])
@given(st.integers(30, 300), seeds)
@settings(max_examples=25)
def test_a_further_copy_is_new_and_pointed_at(kind: str, length: int, seed: int) -> None:
    random = Random(seed)
    words = prose(random, length)
    texts = around(random, [words, words])
    baseline = baseline_of(texts)
    copy = {
        "edited": [f"u{word}" if number % 9 == 4 else word for number, word in enumerate(words)],
        "part": words[5 : max(20, length // 2) + 5],
    }.get(kind, words)
    own = [*prose(random, 80, "z"), *copy, *prose(random, 20, "z")]
    if kind == "in the same document":
        texts["d1"] += " " + " ".join(own)
    else:
        texts["d2"] = " ".join(own)
    new = [finding for finding in check(texts, baseline).findings if finding.status == "new"]
    assert new
    where = {finding.passage.occurrences[number].document for finding in new for number in finding.fresh}
    assert where == {"d1" if kind == "in the same document" else "d2"}
    assert new[0].reason == "one occurrence more than the 2 of the baseline"


@given(seeds, st.sampled_from([0, 10, 20]))
@settings(max_examples=20)
def test_a_known_sentence_inside_a_paragraph_that_is_copied_is_no_excuse(seed: int, at: int) -> None:
    random = Random(seed)
    sentence, paragraph = prose(random, 20), prose(random, 280, "p")
    baseline = baseline_of(around(random, [sentence, sentence]))
    grown = [*paragraph[:at], *sentence, *paragraph[at:]]
    assert statuses(check(around(random, [grown, grown]), baseline)) == ["new"]


@pytest.mark.parametrize("place", [0, 50, 100])
@given(seeds, st.integers(20, 60))
@settings(max_examples=15)
def test_a_known_passage_that_grows_by_a_sentence_is_new(place: int, seed: int, words: int) -> None:
    random = Random(seed)
    known, more = prose(random, 100), prose(random, words, "m")
    baseline = baseline_of(around(random, [known, known]))
    grown = [*known[:place], *more, *known[place:]]
    verdict = check(around(random, [grown, grown]), baseline)
    assert statuses(verdict) == ["new"]
    assert verdict.findings[0].fresh == (0, 1)
    assert "words that now are duplicated too" in verdict.findings[0].reason
    # In one copy alone it is no duplicate.
    assert "new" not in statuses(check(around(random, [grown, known]), baseline))


def test_a_passage_and_a_more_frequent_part_of_it() -> None:
    """A new copy of the whole is not excused by the part, although the part has many places."""
    random = Random(5)
    part, rest = prose(random, 22), prose(random, 18, "r")
    whole = [*part, *rest]
    copies: Copies = [whole, whole, part, part, part]
    baseline = baseline_of(around(random, copies))
    assert set(statuses(check(around(random, copies), baseline))) == {"known"}
    for which in range(5):
        edited = [replaced(copy, 9) if number == which else copy for number, copy in enumerate(copies)]
        assert "new" not in statuses(check(around(random, edited), baseline))
    # The text of the third document grows into a copy of the whole.
    verdict = check(around(random, [whole, whole, whole, part, part]), baseline)
    new = [finding for finding in verdict.findings if finding.status == "new"]
    assert [new[0].passage.occurrences[number].document for number in new[0].fresh] == ["d2"]


def test_two_passages_that_become_one_are_known_by_both() -> None:
    random = Random(2)
    first, second = prose(random, 30), prose(random, 30, "s")
    gap = prose(random, 60, "g")
    baseline = baseline_of(around(random, [[*first, *gap, *second], [*first, *prose(random, 60, "h"), *second]]))
    assert len(baseline.records) == 2
    verdict = check(around(random, [[*first, *second]] * 2), baseline)
    assert statuses(verdict) == ["changed"]
    assert verdict.stale == ()


def test_what_is_gone_is_stale_and_fewer_places_are_a_change() -> None:
    random = Random(3)
    words, other = prose(random, 40), prose(random, 40, "o")
    texts = around(random, [words, words, words, other, other])
    baseline = baseline_of(texts)
    verdict = check({**texts, "d0": "gone", "d3": "gone"}, baseline)
    assert statuses(verdict) == ["changed"]
    assert verdict.findings[0].reason == "in the baseline with 3 occurrences, of which 2 remain"
    [stale] = verdict.stale
    assert (stale.words, stale.occurrences, stale.documents) == (40, 2, ("d3", "d4"))


def test_without_a_baseline_all_is_new_and_next_to_an_empty_one_too() -> None:
    texts = around(Random(5), [prose(Random(4), 40)] * 2)
    for baseline in (None, Baseline()):
        verdict = check(texts, baseline)
        assert statuses(verdict) == ["new"]
        assert verdict.findings[0].fresh == (0, 1)
        assert not verdict.passed


@given(seeds)
@settings(max_examples=10)
def test_scripts_without_spaces(seed: int) -> None:
    random = Random(seed)
    words = ["".join(chr(random.randint(0x4E00, 0x8000)) for _ in range(60))]
    texts = {f"d{n}": f"{filler} {words[0]} {filler}" for n, filler in enumerate(("eins", "zwei"))}
    baseline = baseline_of(texts)
    assert statuses(check(texts, baseline)) == ["known"]
    edited = {**texts, "d1": texts["d1"].replace(words[0][30], "x")}
    assert set(statuses(check(edited, baseline))) <= {"known", "changed"}
    assert statuses(check({**texts, "d2": words[0]}, baseline)) == ["new"]


def test_a_result_without_its_texts_cannot_be_compared() -> None:
    result = scan(around(Random(1), [prose(Random(2), 40)] * 2))
    saved = Result.from_dict(result.to_dict())
    assert not judge(saved).passed
    with pytest.raises(InputError, match="the text of d0 is not at hand"):
        judge(saved, baseline=Baseline())


def test_many_records_of_one_text_know_one_passage() -> None:
    random = Random(5)
    shared = prose(random, 60)
    texts = {name: " ".join(prose(random, 60, name) + shared) for name in ("a", "b", "c")}
    [record] = baseline_of({name: texts[name] for name in ("a", "b")}).records
    baseline = Baseline(tuple(replace(record, id=f"{number:016x}") for number in range(2_000)))
    assert statuses(check({name: texts[name] for name in ("a", "b")}, baseline)) == ["known"]
    assert statuses(check(texts, baseline)) == ["new"]
