"""The acceptance case: two passages repeated inside one of four real texts, found with their exact spans.

The texts are not part of the project; where they are absent, the tests are skipped.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import ROOT, run_dedup

import dedup

SEEDS = ROOT.parent / "shared" / "data" / "seeds"
FILES = (
    "000_e9a754f2fd27d3d5.txt",
    "001_a4537ff12f68a7cd.txt",
    "002_41c40566d1b95ffe.txt",
    "003_3b4f801039b4f4d3.txt",
)
REPEATED = FILES[3]
PASSAGES = [
    (59, [(1101, 1426), (6185, 6510)]),
    (58, [(4080, 4454), (5151, 5525)]),
]
"""Words of each passage and the spans of its two occurrences, in code points of `REPEATED`."""

pytestmark = pytest.mark.skipif(
    not all((SEEDS / name).is_file() for name in FILES),
    reason=f"needs the four texts of {SEEDS.relative_to(ROOT.parent)}",
)


def read(name: str) -> str:
    return (SEEDS / name).read_bytes().decode("utf-8")


def check(result: dedup.Result) -> None:
    """Assert that a result has the two passages, with these spans, and nothing besides."""
    assert [Path(document.id).name for document in result.documents] == list(FILES)
    assert result.clusters == ()
    found = [
        (passage.words, [(place.start, place.end) for place in passage.occurrences]) for passage in result.passages
    ]
    assert found == PASSAGES
    assert {(passage.kind, passage.similarity) for passage in result.passages} == {("verbatim", 1.0)}
    places = [place for passage in result.passages for place in passage.occurrences]
    assert {Path(place.document).name for place in places} == {REPEATED}
    spans = [((pair.left.start, pair.left.end), (pair.right.start, pair.right.end)) for pair in result.pairs]
    assert spans == [tuple(occurrences) for _, occurrences in PASSAGES]


def test_the_case_is_what_it_should_be() -> None:
    text = read(REPEATED)
    assert len(text) == 8004
    for _, [first, second] in PASSAGES:
        assert text[slice(*first)] == text[slice(*second)]


def test_the_library_finds_the_repeats_in_files() -> None:
    result = dedup.scan(SEEDS)
    check(result)
    text = read(REPEATED)
    assert {result.texts[place.document] for passage in result.passages for place in passage.occurrences} == {text}


def test_the_library_finds_the_repeats_in_texts() -> None:
    check(dedup.scan({name: read(name) for name in FILES}))


def test_the_command_line_finds_the_repeats(tmp_path: Path) -> None:
    saved = tmp_path / "result.json"
    printed = run_dedup("scan", SEEDS, "--isolated", "--output", "concise", "--output", f"json:{saved}")
    check(dedup.read_result(saved))
    text = read(REPEATED)
    for passage in json.loads(saved.read_bytes())["passages"]:
        for place in passage["occurrences"]:
            line, before = text.count("\n", 0, place["start"]) + 1, text.rfind("\n", 0, place["start"])
            assert (place["line"], place["column"]) == (line, place["start"] - before)
            assert f"{REPEATED}:{place['line']}:{place['column']}" in printed
