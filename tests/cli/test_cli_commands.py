"""The commands of the command line, and how they end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_support import Run, Scans

import dedup
from dedup.cli import cli
from dedup.result import read_result


def test_scan_reads_what_is_named_and_shows_what_is_found(run: Run, scans: Scans, corpus: Path) -> None:
    outcome = run("scan", "corpus")
    assert outcome.code == 0
    assert scans.ids == ["corpus/a.txt", "corpus/b.txt"]
    assert "corpus/a.txt:1:1" in outcome.out
    assert "corpus/b.txt:1:11" in outcome.out
    assert outcome.err == ""


def test_scan_reads_standard_input(run: Run, scans: Scans) -> None:
    outcome = run("scan", "-", stdin="größer".encode())
    assert outcome.code == 0
    assert [document.text for document in scans.documents[0]] == ["größer"]


def test_scan_reads_a_list_of_files(run: Run, scans: Scans, corpus: Path) -> None:
    assert run("scan", "--files-from", "-", stdin=b"corpus/b.txt\ncorpus/a.txt\n").code == 0
    assert scans.ids == ["corpus/a.txt", "corpus/b.txt"]


def test_standard_input_is_not_both_text_and_list(run: Run, scans: Scans) -> None:
    outcome = run("scan", "-", "--files-from", "-", stdin=b"x")
    assert outcome.code == 2
    assert "cannot be both" in outcome.err


def test_scan_of_nothing_is_an_error(run: Run, scans: Scans) -> None:
    outcome = run("scan")
    assert outcome.code == 2
    assert "nothing to scan" in outcome.err
    assert not scans.configs


def test_every_setting_has_an_option(run: Run, scans: Scans, corpus: Path) -> None:
    # fmt: off
    args = [
        "--min-words", "9", "--min-similarity", "0.7", "--document-similarity", "0.9", "--max-gap", "3",
        "--no-passages", "--no-clusters", "--include", "*.txt", "--include", "*.bin", "--exclude", "b*",
        "--no-gitignore", "--hidden", "--fallback-encoding", "latin-1", "--text-field", "body", "--id-field", "key",
        "--jobs", "3",
    ]
    # fmt: on
    assert run("scan", "corpus", *args).code == 0
    assert scans.config == dedup.config.Config(
        min_words=9,
        min_similarity=0.7,
        document_similarity=0.9,
        max_gap=3,
        passages=False,
        clusters=False,
        include=("*.txt", "*.bin"),
        exclude=("b*",),
        gitignore=False,
        hidden=True,
        fallback_encoding="latin-1",
        text_field="body",
        id_field="key",
        jobs=3,
    )
    assert scans.ids == ["corpus/a.txt"]


def test_what_is_not_read_is_counted_or_named(run: Run, scans: Scans, corpus: Path) -> None:
    assert run("scan", "corpus", "--output", "json").err == "dedup: skipped 1 input; -v names them, and why\n"
    assert run("scan", "corpus", "--output", "json", "-q").err == ""
    assert run("scan", "corpus", "--output", "json", "-v").err.startswith("dedup: skipped corpus/c.bin: not text")


def test_a_second_run_does_not_read_the_report_of_the_first(run: Run, scans: Scans, corpus: Path) -> None:
    args = ("scan", "corpus", "--output", "json:corpus/result.json")
    first, second = run(*args), run(*args)
    assert first.code == second.code == 0
    assert [document.id for document in scans.documents[0]] == [document.id for document in scans.documents[1]]
    skipped = {item.path: item.reason for item in read_result(corpus / "result.json").skipped}
    assert skipped["corpus/result.json"] == "output of this run"


def test_compare_shows_what_two_texts_share(run: Run, scans: Scans, corpus: Path) -> None:
    outcome = run("compare", "corpus/a.txt", "corpus/b.txt", "--output", "json")
    assert outcome.code == 0
    shown = json.loads(outcome.out)
    assert [place["document"] for place in shown["passages"][0]["occurrences"]] == ["corpus/a.txt", "corpus/b.txt"]
    assert shown["config"]["clusters"] is True


def test_compare_leaves_out_what_is_repeated_inside_one_text(run: Run, scans: Scans, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("one two three four - one two three four", "utf-8")
    (tmp_path / "b").write_text("nothing of it", "utf-8")
    shown = json.loads(run("compare", "a", "b", "--output", "json").out)
    assert shown["passages"] == []
    assert shown["pairs"] == []
    (tmp_path / "b").write_text("one two three four", "utf-8")
    shown = json.loads(run("compare", "a", "b", "--output", "json").out)
    assert len(shown["passages"][0]["occurrences"]) == 3
    assert [(pair["left"]["document"], pair["right"]["document"]) for pair in shown["pairs"]] == [("a", "b")]


def test_compare_takes_standard_input_on_one_side(run: Run, scans: Scans, corpus: Path) -> None:
    assert run("compare", "-", "corpus/b.txt", stdin=b"one two three four").code == 0
    assert scans.documents[0][0].text == "one two three four"


def test_compare_takes_texts_that_a_configuration_leaves_out_of_folders(run: Run, scans: Scans, corpus: Path) -> None:
    (corpus.parent / "dedup.toml").write_text('exclude = ["a*"]\ninclude = ["*.md"]\n')
    assert run("compare", "corpus/a.txt", "corpus/b.txt").code == 0


@pytest.mark.parametrize(
    ("left", "message"),
    [
        ("corpus", "is a folder"),
        ("missing.txt", "missing.txt"),
        ("corpus/c.bin", "not text"),
        ("two.jsonl", "holds 2 documents"),
        ("none.jsonl", "holds 0 documents"),
        ("corpus/b.txt", "both texts are corpus/b.txt"),
    ],
)
def test_compare_says_why_a_text_will_not_do(run: Run, scans: Scans, corpus: Path, left: str, message: str) -> None:
    (corpus.parent / "two.jsonl").write_text('{"text": "a"}\n{"text": "b"}\n')
    (corpus.parent / "none.jsonl").write_text("")
    outcome = run("compare", left, "corpus/b.txt")
    assert outcome.code == 2
    assert message in outcome.err
    assert outcome.out == ""


def test_report_shows_a_saved_result_with_its_texts(run: Run, scans: Scans, corpus: Path) -> None:
    shown = run("scan", "corpus").out
    run("scan", "corpus", "--output", "json:result.json")
    outcome = run("report", "result.json")
    assert outcome.code == 0
    assert outcome.out == shown
    assert outcome.err == ""


def test_report_finds_texts_under_and_among_the_paths_given(
    run: Run, scans: Scans, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "more.jsonl").write_text('{"text": "one two three four", "id": "d"}\n')
    shown = run("scan", "corpus", "more.jsonl").out
    run("scan", "corpus", "more.jsonl", "--output", "json:result.json")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    without = run("report", "../result.json")
    assert without.code == 0
    assert "not quoted: corpus/a.txt, corpus/b.txt, d" in without.err
    with_paths = run("report", "../result.json", "..", "../more.jsonl")
    assert with_paths.err == ""
    assert with_paths.out == shown


def test_report_does_not_quote_a_text_that_has_changed(run: Run, scans: Scans, corpus: Path) -> None:
    run("scan", "corpus", "--output", "json:result.json")
    (corpus / "b.txt").write_text("quite another text", "utf-8")
    outcome = run("report", "result.json")
    assert outcome.code == 0
    assert outcome.err == "dedup: not found as they were, so not quoted: corpus/b.txt\n"
    assert "another" not in outcome.out


def test_report_survives_ids_that_cannot_be_file_names(run: Run, scans: Scans, tmp_path: Path) -> None:
    records = [{"text": "one two three four", "id": name} for name in ("x" * 5000, "nul\0", "../../a", "\x1b[2J")]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    assert run("scan", "a.jsonl", "--output", "json:result.json").code == 0
    outcome = run("report", "result.json", "-v")
    assert outcome.code == 0
    assert "\x1b" not in outcome.out + outcome.err
    assert run("report", "result.json", "a.jsonl").err == ""


def test_report_of_something_else_is_an_error(run: Run, corpus: Path) -> None:
    for name in ("corpus/a.txt", "missing.json", "corpus"):
        outcome = run("report", name)
        assert outcome.code == 2
        assert name in outcome.err


def test_files_lists_documents_and_reasons(run: Run, corpus: Path) -> None:
    (corpus / "latin.txt").write_bytes(b"caf\xe9")
    (corpus / "r.jsonl").write_text('{"text": "x"}\n{"no": 1}\n')
    outcome = run("files", "corpus")
    assert outcome.code == 0
    assert outcome.out.splitlines() == ["corpus/a.txt", "corpus/b.txt", "corpus/r.jsonl:1"]
    lines = dict(line.split(": ", 1) for line in outcome.err.splitlines())
    assert set(lines) == {"skipped corpus/c.bin", "skipped corpus/latin.txt", "skipped corpus/r.jsonl:2"}
    assert "UTF-8" in lines["skipped corpus/latin.txt"]
    assert run("files", "corpus", "-q").err == ""


def test_files_lists_this_folder_or_the_configured_one(run: Run, corpus: Path) -> None:
    assert run("files").out.splitlines() == ["corpus/a.txt", "corpus/b.txt"]
    (corpus.parent / "dedup.toml").write_text('paths = ["corpus/b.txt"]\n')
    assert run("files").out.splitlines() == ["corpus/b.txt"]


def test_a_name_cannot_write_to_the_terminal(run: Run, corpus: Path) -> None:
    name = "x\x1b[2J\n\u202eok.txt"
    (corpus / name).write_text("some text")
    (corpus / f"{name}.bin").write_bytes(b"\0")
    outcome = run("files", "corpus")
    assert r"corpus/x\x1b[2J\n\u202eok.txt" in outcome.out.splitlines()
    for text in (outcome.out, outcome.err, run("scan", f"{name}.missing").err):
        assert "\x1b" not in text
        assert "\u202e" not in text


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_help_has_an_example_for_every_command(run: Run, name: str) -> None:
    outcome = run(name, "--help")
    assert outcome.code == 0
    assert f"  dedup {name} " in outcome.out.partition("Example:")[2]
    assert f"dedup {name} [OPTIONS]" in outcome.out
    assert all(len(line) <= 80 for line in outcome.out.splitlines())


def test_version_names_everything_a_report_needs(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = run("--version")
    assert outcome.code == 0
    assert outcome.out.startswith(f"dedup {dedup.__version__}\nPython 3.")
    assert "\nkernels: " in outcome.out


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ((), "Usage: dedup"),
        (("nonsense",), "nonsense"),
        (("scan", "corpus", "--min-word", "3"), "--min-words"),
        (("scan", "corpus", "--min-words", "many"), "--min-words"),
        (("scan", "corpus", "--min-words", "2"), "--min-words': min-words must be a whole number from 4"),
        (("scan", "corpus", "--min-similarity", "nan"), "--min-similarity"),
        (("scan", "corpus", "--fallback-encoding", "utf-9"), "utf-9"),
        (("scan", "corpus", "--exclude", "[a"), "[a"),
        (("scan", "missing"), "missing"),
        (("scan", "--files-from", "missing"), "missing"),
        (("scan", "corpus", "--limit", "-1"), "--limit"),
        (("scan", "corpus", "--config", "missing.toml"), "missing.toml"),
        (("compare", "corpus/a.txt"), "'B'"),
    ],
)
def test_errors_end_with_2_and_say_what(run: Run, scans: Scans, corpus: Path, args: list[str], message: str) -> None:
    outcome = run(*args)
    assert outcome.code == 2
    assert message in outcome.err
    assert outcome.out == ""
    assert not args or outcome.err.startswith("dedup: error: ")


@pytest.mark.parametrize("error", [RuntimeError("broken"), EOFError("broken"), SystemError("broken")])
def test_a_defect_ends_with_2_and_one_line(run: Run, scans: Scans, corpus: Path, error: Exception) -> None:
    scans.error = error
    outcome = run("scan", "corpus")
    assert outcome.code == 2
    assert f"dedup: error: internal error: {type(error).__name__}: broken (cli_support.py, line " in outcome.err
    assert "Traceback" not in outcome.err
    assert "DEDUP_TRACEBACK=1" in outcome.err


def test_a_defect_shows_its_traceback_when_asked(
    run: Run, scans: Scans, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scans.error = RuntimeError("broken")
    assert "Traceback" in run("scan", "corpus", "-v").err
    monkeypatch.setenv("DEDUP_TRACEBACK", "1")
    assert "Traceback" in run("scan", "corpus").err


def test_what_the_system_refuses_is_an_error_but_no_defect(run: Run, scans: Scans, corpus: Path) -> None:
    scans.error = OSError(28, "No space left on device")
    outcome = run("scan", "corpus")
    assert outcome.code == 2
    assert "No space left" in outcome.err
    assert "internal" not in outcome.err


def test_an_interrupt_ends_with_130(run: Run, scans: Scans, corpus: Path) -> None:
    scans.error = KeyboardInterrupt()
    outcome = run("scan", "corpus", "--output", "json:result.json")
    assert outcome.code == 130
    assert outcome.err.strip() == "dedup: interrupted"
    assert not (corpus.parent / "result.json").exists()
