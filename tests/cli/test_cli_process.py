"""The command line as a process: what it imports, pipes that close, encodings, signals. Nothing here is a stub."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINES = "\n".join(f"document-{number:05}.txt" for number in range(20_000))


def environment(**variables: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DEDUP_", "PYTHON"))}
    return {**kept, "PYTHONPATH": str(ROOT), **variables}


def dedup(folder: Path, *args: str, stdin: bytes = b"", **variables: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "dedup", *args]
    return subprocess.run(command, cwd=folder, input=stdin, capture_output=True, env=environment(**variables))


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """Return a folder whose list of documents is longer than a pipe holds."""
    records = "".join(f'{{"text": "x", "id": "{line}"}}\n' for line in LINES.splitlines())
    (tmp_path / "many.jsonl").write_text(records)
    return tmp_path


@pytest.mark.parametrize("args", [["--help"], ["scan", "--help"], ["files", "."], ["nonsense"]])
def test_help_and_files_import_nothing_heavy(tmp_path: Path, args: list[str]) -> None:
    script = (
        "import sys\n"
        "from dedup.cli import main\n"
        f"main({args!r})\n"
        "heavy = {'numpy', 'scipy', 'rapidfuzz', 'datasketch', 'pyarrow'} & sys.modules.keys()\n"
        "sys.exit(str(heavy) if heavy else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, env=environment())
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("args", [["files", "many.jsonl"], ["--help"]])
@pytest.mark.parametrize("both", [False, True])
def test_a_reader_that_goes_away_is_no_error(many: Path, args: list[str], both: bool) -> None:
    command = [sys.executable, "-m", "dedup", *args]
    reading, writing = os.pipe()
    os.close(reading)
    stderr = writing if both else subprocess.PIPE
    process = subprocess.Popen(command, cwd=many, stdout=writing, stderr=stderr, env=environment())
    os.close(writing)
    _, err = process.communicate()
    assert process.returncode == 0
    assert not err


def test_a_reader_that_stops_early_gets_what_it_read(many: Path) -> None:
    command = [sys.executable, "-m", "dedup", "files", "many.jsonl"]
    with subprocess.Popen(
        command, cwd=many, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == b"document-00000.txt\n"
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_a_closed_standard_error_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"\0")
    (tmp_path / "b.txt").write_text("text")
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "dedup", "files"]
    done = subprocess.run(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=writing, env=environment())
    os.close(writing)
    assert (done.returncode, done.stdout) == (0, b"b.txt\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("args", [["files"], ["--help"]])
def test_a_full_standard_output_is_an_error(tmp_path: Path, args: list[str]) -> None:
    (tmp_path / "b.txt").write_text("text")
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-m", "dedup", *args]
        done = subprocess.run(command, cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, env=environment())
    assert done.returncode == 2
    assert b"No space left" in done.stderr
    assert b"Traceback" not in done.stderr
    assert b"Exception ignored" not in done.stderr


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-16"])
def test_standard_output_is_utf8_whatever_the_locale(tmp_path: Path, encoding: str) -> None:
    name = "Ümläute-中文.txt"
    (tmp_path / name).write_text("größer 中文", "utf-8")
    (tmp_path / "x.bin").write_bytes(b"\0")
    done = dedup(tmp_path, "files", PYTHONIOENCODING=encoding, LC_ALL="C")
    assert done.returncode == 0
    assert done.stdout == f"{name}\n".encode()
    done = dedup(tmp_path, "scan", ".", "--output", "json", PYTHONIOENCODING=encoding, LC_ALL="C")
    assert done.returncode == 0
    assert name.encode() in done.stdout
    assert dedup(tmp_path, "scan", "中文", PYTHONIOENCODING=encoding).returncode == 2


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_an_interrupt_ends_with_130(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "list")
    command = [sys.executable, "-m", "dedup", "files", "--files-from", "list"]
    # A shell that runs tests in the background has them ignore interrupts, and a process inherits that; not a handler.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, env=environment())
    signal.signal(signal.SIGINT, before)
    with process:
        assert process.stderr is not None
        with (tmp_path / "list").open("wb"):  # returns once the command has opened it to read
            process.send_signal(signal.SIGINT)
            err = process.stderr.read()
    assert process.returncode == 130
    assert err.strip() == b"dedup: interrupted"


def test_the_shell_can_ask_for_completions(tmp_path: Path) -> None:
    asked = {"_DEDUP_COMPLETE": "bash_complete", "COMP_WORDS": "dedup scan --min-", "COMP_CWORD": "2"}
    done = dedup(tmp_path, **asked)
    assert (done.returncode, done.stdout.split()) == (0, [b"plain,--min-words", b"plain,--min-similarity"])
    assert dedup(tmp_path, _DEDUP_COMPLETE="nonsense").returncode == 2


def test_the_module_and_the_script_are_the_same(tmp_path: Path) -> None:
    script = "import sys; from dedup.cli import main; sys.exit(main())"
    run = subprocess.run([sys.executable, "-c", script, "--version"], capture_output=True, env=environment())
    assert run.stdout == dedup(tmp_path, "--version").stdout
    assert run.returncode == 0


def test_a_scan_of_the_same_files_writes_the_same_bytes(tmp_path: Path) -> None:
    text = " ".join(f"word{number}" for number in range(40))
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.txt").write_text(f"{name} begins {text} and {name} ends")
    first = dedup(tmp_path, "scan", "c.txt", "a.txt", "b.txt", "--output", "csv", "--jobs", "1")
    second = dedup(tmp_path, "scan", ".", "--output", "csv", "--jobs", "2")
    assert first.returncode == second.returncode == 0
    assert first.stdout == second.stdout
    assert b"a.txt" in first.stdout


@pytest.mark.parametrize("enabled", ["enable", "disable"])
def test_a_run_leaves_the_collection_of_cycles_as_it_was(tmp_path: Path, enabled: str) -> None:
    script = f"import gc\nfrom dedup.cli import main\ngc.{enabled}()\nmain(['files', '.'])\nprint(gc.isenabled())"
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, env=environment(), text=True)
    assert done.stdout == f"{enabled == 'enable'}\n", done.stderr
