"""Where results go: files that are whole, standard output, colours, progress."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_support import Run, Scans

from dedup.cli import output
from dedup.cli.console import Console, ProgressLine, use_color
from dedup.cli.output import Target, write_file
from dedup.reports import View
from dedup.result import Result, read_result
from dedup.verdict import Verdict


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_each_output_goes_to_its_place(run: Run, scans: Scans, corpus: Path, tmp_path: Path) -> None:
    args = ("--output", "json:out.json", "--output", "concise", "--output", "csv:out.csv")
    outcome = run("scan", "corpus", *args)
    assert outcome.code == 0
    assert "corpus/a.txt:1:1" in outcome.out
    assert "{" not in outcome.out
    assert outcome.err == "dedup: wrote out.json\ndedup: wrote out.csv\n"
    assert len(read_result(tmp_path / "out.json").documents) == 2
    assert (tmp_path / "out.csv").read_text("utf-8").startswith("record,")
    assert sorted(item.name for item in tmp_path.iterdir()) == ["corpus", "out.csv", "out.json"]


def test_nothing_goes_to_standard_output_if_all_goes_to_files(run: Run, scans: Scans, corpus: Path) -> None:
    outcome = run("scan", "corpus", "--output", "json:out.json", "-q")
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--output", "jsno"], "did you mean 'json'?"),
        (["--output", "json:"], "names no file"),
        (["--output", "json", "--output", "csv"], "two outputs go to standard output"),
        (["--output", "json", "--output", "csv:-"], "two outputs go to standard output"),
        (["--output", "json:x", "--output", "csv:./x"], "two outputs go to"),
        (["--output", "json:nowhere/x"], "there is no folder nowhere"),
        (["--output", "json:corpus/a.txt/x"], "there is no folder corpus/a.txt"),
        (["--output", "json:corpus"], "corpus is a folder"),
    ],
)
def test_an_output_that_cannot_be_written_is_refused_before_the_scan(
    run: Run, scans: Scans, corpus: Path, args: list[str], message: str
) -> None:
    outcome = run("scan", "corpus", *args)
    assert outcome.code == 2
    assert message in outcome.err
    assert not scans.configs


def test_a_colon_in_a_file_name_is_kept() -> None:
    assert Target.parse("json:C:\\out.json") == Target("json", Path("C:\\out.json"))
    assert Target.parse("csv:-") == Target.parse("csv") == Target("csv")


def test_a_file_is_whole_or_stays_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    path.write_text("before")

    def broken() -> Iterator[str]:
        yield "half"
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_file(path, broken())
    assert path.read_text() == "before"
    assert [item.name for item in tmp_path.iterdir()] == ["out.txt"]


def test_a_file_keeps_its_mode_and_a_new_one_gets_the_usual(tmp_path: Path) -> None:
    old, new, usual = tmp_path / "old", tmp_path / "new", tmp_path / "usual"
    old.write_text("x")
    old.chmod(0o600)
    usual.touch()
    for path in (old, new):
        write_file(path, ["é"])
        assert path.read_bytes() == "é".encode()
    assert stat.S_IMODE(old.stat().st_mode) == 0o600
    assert new.stat().st_mode == usual.stat().st_mode


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    link = tmp_path / "link"
    link.symlink_to("folder/file")
    write_file(link, ["x"])
    assert link.is_symlink()
    assert (tmp_path / "folder" / "file").read_text() == "x"


def test_a_device_is_written_to_and_not_replaced(run: Run, scans: Scans, corpus: Path) -> None:
    before = Path(os.devnull).stat().st_ino
    assert run("scan", "corpus", "--output", f"json:{os.devnull}").code == 0
    assert Path(os.devnull).stat().st_ino == before
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)


def test_a_disk_that_fills_up_is_an_error(
    run: Run, scans: Scans, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(output, "encode", full)
    outcome = run("scan", "corpus", "--output", "json:out.json", "-q")
    assert outcome.code == 2
    assert outcome.err == "dedup: error: out.json: cannot be written: No space left on device\n"
    assert not (corpus.parent / "out.json").exists()


def test_what_utf8_cannot_hold_is_escaped(tmp_path: Path) -> None:
    write_file(tmp_path / "x", ["a\udc80b"])
    assert (tmp_path / "x").read_bytes() == rb"a\udc80b"


@pytest.mark.parametrize(
    ("choice", "environ", "terminal", "expected"),
    [
        ("auto", {}, True, True),
        ("auto", {}, False, False),
        ("auto", {"NO_COLOR": "1"}, True, False),
        ("auto", {"NO_COLOR": ""}, True, True),
        ("auto", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ("auto", {"FORCE_COLOR": "1"}, False, True),
        ("auto", {"FORCE_COLOR": ""}, False, False),
        ("always", {"NO_COLOR": "1"}, False, True),
        ("never", {"FORCE_COLOR": "1"}, True, False),
    ],
)
def test_colour(
    choice: str, environ: dict[str, str], terminal: bool, expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TERM", raising=False)
    assert use_color(choice, Terminal() if terminal else io.StringIO(), environ) is expected


def test_a_dumb_terminal_gets_no_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    assert not use_color("auto", Terminal(), {})


def test_colours_go_to_standard_output_alone(run: Run, scans: Scans, corpus: Path, tmp_path: Path) -> None:
    args = ("scan", "corpus", "--output", "concise", "--output", "concise:out.txt")
    assert "\x1b" not in run(*args).out
    assert "\x1b" in run(*args, "--color", "always").out
    assert "\x1b" not in (tmp_path / "out.txt").read_text()


def test_what_is_shown_reaches_the_report(
    run: Run, scans: Scans, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    views: list[tuple[str, View]] = []

    def render(_: Result, format: str, view: View, verdict: Verdict | None) -> Iterator[str]:
        assert verdict is None
        views.append((format, view))
        return iter(())

    monkeypatch.setattr(output, "render", render)
    (corpus.parent / "dedup.toml").write_text("limit = 3\nsort = 'path'\n")
    run("scan", "corpus", "--output", "csv")
    run("scan", "corpus", "--limit", "4", "--sort", "size", "--color", "always", "--output", "text:x")
    run("compare", "corpus/a.txt", "corpus/b.txt", "--color", "always")
    assert views == [
        ("csv", View(limit=3, sort="path")),
        ("text", View(limit=4, sort="size")),
        ("text", View(limit=3, sort="path", color=True)),
    ]


def test_progress_is_shown_on_a_terminal_alone(
    run: Run, scans: Scans, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    assert run("scan", "corpus", "--output", "json").err.count("\r") == 0
    for args, shown in (((), True), (("-q",), False), (("--progress", "never"), False)):
        terminal = Terminal()
        monkeypatch.setattr("sys.stderr", terminal)
        assert run("scan", "corpus", "--output", "json", *args).code == 0
        assert ("\rread 0 of 3" in terminal.getvalue()) is shown
        assert ("\r" in terminal.getvalue()) is shown


def test_progress_leaves_an_empty_line_behind() -> None:
    terminal = Terminal()
    line = ProgressLine(terminal)
    line("read", 1000, 2000)
    line("align", 5, 0)
    line("align", 6, 0)  # too soon to be drawn
    line.clear()
    assert terminal.getvalue().split("\r") == ["", "read 1,000 of 2,000", "align 5".ljust(19), " " * 7, ""]


def test_a_message_is_harmless_to_the_terminal_and_cannot_fail(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Console().error("a\x1b[2Jb\udc80\nc")
    assert capsys.readouterr().err == "dedup: error: a\\x1b[2Jb\\udc80\\nc\n"

    class Closed(io.StringIO):
        def write(self, _: str) -> int:
            raise BrokenPipeError

    monkeypatch.setattr("sys.stderr", Closed())
    Console().error("nobody listens")
