"""The throughput benchmark times what it says and hides no tool that did not run."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import throughput
from benchmarks.peers import environment, tools
from benchmarks.peers.tools import TOOLS, Clock, components
from benchmarks.peers.worker import measure
from benchmarks.throughput import Corpus, Row

DOCUMENTS = 300
HERE = Path(sys.executable)
WANTED = {"dedup, clusters": "dedup", "gaoya": "gaoya", "rensa": "rensa", "datasketch, SHA-1": "datasketch"}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return throughput.write_corpus(tmp_path_factory.mktemp("cache") / "new", DOCUMENTS, seed=3)


def run(duration: float = 1.0) -> dict[str, object]:
    figures = {"seconds": duration, "cpu_seconds": duration, "process_seconds": duration + 1, "peak_bytes": 5_000_000}
    return {**figures, "stages": {"load": duration / 4}}


# the corpus


def test_the_file_holds_the_documents_in_order_under_their_numbers(corpus: Corpus) -> None:
    records = [json.loads(line) for line in corpus.path.read_text(encoding="utf-8").splitlines()]
    assert [int(record["id"]) for record in records] == list(range(DOCUMENTS))
    assert sum(len(record["text"].encode()) for record in records) == corpus.text_bytes


def test_the_truth_is_that_of_the_file(corpus: Corpus) -> None:
    texts = [json.loads(line)["text"] for line in corpus.path.read_text(encoding="utf-8").splitlines()]
    words = [text.split() for text in texts]
    sets = [{tuple(w[i : i + 5]) for i in range(len(w) - 4)} for w in words]
    expected = {
        (a, b): len(sets[a] & sets[b]) / len(sets[a] | sets[b])
        for a in range(DOCUMENTS)
        for b in range(a + 1, DOCUMENTS)
        if sets[a] & sets[b]
    }
    assert corpus.exact == pytest.approx(expected)
    assert any(jaccard >= throughput.THRESHOLD for jaccard in expected.values())


# what the tools do


@pytest.mark.parametrize("tool", WANTED)
def test_a_tool_finds_planted_copies_and_little_else(tool: str, corpus: Corpus) -> None:
    if importlib.util.find_spec(WANTED[tool]) is None:
        pytest.skip(f"{WANTED[tool]} is not installed beside the tests")
    figures = measure(tool, corpus.path, 0.8)
    recall, precision = throughput.judge(figures["pairs"], figures["groups"], corpus.exact)
    assert recall >= 0.6  # customary banding finds about 0.82 of them; a wrong drive finds none
    assert precision >= 0.75
    assert sum(figures["stages"].values()) <= figures["seconds"]


def test_dedup_is_exact(corpus: Corpus) -> None:
    figures = measure("dedup, clusters", corpus.path, 0.8)
    assert throughput.judge(figures["pairs"], figures["groups"], corpus.exact) == (1.0, 1.0)
    assert set(figures["stages"]) == {"read, sketch", "cluster", "rest"}


def test_shingles_are_five_lower_case_words() -> None:
    assert tools._shingles("A b  C\nd E f") == ["a b c d e", "b c d e f"]
    assert tools._shingles("only four words here") == []


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=15))
def test_components_equal_their_naive_twin(pairs: list[tuple[int, int]]) -> None:
    naive: list[set[int]] = []
    for a, b in pairs:
        touched = [group for group in naive if group & {a, b}]
        naive = [group for group in naive if group not in touched] + [{a, b}.union(*touched)]
    assert sorted(components(pairs)) == sorted(sorted(group) for group in naive)


def test_a_clock_gives_each_moment_to_one_stage() -> None:
    clock = Clock()
    clock.lap("a")
    clock.lap("b")
    first = dict(clock.stages)
    clock.lap("a")
    assert list(clock.stages) == ["a", "b"]
    assert clock.stages["a"] >= first["a"]
    assert clock.stages["b"] == first["b"]


# measures


def test_recall_is_by_groups_and_precision_by_pairs() -> None:
    exact = {(0, 1): 0.9, (1, 2): 0.85, (0, 2): 0.7, (4, 5): 0.8, (6, 7): 0.79}
    # 0-1 and 1-2 are in one group though no pair says 1-2; 4-5 is missed; 2-0 (0.7) and 8-9 (nothing) are wrong.
    recall, precision = throughput.judge([(0, 1), (2, 0), (8, 9)], [[0, 1, 2], [8, 9]], exact)
    assert (recall, precision) == pytest.approx((2 / 3, 1 / 3))


def test_nothing_to_find_and_nothing_reported_is_no_error() -> None:
    assert throughput.judge([], [], {(0, 1): 0.5}) == (1.0, 1.0)
    assert throughput.judge([], [], {(0, 1): 0.8}) == (0.0, 1.0)


def test_the_fastest_peer_is_another_tool_and_ran() -> None:
    rows = [
        Row("dedup, clusters", runs=[run(0.1)]),
        Row("read and split", runs=[run(0.01)]),
        Row("gaoya", runs=[run(3.0), run(2.0)]),
        Row("rensa", problem="not installed: no wheel"),
        Row("datasketch, SHA-1", runs=[run(2.5)]),
    ]
    peer = throughput.fastest_peer(rows)
    assert peer is not None and peer.tool == "gaoya"
    assert throughput.fastest_peer(rows[:2]) is None


# processes


def test_a_tool_runs_in_a_process_of_its_own(corpus: Corpus) -> None:
    row = Row("dedup, clusters")
    throughput.run_once(row, HERE, corpus)
    throughput.run_once(row, HERE, corpus)
    assert not row.problem
    assert len(row.runs) == 2
    assert (row.recall, row.precision) == (1.0, 1.0)
    assert row.runs[0]["process_seconds"] > row.runs[0]["seconds"] > 0
    assert 10_000_000 < row.runs[0]["peak_bytes"] < 2_000_000_000


def test_the_floor_has_neither_recall_nor_precision(corpus: Corpus) -> None:
    row = Row("read and split")
    throughput.run_once(row, HERE, corpus)
    assert len(row.runs) == 1
    assert row.recall is row.precision is None


def test_a_tool_that_fails_is_reported_with_its_last_words(corpus: Corpus, tmp_path: Path) -> None:
    row = Row("dedup, clusters", runs=[run(1.0)])
    throughput.run_once(row, HERE, corpus._replace(path=tmp_path / "absent.jsonl"))
    assert row.problem.startswith("failed: ")
    assert "absent.jsonl" in row.problem
    assert not row.runs  # figures of some rounds would not be comparable


# the peers' environment


def test_a_tool_that_cannot_be_installed_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(python: Path, distribution: str) -> str:
        raise RuntimeError(f"no {distribution} for this system")

    monkeypatch.setattr(environment, "python_in", lambda cache: HERE)
    monkeypatch.setattr(environment, "installed", refuse)
    rows = [Row("dedup, clusters"), Row("gaoya")]
    pythons = throughput.find_interpreters(rows, tmp_path)
    assert (rows[0].problem, pythons["dedup, clusters"]) == ("", HERE)
    assert rows[1].problem == "not installed: no gaoya for this system"


def test_an_installed_distribution_is_not_installed_again() -> None:
    # pytest's interpreter is never written to: its own packages are there already
    assert environment.installed(HERE, "numpy").split(".")[0].isdigit()


def test_a_failing_command_is_quoted(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="the cause"):
        environment._run([str(HERE), "-c", "import sys; sys.exit('noise\\nthe cause')"])
    with pytest.raises(RuntimeError, match="exit code 3"):
        environment._run([str(HERE), "-c", "raise SystemExit(3)"])
    with pytest.raises(RuntimeError, match="nowhere"):
        environment._run([str(tmp_path / "nowhere")])


# the report


def test_every_tool_has_a_row_also_one_that_did_not_run(corpus: Corpus, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        Row("dedup, clusters", runs=[run(4.0), run(1.0), run(2.0)], recall=1.0, precision=0.5),
        Row("gaoya", version="0.2.2", runs=[run(3.0)], recall=0.25, precision=0.75),
        Row("rensa", problem="not installed: no wheel"),
    ]
    throughput.report(rows, corpus, 3, "0.5")
    lines = capsys.readouterr().out.splitlines()
    cells = {row.tool: next(line for line in lines if line.startswith(f"| {row.tool}")) for row in rows}
    shown = [cell.strip() for cell in cells["dedup, clusters"].strip("|").split("|")]
    assert shown[1:5] == ["1.00", "2.00", "1.00", "3.00"]
    assert shown[5:8] == [f"{corpus.text_bytes / 1e6:.1f}", f"{DOCUMENTS}", "5"]
    assert shown[8:] == ["1.0000", "0.5000", *["3.0000 (>= 1: met)"] * 2]
    assert "0.2.2" in cells["gaoya"]
    assert "not installed: no wheel" in cells["rensa"]
    assert sum(TOOLS[row.tool].shows in line for row in rows for line in lines) == 3


def test_without_a_peer_there_is_no_ratio(corpus: Corpus, capsys: pytest.CaptureFixture[str]) -> None:
    throughput.report([Row("dedup, clusters", runs=[run()], recall=1.0, precision=1.0)], corpus, 1, "0.5")
    assert "- (>= 1: **MISSED**)" in capsys.readouterr().out


def test_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "figures.json"
    arguments = ["--documents", "60", "--rounds", "2", "--cache", str(tmp_path), "--json", str(target)]
    throughput.main([*arguments, "--tools", "read and split", "dedup, clusters"])
    values = json.loads(target.read_text(encoding="utf-8"))
    assert values["documents"] == 60
    assert values["fastest_peer"] is None
    assert {row["tool"]: len(row["runs"]) for row in values["rows"]} == {"read and split": 2, "dedup, clusters": 2}
    assert "## Throughput" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["--rounds", "0"], ["--tools", "grep"], ["--documents", "many"]])
def test_wrong_arguments_are_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        throughput.main(arguments)
    assert exit_.value.code == 2
    assert arguments[0] in capsys.readouterr().err


def test_every_tool_says_what_its_row_shows() -> None:
    assert all(tool.shows.endswith(".") for tool in TOOLS.values())
    assert throughput.SUBJECT in TOOLS
