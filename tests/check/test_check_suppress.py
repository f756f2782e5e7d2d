"""What is not reported: each rule by itself, all of them as a slow twin applies them, and what is recorded of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from random import Random

import naive
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dedup
from benchmarks import hostile
from dedup import Config, Document, InputError, Occurrence, Passage, Result, Span
from dedup.check import Group, Kept, Marked, Marker, Override, Rules, find_marks, note_marks, suppress
from dedup.verdict import Notice, Suppression

LOCK = "the keeper of the lower lock sells eels and lends his second boat to anybody who asks politely"
MILL = "no miller has ever slept through the bell that rings when the hopper above the stones runs empty"
FERRY = "a ferry that carries one goat and no cabbage is of little use to the wolf who paid for three"
CONFIG = Config(clusters=False)
NO_RULES = Rules()


def kept(
    texts: Mapping[str, str], rules: Rules = NO_RULES, config: Config = CONFIG
) -> tuple[list[list[str]], list[tuple[str, str, list[str]]], Kept]:
    """Scan texts and suppress; return the documents of passages, and rule, detail and documents of suppressions."""
    marks: dict[str, Marked] = {}
    documents = [Document(name, text) for name, text in texts.items()]
    result = dedup.scan(list(note_marks(documents, marks)), rules.scan_config(config))
    found = suppress(result, rules, marks, config)
    removed = [
        (item.rule, item.detail, [item.passage.occurrences[number].document for number in item.occurrences])
        for item in found.suppressed
    ]
    return [[place.document for place in passage.occurrences] for passage in found.passages], removed, found


def test_without_rules_all_is_left():
    texts = {"a": LOCK, "b": LOCK}
    result = dedup.scan(texts, CONFIG)
    assert suppress(result, Rules()) == Kept(result.passages, (), ())


def test_a_marker_suppresses_its_side_and_with_it_the_passage():
    texts = {"a.md": f"# A\n\n<!-- dedup: ignore-next -- law -->\n{LOCK}\n", "b.md": LOCK}
    passages, removed, found = kept(texts)
    assert (passages, removed, found.notices) == ([], [("marker", "a.md:3", ["a.md"])], ())
    passages, removed, _ = kept({**texts, "c.md": LOCK})
    assert (passages, removed) == ([["b.md", "c.md"]], [("marker", "a.md:3", ["a.md"])])


def test_a_marker_suppresses_nothing_that_reaches_far_out_of_it():
    words = LOCK.split()
    for outside in (14, 15):
        text = f"{' '.join(words[:outside])}\n\n# dedup: ignore-start\n\n{' '.join(words[outside:])} {MILL}"
        texts = {"a": f"{text}\n# dedup: ignore-end\n", "b": f"{LOCK} {MILL}"}
        passages, removed, found = kept(texts)
        assert (passages, removed) == (([], [("marker", "a:3", ["a"])]) if outside < 15 else ([["a", "b"]], []))
        assert found.notices == (
            () if outside < 15 else (Notice("a", 3, "ignore-start suppresses nothing; remove it"),)
        )


def test_what_a_marker_says_is_no_text_to_compare():
    texts = {"a": f"# dedup: ignore-next -- {LOCK}\n{MILL}\n", "b": f"# dedup: ignore-next -- {LOCK}\n{FERRY}\n"}
    assert kept(texts)[0] == []


def test_two_spans_count_together():
    half = len(LOCK) // 2
    text = f"# dedup: ignore-next\n{LOCK}\n\n# dedup: ignore-next\n{MILL}\n"
    passages, removed, _ = kept({"a": text, "b": f"{LOCK} {MILL}"})
    assert (passages, removed) == ([], [("marker", "a:4", ["a"])])  # MILL has more characters
    assert len(MILL) > len(LOCK) > half


def test_unused_markers_and_those_without_a_reason_are_told_of():
    texts = {
        "a": f"# dedup: ignore-next: the law\n{LOCK}",
        "b": LOCK,
        "c": "// dedup: ignore-file\n",
        "d": "dedup: ignore-end",
    }
    _, _, found = kept(texts, Rules(require_reason=True))
    assert found.notices == (
        Notice("c", 1, "ignore-file has no reason; write: dedup: ignore-file -- why", fails=True),
        Notice("c", 1, "ignore-file suppresses nothing; remove it"),
        Notice("d", 1, "ignore-end closes no ignore-start and has no effect"),
    )
    assert not any(notice.fails for notice in kept(texts)[2].notices)


def test_boilerplate_is_reported_nowhere():
    texts = {"LICENSE": LOCK, "a": f"{LOCK}\n\n{MILL}", "b": f"{MILL}\n\n{FERRY}", "c": f"{FERRY}\n\n{LOCK}"}
    passages, removed, _ = kept(texts, Rules(boilerplate=("LICENSE",)))
    assert passages == [["a", "b"], ["b", "c"]]
    assert removed == [("boilerplate", "LICENSE", ["LICENSE", "a", "c"])]


def test_what_surrounds_boilerplate_is_reported_if_it_is_long_enough():
    long, short = f"{MILL} {LOCK}", f"{' '.join(MILL.split()[-6:])} {LOCK}"
    passages, removed, _ = kept({"t/LICENSE": LOCK, "a": long, "b": long}, Rules(boilerplate=("t",)))
    assert passages == [["a", "b"]]
    assert removed == [("boilerplate", "t", ["a", "b", "t/LICENSE"])]
    assert kept({"t/LICENSE": LOCK, "a": short, "b": short}, Rules(boilerplate=("t",)))[0] == []


def test_an_override_asks_for_more():
    texts = {"a/x": LOCK, "b/x": LOCK, "b/y": LOCK}
    more = Rules(overrides=(Override(paths=("a/",), min_words=30),))
    assert kept(texts, more)[:2] == ([["b/x", "b/y"]], [("override", "a/", ["a/x"])])
    ignored = Rules(overrides=(Override(paths=("b/", "c/"), ignore=True),))
    assert kept(texts, ignored)[:2] == ([], [("override", "b/, c/", ["b/x", "b/y"])])
    last = Rules(overrides=(Override(paths=("a/",), min_words=30), Override(paths=("a/x",), min_words=10)))
    assert kept(texts, last)[:2] == ([["a/x", "b/x", "b/y"]], [])


def test_an_override_asks_for_less():
    short = " ".join(LOCK.split()[:9])
    texts = {"a/x": short, "a/y": short, "b/x": short}
    rules = Rules(overrides=(Override(paths=("a/",), min_words=8),))
    assert kept(texts, rules)[:2] == ([["a/x", "a/y"]], [])  # in b it is too short, as everywhere
    assert kept(texts)[:2] == ([], [])
    alike = Rules(overrides=(Override(paths=("a/",), min_similarity=0.4),))
    assert kept({"a/x": LOCK, "b/x": LOCK, "b/y": LOCK}, alike)[:2] == ([["a/x", "b/x", "b/y"]], [])


def test_an_override_for_the_similarity_looks_at_each_occurrence():
    edited = LOCK.replace("eels", "pike").replace("second", "other").replace("politely", "twice")
    texts = {"a": LOCK, "b": LOCK, "c": edited}
    rules = Rules(overrides=(Override(paths=("*",), min_similarity=0.95),))
    assert kept(texts)[0] == [["a", "b", "c"]]
    assert kept(texts, rules)[:2] == ([["a", "b"]], [("override", "*", ["c"])])


GROUPED = {"v1/a": LOCK, "v2/a": LOCK}


@pytest.mark.parametrize(
    ("compare", "texts", "passages", "removed"),
    [
        ("within", GROUPED, [], ["v1/a", "v2/a"]),
        ("within", {**GROUPED, "v1/b": LOCK}, [["v1/a", "v1/b"]], ["v2/a"]),
        ("within", {**GROUPED, "x": LOCK}, [["v1/a", "v2/a", "x"]], []),
        ("within", {"v1/a": f"{LOCK}\n\n{FERRY}\n\n{LOCK}", "v2/a": LOCK}, [["v1/a", "v1/a"]], ["v2/a"]),
        ("across", GROUPED, [["v1/a", "v2/a"]], []),
        ("across", {"v1/a": LOCK, "v1/b": LOCK}, [], ["v1/a", "v1/b"]),
        ("across", {"v1/a": f"{LOCK}\n\n{FERRY}\n\n{LOCK}"}, [], ["v1/a", "v1/a"]),
        ("across", {"v1/a": LOCK, "v1/b": LOCK, "x": LOCK}, [["v1/a", "v1/b", "x"]], []),
        ("never", GROUPED, [], ["v1/a", "v2/a"]),
        ("never", {**GROUPED, "v1/b": LOCK}, [], ["v1/a", "v1/b", "v2/a"]),
        ("never", {**GROUPED, "x": LOCK}, [["v1/a", "v2/a", "x"]], []),
        ("never", {"v1/a": f"{LOCK}\n\n{FERRY}\n\n{LOCK}", "v2/a": LOCK}, [["v1/a", "v1/a"]], ["v2/a"]),
    ],
)
def test_groups(compare, texts, passages, removed):
    rules = Rules(groups=(Group(name="versions", paths=("v1/", "v2/"), compare=compare),))
    suppressed = [("group", "versions", removed)] if removed else []
    assert kept(texts, rules)[:2] == (passages, suppressed)


def test_the_group_that_keeps_apart_is_named():
    groups = (Group(paths=("a", "b"), compare="across"), Group(paths=("a", "c"), compare="never"))
    assert kept({"a": LOCK, "c": LOCK}, Rules(groups=groups))[1] == [("group", "group 2", ["a", "c"])]


def test_rules_apply_in_their_order():
    texts = {
        "LICENSE": FERRY,
        "a/x": f"# dedup: ignore-file -- why\n{LOCK}\n\n{FERRY}",
        "b/x": f"{LOCK}\n\n{FERRY}",
        "c/x": f"{LOCK}\n\n{FERRY}",
        "d/x": LOCK,
    }
    rules = Rules(
        boilerplate=("LICENSE",),
        groups=(Group(paths=("c/", "d/"), compare="within"),),
        overrides=(Override(paths=("a/", "b/"), ignore=True),),
    )
    passages, removed, found = kept(texts, rules)
    assert passages == []
    assert sorted(removed) == [
        ("boilerplate", "LICENSE", ["LICENSE", "b/x", "c/x"]),
        ("group", "group 1", ["c/x", "d/x"]),
        ("marker", "a/x:1", ["a/x"]),
        ("marker", "a/x:1", ["a/x"]),
        ("marker", "a/x:1", ["a/x"]),
        ("override", "a/, b/", ["b/x"]),
        ("override", "a/, b/", ["b/x"]),
    ]
    assert found.notices == ()


def test_words_that_are_masked_do_not_count():
    words = LOCK.split()
    text = f"{' '.join(words[:10])} ({MILL})\n\n# dedup: ignore-next\n{' '.join(words[10:])} {FERRY}\n"
    start = text.index("(")
    documents = [
        Document("a", text, ((start, text.index(")")),)),
        Document("b", f"{LOCK} {FERRY}"),
    ]
    marks: dict[str, Marked] = {}
    result = dedup.scan(list(note_marks(documents, marks)), CONFIG)
    assert len(result.passages) == 1
    assert suppress(result, Rules(), marks).passages == ()
    assert len(suppress(result, Rules(), {"a": replace(marks["a"], masked=())}).passages) == 1


def test_marks_are_looked_for_where_none_are_given():
    result = dedup.scan({"a": f"dedup: ignore-file\n{LOCK}", "b": LOCK}, CONFIG)
    assert suppress(result, Rules()).passages == ()


def test_a_result_without_texts_cannot_be_counted():
    result = replace(dedup.scan({"a": LOCK, "b": LOCK}, CONFIG), texts={})
    assert suppress(result, Rules()).passages == result.passages
    marked = find_marks(Document("a", f"dedup: ignore-file\n{LOCK}"))
    with pytest.raises(InputError, match="the words of 'a' cannot be counted"):
        suppress(result, Rules(), {"a": marked})


# The slow twin


def words_outside(text: str, place: Span, covers: Sequence[tuple[int, int]]) -> float:
    hidden = {at for start, end in covers for at in range(start, end)}
    shown = "".join(" " if at in hidden else text[at] for at in range(place.start, place.end))
    return sum(0.5 if token.half else 1 for token in naive.tokenize(shown))


def slow(result: Result, rules: Rules, marks: Mapping[str, Marked], config: Config) -> list[list[Occurrence]]:
    """Return what remains of each passage."""
    boilerplate = set(rules.boilerplate_of(item.id for item in result.documents))
    covers: dict[str, list[tuple[int, int]]] = {item.id: [] for item in result.documents}
    for name, marked in marks.items():
        covers[name] += [(item.start, item.end) for item in marked.markers]
    for spans in [*(item.occurrences for item in result.passages), *((pair.left, pair.right) for pair in result.pairs)]:
        if any(span.document in boilerplate for span in spans):
            for span in spans:
                covers[span.document].append((span.start, span.end))

    def limit(name: str, value: str) -> float:
        found = [getattr(item, value) for item in rules.overrides if item.names(name)]
        return ([getattr(config, value)] + [item for item in found if item is not None])[-1]

    def similarity(passage: Passage, place: Occurrence) -> float:
        own = [
            pair.similarity
            for pair in result.pairs
            for side in (pair.left, pair.right)
            if pair.passage == passage.id and side.document == place.document
            and side.start < place.end and place.start < side.end
        ]  # fmt: skip
        return max(own, default=passage.similarity)

    def comparable(a: Occurrence, b: Occurrence) -> bool:
        for group in rules.groups:
            x, y = group.part(a.document), group.part(b.document)
            if x is None or y is None:
                continue
            same = a.document == b.document
            if {"never": not same, "within": x != y, "across": x == y}[group.compare]:
                return False
        return True

    def stays(passage: Passage, place: Occurrence) -> bool:
        name = place.document
        text = result.texts[name]
        if name in boilerplate or any(item.ignore and item.names(name) for item in rules.overrides):
            return False
        touched = any(start < place.end and place.start < end for start, end in covers[name])
        if touched and words_outside(text, place, covers[name]) < limit(name, "min_words"):
            return False
        asked = limit(name, "min_similarity")
        if asked > result.config["min-similarity"] and similarity(passage, place) < asked:
            return False
        least = limit(name, "min_words")
        return least <= result.config["min-words"] or words_outside(text, place, []) >= least

    remaining = []
    for passage in result.passages:
        left = [place for place in passage.occurrences if stays(passage, place)]
        left = [a for a in left if any(a is not b and comparable(a, b) for b in left)]
        remaining.append(left)
    return remaining


NAMES = ["a/x", "a/y", "b/x", "b/y", "c", "T"]
PATHS = st.sampled_from(["a/", "b/", "c", "*", "x", "y", "T"])
GROUPS = st.builds(
    Group,
    paths=st.lists(PATHS, min_size=1, max_size=3).map(tuple),
    compare=st.sampled_from(["within", "across", "never"]),
)


def overrides() -> st.SearchStrategy[tuple[Override, ...]]:
    names = ("paths", "min_words", "min_similarity", "ignore")
    values = st.tuples(
        st.lists(PATHS, min_size=1, max_size=2).map(tuple),
        st.sampled_from([None, 4, 6, 12]),
        st.sampled_from([None, 0.4, 0.95]),
        st.sampled_from([False, False, True]),
    ).filter(lambda drawn: any(drawn[1:]))
    named = values.map(lambda drawn: Override(**dict(zip(names, drawn, strict=True))))
    return st.lists(named, max_size=2).map(tuple)


PARTS = [LOCK, MILL, FERRY, LOCK.replace("eels", "pike"), " ".join(LOCK.split()[:7]), "between", "中文字典中文字典 and",
         "# dedup: ignore-next", "# dedup: ignore-start", "# dedup: ignore-end", ""]  # fmt: skip


@given(
    st.dictionaries(st.sampled_from(NAMES), st.lists(st.sampled_from(PARTS), max_size=7), min_size=2),
    st.sampled_from(["\n", "\n\n", " "]),
    st.builds(
        Rules,
        boilerplate=st.sampled_from([(), (), ("T",), ("b", "c")]),
        groups=st.lists(GROUPS, max_size=2).map(tuple),
        overrides=overrides(),
    ),
)
def test_rules_are_applied_as_the_slow_twin_applies_them(parts, between, rules):
    config = Config(min_words=8, clusters=False)
    documents = [Document(name, "\n".join(own) if between == " " else between.join(own)) for name, own in parts.items()]
    marks: dict[str, Marked] = {}
    result = dedup.scan(list(note_marks(documents, marks)), rules.scan_config(config))
    found = suppress(result, rules, marks, config)
    remaining = slow(result, rules, marks, config)
    assert [list(item.occurrences) for item in found.passages] == [left for left in remaining if len(left) > 1]
    removed: dict[Passage, list[int]] = {}
    for item in found.suppressed:
        removed.setdefault(item.passage, []).extend(item.occurrences)
    for passage, left in zip(result.passages, remaining, strict=True):
        numbers = removed.get(passage, [])
        assert len(set(numbers)) == len(numbers)  # each by one rule
        assert not any(passage.occurrences[number] in left for number in numbers)
    unused = {(item.document, item.line) for item in found.notices if "suppresses nothing" in item.message}
    recorded = {item.detail for item in found.suppressed if item.rule == "marker"}
    assert not {f"{document}:{line}" for document, line in unused} & recorded
    assert suppress(result, rules, dict(reversed(marks.items())), config) == found


@pytest.mark.parametrize("names", hostile.OWNERS.values(), ids=hostile.OWNERS)
def test_rules_about_very_many_occurrences(names):
    result = hostile.one_passage(2_000, names)
    [passage] = result.passages
    found = suppress(result, hostile.RULES, {})
    gone = [number for item in found.suppressed for number in item.occurrences]
    left = [place for item in found.passages for place in item.occurrences]
    assert len(set(gone)) == len(gone)
    assert sorted(left + [passage.occurrences[number] for number in gone]) == sorted(passage.occurrences)


def test_many_markers_over_many_occurrences():
    result = hostile.one_passage(5_000, ["a"])
    random = Random(1)
    bounds = sorted(random.sample(range(500_000), 4_000))
    spans = zip(bounds[::2], bounds[1::2], strict=True)
    moved = [Marker("ignore-next", number, start, end, "") for number, (start, end) in enumerate(spans, 1)]
    found = suppress(result, Rules(), {"a": Marked(tuple(moved))})
    used = {item.detail for item in found.suppressed}
    assert used
    assert used <= {f"a:{number}" for number in range(1, 2_001)} - {f"a:{notice.line}" for notice in found.notices}


def test_suppressions_do_not_depend_on_the_order_of_the_rules_given():
    result = hostile.one_passage(12, ["a/x", "b/x", "T", "c"])
    marks = {"a/x": find_marks(Document("a/x", "dedup: ignore-file"))}
    found = suppress(result, hostile.RULES, marks)
    assert all(isinstance(item, Suppression) for item in found.suppressed)
    numbers = [item.occurrences for item in found.suppressed]
    assert all(list(own) == sorted(own) for own in numbers)
    assert all(not set(a) & set(b) for a, b in combinations(numbers, 2))
    assert [item.rule for item in found.suppressed] == sorted(
        (item.rule for item in found.suppressed), key=["marker", "boilerplate", "override", "group"].index
    )
