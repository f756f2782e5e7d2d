"""A repository with a history: what may happen to known passages, what is new, and how each gate tells them apart."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from repository import HERONS, KETTLE, REFUND, Repo, filler, wrapped

LINES = {
    "diff-ref": ("--diff-ref", "main"),
    "diff": ("--diff", "-"),
}
GATES = {
    "baseline": ("--baseline", ".known.jsonl"),
    "base-ref": ("--base-ref", "main"),
    "both": ("--baseline", ".known.jsonl", "--base-ref", "main"),
    "baseline and diff-ref": ("--baseline", ".known.jsonl", "--diff-ref", "main"),
}


def update(repo: Repo) -> None:
    outcome = repo.check("--baseline", ".known.jsonl", "--update-baseline")
    assert outcome.code == 0, outcome.err


@pytest.fixture
def branch(repo: Repo) -> Repo:
    """Return the repository on a branch, with a baseline that is committed."""
    update(repo)
    repo.commit("Accept what there is")
    repo.git("checkout", "-q", "-b", "change")
    return repo


def reflow(repo: Repo) -> None:
    repo.edit("docs/faq.md", wrapped(KETTLE), wrapped(KETTLE, 47))


def change_a_word(repo: Repo) -> None:
    repo.edit("docs/faq.md", "melts,", "burns,")


def change_a_word_in_every_copy(repo: Repo) -> None:
    for name in ("docs/faq.md", "docs/manual.md"):
        repo.edit(name, "melts,", "burns,")


def move_a_file(repo: Repo) -> None:
    (repo.folder / "docs/guide").mkdir()
    repo.git("mv", "docs/faq.md", "docs/guide/faq.md")


def rename_a_file(repo: Repo) -> None:
    (repo.folder / "docs/faq.md").rename(repo.folder / "docs/answers.md")


def add_a_blank_line(repo: Repo) -> None:
    repo.edit("docs/faq.md", wrapped(KETTLE), wrapped(KETTLE).replace("\n", "\n\n", 1))


def use_crlf(repo: Repo) -> None:
    repo.write("docs/faq.md", repo.read("docs/faq.md").replace("\n", "\r\n"))


def shout(repo: Repo) -> None:
    repo.edit("docs/faq.md", wrapped(KETTLE), wrapped(KETTLE).upper())


def insert_a_sentence(repo: Repo) -> None:
    sentence = "Rinse it with lemon juice once a month and dry the lid with a soft cloth that leaves no lint behind. "
    repo.edit("docs/faq.md", "Never run", f"{sentence}Never run")


def move_within_the_file(repo: Repo) -> None:
    repo.edit("docs/faq.md", wrapped(KETTLE) + "\n\n", "")
    repo.write("docs/faq.md", repo.read("docs/faq.md") + "\n" + wrapped(KETTLE) + "\n")


def swap_the_place_of_a_copy(repo: Repo) -> None:
    repo.edit("docs/faq.md", wrapped(KETTLE) + "\n\n", "")
    repo.write("docs/birds.md", repo.read("docs/birds.md") + "\n" + wrapped(KETTLE) + "\n")


HARMLESS = [
    reflow, change_a_word, change_a_word_in_every_copy, move_a_file, rename_a_file, add_a_blank_line, use_crlf, shout,
    insert_a_sentence, move_within_the_file, swap_the_place_of_a_copy,
]  # fmt: skip


@pytest.mark.parametrize("gate", GATES.values(), ids=GATES)
@pytest.mark.parametrize("change", HARMLESS, ids=[change.__name__ for change in HARMLESS])
def test_what_was_there_stays_known_whatever_is_done_to_it(
    branch: Repo, change: Callable[[Repo], None], gate: tuple[str, ...]
) -> None:
    change(branch)
    for commit in (False, True):
        if commit:
            branch.commit()
        outcome = branch.check(*gate)
        assert outcome.code == 0, outcome.err
        assert outcome.verdict in (
            "passed: 0 new, 0 changed, 2 known, 0 suppressed, 0 stale",
            "passed: 0 new, 1 changed, 1 known, 0 suppressed, 0 stale",
            "passed: 0 new, 2 changed, 1 known, 0 suppressed, 0 stale",  # the parts before and after a new sentence
        )


@pytest.mark.parametrize("gate", LINES.values(), ids=LINES)
@pytest.mark.parametrize("change", HARMLESS, ids=[change.__name__ for change in HARMLESS])
def test_lines_that_are_added_to_what_was_there_make_it_no_newer(
    branch: Repo, change: Callable[[Repo], None], gate: tuple[str, ...]
) -> None:
    change(branch)
    for commit in (False, True):
        branch.git("add", "-A")  # so that the diff has new files too
        if commit:
            branch.commit()
        for flags in ([], ["-U0"], ["--no-renames"], ["-w"]) if gate == LINES["diff"] else [[]]:
            outcome = branch.check(*gate, stdin=branch.git("diff", *flags, "main").encode())
            assert outcome.code == 0, outcome.err
            assert outcome.verdict.startswith("passed: 0 new")


def added_lines(repo: Repo, name: str, text: str) -> list[int]:
    lines = repo.read(name).split("\n")
    first = lines.index(wrapped(text).split("\n")[0]) + 1
    return [first, first + wrapped(text).count("\n")]


@pytest.mark.parametrize(
    "gate",
    [*GATES.values(), ("--diff-ref", "main"), ("--diff", "-"), ("--diff", "change.diff"),
     ("--baseline", ".known.jsonl", "--diff", "-")],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("committed", [False, True])
def test_a_paragraph_that_is_copied_from_an_unchanged_file_fails(
    branch: Repo, gate: tuple[str, ...], committed: bool
) -> None:
    branch.edit("docs/shop.md", "# Shop\n", f"# Shop\n\n{wrapped(HERONS)}\n")
    if committed:
        branch.commit("Copy a paragraph")
    diff = branch.git("diff", "main").encode()
    branch.write("change.diff", diff.decode())
    outcome = branch.check(*gate, stdin=diff)
    assert outcome.code == 1
    assert outcome.verdict.startswith("failed: 1 new, 0 changed, 2 known, 0 suppressed, 0 stale; 1 new passage, more")
    findings = branch.findings(*gate, stdin=diff)
    [new] = [finding for finding in findings if finding.status == "new"]
    assert [place.document for place in new.passage.occurrences] == ["docs/birds.md", "docs/shop.md"]
    if gate == GATES["baseline"]:  # nothing tells which was there first
        assert new.fresh == (0, 1)
    else:
        assert new.fresh == (1,)
        place = new.passage.occurrences[1]
        assert [place.line, place.end_line] == added_lines(branch, "docs/shop.md", HERONS)


@pytest.mark.parametrize("gate", [*GATES.values(), ("--diff-ref", "main")], ids=str)
def test_a_further_copy_of_a_known_passage_fails_and_is_pointed_at(branch: Repo, gate: tuple[str, ...]) -> None:
    branch.write("docs/new.md", f"{filler('new')}\n\n{wrapped(KETTLE, 50)}\n")
    outcome = branch.check(*gate)
    assert outcome.code == 1
    assert outcome.verdict.startswith("failed: 1 new, 0 changed, 1 known")
    [new] = [finding for finding in branch.findings(*gate) if finding.status == "new"]
    assert [new.passage.occurrences[number].document for number in new.fresh] == ["docs/new.md"]
    past = "of the baseline" if "--baseline" in gate else "before the change"
    assert new.reason == f"one occurrence more than the 2 {past}"


def test_a_copy_that_is_removed_leaves_a_stale_entry_which_an_update_prunes(branch: Repo) -> None:
    [refund] = [record for record in branch.records() if "docs/shop.md" in record["places"]]
    branch.edit("docs/shop.md", wrapped(REFUND, 60), filler("nothing"))
    outcome = branch.check("--baseline", ".known.jsonl")
    assert outcome.code == 0
    assert outcome.verdict == "passed: 0 new, 0 changed, 1 known, 0 suppressed, 1 stale"
    assert len(branch.records()) == 2
    outcome = branch.check("--baseline", ".known.jsonl", "--update-baseline")
    assert f"dedup: removed {refund['id']} (45 words): docs/faq.md, docs/shop.md\n" in outcome.err
    assert "updated the baseline .known.jsonl: 0 added, 1 removed, 0 changed" in outcome.err
    assert outcome.verdict == "passed: 0 new, 0 changed, 1 known, 0 suppressed, 0 stale"
    assert len(branch.records()) == 1
    # What is gone since a commit is nothing that anybody must mend.
    assert branch.check("--base-ref", "main").verdict == "passed: 0 new, 0 changed, 1 known, 0 suppressed, 0 stale"


def test_an_update_says_what_it_adds_and_changes(branch: Repo) -> None:
    branch.write("docs/new.md", wrapped(HERONS) + "\n")
    change_a_word_in_every_copy(branch)
    outcome = branch.check("--baseline", ".known.jsonl", "--update-baseline")
    assert outcome.code == 0
    assert "updated the baseline .known.jsonl: 1 added, 0 removed, 1 changed" in outcome.err
    line = branch.read("docs/birds.md").split("\n").index(wrapped(HERONS).split("\n")[0]) + 1
    assert f"(48 words): docs/birds.md:{line}, docs/new.md:1\n" in outcome.err
    assert outcome.verdict == "passed: 0 new, 0 changed, 3 known, 0 suppressed, 0 stale"
    before = branch.read(".known.jsonl")
    update(branch)
    assert branch.read(".known.jsonl") == before


@pytest.mark.parametrize("union", [False, True])
def test_branches_that_both_update_the_baseline_merge(branch: Repo, union: bool) -> None:
    if union:
        branch.write(".gitattributes", ".known.jsonl merge=union\n")
        branch.commit()
    for name, text in (("left", HERONS), ("right", filler("common", 30))):
        branch.git("checkout", "-q", "-b", name, "change")
        for copy in ("one", "two") if name == "right" else ("one",):
            branch.write(f"docs/{name}-{copy}.md", f"{filler(name + copy)}\n\n{wrapped(text)}\n")
        update(branch)
        branch.commit(f"Accept a copy, {name}")
    branch.git("merge", "-q", "--no-edit", "left", check=False)
    merged = branch.read(".known.jsonl")
    if "<<<<<<<" in merged:
        assert not union
        outcome = branch.check("--baseline", ".known.jsonl")
        assert outcome.code == 2
        assert "a merge conflict of git: keep the lines of both sides" in outcome.err
        kept = [line for line in merged.splitlines(keepends=True) if line.startswith("{")]
        branch.write(".known.jsonl", "".join(kept))
    outcome = branch.check("--baseline", ".known.jsonl")
    assert outcome.code == 0
    assert outcome.verdict == "passed: 0 new, 0 changed, 4 known, 0 suppressed, 0 stale"


def test_every_run_writes_the_same_bytes(branch: Repo) -> None:
    branch.write("docs/new.md", f"{wrapped(KETTLE, 50)}\n\n{wrapped(HERONS)}\n")
    change_a_word(branch)
    outputs = set()
    for seed in range(3):
        env = {**subprocess.os.environ, "PYTHONHASHSEED": str(seed), "PYTHONPATH": str(Path(__file__).parents[2])}
        for gate in (GATES["both"], ("--baseline", f"{seed}.jsonl", "--update-baseline", "-q")):
            done = subprocess.run(
                [sys.executable, "-m", "dedup", "check", "docs", "--output", "csv", "--jobs", str(seed), *gate],
                capture_output=True,
                env=env,
                stdin=subprocess.DEVNULL,
            )
            outputs.add((gate[0] == gate[-1], done.returncode, done.stdout, done.stderr))
        outputs.add(branch.read(f"{seed}.jsonl"))
        (branch.folder / f"{seed}.jsonl").unlink()
    assert len(outputs) == 3
