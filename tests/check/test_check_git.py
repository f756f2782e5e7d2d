"""Repositories as they really are: refs that are missing, shallow clones, submodules, odd names, settings of git."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from repository import HERONS, KETTLE, Repo, filler, wrapped

from dedup.check.git import Repository


def copy_a_paragraph(repo: Repo) -> None:
    repo.edit("docs/shop.md", "# Shop\n", f"# Shop\n\n{wrapped(HERONS)}\n")


@pytest.mark.parametrize("option", ["--base-ref", "--diff-ref"])
@pytest.mark.parametrize(
    ("ref", "message"),
    [
        ("origin/main", "no commit is called 'origin/main'; is it fetched? (git fetch)"),
        ("-x", "'-x' is no name of a commit"),
        ("--upload-pack=x", "is no name of a commit"),
        ("", "is no name of a commit"),
        ("main:docs", "no commit is called"),
        ("a\x1b[2Jb\n::error::c", "no commit is called"),
    ],
)
def test_a_ref_that_is_none_is_an_error(repo: Repo, option: str, ref: str, message: str) -> None:
    outcome = repo.check(f"{option}={ref}")
    assert outcome.code == 2
    assert message in outcome.err
    assert "\x1b" not in outcome.err
    assert len(outcome.err.splitlines()) == 1


def test_outside_of_git_there_is_no_ref(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    outcome = repo.dedup("check", ".", "--base-ref", "main")
    assert outcome.code == 2
    assert "this folder is in no repository" in outcome.err


@pytest.mark.parametrize("place", ["bare", "inside"])
def test_without_a_work_tree_there_is_nothing_to_check(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    repo.git("clone", "-q", "--bare", repo.folder, tmp_path / "bare")
    monkeypatch.chdir(tmp_path / "bare" if place == "bare" else repo.folder / ".git")
    outcome = repo.dedup("check", ".", "--base-ref", "main")
    assert outcome.code == 2
    assert "a bare repository has no files to check" in outcome.err


def test_git_that_is_not_installed_is_named(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    outcome = repo.check("--base-ref", "main")
    assert outcome.code == 2
    assert "git is not installed" in outcome.err


def test_before_the_first_commit_there_is_no_head(tmp_path: Path, repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.git("checkout", "-q", "--orphan", "empty")
    outcome = repo.check("--base-ref", "main")
    assert outcome.code == 2
    assert "there is no commit yet" in outcome.err


def test_histories_without_a_common_commit_have_no_base(repo: Repo) -> None:
    repo.git("checkout", "-q", "--orphan", "other")
    repo.commit("Another start")
    outcome = repo.check("--base-ref", "main")
    assert outcome.code == 2
    assert "have no merge base: they share no history" in outcome.err


def test_a_shallow_clone_is_told_to_fetch(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.git("branch", "change")
    repo.write("docs/more.md", filler("more"))
    repo.commit("main goes on")
    repo.git("checkout", "-q", "change")
    repo.write("docs/else.md", filler("else"))
    repo.commit("so does the branch")
    clone = tmp_path / "clone"
    repo.git("clone", "-q", "--depth", "1", "--branch", "change", f"file://{repo.folder}", clone)
    monkeypatch.chdir(clone)
    outcome = repo.check("--base-ref", "origin/main")
    assert outcome.code == 2
    assert "a shallow clone may lack it: git fetch --unshallow, or fetch-depth: 0" in outcome.err
    repo.git("fetch", "-q", "--depth", "1", "origin", "main:refs/remotes/origin/main", folder=clone)
    outcome = repo.check("--base-ref", "origin/main")
    assert outcome.code == 2
    assert "have no merge base: in this shallow clone; fetch the history: git fetch --unshallow" in outcome.err
    repo.git("fetch", "-q", "--unshallow", "origin", folder=clone)
    repo.git("fetch", "-q", "origin", "main:refs/remotes/origin/main", folder=clone)
    assert repo.check("--base-ref", "origin/main").code == 0


def test_a_detached_head_and_a_commit_as_ref_will_do(repo: Repo) -> None:
    first = repo.git("rev-parse", "HEAD").strip()
    copy_a_paragraph(repo)
    repo.git("checkout", "-q", "--detach")
    repo.commit()
    assert repo.check("--base-ref", first[:10]).code == 1
    assert repo.check("--base-ref", "HEAD").code == 0
    assert repo.check("--diff-ref", "HEAD~1").code == 1


def test_what_main_added_since_is_not_looked_at(repo: Repo) -> None:
    repo.git("checkout", "-q", "-b", "change")
    repo.git("checkout", "-q", "main")
    copy_a_paragraph(repo)
    repo.commit()
    repo.git("checkout", "-q", "change")
    copy_a_paragraph(repo)
    assert repo.check("--base-ref", "main").code == 1


def test_the_work_tree_and_the_index_stay_as_they_are(repo: Repo) -> None:
    copy_a_paragraph(repo)
    repo.git("add", "docs/shop.md")
    repo.write("docs/other.md", "untracked")
    os.utime(repo.folder / "docs/faq.md", (1, 1))  # so that git would refresh its index
    before = repo.git("status", "--porcelain")
    os.utime(repo.folder / "docs/faq.md", (1, 1))
    index = (repo.folder / ".git/index").read_bytes()
    files = sorted(repo.folder.rglob("*"))
    assert repo.check("--base-ref", "main", "--diff-ref", "main").code == 1
    assert (repo.folder / ".git/index").read_bytes() == index
    assert sorted(repo.folder.rglob("*")) == files
    assert Path.cwd() == repo.folder
    assert repo.git("status", "--porcelain") == before


def test_a_folder_around_the_repository_has_no_base(repo: Repo) -> None:
    for path in ("..", repo.folder.parent, "/"):
        outcome = repo.dedup("check", path, "--base-ref", "main", "--include", "*.md")
        assert outcome.code == 2
        assert "holds the whole repository" in outcome.err


def test_symbolic_links_are_followed_at_the_base_too(repo: Repo, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(repo.folder)
    (repo.folder / "pages").symlink_to("docs")
    repo.write("shared/birds.md", wrapped(HERONS))
    repo.write("site/own.md", wrapped(KETTLE))
    (repo.folder / "site" / "birds.md").symlink_to("../shared/birds.md")
    repo.commit()
    assert repo.dedup("check", "site", "docs", "--base-ref", "main").verdict.startswith("passed: 0 new, 0 changed, 3")
    repo.edit("docs/shop.md", "# Shop\n", f"# Shop\n\n{wrapped(HERONS)}\n")
    for path in ("pages", tmp_path / "link" / "docs", tmp_path / "link", repo.folder):
        outcome = repo.dedup("check", path, "--base-ref", "main")
        assert outcome.verdict.startswith("failed: 1 new, 0 changed, 2 known"), path


@pytest.mark.parametrize("paths", [["."], ["../docs"], [".."], ["faq.md", "shop.md", "birds.md", "manual.md"]])
def test_below_the_top_of_the_repository(repo: Repo, monkeypatch: pytest.MonkeyPatch, paths: list[str]) -> None:
    monkeypatch.chdir(repo.folder / "docs")
    for gate in ("--base-ref", "--diff-ref"):
        assert repo.dedup("check", *paths, gate, "main").code == 0
    copy_a_paragraph(repo)
    absolute = [str(Path(path).resolve()) for path in paths]
    for named in (paths, absolute):
        for gate in (["--base-ref", "main"], ["--diff-ref", "main"], ["--diff", "-"]):
            outcome = repo.dedup("check", *named, *gate, stdin=repo.git("diff").encode())
            assert outcome.code == 1, (named, gate)
            assert outcome.verdict.startswith("failed: 1 new, 0 changed, 2 known")


def test_a_folder_that_the_base_has_not(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.write("new/a.md", wrapped(HERONS))
    monkeypatch.chdir(repo.folder / "new")
    outcome = repo.dedup("check", ".", "../docs", "--base-ref", "main")
    assert outcome.code == 1
    assert outcome.verdict.startswith("failed: 1 new, 0 changed, 2 known")


@pytest.mark.parametrize(
    "name",
    ["with space.md", 'quo"te\'s.md', "new\nline.md", "tab\there.md", "%0A::error::x.md", "-x.md",
     "ünïcødé 文.md", "b\\s.md"],
)  # fmt: skip
def test_odd_names_of_files(repo: Repo, name: str) -> None:
    (repo.folder / "docs" / "faq.md").rename(repo.folder / "docs" / name)
    repo.commit()
    assert repo.check("--base-ref", "HEAD").code == repo.check("--diff-ref", "HEAD").code == 0
    repo.edit(f"docs/{name}", "# Questions\n", f"# Questions\n\n{wrapped(HERONS)}\n")
    for gate in (("--base-ref", "HEAD"), ("--diff-ref", "HEAD"), ("--diff", "-")):
        diff = repo.git("diff").encode()
        assert repo.check(*gate, stdin=diff).code == 1
        [new] = [item for item in repo.findings(*gate, stdin=diff) if item.status == "new"]
        assert [new.passage.occurrences[number].document for number in new.fresh] == [f"docs/{name}"]


def test_a_name_that_is_not_utf_8(repo: Repo) -> None:
    name = os.fsdecode(b"docs/caf\xe9.md")
    repo.write(name, filler("cafe"))
    repo.commit()
    repo.write(name, f"{filler('cafe')}\n\n{wrapped(HERONS)}\n")
    for gate in (("--base-ref", "HEAD"), ("--diff-ref", "HEAD")):
        [new] = [item for item in repo.findings(*gate) if item.status == "new"]
        assert [new.passage.occurrences[number].document for number in new.fresh] == ["docs/caf\\xe9.md"]


def test_settings_of_git_change_nothing(repo: Repo) -> None:
    for setting in (
        *("diff.noprefix=true", "diff.mnemonicPrefix=true", "diff.external=false", "color.ui=always"),
        *("diff.context=9", "diff.interHunkContext=9", "diff.renames=false", "core.quotePath=false"),
        *("diff.relative=true", "core.fsmonitor=false", "diff.algorithm=patience", "diff.suppressBlankEmpty=true"),
    ):
        repo.git("config", *setting.split("="))
    repo.git("mv", "docs/manual.md", "docs/guide.md")
    assert repo.check("--diff-ref", "HEAD").code == 0
    copy_a_paragraph(repo)
    assert repo.check("--diff-ref", "HEAD").verdict.startswith("failed: 1 new, 0 changed, 2 known")


@pytest.mark.parametrize("setting", [[], ["diff.noprefix=true"], ["diff.mnemonicPrefix=true"]])
@pytest.mark.parametrize("flags", [[], ["-U0"], ["-U9"], ["-w"], ["--cached"]])
def test_a_diff_however_it_is_made(repo: Repo, setting: list[str], flags: list[str]) -> None:
    copy_a_paragraph(repo)
    repo.write("docs/new.md", wrapped(KETTLE))
    repo.git("add", "-A")
    diff = repo.git(*(item for pair in setting for item in ("-c", pair)), "diff", *flags, "HEAD").encode()
    findings = repo.findings("--diff", "-", stdin=diff)
    assert [finding.status for finding in findings].count("new") == 2
    pointed = {item.passage.occurrences[number].document for item in findings for number in item.fresh}
    assert pointed == {"docs/shop.md", "docs/new.md"}


def test_what_the_base_ignored_is_ignored_there(repo: Repo) -> None:
    repo.write(".gitignore", "drafts/\n")
    repo.write("docs/drafts/a.md", wrapped(HERONS))
    repo.commit()
    assert repo.check("--base-ref", "HEAD").verdict.startswith("passed: 0 new")
    repo.write(".gitignore", "")
    # It is read from now on, and was not before.
    assert repo.check("--base-ref", "HEAD").verdict.startswith("failed: 1 new")


def test_settings_hold_for_the_base_too(repo: Repo) -> None:
    repo.write("docs/data.jsonl", f'{{"id": "r", "text": "{HERONS}"}}\n')
    repo.write("docs/old/birds.md", wrapped(HERONS))
    repo.commit()
    assert repo.check("--base-ref", "HEAD", "--exclude", "/docs/old/").verdict.startswith("passed: 0 new, 0 changed, 3")
    assert repo.check("--base-ref", "HEAD", "--include", "*.jsonl").verdict.startswith("passed: 0 new, 0 changed, 0")
    listed = b"docs/birds.md\ndocs/old/birds.md\ndocs/not-there-yet.md\n"
    repo.write("docs/not-there-yet.md", "x")
    args = ("check", "--base-ref", "HEAD", "--files-from", "-")
    assert repo.dedup(*args, stdin=listed).verdict.startswith("passed: 0 new, 0 changed, 1 known")


def test_texts_outside_of_the_repository_are_the_same_on_both_sides(repo: Repo, tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "a.md").write_text(wrapped(HERONS))
    for shared in ("../shared", tmp_path / "shared"):
        assert repo.check(shared, "--base-ref", "main").verdict.startswith("passed: 0 new, 0 changed, 3 known")


def test_a_submodule_is_left_out_with_the_reason(repo: Repo, tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    repo.git("init", "-q", folder=inner)
    (inner / "a.md").write_text(f"{wrapped(HERONS)}\n")
    repo.git("add", "-A", folder=inner)
    repo.git("commit", "-q", "-m", "x", folder=inner)
    repo.git("submodule", "--quiet", "add", inner, "docs/inner")
    repo.commit()
    outcome = repo.check("--base-ref", "HEAD", "-v")
    assert outcome.code == 0
    assert "docs/inner/a.md: in the submodule docs/inner, which has a history of its own" in outcome.err
    assert repo.check("--diff-ref", "HEAD").verdict.startswith("passed: 0 new, 0 changed, 3 known")


def test_the_files_of_a_commit_are_written_with_the_line_ends_of_the_work_tree(repo: Repo, tmp_path: Path) -> None:
    repo.write(".gitattributes", "*.md text eol=crlf\n")
    repo.write("docs/deep/x y.md", "one\r\ntwo\r\n")
    commit = repo.commit()
    repo.git("rm", "-q", "-r", "docs")
    folder = tmp_path / "out"
    folder.mkdir()
    Repository.here().write_files(commit, ["docs/deep"], folder)
    assert [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()] == ["docs/deep/x y.md"]
    assert (folder / "docs/deep/x y.md").read_bytes() == b"one\r\ntwo\r\n"


def test_a_hook_may_run_it(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    copy_a_paragraph(repo)
    repo.git("add", "-A")
    monkeypatch.setenv("GIT_DIR", ".git")
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/index")
    assert repo.check("--base-ref", "main").verdict.startswith("failed: 1 new, 0 changed, 2 known")
    assert repo.check("--diff-ref", "main").verdict.startswith("failed: 1 new, 0 changed, 2 known")
