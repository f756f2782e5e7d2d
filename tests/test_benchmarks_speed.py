"""The speed benchmarks measure what they say, know the answers, and hide no tool that did not run."""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import dedup
from benchmarks import cases, growth, kinds, limits, runs, scaling, speed, startup
from benchmarks.clusters import document_id
from benchmarks.corpora import Prose
from benchmarks.peers import environment, quoting
from benchmarks.peers.worker import measure
from benchmarks.runs import Figures, Row, RunError, Settings
from benchmarks.shapes import SHAPES
from benchmarks.tables import Measured, Sheet, Target, figure
from dedup.model import Document, Span

HERE = Path(sys.executable)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path, tmp_path / "absent", 0.05, 1, 60.0)


# processes


def test_the_figures_of_a_process_are_its_own() -> None:
    ballast = bytearray(150_000_000)  # more than the process needs that is measured
    figures, said = runs.run([HERE, "-S", "-c", "sum(range(3_000_000)); print('done')"], seconds=60)
    assert said.split() == [b"done"]
    assert 0 < figures.cpu_seconds < figures.seconds * 1.1
    assert 5_000_000 < figures.peak_bytes < len(ballast)


def test_a_process_that_fails_is_quoted(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="failed: the cause"):
        runs.run([HERE, "-c", "import sys; sys.exit('noise\\nthe cause')"], seconds=60)
    with pytest.raises(RunError, match="exit code 3"):
        runs.run([HERE, "-c", "raise SystemExit(3)"], seconds=60)
    with pytest.raises(RunError, match="nowhere: No such file"):
        runs.run([tmp_path / "nowhere"], seconds=60)


def test_a_process_that_takes_too_long_is_stopped_with_its_children() -> None:
    spawn = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(60)'])"
    with pytest.raises(RunError, match="stopped after 1 s"):
        runs.run([HERE, "-S", "-c", spawn], seconds=1)


def test_rounds_are_interleaved_and_a_tool_that_fails_has_no_figures() -> None:
    rows, called = [Row("a"), Row("b"), Row("c", problem="not installed")], []

    def attempt(row: Row) -> None:
        called.append(row.tool)
        if called == ["a", "b", "a", "b"]:
            raise RunError("failed: out of luck")
        row.add(Figures(float(len(called)), 1.0, 1), {"stage": len(called)})

    runs.race(rows, 3, attempt)
    assert "".join(called) == "ababa"
    assert (rows[0].best, rows[0].stages) == (1.0, {"stage": 1})
    assert (rows[1].problem, rows[1].runs) == ("failed: out of luck", [])
    assert runs.fastest(rows) is rows[0]
    assert runs.fastest(rows[1:]) is None


def test_a_scan_leaves_its_result(tmp_path: Path) -> None:
    text = Prose(1).text(80)
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(text, encoding="utf-8")
    figures, result = runs.dedup_scan(tmp_path, ["--no-clusters"], seconds=60)
    assert figures.seconds > 0
    (passage,) = result["passages"]
    whole = [(Span("a.txt", 0, len(text)), Span("b.txt", 0, len(text)))]
    assert cases.of_dedup(result, tmp_path) == whole
    assert passage["words"] == 80


# the peers' environments


def test_a_tool_that_cannot_be_installed_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(python: Path, distribution: str, *helpers: str) -> str:
        raise RuntimeError(f"no {distribution} for this system")

    monkeypatch.setattr(environment, "python_for", lambda cache, distribution: HERE)
    monkeypatch.setattr(environment, "installed", refuse)
    rows = [Row("dedup"), Row("gaoya")]
    assert runs.python_of(rows[0], tmp_path, None) == HERE
    runs.python_of(rows[1], tmp_path, "gaoya")
    assert [row.problem for row in rows] == ["", "not installed: no gaoya for this system"]


def test_an_installed_distribution_is_not_installed_again() -> None:
    # pytest's interpreter is never written to: its own packages are there already
    assert environment.installed(HERE, "numpy", "click").split(".")[0].isdigit()


def test_a_failing_command_of_the_environment_is_quoted(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="the cause"):
        environment._run([str(HERE), "-c", "import sys; sys.exit('noise\\nthe cause')"])
    with pytest.raises(RuntimeError, match="nowhere"):
        environment._run([str(tmp_path / "nowhere")])


# tables


def test_values_are_shown_with_the_digits_that_mean_something() -> None:
    shown = [figure(value) for value in (None, "text", 12345, 1234.5, 12.345, 0.98765)]
    assert shown == ["-", "text", "12,345", "1,234", "12.3", "0.988"]
    assert figure(Measured(0.5, Target(">=", 1.0))) == "0.500 (>= 1: **MISSED**)"
    assert figure(Measured(None, Target(">=", 1.0))) == "- (>= 1: **MISSED**)"


def test_a_sheet_shows_every_row_also_one_that_did_not_run(capsys: pytest.CaptureFixture[str]) -> None:
    rows: dict[str, dict[str, Any]] = {"a": {"s": 1.5, "found": 2}, "b": {"problem": "failed: x"}, "c": {"s": None}}
    sheet = Sheet("Title", "Note.", rows, {"a": "What it shows."})
    sheet.show()
    out = capsys.readouterr().out
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in out.splitlines() if line[:1] == "|"]
    assert lines[0] == ["row", "s", "found"]
    assert lines[2:] == [["a", "1.500", "2"], ["b", "failed: x", "-"], ["c", "-", "-"]]
    assert "- a: What it shows." in out
    assert sheet.to_dict()["rows"] == rows


# passages


@pytest.mark.parametrize("tool", ["dedup.compare", "difflib"])
def test_a_tool_for_two_texts_finds_what_they_share(tool: str, tmp_path: Path) -> None:
    prose = Prose(2)
    shared = prose.text(40)
    left, right = f"{prose.text(50)} {shared} {prose.text(50)}", f"{prose.text(20)}\n\n{shared}"
    path = tmp_path / "pairs.json"
    path.write_text(json.dumps({"pairs": [[prose.text(99), prose.text(99)], [left, right]]}), encoding="utf-8")
    ((number, (a, b, c, d)),) = measure(tool, path, 0.0)["spans"]
    assert number == 1
    assert shared.startswith(left[a:b].rstrip(".")) and shared.startswith(right[c:d].rstrip("."))
    assert b - a >= len(shared) - 1


def test_positions_of_jscpd_are_bytes(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("é ab cd", encoding="utf-8")
    side = {"name": str(tmp_path / "a.md"), "startLoc": {"position": 3}, "endLoc": {"position": 5}}
    report = tmp_path / "report.json"
    report.write_text(json.dumps({"duplicates": [{"firstFile": side, "secondFile": side}]}), encoding="utf-8")
    assert cases.of_jscpd(report, tmp_path) == [(Span("a.md", 2, 4), Span("a.md", 2, 4))]


def test_a_case_is_found_where_half_of_it_is_covered() -> None:
    known = {
        "half": [(Span("a", 0, 100), Span("b", 0, 100))],
        "less": [(Span("a", 200, 300), Span("b", 200, 300)), (Span("a", 400, 500), Span("b", 400, 500))],
    }
    found = [
        (Span("a", 0, 50), Span("b", 50, 100)),
        (Span("b", 200, 249), Span("a", 200, 249)),
        (Span("a", 400, 500), Span("b", 400, 500)),
    ]
    assert cases.share_found(known, found) == {"half": 1.0, "less": 0.5}
    assert cases.judged([case for kind in known.values() for case in kind], found)["precision"] == 1.0


def test_a_passage_with_many_occurrences_is_not_all_pairs(tmp_path: Path) -> None:
    names = [f"{number:03d}" for number in range(100)]
    places = [{"document": name, "start": 0, "end": 9} for name in names]
    documents = [{"id": str(tmp_path / name), "characters": 9} for name in names]
    for place, document in zip(places, documents, strict=True):
        place["document"] = document["id"]
    few = {"documents": documents, "passages": [{"occurrences": places[:4]}], "clusters": []}
    many = {"documents": documents, "passages": [{"occurrences": places}], "clusters": []}
    assert len(cases.of_dedup(few, tmp_path)) == 6
    assert len(cases.of_dedup(many, tmp_path)) == 99


# Markdown


def test_planted_passages_stand_where_the_truth_says() -> None:
    texts, planted = kinds.make(kinds.FILES, 1, seed=1)
    assert set(planted) == set(kinds.KINDS)
    same = {kind for kind in kinds.KINDS if kind.startswith("exact")} | {kinds.TWICE, "25-word quotation"}
    for kind, ((left, right),) in planted.items():
        first, second = (texts[name][start:end] for name, start, end in (left, right))
        assert left != right and first and second
        assert (first == second) == (kind in {*same, "160 ideographs"})
        assert (left[0] == right[0]) == (kind == kinds.TWICE)
        assert tuple(Path(name).suffix for name, *_ in (left, right)) == kinds.ENDINGS.get(kind, kinds.MARKDOWN)
    ((left, right),) = planted["reflowed"]
    assert texts[left[0]][left[1] : left[2]].split() == texts[right[0]][right[1] : right[2]].split()
    ((_, whole),) = planted[kinds.WHOLE]
    assert texts[whole[0]] == texts[whole[0]][: whole[2]] + "\n"


def test_dedup_finds_all_kinds_and_nothing_else(tmp_path: Path) -> None:
    folder = kinds.write_folder(tmp_path, 40, 1, seed=1)
    assert folder == kinds.write_folder(tmp_path, 40, 1, seed=1)
    found = cases.of_dedup(dedup.scan(folder.path).to_dict(), folder.path)
    assert cases.share_found(folder.cases, found) == dict.fromkeys(kinds.KINDS, 1.0)
    every = [case for kind in folder.cases.values() for case in kind]
    assert cases.judged(every, found)["precision"] > 0.95


# shapes


@pytest.mark.parametrize("name", SHAPES)
def test_the_right_answer_is_judged_right_and_an_empty_one_is_not(name: str) -> None:
    shape = SHAPES[name]
    count = {"prose": 501, "stock": 12, "tiny": 100, "long": 30}.get(name, 25)
    texts = list(itertools.islice(shape.texts(Prose(1)), count))
    if shape.single:
        texts = ["".join(texts)]
    documents = [Document(document_id(number), text) for number, text in enumerate(texts)]
    result = dedup.scan(documents).to_dict()
    assert shape.judge(result) == 1.0
    assert shape.judge({**result, "clusters": [], "passages": []}) == 0.0
    alone = {**result, "config": {**result["config"], "passages": False}, "passages": []}
    assert shape.judge(alone) in ((None,) if name in {"footer", "stock", "long"} else (1.0,))


def test_a_shape_has_the_size_that_is_asked_for(tmp_path: Path) -> None:
    for name, shape in SHAPES.items():
        path, documents, size = scaling.write_shape(tmp_path, name, 0.04, 1)
        texts = [json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines()]
        assert (len(texts), sum(len(text.encode()) for text in texts)) == (documents, size)
        assert size == pytest.approx(40_000, rel=0.2)
        assert (documents == 1) == shape.single


def test_growth_ends_with_a_run_that_fails(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []

    def scan(path: Path, options: tuple[str, ...], *, seconds: float) -> tuple[Figures, dict[str, Any]]:
        texts = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        sizes.append(len(texts))
        if len(sizes) == 4:
            raise RunError("stopped after 1 s")
        members = [{"document": text["id"]} for text in texts[1:]]
        cluster = {"representative": texts[0]["id"], "members": members}
        result = {"documents": texts, "clusters": [cluster], "passages": [], "config": {"passages": False}}
        return Figures(1.0, [0.5, 2.0, 9.0][len(sizes) - 1], 100_000_000), result

    monkeypatch.setattr(scaling, "dedup_scan", scan)
    sheet = scaling.grow(settings._replace(megabytes=1.6), "copied", "clusters")
    rows = list(sheet.to_dict()["rows"].values())
    assert len(rows) == 4
    assert rows[1]["times the half"] == 4.0  # no verdict after half a second
    assert rows[2]["times the half"] == {"value": 4.5, "target": "<= 2.15", "met": False}
    assert rows[0]["of the bound"]["met"] and rows[0]["found"]["met"]
    assert rows[3] == {"problem": "stopped after 1 s"}
    assert sizes[1] == pytest.approx(2 * sizes[0], abs=1)
    assert not list(settings.cache.glob("*.jsonl"))


def test_parts_are_tried_in_two_sizes(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growth, "PARTS", {name: (part, 2) for name, (part, _) in growth.PARTS.items()})
    (sheet,) = growth.run_growth(settings._replace(rounds=1))
    assert list(sheet.rows) == list(growth.PARTS)
    assert all(row["units"] == 2 and row["CPU s"] >= 0 for row in sheet.rows.values())


@pytest.mark.parametrize("slow", [False, True])
def test_growth_has_a_target_where_it_can_be_measured(
    slow: bool, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter([0.0, 0.1, 0.0, 1.0] if slow else [0.0, 0.001, 0.0, 0.009])
    monkeypatch.setattr(growth.time, "process_time", lambda: next(clock))
    monkeypatch.setattr(growth, "PARTS", {"part": (lambda units: lambda: None, 1)})
    (sheet,) = growth.run_growth(settings._replace(rounds=1))
    times = sheet.to_dict()["rows"]["part"]["times"]
    assert times == ({"value": 10.0, "target": "<= 5", "met": False} if slow else pytest.approx(9.0))


# limits, start, and the command


def test_the_limits_count_what_is_there(tmp_path: Path) -> None:
    inputs = limits.write_inputs(tmp_path, 0.05, 1)
    assert limits.write_inputs(tmp_path, 0.05, 1) == inputs
    assert limits.work("copy", inputs.path)[2] == inputs.text_bytes
    assert limits.work("tokenize", inputs.path)[2] == inputs.words
    assert limits._count_words(inputs, "C", 60)[1] == 1.0
    assert limits._count_words(inputs._replace(words=2 * inputs.words), "C", 60)[1] == 0.0


def test_the_start_is_compared_with_python_alone(settings: Settings) -> None:
    wanted = (startup.NOTHING, "dedup --help", "dedup scan corpus")
    (sheet,) = startup.run_startup(settings._replace(only=wanted))
    rows = sheet.to_dict()["rows"]
    assert tuple(rows) == wanted
    assert rows[startup.NOTHING]["over nothing"] == 1.0
    assert rows["dedup --help"]["over nothing"] > 1.0
    assert rows["dedup scan corpus"]["passages, of the truth"] == 1.0


def test_the_command_prints_and_records(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "records" / "figures.json"
    arguments = ["startup", "clusters", "--only", startup.NOTHING, "dedup, clusters", "--rounds", "1", "--size", "0.05"]
    speed.main([*arguments, "--cache", str(tmp_path), "--data", str(tmp_path), "--record", str(target)])
    record = json.loads(target.read_text(encoding="utf-8"))
    assert record["version"] == dedup.__version__
    assert record["kernels"] in {"native", "reference"}
    assert list(record["experiments"]) == ["startup", "clusters"]
    synthetic, prose = record["experiments"]["clusters"]
    assert synthetic["rows"]["dedup, clusters"]["recall"] == 1.0
    assert "not run" in prose["rows"]["all"]["problem"]  # no texts there
    assert "## Clusters, synthetic" in capsys.readouterr().out


@pytest.mark.parametrize("experiment", ["passages", "pairs"])
def test_without_the_texts_an_experiment_says_so(experiment: str, settings: Settings) -> None:
    (sheet,) = speed.EXPERIMENTS[experiment](settings)
    assert "is absent" in sheet.to_dict()["rows"]["all"]["problem"]


@pytest.mark.skipif(sys.platform == "win32", reason="the launcher needs POSIX")
def test_an_interrupted_launcher_takes_the_tool_with_it(tmp_path: Path) -> None:
    told = tmp_path / "pid"
    tool = f"import os, pathlib, time; pathlib.Path({str(told)!r}).write_text(str(os.getpid())); time.sleep(60)"
    launch = [HERE, "-S", runs._LAUNCHER, tmp_path / "report", "any", "60", HERE, "-S", "-c", tool]
    launcher = subprocess.Popen(list(map(str, launch)))
    while not (told.exists() and told.read_text()):
        assert launcher.poll() is None
        time.sleep(0.02)
    launcher.send_signal(signal.SIGINT)
    assert launcher.wait(30) == 130
    deadline = time.monotonic() + 30
    while _runs(int(told.read_text())):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{process}/stat")
    return not state.exists() or state.read_text().split()[2] != "Z"  # dead, though nobody has asked for its status


@pytest.mark.parametrize("arguments", [["--rounds", "0"], ["gigantic"], ["--size", "many"], ["--timeout", "-1"]])
def test_wrong_arguments_are_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        speed.main(arguments)
    assert exit_.value.code == 2
    assert arguments[-1] in capsys.readouterr().err


def test_every_tool_for_passages_says_what_its_row_shows() -> None:
    assert all(tool.shows.endswith(".") for tool in quoting.TOOLS.values())
    assert all(shape.shows.endswith(".") for shape in SHAPES.values())


def test_random_numbers_of_prose_are_below_the_bound() -> None:
    numbers = Prose(1).choose(7)
    assert set(np.unique(numbers).tolist()) == set(range(7))
