"""The command: its options and settings, what goes together, how it ends and what it says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from repository import HERONS, KETTLE, Repo, filler, wrapped

from dedup.cli.settings import read_settings

NEW = "failed: 2 new, 0 changed, 0 known, 0 suppressed, 0 stale; 2 new passages, more than 0 (max-new)"


def test_without_a_baseline_every_passage_is_new(repo: Repo) -> None:
    outcome = repo.check()
    assert outcome.code == 1
    assert outcome.verdict == NEW
    assert outcome.err == f"dedup: check {NEW}\n"
    assert repo.check("-q").err == ""


def test_limits(repo: Repo) -> None:
    assert repo.check("--max-new", "2").verdict == "passed: 2 new, 0 changed, 0 known, 0 suppressed, 0 stale"
    outcome = repo.check("--max-new", "2", "--max-ratio", "0.1")
    assert outcome.code == 1
    assert outcome.verdict.endswith("% of the text is duplicated, more than 10.00% (max-ratio)")
    assert repo.check("--max-new", "2", "--max-ratio", "0.9").code == 0


@pytest.mark.parametrize(
    ("option", "value"), [("--max-new", "-1"), ("--max-new", "x"), ("--max-ratio", "1.1"), ("--max-ratio", "nan")]
)
def test_a_limit_out_of_range_is_an_error(repo: Repo, option: str, value: str) -> None:
    outcome = repo.check(option, value)
    assert outcome.code == 2
    assert option.removeprefix("--") in outcome.err


def test_exit_zero_says_that_it_failed(repo: Repo) -> None:
    outcome = repo.check("--exit-zero")
    assert outcome.code == 0
    assert outcome.verdict == f"{NEW}; the exit status is 0 all the same (--exit-zero)"
    assert "all the same" not in repo.check("--exit-zero", "--max-new", "2").verdict
    assert repo.check("--exit-zero", "--base-ref", "none").code == 2


def test_nothing_to_read_is_an_error(repo: Repo) -> None:
    (repo.folder / "empty").mkdir()
    outcome = repo.dedup("check", "empty")
    assert outcome.code == 2
    assert "nothing to check was read (--allow-empty lets that pass)" in outcome.err
    (repo.folder / "empty" / "x.md").write_bytes(b"\0")
    assert "skipped 1, such as empty/x.md: not text: NUL byte at 0" in repo.dedup("check", "empty").err
    outcome = repo.dedup("check", "empty", "--allow-empty")
    assert outcome.code == 0
    assert outcome.verdict == "passed: 0 new, 0 changed, 0 known, 0 suppressed, 0 stale"
    outcome = repo.dedup("check")
    assert outcome.code == 2
    assert "nothing to check: name files or folders" in outcome.err
    assert repo.dedup("check", "missing", "--allow-empty").code == 2


def test_a_baseline_that_is_missing_is_an_error_until_it_is_written(repo: Repo) -> None:
    outcome = repo.check("--baseline", "known.jsonl")
    assert outcome.code == 2
    assert "known.jsonl: there is no such baseline; --update-baseline writes it" in outcome.err
    outcome = repo.check("--baseline", "known.jsonl", "--update-baseline")
    assert outcome.code == 0
    assert "dedup: wrote the baseline known.jsonl: 2 added, 0 removed, 0 changed\n" in outcome.err
    assert "dedup: wrote the baseline" not in repo.check("--baseline", "known.jsonl").err
    (repo.folder / "known.jsonl").write_text("{}\n")
    for more in ([], ["--update-baseline"]):
        outcome = repo.check("--baseline", "known.jsonl", *more)
        assert outcome.code == 2
        assert "known.jsonl, line 1: not a baseline" in outcome.err
    assert repo.read("known.jsonl") == "{}\n"


def test_an_update_names_some_and_with_verbose_all(repo: Repo) -> None:
    for number in range(25):
        text = filler(f"same{number}", 20)
        for copy in "ab":
            repo.write(f"docs/{copy}{number:02}.md", f"{filler(f'{copy}{number}')}\n\n{text}\n")
    for copy in range(8):
        repo.write(f"docs/kettle{copy}.md", wrapped(KETTLE))
    args = ("--baseline", "known.jsonl", "--update-baseline")
    outcome = repo.check(*args, "-v")
    assert "dedup: wrote the baseline known.jsonl: 27 added" in outcome.err
    assert outcome.err.count("dedup: added ") == 27
    assert "docs/kettle0.md:1, docs/kettle1.md:1, docs/kettle2.md:1, docs/kettle3.md:1, and 5 more\n" in outcome.err
    (repo.folder / "known.jsonl").unlink()
    outcome = repo.check(*args)
    assert outcome.err.count("dedup: added ") == 20
    assert "dedup: and 7 more (-v names them)\n" in outcome.err


def test_the_files_of_a_run_are_no_documents(repo: Repo) -> None:
    args = ("--baseline", "docs/known.jsonl", "--diff", "docs/change.diff", "--output", "csv:docs/report.csv")
    repo.check("--baseline", "docs/known.jsonl", "--update-baseline")
    repo.write("docs/change.diff", "")
    for _ in range(2):
        outcome = repo.dedup("check", "docs", *args, "-v")
        assert outcome.code == 0
        assert "skipped docs/known.jsonl: the baseline\n" in outcome.err
        assert "skipped docs/change.diff: the diff of this run\n" in outcome.err
    assert "skipped docs/report.csv: output of this run\n" in outcome.err
    repo.commit()
    outcome = repo.dedup("check", "docs", "--baseline", repo.folder / "docs/known.jsonl", "--base-ref", "HEAD")
    assert outcome.verdict == "passed: 0 new, 0 changed, 2 known, 0 suppressed, 0 stale"


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--update-baseline"], "--update-baseline needs a file to write: --baseline FILE"),
        (["--baseline", "k", "--update-baseline", "--base-ref", "main"], "--update-baseline and --base-ref exclude"),
        (["--baseline", "k", "--update-baseline", "--diff", "-"], "--update-baseline and --diff exclude each other"),
        (["--baseline", "k", "--update-baseline", "--diff-ref", "x"], "--update-baseline and --diff-ref exclude"),
        (["--diff", "-", "--diff-ref", "main"], "--diff and --diff-ref exclude each other"),
        (["-", "--diff", "-"], "standard input can be only one of"),
        (["--files-from", "-", "--diff", "-"], "standard input can be only one of"),
        (["--baseline", "none/k", "--update-baseline"], "there is no folder none"),
        (["--baseline", "docs"], "is a directory"),
        (["--baseline", "k", "--update-baseline", "--output", "json:./k"], "k is the baseline"),
        (["--diff", "none.diff"], "none.diff: the diff cannot be read: No such file"),
        (["--diff", "docs/faq.md"], "docs/faq.md: line 1 of the diff: not a unified diff"),
    ],
)
def test_what_does_not_go_together_is_an_error(repo: Repo, args: list[str], message: str) -> None:
    before = sorted(repo.folder.rglob("*"))
    outcome = repo.dedup("check", "docs", *args)
    assert outcome.code == 2
    assert message in outcome.err
    assert sorted(repo.folder.rglob("*")) == before


def test_a_change_of_nothing_that_is_read_is_mentioned(repo: Repo) -> None:
    repo.write("code.py", "x = 1\n")
    for gate in (("--diff-ref", "main"), ("--diff", "-")):
        outcome = repo.check(*gate, stdin=b"")
        assert outcome.code == 0
        assert "the change adds no line to any document that was read" in outcome.err


CONFIG = """
paths = ["docs"]
output = ["concise"]
baseline = "known.jsonl"
base-ref = "main"
diff-ref = "main"
max-new = 1
max-ratio = 0.9
allow-empty = true
"""


def test_a_configuration_file_says_it_all(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.write("dedup.toml", CONFIG)
    outcome = repo.dedup("check", "--update-baseline")  # sets aside what the file compares with
    assert "dedup: wrote the baseline known.jsonl: 2 added" in outcome.err
    repo.edit("docs/shop.md", "# Shop\n", f"# Shop\n\n{wrapped(HERONS)}\n")
    (repo.folder / "empty").mkdir()
    for folder in (repo.folder, repo.folder / "docs"):
        monkeypatch.chdir(folder)
        assert repo.dedup("check").verdict == "passed: 1 new, 0 changed, 2 known, 0 suppressed, 0 stale"
        assert repo.dedup("check", "--max-new", "0").code == 1
        assert repo.dedup("check", "--diff", "-").verdict.startswith("passed: 0 new, 0 changed, 3 known")
        assert repo.dedup("check", "../repo/empty").code == 0 or folder != repo.folder
    monkeypatch.chdir(repo.folder)
    repo.write("docs/new.md", wrapped(KETTLE))
    assert repo.dedup("check").code == 1
    monkeypatch.setenv("DEDUP_MAX_NEW", "5")
    assert repo.dedup("check").code == 0
    assert repo.dedup("check", "--max-new", "1").code == 1


def test_a_scan_does_not_mind_the_keys_of_the_check(repo: Repo) -> None:
    repo.write("dedup.toml", CONFIG)
    assert repo.dedup("scan").code == 0
    assert repo.dedup("files").code == 0
    assert read_settings(None, isolated=False).run["baseline"] == Path("known.jsonl")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("max-new = -1", "max-new must be a whole number, 0 or more, not -1"),
        ("max-new = true", "max-new must be a whole number"),
        ("max-ratio = 2", "max-ratio must be a number from 0 to 1, not 2"),
        ("baseline = ''", "baseline must be a file, not ''"),
        ("base-ref = 3", "base-ref must be the name of a commit, not 3"),
        ("diff-ref = []", "diff-ref must be the name of a commit"),
        ("allow-empty = 1", "allow-empty must be true or false"),
        ("update-baseline = true", "unknown key 'update-baseline'"),
        ("exit-zero = true", "unknown key 'exit-zero'"),
        ("max_new = 1", "unknown key 'max_new'; did you mean 'max-new'?"),
    ],
)
def test_a_mistake_in_the_file_is_named(repo: Repo, line: str, message: str) -> None:
    repo.write("dedup.toml", f"{line}\n")
    outcome = repo.check()
    assert outcome.code == 2
    assert message in outcome.err


@pytest.mark.parametrize(
    ("name", "value"), [("DEDUP_MAX_NEW", "x"), ("DEDUP_MAX_RATIO", "7"), ("DEDUP_UPDATE_BASELINE", "perhaps")]
)
def test_a_bad_variable_is_named(repo: Repo, monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    outcome = repo.check()
    assert outcome.code == 2
    assert name in outcome.err


def test_a_check_looks_for_passages_alone_whatever_the_settings(repo: Repo) -> None:
    repo.write("docs/manual-2.md", repo.read("docs/manual.md"))
    repo.write("dedup.toml", "clusters = true\npassages = false\n")
    outcome = repo.dedup("check", "docs", "--output", "json")
    assert outcome.code == 1
    config = json.loads(outcome.out)["config"]
    assert (config["clusters"], config["passages"]) == (False, True)


def test_records_of_a_jsonl_file_are_touched_by_their_line(repo: Repo) -> None:
    first, second = json.dumps({"text": HERONS}), json.dumps({"text": filler("own")})
    repo.write("docs/records.jsonl", f"{second}\n")
    repo.commit()
    repo.write("docs/records.jsonl", f"{second}\n{first}\n")
    findings = repo.findings("--diff-ref", "HEAD")
    [new] = [finding for finding in findings if finding.status == "new"]
    assert [new.passage.occurrences[number].document for number in new.fresh] == ["docs/records.jsonl:2"]


def test_records_with_ids_of_their_own_cannot_be_told_by_lines(repo: Repo) -> None:
    repo.write("docs/records.jsonl", json.dumps({"id": "mine", "text": filler("own")}) + "\n")
    repo.commit()
    assert repo.check("--diff-ref", "HEAD").code == 0
    repo.write("docs/records.jsonl", json.dumps({"id": "mine", "text": HERONS}) + "\n")
    outcome = repo.check("--diff-ref", "HEAD")
    assert outcome.code == 2
    assert "docs/records.jsonl: its records have ids of their own" in outcome.err
    assert repo.check("--base-ref", "HEAD").code == 1


def test_names_cannot_write_to_the_terminal(repo: Repo) -> None:
    evil = "docs/x\x1b[2J\n::error::y.md"
    repo.write(evil, wrapped(HERONS))
    outcome = repo.check("--baseline", "known.jsonl", "--update-baseline", "-v")
    assert "\x1b" not in outcome.err
    assert "\n::error::" not in outcome.err
    assert "\x1b" not in repo.read("known.jsonl")


def test_boilerplate_is_read_besides_the_paths_and_reported_nowhere(repo: Repo) -> None:
    repo.write("templates/kettle.txt", KETTLE)
    for options in (("--boilerplate", "templates"), ("--boilerplate", "templates/kettle.txt")):
        outcome = repo.check(*options)
        assert outcome.verdict.startswith("failed: 1 new, 0 changed, 0 known, 1 suppressed, 0 stale"), outcome.err
        assert "Read 5 documents" in outcome.out
    outcome = repo.check("--boilerplate", "template")
    assert (outcome.code, "template" in outcome.err) == (2, True)


def test_rules_hold_for_what_was_there_before_too(repo: Repo) -> None:
    """A copy that is suppressed, then and now, does not make room for another one."""
    repo.edit("docs/faq.md", wrapped(KETTLE), f"<!-- dedup: ignore-next -->\n{wrapped(KETTLE)}")
    repo.check("--baseline", "known", "--update-baseline")
    repo.commit("Ignore a copy")
    repo.write("docs/kitchen.md", f"# Kitchen\n\n{KETTLE}\n")
    for options in (("--baseline", "known"), ("--base-ref", "HEAD"), ("--diff-ref", "HEAD")):
        outcome = repo.check(*options)
        assert outcome.verdict.startswith("failed: 1 new"), (options, outcome.err)


def test_an_override_finds_what_is_shorter_in_its_paths_alone(repo: Repo) -> None:
    short = "The lamp at the gate burns until the last ferry is in."
    repo.write("docs/gate.md", f"# Gate\n\n{short}\n")
    repo.write("docs/lamps.md", f"# Lamps\n\n{short}\n")
    assert repo.check().verdict.startswith("failed: 2 new")
    repo.write("dedup.toml", '[[override]]\npaths = ["docs/gate.md", "docs/lamps.md"]\nmin-words = 8\n')
    assert repo.check().verdict.startswith("failed: 3 new")
    repo.write("dedup.toml", '[[override]]\npaths = ["docs/gate.md"]\nmin-words = 8\n')
    assert repo.check().verdict.startswith("failed: 2 new, 0 changed, 0 known, 0 suppressed")
