"""Where settings come from: option, variable, configuration file, default, in this order."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest
from cli_support import Outcome, Run, Scans

from dedup.cli.settings import read_settings
from dedup.config import Config, kebab
from dedup.result import read_result
from dedup.rules import KEYS, Group, Override


@pytest.fixture
def repository(corpus: Path) -> Path:
    """Return the folder around the corpus, as the root of a repository."""
    (corpus.parent / ".git").mkdir()
    return corpus.parent


def scan(run: Run, *args: str | Path) -> None:
    outcome = run("scan", *args, "--output", "json")
    assert outcome.code == 0, outcome.err


def test_an_option_comes_before_a_variable_before_the_file_before_the_default(
    run: Run, scans: Scans, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan(run, "corpus")
    (repository / "dedup.toml").write_text("min-words = 20\nseed = 7\n")
    scan(run, "corpus")
    monkeypatch.setenv("DEDUP_MIN_WORDS", "30")
    scan(run, "corpus")
    scan(run, "corpus", "--min-words", "40")
    scan(run, "corpus", "--min-words", "15")  # the default, but said
    assert [config.min_words for config in scans.configs] == [15, 20, 30, 40, 15]
    assert [config.seed for config in scans.configs] == [1, 7, 7, 7, 7]


def test_switches_can_be_turned_back(run: Run, scans: Scans, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (repository / "dedup.toml").write_text("passages = false\nhidden = true\n")
    scan(run, "corpus")
    monkeypatch.setenv("DEDUP_HIDDEN", "0")
    scan(run, "corpus", "--passages")
    assert [(config.passages, config.hidden) for config in scans.configs] == [(False, True), (True, False)]


def test_variables_hold_for_every_command(
    run: Run, scans: Scans, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEDUP_MIN_WORDS", "9")
    monkeypatch.setenv("DEDUP_EXCLUDE", "a* *.bin")
    monkeypatch.setenv("DEDUP_OUTPUT", "json")
    scan(run, "corpus")
    assert scans.configs[0].exclude == ("a*", "*.bin")
    assert run("compare", "corpus/a.txt", "corpus/b.txt").out.startswith("{")
    assert {config.min_words for config in scans.configs} == {9}
    assert run("files", "corpus").out == "corpus/b.txt\n"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("DEDUP_MIN_WORDS", "many"),
        ("DEDUP_MIN_WORDS", "3"),
        ("DEDUP_HIDDEN", "perhaps"),
        ("DEDUP_OUTPUT", "jsn"),
        ("DEDUP_SORT", "colour"),
        ("DEDUP_LIMIT", "-3"),
        ("DEDUP_CONFIG", "missing.toml"),
    ],
)
def test_a_bad_variable_is_named(
    run: Run, scans: Scans, corpus: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    outcome = run("scan", "corpus")
    assert outcome.code == 2
    assert variable in outcome.err
    assert value in outcome.err
    assert not scans.configs


def test_an_option_is_named_although_its_variable_is_set(
    run: Run, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEDUP_MIN_WORDS", "9")
    outcome = run("scan", "corpus", "--min-words", "3")
    assert "'--min-words'" in outcome.err
    assert "DEDUP_" not in outcome.err


@pytest.mark.parametrize("name", ["pyproject.toml", "dedup.toml", ".dedup.toml", ".config/dedup.toml"])
def test_the_nearest_file_up_to_the_repository_counts(
    run: Run, scans: Scans, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    root, inner = tmp_path / "root", tmp_path / "root" / "inner"
    (root / ".git").mkdir(parents=True)
    inner.mkdir()
    table = "[tool.dedup]\n" if name == "pyproject.toml" else ""
    for folder, words in ((tmp_path, 11), (root, 12), (inner, 13)):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(f"{table}min-words = {words}\n")
    monkeypatch.chdir(inner)
    scan(run, ".")
    (inner / name).unlink()
    scan(run, ".")
    (root / name).unlink()
    scan(run, ".")
    assert [config.min_words for config in scans.configs] == [13, 12, 15]


def test_outside_a_repository_only_this_folder_counts(
    run: Run, scans: Scans, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (corpus.parent / "dedup.toml").write_text("min-words = 20\n")
    scan(run, "corpus")
    monkeypatch.chdir(corpus)
    scan(run, ".")
    assert [config.min_words for config in scans.configs] == [20, 15]


def test_pyproject_comes_first_if_it_has_settings(run: Run, scans: Scans, corpus: Path) -> None:
    (corpus.parent / "dedup.toml").write_text("min-words = 20\n")
    (corpus.parent / "pyproject.toml").write_text("[tool.other]\nmin-words = 3\n")
    scan(run, "corpus")
    (corpus.parent / "pyproject.toml").write_text("[tool.dedup]\nmin-words = 30\n")
    scan(run, "corpus")
    assert [config.min_words for config in scans.configs] == [20, 30]


def test_a_named_file_counts_alone_and_isolated_reads_none(run: Run, scans: Scans, corpus: Path) -> None:
    (corpus.parent / "dedup.toml").write_text("min-words = 20\nmax-gap = 5\n")
    (corpus.parent / "other.toml").write_text("min-words = 30\n")
    scan(run, "corpus", "--config", "other.toml")
    scan(run, "corpus", "--isolated")
    assert [(config.min_words, config.max_gap) for config in scans.configs] == [(30, 30), (15, 30)]
    assert run("scan", "corpus", "--isolated", "--config", "other.toml").code == 2


def test_a_pyproject_that_is_named_must_have_settings(run: Run, corpus: Path) -> None:
    (corpus.parent / "pyproject.toml").write_text("")
    outcome = run("scan", "corpus", "--config", "pyproject.toml")
    assert outcome.code == 2
    assert "pyproject.toml: has no table [tool.dedup]" in outcome.err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("min-word = 3", "unknown key 'min-word'; did you mean 'min-words'?"),
        ("min_words = 20", "unknown key 'min_words'; did you mean 'min-words'?"),
        ("path = ['x']", "unknown key 'path'; did you mean 'paths'?"),
        ("zzz = 3", "unknown key 'zzz'; known: min-words, "),
        ("min-words = 3", "min-words must be a whole number from 4"),
        ("min-words = '20'", "min-words must be a whole number"),
        ("include = '*.md'", "include must be a list of patterns"),
        ("paths = 'corpus'", "paths must be a list of files and folders"),
        ("output = ['jsn:x']", "output: no output format is called 'jsn'; did you mean 'json'?"),
        ("output = [3]", "output must be a list"),
        ("limit = true", "limit must be a whole number"),
        ("sort = 'colour'", "sort must be 'size' or 'path'"),
        ("fallback-encoding = 'utf-9'", "utf-9"),
        ("min-words = 20\nmax-gap =\n", "line 2"),
        ("[tool.dedup]\nmin-words = 20\n", "unknown key 'tool'"),
    ],
)
@pytest.mark.parametrize("named", [True, False])
def test_a_mistake_in_the_file_is_named(
    run: Run, scans: Scans, corpus: Path, text: str, message: str, named: bool
) -> None:
    (corpus.parent / "dedup.toml").write_text(text)
    outcome = run("scan", "corpus", *(["--config", "dedup.toml"] if named else []))
    assert outcome.code == 2
    assert re.search(r"dedup.toml:[12]: ", outcome.err)
    assert message in outcome.err
    assert outcome.out == ""
    assert not scans.configs


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"[tool]\ndedup = 3\n", "tool.dedup must be a table"),
        (b"[tool.dedup]\nmin-words = 2\n", "min-words"),
        (b"tool = 3\n[tool.dedup]\n", "line 2"),
        (b"# caf\xe9\n[tool.dedup]\n", "not TOML"),
        (b"\xff\xfe[\0", "not TOML"),
        (b"x = " + b"[" * 100_000, "not TOML"),
    ],
)
def test_a_mistake_in_pyproject_is_named(run: Run, corpus: Path, data: bytes, message: str) -> None:
    (corpus.parent / "pyproject.toml").write_bytes(data)
    outcome = run("files", "corpus")
    assert outcome.code == 2
    assert re.search(r"pyproject.toml(:\d)?: ", outcome.err)
    assert message in outcome.err


def test_a_file_says_what_a_scan_reads_and_shows(
    run: Run, scans: Scans, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repository / ".config").mkdir()
    (repository / ".config" / "dedup.toml").write_text('paths = ["corpus/a.txt"]\noutput = ["json:out.json", "csv"]\n')
    monkeypatch.chdir(repository / "corpus")
    outcome = run("scan")
    assert outcome.code == 0
    assert outcome.out.startswith("record,id,")
    assert [document.id for document in read_result(repository / "out.json").documents] == ["a.txt"]
    run("scan", "b.txt", "--output", "json")
    run("scan", "--files-from", "-", "--output", "json", stdin=b"b.txt\n")
    assert [[document.id for document in documents] for documents in scans.documents] == [
        ["a.txt"],
        ["b.txt"],
        ["b.txt"],
    ]


def test_the_outputs_of_a_file_are_those_of_scans_alone(run: Run, scans: Scans, corpus: Path) -> None:
    (corpus.parent / "dedup.toml").write_text('output = ["json:result.json"]\n')
    assert run("scan", "corpus").code == 0
    result = (corpus.parent / "result.json").read_bytes()
    assert run("report", "result.json", "--output", "concise").out != ""
    assert run("compare", "corpus/a.txt", "corpus/b.txt", "--output", "concise").out != ""
    assert (corpus.parent / "result.json").read_bytes() == result


def test_the_defaults_of_the_command_line_are_those_of_the_library(run: Run, scans: Scans, corpus: Path) -> None:
    scan(run, "corpus")
    assert scans.config == Config()


FILE = """\
[project]
name = "x"

[tool.dedup]
min-words = 20
paths = [
  "corpus",
]
boilerplate = ["LICENSE"]

[[tool.dedup.group]]
paths = ["v1/", "v2/"]
compare = "within"

[[tool.dedup.override]]
paths = ["blog/"]
min-words = 30
"""


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("min-words = 20", "min-wrods = 20", "5: unknown key 'min-wrods'; did you mean 'min-words'?"),
        ("min-words = 20", '"min-words" = 2', "5: min-words must be a whole number from 4 to 1000000, not 2"),
        ("min-words = 20", "ignore-blocks = ['codes']", "5: ignore-blocks: nothing in Markdown is called 'codes'; did"),
        ("min-words = 20", "ignore-blocks = 'code'", "5: ignore-blocks must be a list of front-matter, code, quote,"),
        ("min-words = 20", "include = 5", "5: include must be a list of patterns, not 5"),
        ('  "corpus",', "  5,", "6: paths must be a list of files and folders, not [5]"),
        ('["LICENSE"]', "'LICENSE'", "9: boilerplate must be a list of files and folders, not 'LICENSE'"),
        ("[[tool.dedup.group]]", "[[tool.dedup.groups]]", "11: unknown key 'groups'; did you mean 'group'?"),
        ('paths = ["v1/", "v2/"]', "", "11: group needs paths"),
        ('"v2/"', '"["', "12: paths: '[' is not a pattern as in .gitignore"),
        ('"within"', '"with"', "13: compare must be 'within' or 'across' or 'never', not 'with'"),
        ("min-words = 30", "min-word = 30", "17: unknown key 'min-word'; did you mean 'min-words'?"),
        ("min-words = 30", "min-words = 3", "17: min-words must be a whole number from 4"),
        ("min-words = 30", "", "15: an override must set min-words, min-similarity, or ignore = true"),
    ],
)
def test_a_mistake_is_named_with_its_line(run: Run, corpus: Path, before: str, after: str, message: str) -> None:
    assert FILE.count(before) == 1
    (corpus.parent / "pyproject.toml").write_text(FILE.replace(before, after))
    outcome = run("scan", "corpus")
    assert outcome.code == 2
    assert f"pyproject.toml:{message}" in outcome.err


def test_rules_of_a_file_are_read(run: Run, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (repository / "pyproject.toml").write_text(FILE)
    monkeypatch.chdir(repository / "corpus")
    rules = read_settings(None, isolated=False).rules
    assert rules.boilerplate == ("../LICENSE",)
    assert rules.groups == (Group(paths=("v1/", "v2/"), compare="within"),)
    assert rules.overrides == (Override(paths=("blog/",), min_words=30),)


def settings_shown(outcome: Outcome) -> dict[str, tuple[str, str]]:
    assert (outcome.code, outcome.err) == (0, "")
    lines = [line.rpartition("  # ") for line in outcome.out.splitlines()]
    split = [(*setting.rstrip().partition(" = ")[::2], source) for setting, _, source in lines]
    return {key: (value, source) for key, value, source in split}


def test_settings_are_shown_with_their_source(
    run: Run, scans: Scans, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (corpus.parent / "pyproject.toml").write_text(FILE)
    monkeypatch.setenv("DEDUP_JOBS", "3")
    outcome = run("scan", "corpus", "--exclude", 'a"\u202e', "--ignore-blocks", "code", "--show-settings")
    shown = settings_shown(outcome)
    path = corpus.parent / "pyproject.toml"
    assert not scans.configs
    assert shown["min-words"] == ("20", f"{path}:5")
    assert shown["min-similarity"] == ("0.6", "default")
    assert shown["paths"] == ('["corpus"]', "argument")
    assert shown["exclude"] == ('["a\\"\\u202e"]', "option --exclude")
    assert shown["ignore-blocks"] == ('["code"]', "option --ignore-blocks")
    assert shown["jobs"] == ("3", "variable DEDUP_JOBS")
    assert shown["passages"] == ("true", "default")
    assert shown["# fallback-encoding is not set"] == ("", "default")
    assert shown["output"] == ('["text"]', "default")
    assert shown["boilerplate"] == ('["LICENSE"]', f"{path}:9")
    assert shown["group"] == ('[{paths = ["v1/", "v2/"], compare = "within"}]', f"{path}:11")
    assert shown["override"] == ('[{paths = ["blog/"], min-words = 30, ignore = false}]', f"{path}:15")
    keys = {kebab(field.name) for field in fields(Config)} | {"paths", "output", "limit", "sort"} | set(KEYS)
    assert {name.removeprefix("# ").removesuffix(" is not set") for name in shown} == keys


def test_the_settings_shown_are_a_configuration_file(run: Run, scans: Scans, corpus: Path) -> None:
    (corpus.parent / "pyproject.toml").write_text(FILE)
    shown = run("scan", "--output", "json", "--show-settings").out
    (corpus.parent / "again.toml").write_text(shown)
    assert tomllib.loads(shown)["min-words"] == 20
    values = {
        key: value for key, (value, _) in settings_shown(run("scan", "--show-settings", "--output", "json")).items()
    }
    again = {
        key: value
        for key, (value, _) in settings_shown(run("scan", "--config", "again.toml", "--show-settings")).items()
    }
    assert again == values


def test_files_shows_its_settings_and_reads_nothing(run: Run, tmp_path: Path) -> None:
    shown = settings_shown(run("files", "not-there", "--show-settings"))
    assert shown["paths"] == ('["not-there"]', "argument")
    assert "output" not in shown


def test_structure_of_markdown_that_is_not_compared(run: Run, corpus: Path) -> None:
    (corpus / "d.md").write_text("text\n\n> quoted\n\n```\ncode\n```\n")
    masked = "masked corpus/d.md: 13 characters of code, 9 of quote".replace("9 of", "9 characters of")
    kinds = ("--ignore-blocks", "quote", "--ignore-blocks", "code")
    assert masked in run("files", "corpus", "-v", *kinds).err
    note = "not compared: 22 characters of 1 document (ignore-blocks); -v names them"
    assert note in run("files", "corpus", *kinds).err
    assert "compared" not in run("files", "corpus", "-q", *kinds).err
    assert "compared" not in run("files", "corpus").err
    outcome = run("files", "corpus", "--ignore-blocks", "frontmatter")
    assert outcome.code == 2
    assert "did you mean 'front-matter'?" in outcome.err
