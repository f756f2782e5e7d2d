"""README.md says what is so: its examples run, its outputs are the real ones, its commands and settings exist."""

from __future__ import annotations

import contextlib
import io
import re
import shutil
import tomllib
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner
from command_line import ROOT, run_dedup

import dedup
from dedup.cli import cli
from dedup.cli.settings import read_settings

README = (ROOT / "README.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
OMITTED = "[...]"


class Block(NamedTuple):
    """A fenced block: its language, its lines, and whether it follows the block before it at once."""

    language: str
    lines: list[str]
    follows: bool


def blocks_of(text: str) -> list[Block]:
    found = re.finditer(r"^```(\w+)\n(.*?)^```\n", text, re.MULTILINE | re.DOTALL)
    blocks, end = [], 0
    for block in found:
        blocks.append(Block(block[1], block[2].splitlines(), not text[end : block.start()].strip()))
        end = block.end()
    return blocks


BLOCKS = blocks_of(README)
CONSOLES = [block for block in BLOCKS if block.language == "console"]
COMMANDS = [line for block in BLOCKS if block.language == "sh" for line in block.lines]


def misquoted(shown: list[str], printed: list[str]) -> list[str]:
    """Return the first stretch between two ``[...]`` that does not stand in the output, after the ones before it."""
    stretches = [[line for line in part.split("\n") if line] for part in "\n".join(["", *shown, ""]).split(OMITTED)]
    at = 0
    for index, stretch in enumerate(stretches):
        places = [at] if index == 0 else range(at, len(printed) - len(stretch) + 1)
        if index == len(stretches) - 1:
            places = [place for place in places if place + len(stretch) == len(printed)] if stretch else places
        place = next((place for place in places if printed[place : place + len(stretch)] == stretch), None)
        if place is None:
            return stretch
        at = place + len(stretch)
    return []


@pytest.mark.parametrize(
    ("shown", "wrong"),
    [
        (["a", "b", "c"], []),
        (["a", "[...]"], []),
        (["[...]", "c"], []),
        (["[...]", "b", "[...]"], []),
        (["a", "[...]", "c"], []),
        (["b", "[...]"], ["b"]),
        (["[...]", "b"], ["b"]),
        (["a", "c"], ["a", "c"]),
        (["[...]", "b", "[...]", "a", "[...]"], ["a"]),
        (["[...]", "x", "[...]"], ["x"]),
    ],
)
def test_a_quotation_is_checked(shown: list[str], wrong: list[str]) -> None:
    assert misquoted(shown, ["a", "b", "c"]) == wrong


@pytest.mark.parametrize("block", CONSOLES, ids=[block.lines[0] for block in CONSOLES])
def test_an_output_is_what_the_command_prints(block: Block) -> None:
    prompt, *shown = block.lines
    program, *args = prompt.removeprefix("$ ").split()
    assert program == "dedup"
    assert shown
    printed = [line for line in run_dedup(*args).splitlines() if line]
    assert misquoted(shown, printed) == []


def test_the_python_examples_print_what_is_shown(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "corpus", tmp_path / "corpus")
    names: dict[str, object] = {}
    examples = 0
    for block, after in zip(BLOCKS, [*BLOCKS[1:], Block("", [], False)], strict=True):
        if block.language != "python":
            continue
        printed = io.StringIO()
        with contextlib.chdir(tmp_path), contextlib.redirect_stdout(printed):
            exec("\n".join(block.lines), names)
        expected = after.lines if after.language == "text" and after.follows else []
        assert printed.getvalue().splitlines() == expected
        examples += 1
    assert examples == 2


@pytest.mark.parametrize(
    ("end", "extra"),
    [(".venv/bin/dedup scan corpus", "."), (".venv/bin/pytest", "-e '.[test]'")],
    ids=["scan", "tests"],
)
def test_a_command_of_one_line_does_all_set_up(end: str, extra: str) -> None:
    assert COMMANDS.count(f"python3 -m venv .venv && .venv/bin/pip install {extra} && {end}") == 1
    assert len(COMMANDS) == 2


def test_the_commands_are_those_there_are() -> None:
    assert sorted(re.findall(r"^\| `dedup (\w+) ", README, re.MULTILINE)) == sorted(cli.commands)
    for name, usage in re.findall(r"^\| `(dedup \w+) ([^`]+)`", README, re.MULTILINE):
        assert CliRunner().invoke(cli, [*name.split()[1:], "--help"]).exit_code == 0
        assert usage.split()[0].strip("[].") in run_dedup(*name.split()[1:], "--help").splitlines()[0]


def test_the_settings_are_accepted(tmp_path: Path) -> None:
    block, *others = [block for block in BLOCKS if block.language == "toml"]
    path = tmp_path / "pyproject.toml"
    path.write_text("\n".join(block.lines), encoding="utf-8")
    with contextlib.chdir(tmp_path):
        settings = read_settings(None, isolated=False)
    assert settings.path == path
    assert settings.config == {"exclude": ["drafts/"], "min_words": 20}
    assert settings.run["paths"] == ("docs",)
    accepted = []
    for block in others:
        path.write_text("\n".join(block.lines), encoding="utf-8")
        with contextlib.chdir(tmp_path):
            accepted.append(read_settings(None, isolated=False))
    assert all(settings.path == path for settings in accepted)
    assert any(settings.run.get("baseline") for settings in accepted)
    assert any(settings.rules.groups for settings in accepted)


def test_defaults_in_the_text_are_the_defaults() -> None:
    assert f"{dedup.Config().min_words} by default, 4 at the least" in README
    dedup.Config(min_words=4)
    with pytest.raises(dedup.ConfigError):
        dedup.Config(min_words=3)


def test_every_module_of_the_flow_is_a_stage_that_is_explained() -> None:
    [diagram] = [block for block in BLOCKS if block.language == "text" and "─ tokenize ─" in block.lines[0]]
    drawn = set(re.findall(r"\w+", " ".join(diagram.lines)))
    explained = re.findall(r"^\| (\w+) \| [A-Z].*\. \|$", README, re.MULTILINE)
    assert set(explained) == drawn - {"files", "result", "report"}
    assert [stage for stage in explained if stage != "read" and not (ROOT / f"dedup/{stage}.py").is_file()] == []


def test_links_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_quality_table_can_be_filled_in() -> None:
    assert README.count("<!-- quality -->") == README.count("<!-- /quality -->") == 1
    assert README.index("<!-- quality -->") < README.index("<!-- /quality -->")


def test_names_are_those_of_the_package() -> None:
    assert README.startswith("# dedup\n")
    assert f"The distribution is called `{PROJECT['name']}`" in README
    assert set(PROJECT["scripts"]) == {"dedup"}
    assert set(re.findall(r"extra `(\w+)`", README)) <= set(PROJECT["optional-dependencies"])
    least = re.search(r"Python (3\.\d+) or newer", README)
    assert least is not None
    assert PROJECT["requires-python"] == f">={least[1]}"


def test_the_changelog_begins_with_this_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## \[([^]]+)\] - (unreleased|\d{4}-\d\d-\d\d)$", changelog, re.MULTILINE)
    assert newest is not None
    assert newest[1] == dedup.__version__


def test_the_version_is_in_sync() -> None:
    assert run_dedup("--version").splitlines()[0] == f"dedup {dedup.__version__}"
    assert dedup.scan({}).version == dedup.__version__
