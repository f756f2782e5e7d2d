"""What a careless or a sly change may do: several ways of saying what is known, taken together."""

from __future__ import annotations

import json

import pytest
from repository import HERONS, KETTLE, Repo, wrapped

MARKER = "<!-- dedup: ignore-next -- prescribed -->"
GATES = {
    "baseline": ("--baseline", ".known.jsonl"),
    "base-ref": ("--base-ref", "main"),
    "diff-ref": ("--diff-ref", "main"),
}


@pytest.fixture(params=GATES)
def gate(repo: Repo, request: pytest.FixtureRequest) -> tuple[str, ...]:
    """Return a gate that knows the passages of the repository."""
    repo.check("--baseline", ".known.jsonl", "--update-baseline")
    repo.git("checkout", "-q", "-b", "work")
    return GATES[request.param]


def _mark(repo: Repo, name: str) -> None:
    repo.edit(name, wrapped(KETTLE), f"{MARKER}\n\n{wrapped(KETTLE)}")


def test_a_further_copy_does_not_hide_behind_one_that_is_marked(repo: Repo, gate: tuple[str, ...]) -> None:
    _mark(repo, "docs/faq.md")
    assert repo.check(*gate).verdict.startswith("passed: 0 new, 0 changed, 1 known, 1 suppressed")
    repo.write("docs/birds.md", f"{repo.read('docs/birds.md')}\n{wrapped(KETTLE, 50)}\n")
    outcome = repo.check(*gate)
    assert outcome.verdict.startswith("failed: 1 new, 0 changed, 1 known, 1 suppressed")
    assert outcome.out.startswith("docs/birds.md:")


def test_an_edited_further_copy_does_not_hide_either(repo: Repo, gate: tuple[str, ...]) -> None:
    _mark(repo, "docs/faq.md")
    text = wrapped(KETTLE, 50).replace("kettle", "cauldron")
    repo.write("docs/birds.md", f"{repo.read('docs/birds.md')}\n{text}\n")
    assert repo.check(*gate).code == 1


def test_a_copy_that_is_marked_makes_the_others_no_newer(repo: Repo) -> None:
    repo.write("docs/third.md", f"{wrapped(KETTLE, 50)}\n")
    repo.check("--baseline", ".known.jsonl", "--update-baseline")
    repo.commit()
    _mark(repo, "docs/faq.md")
    for gate in GATES.values():
        assert repo.check(*gate).code == 0


def test_a_copy_beside_a_marked_one_of_its_own_file_moves_within_it(repo: Repo) -> None:
    """What was suppressed already when the baseline was written takes no place from the others."""
    marked = f"\n{MARKER}\n\n{wrapped(KETTLE, 50)}\n"
    repo.write("docs/faq.md", repo.read("docs/faq.md") + marked)
    repo.check("--baseline", ".known.jsonl", "--update-baseline")
    repo.commit()
    assert repo.check("--baseline", ".known.jsonl").code == 0
    repo.write("docs/faq.md", marked + repo.read("docs/faq.md").removesuffix(marked))
    for gate in GATES.values():
        assert repo.check(*gate).code == 0


@pytest.mark.parametrize("gate", ["baseline", "base-ref"])
def test_a_marker_that_is_removed_makes_the_passage_new(repo: Repo, gate: str) -> None:
    _mark(repo, "docs/faq.md")
    repo.commit()
    repo.check("--baseline", ".known.jsonl", "--update-baseline")
    repo.edit("docs/faq.md", f"{MARKER}\n\n", "")
    assert repo.check(*GATES[gate]).verdict.startswith("failed: 1 new, 0 changed, 1 known, 0 suppressed")


def test_an_update_does_not_empty_the_baseline_when_nothing_was_read(repo: Repo) -> None:
    baseline = ("--baseline", "known", "--update-baseline", "--allow-empty")
    (repo.folder / "empty").mkdir()
    assert repo.dedup("check", "empty", *baseline).code == 0
    repo.check(*baseline)
    before = repo.read("known")
    outcome = repo.dedup("check", "empty", *baseline)
    assert outcome.code == 2
    assert "nothing was read, which would empty the baseline known" in outcome.err
    assert repo.read("known") == before


def test_a_baseline_may_begin_with_a_byte_order_mark(repo: Repo) -> None:
    repo.check("--baseline", "known", "--update-baseline")
    repo.write("known", "\ufeff" + repo.read("known").replace("\n", "\r\n"))
    assert repo.check("--baseline", "known").verdict.startswith("passed: 0 new, 0 changed, 2 known")


def test_a_table_of_pyproject_in_a_file_of_its_own_is_explained(repo: Repo) -> None:
    repo.write("dedup.toml", '\n[tool.dedup]\npaths = ["docs"]\n')
    outcome = repo.dedup("check")
    assert outcome.code == 2
    assert "dedup.toml:2: unknown key 'tool': in this file the keys stand without [tool.dedup]" in outcome.err


def test_all_formats_at_once_say_the_same_each_time(repo: Repo) -> None:
    repo.write("docs/new.md", f"{wrapped(HERONS, 50)}\n")
    formats = ("text", "concise", "markdown", "github", "gitlab", "sarif", "junit", "csv", "json")
    seen = set()
    for _ in range(3):
        repo.dedup("check", "docs", *(arg for name in formats for arg in ("--output", f"{name}:out.{name}")))
        written = {name: repo.read(f"out.{name}") for name in formats}
        whole = json.loads(written.pop("json"))
        assert whole["stats"].pop("seconds") > 0
        seen.add((json.dumps(whole), *written.values()))
    assert len(seen) == 1
    assert not any("seconds" in text for text in seen.pop())


@pytest.mark.parametrize("option", ["--baseline", "--diff"])
def test_an_option_that_is_empty_is_named(repo: Repo, option: str) -> None:
    outcome = repo.check(option, "")
    assert outcome.code == 2
    assert f"{option} is empty" in outcome.err


@pytest.mark.parametrize("absolute", [False, True])
def test_lines_are_seen_as_added_through_a_link_to_a_folder(repo: Repo, absolute: bool) -> None:
    (repo.folder / "link").symlink_to("docs")
    repo.commit()
    repo.write("docs/shop.md", f"{repo.read('docs/shop.md')}\n{wrapped(HERONS, 50)}\n")
    outcome = repo.dedup("check", repo.folder / "link" if absolute else "link", "--diff-ref", "main")
    assert outcome.verdict.startswith("failed: 1 new, 0 changed, 2 known")


def test_a_file_that_git_ignores_and_the_check_reads_is_added(repo: Repo) -> None:
    repo.write(".gitignore", "docs/draft.md\n")
    repo.write("docs/draft.md", f"{wrapped(HERONS, 50)}\n")
    assert repo.check("--diff-ref", "main").code == 0
    assert repo.check("--diff-ref", "main", "--no-gitignore").code == 1
