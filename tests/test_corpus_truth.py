"""The truth of the sample corpus: what ``corpus/truth.json`` claims is so, checked without the detector."""

from __future__ import annotations

import json
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import pytest
from rapidfuzz.distance import Indel

CORPUS = Path(__file__).parent.parent / "corpus"
TRUTH = json.loads((CORPUS / "truth.json").read_text(encoding="utf-8"))
PASSAGES: list[dict[str, Any]] = TRUTH["passages"]

REQUIRED_PASSAGES = {
    "exact-wrapped", "exact-one-line", "reflowed", "edited-5-percent", "edited-15-percent", "case-and-punctuation",
    "within-document", "quotation-25-words", "unicode-form", "markdown-against-text", "five-documents", "ocr-noise",
    "sentences-reordered", "sentence-dropped", "sentence-inserted", "chinese", "japanese", "thai", "arabic", "footer",
}  # fmt: skip
REQUIRED_CLUSTERS = {"document-edited-2-percent", "document-copied"}
REQUIRED_NEAR_MISSES = {"same-event", "stock-phrases", "recipe-versions", "formal-openings"}
KINDS = {"verbatim", "reformatted", "edited", "reordered"}
CHANCE_WORDS = 7
"""Words in a row that two places share only where a copy was planted."""

Token = tuple[str, int, int]
"""A folded word with its first code point and the one after its last."""


def read_documents() -> dict[str, str]:
    """Return every document by its id, line ends kept."""
    documents: dict[str, str] = {}
    for path in sorted(CORPUS.rglob("*")):
        if path.suffix in {".txt", ".md"}:
            documents[path.relative_to(CORPUS).as_posix()] = path.read_bytes().decode("utf-8")
        elif path.suffix == ".jsonl":
            records = [json.loads(line) for line in path.read_bytes().decode("utf-8").split("\n") if line]
            assert not documents.keys() & {record["id"] for record in records}
            documents.update((record["id"], record["text"]) for record in records)
    return documents


DOCUMENTS = read_documents()


def stands_alone(character: str) -> bool:
    """Tell whether a kana, ideograph or Thai letter, which is a word of its own, begins with this code point."""
    return "\u3040" <= character <= "\u30ff" or "\u4e00" <= character <= "\u9fff" or "\u0e01" <= character <= "\u0e7f"


def fold(character: str) -> str:
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())
    return "".join(part for part in decomposed if not "\u0300" <= part <= "\u036f")


def words(text: str) -> list[Token]:
    """Return the folded words of a text; a combining mark belongs to the word that it stands in or ends."""
    found: list[Token] = []
    for index, character in enumerate(text):
        mark = unicodedata.category(character).startswith("M")
        if not (mark or character.isalnum()):
            continue
        touching = bool(found) and found[-1][2] == index
        alone = not mark and (stands_alone(character) or (touching and stands_alone(text[found[-1][1]])))
        if touching and not alone:
            word, start, _ = found[-1]
            found[-1] = (word + fold(character), start, index + 1)
        elif not mark:
            found.append((fold(character), index, index + 1))
    return found


@cache
def words_of(document: str) -> list[Token]:
    return words(DOCUMENTS[document])


def quoted(occurrence: dict[str, Any]) -> str:
    return DOCUMENTS[occurrence["document"]][occurrence["start"] : occurrence["end"]]


def folded(occurrence: dict[str, Any]) -> list[str]:
    return [word for word, _, _ in words(quoted(occurrence))]


def passage_cases(*kinds: str) -> pytest.MarkDecorator:
    chosen = [passage for passage in PASSAGES if passage["kind"] in kinds]
    return pytest.mark.parametrize("passage", chosen, ids=[passage["case"] for passage in chosen])


def by_case(key: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("entry", TRUTH[key], ids=[entry["case"] for entry in TRUTH[key]])


def occurrences() -> Iterator[tuple[str, dict[str, Any]]]:
    for passage in PASSAGES:
        for occurrence in passage["occurrences"]:
            yield passage["case"], occurrence


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Can't stop", ["can", "t", "stop"]),
        ("Cafe\u0301 CAFÉ ﬁne １９", ["cafe", "cafe", "fine", "19"]),
        ("水a町b", ["水", "a", "町", "b"]),
        ("น้ำ", ["น\u0e49", "\u0e4d\u0e32"]),
        ("ガス", ["カ\u3099", "ス"]),
        ("\u0301 -_*", []),
    ],
)
def test_words_are_folded_runs_of_alphanumerics(text: str, expected: list[str]) -> None:
    assert [word for word, _, _ in words(text)] == expected


def test_corpus_is_complete() -> None:
    assert len(DOCUMENTS) >= 38
    assert sum(path.suffix == ".jsonl" for path in CORPUS.rglob("*")) >= 1
    assert any("\r\n" in text for text in DOCUMENTS.values())
    scripts = ("CJK UNIFIED", "HIRAGANA", "THAI", "ARABIC")
    foreign = [text for text in DOCUMENTS.values() if any(unicodedata.name(c, "").startswith(scripts) for c in text)]
    assert len(foreign) >= 8
    assert "truth.json" in (CORPUS / ".dedupignore").read_text(encoding="utf-8").splitlines()


def test_required_cases_are_present_once_and_described() -> None:
    readme = (CORPUS / "README.md").read_text(encoding="utf-8")
    for key, required in (
        ("passages", REQUIRED_PASSAGES),
        ("clusters", REQUIRED_CLUSTERS),
        ("near_misses", REQUIRED_NEAR_MISSES),
    ):
        cases = [entry["case"] for entry in TRUTH[key]]
        assert len(set(cases)) == len(cases)
        assert required <= set(cases)
        assert [case for case in cases if f"`{case}`" not in readme] == []


def test_readme_names_every_document_of_a_case() -> None:
    readme = (CORPUS / "README.md").read_text(encoding="utf-8")
    named = {occurrence["document"] for case, occurrence in occurrences() if case != "footer"}
    for entry in TRUTH["clusters"] + TRUTH["near_misses"]:
        named |= set(entry["documents"])
    assert [document for document in sorted(named) if f"`{document}`" not in readme] == []


def test_truth_holds_no_text() -> None:
    for passage in PASSAGES:
        assert set(passage) == {"case", "kind", "tolerance_words", "occurrences"}
        assert passage["kind"] in KINDS
        assert passage["tolerance_words"] == (0 if passage["kind"] in {"verbatim", "reformatted"} else 1)
        for occurrence in passage["occurrences"]:
            assert set(occurrence) == {"document", "start", "end"}


@passage_cases(*KINDS)
def test_spans_lie_on_word_boundaries(passage: dict[str, Any]) -> None:
    assert len(passage["occurrences"]) >= 2
    for occurrence in passage["occurrences"]:
        start, end = occurrence["start"], occurrence["end"]
        assert 0 <= start < end <= len(DOCUMENTS[occurrence["document"]])
        tokens = words_of(occurrence["document"])
        assert start in {first for _, first, _ in tokens}
        assert not any(first < end < last for _, first, last in tokens)
        assert not quoted(occurrence)[-1].isspace()


@passage_cases(*KINDS)
def test_spans_cannot_be_extended(passage: dict[str, Any]) -> None:
    """Between every two occurrences the words on either side differ, and any punctuation after them."""
    sides = []
    for occurrence in passage["occurrences"]:
        tokens = words_of(occurrence["document"])
        before = [word for word, _, last in tokens if last <= occurrence["start"]]
        after = [word for word, first, _ in tokens if first >= occurrence["end"]]
        follows = DOCUMENTS[occurrence["document"]][occurrence["end"] :][:1]
        sides.append((before[-1:], after[:1], "" if follows.isspace() else follows))
    for one, other in combinations(sides, 2):
        for left, right in zip(one, other, strict=True):
            assert not left or left != right


@passage_cases("verbatim")
def test_verbatim_passages_have_equal_characters(passage: dict[str, Any]) -> None:
    assert len({quoted(occurrence) for occurrence in passage["occurrences"]}) == 1


@passage_cases("reformatted")
def test_reformatted_passages_have_equal_words_only(passage: dict[str, Any]) -> None:
    assert len({tuple(folded(occurrence)) for occurrence in passage["occurrences"]}) == 1
    assert len({quoted(occurrence) for occurrence in passage["occurrences"]}) > 1


@passage_cases("edited")
def test_edited_passages_are_similar_but_not_equal(passage: dict[str, Any]) -> None:
    similarities = [
        Indel.normalized_similarity(folded(one), folded(other))
        for one, other in combinations(passage["occurrences"], 2)
    ]
    assert min(similarities) >= 0.6
    assert min(similarities) < 1


@passage_cases("reordered")
def test_reordered_passages_have_the_same_words_in_another_order(passage: dict[str, Any]) -> None:
    for one, other in combinations(passage["occurrences"], 2):
        left, right = folded(one), folded(other)
        in_any_order = Indel.normalized_similarity(sorted(left), sorted(right))
        assert in_any_order >= 0.9
        assert Indel.normalized_similarity(left, right) < in_any_order


@pytest.mark.parametrize("case", ["chinese", "japanese", "thai", "arabic"])
def test_other_scripts_have_a_faithful_and_an_edited_copy(case: str) -> None:
    [passage] = [passage for passage in PASSAGES if passage["case"] == case]
    texts = [quoted(occurrence) for occurrence in passage["occurrences"]]
    assert len(texts) == 3
    assert len(set(texts)) == 2
    assert min(len(folded(occurrence)) for occurrence in passage["occurrences"]) >= (40 if case == "arabic" else 120)


def test_lengths_and_counts_are_as_named() -> None:
    found = {passage["case"]: passage["occurrences"] for passage in PASSAGES}
    assert len({occurrence["document"] for occurrence in found["five-documents"]}) == 5
    assert len({occurrence["document"] for occurrence in found["within-document"]}) == 1
    assert {len(folded(occurrence)) for occurrence in found["quotation-25-words"]} == {25}
    assert len({occurrence["document"] for occurrence in found["footer"]}) >= 25
    assert 20 <= len(folded(found["footer"][0])) <= 30
    longest_line = max(len(line) for o in found["exact-wrapped"] for line in quoted(o).split("\n"))
    assert 60 < longest_line <= 75
    assert not any("\n" in quoted(occurrence) for occurrence in found["exact-one-line"])
    for case, percent in (("edited-5-percent", 5), ("edited-15-percent", 15)):
        one, other = (folded(occurrence) for occurrence in found[case])
        replaced = sum(left != right for left, right in zip(one, other, strict=True))
        assert abs(100 * replaced / len(one) - percent) < 1


def test_planted_passages_are_apart_and_all_different() -> None:
    spans: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for _, occurrence in occurrences():
        spans[occurrence["document"]].append((occurrence["start"], occurrence["end"]))
    for document, placed in spans.items():
        placed.sort()
        for (_, end), (start, _) in pairwise(placed):
            # Nearer ones might rightly be reported as one passage with a gap.
            assert sum(end <= first < start for _, first, _ in words_of(document)) >= 40, document
    representatives = [tuple(folded(passage["occurrences"][0])) for passage in PASSAGES]
    for one, other in combinations(representatives, 2):
        assert Indel.normalized_similarity(one, other) < 0.5


def shingles(document: str, size: int) -> set[tuple[str, ...]]:
    folded_words = [word for word, _, _ in words_of(document)]
    return {tuple(folded_words[i : i + size]) for i in range(len(folded_words) - size + 1)}


@by_case("clusters")
def test_cluster_members_are_near_duplicates_without_planted_passages(entry: dict[str, Any]) -> None:
    assert len(entry["documents"]) >= 2
    for one, other in combinations(entry["documents"], 2):
        left, right = shingles(one, 5), shingles(other, 5)
        assert len(left & right) / len(left | right) >= 0.8
    assert not {occurrence["document"] for _, occurrence in occurrences()} & set(entry["documents"])


@by_case("near_misses")
def test_near_misses_share_no_long_run_of_words(entry: dict[str, Any]) -> None:
    one, other = entry["documents"]
    assert not shingles(one, CHANCE_WORDS) & shingles(other, CHANCE_WORDS)


def test_nothing_is_repeated_that_was_not_planted() -> None:
    planted: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
    for case, occurrence in occurrences():
        planted[occurrence["document"]].append((occurrence["start"], occurrence["end"], case))
    cluster = {document: entry["case"] for entry in TRUTH["clusters"] for document in entry["documents"]}
    seen: dict[tuple[str, ...], set[tuple[str, str]]] = defaultdict(set)
    for document in DOCUMENTS:
        tokens = words_of(document)
        for i in range(len(tokens) - CHANCE_WORDS + 1):
            run = tokens[i : i + CHANCE_WORDS]
            inside = [c for start, end, c in planted[document] if start <= run[0][1] and run[-1][2] <= end]
            # Where a run is repeated, all its places must lie in one passage or in one cluster (there once a document).
            place = f"{document}:{i}"
            explained = inside[0] if inside else f"{cluster[document]}:{i}" if document in cluster else place
            seen[tuple(word for word, _, _ in run)].add((explained, place))
    unexplained = {
        " ".join(run): sorted(place for _, place in places)
        for run, places in seen.items()
        if len({explained for explained, _ in places}) > 1
    }
    assert unexplained == {}
