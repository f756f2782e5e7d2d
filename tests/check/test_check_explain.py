"""``dedup explain``: one passage of a check, and what is said of it."""

from __future__ import annotations

from repository import Repo


def test_it_shows_the_passage_and_why_it_is_new(repo: Repo) -> None:
    ids = _ids(repo)
    outcome = repo.dedup("explain", ids[0][:6], "docs")
    assert outcome.code == 0, outcome.err
    assert f"(passage {ids[0]})" in outcome.out
    assert "new: there is no baseline" in outcome.out


def test_it_says_what_the_baseline_says(repo: Repo) -> None:
    (first, *_) = _ids(repo)
    repo.dedup("check", "docs", "--baseline", "known", "--update-baseline")
    assert "known: in the baseline" in repo.dedup("explain", first, "docs", "--baseline", "known").out


def test_an_id_that_there_is_not_is_an_error(repo: Repo) -> None:
    outcome = repo.dedup("explain", "no-such-id", "docs")
    assert (outcome.code, outcome.out) == (2, "")
    assert "no passage has an id that begins with 'no-such-id'" in outcome.err


def test_an_entry_that_only_the_baseline_has_is_said_to_be_stale(repo: Repo) -> None:
    (first, *_) = _ids(repo)
    repo.dedup("check", "docs", "--baseline", "known", "--update-baseline")
    (repo.folder / "docs" / "faq.md").unlink()
    outcome = repo.dedup("explain", first[:8], "docs", "--baseline", "known")
    assert outcome.code == 0, outcome.err
    assert f"(passage {first})\nstale: only the baseline has it" in outcome.out
    assert "│ docs/faq.md\n" in outcome.out
    assert repo.dedup("explain", first[:8], "docs").code == 2


def _ids(repo: Repo) -> list[str]:
    lines = repo.dedup("check", "docs", "--output", "csv").out.splitlines()
    return list(dict.fromkeys(line.split(",")[1] for line in lines[1:]))
