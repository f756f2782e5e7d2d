"""Patterns of ignore files: against tables written by hand, and against git itself on random trees."""

import os
import random
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.config import Config
from dedup.errors import ConfigError
from dedup.readers import find_sources
from dedup.readers.patterns import Patterns

YES, KEPT, NO = True, False, None


def verdict(lines, path):
    """Return whether the last pattern that names the path ignores it, None if none does; a folder ends in a slash."""
    rule = Patterns(lines, "test").verdict(path.rstrip("/"), folder=path.endswith("/"))
    return rule.ignore if rule else None


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("a", "a", YES),
        ("a", "x/y/a", YES),
        ("a", "a/", YES),
        ("a", "ab", NO),
        ("a/", "a", NO),
        ("a/", "x/a/", YES),
        ("/a", "a", YES),
        ("/a", "x/a", NO),
        ("x/a", "x/a", YES),
        ("x/a", "y/x/a", NO),
        ("*.txt", "x/.txt", YES),
        ("*.txt", "a.txt.gz", NO),
        ("x/*.txt", "x/y/a.txt", NO),
        ("?", "ab", NO),
        ("?", "é", YES),
        ("**/a", "a", YES),
        ("**/a/b", "x/y/a/b", YES),
        ("x/**/a", "x/a", YES),
        ("x/**/a", "x/1/2/a", YES),
        ("x/**/a", "xa", NO),
        ("x/**", "x/", NO),
        ("x/**", "x/y/", YES),
        ("x/**/**/y/**/z", "x/y/y/1/z", YES),
        ("a**b", "a/b", NO),
        ("a**b", "axb", YES),
        ("*", "a/", YES),
        ("[ab]c", "bc", YES),
        ("[!ab]c", "bc", NO),
        ("[^ab]c", "xc", YES),
        ("[]a]", "]", YES),
        ("[a-]", "-", YES),
        ("[a-c]", "b", YES),
        ("[![:upper:]]", "A", NO),
        ("x[.-0]y", "x/y", NO),
        ("x[!a]y", "x/y", NO),
        (r"\*", "*", YES),
        (r"\*", "a", NO),
        (r"\#a", "#a", YES),
        (r"\!a", "!a", YES),
        ("a  ", "a", YES),
        ("a\\ ", "a ", YES),
        ("a\r", "a", YES),
        (" a", "a", NO),
        ("# a", "# a", NO),
        ("a.b", "axb", NO),
        ("a\nb", "a\nb", YES),
        ("*b", "a\nb", YES),
        ("caf\udce9", "caf\udce9", YES),
        *[
            (broken, "a", NO)
            for broken in ("", "/", "//", "!", "\\", "a\\", "[a", "a//", "[]", "[!]", "[[:none:]a]", "a" * 5000)
        ],
    ],
)
def test_a_pattern(pattern, path, expected):
    assert verdict([pattern], path) is expected


@pytest.mark.parametrize(
    ("lines", "path", "expected"),
    [
        (["*.log", "!keep.log"], "x/keep.log", KEPT),
        (["!keep.log", "*.log"], "keep.log", YES),
        # The name's rule and the path's rule come from two expressions; the later line decides.
        (["/x/a", "!a"], "x/a", KEPT),
        (["!a", "/x/a"], "x/a", YES),
        # Everything but texts: the folders must stay open.
        (["*", "!*/", "!*.txt"], "sub/", KEPT),
        (["*", "!*/", "!*.txt"], "sub/a.txt", KEPT),
        (["*", "!*/", "!*.txt"], "sub/a.md", YES),
        # The same below a folder.
        (["/d/**", "!/d/**/", "!/d/**/*.txt"], "d/", NO),
        (["/d/**", "!/d/**/", "!/d/**/*.txt"], "d/x/y/", KEPT),
        (["/d/**", "!/d/**/", "!/d/**/*.txt"], "d/x/a.txt", KEPT),
        (["/d/**", "!/d/**/", "!/d/**/*.txt"], "d/x/a.md", YES),
        # A folder that is kept says nothing of one in it that has the same name.
        (["a", "!/a/"], "a/", KEPT),
        (["a", "!/a/"], "a/a/", YES),
        # A rule about a folder says nothing of what lies in it.
        (["*.txt", "!docs/"], "docs/a.txt", YES),
    ],
)
def test_the_last_pattern_decides(lines, path, expected):
    assert verdict(lines, path) is expected


def test_a_base_is_taken_off():
    patterns = Patterns(["/a"], "test", "/home/x/")
    assert patterns.verdict("/home/x/a", folder=False)
    assert not patterns.verdict("/home/x/y/a", folder=False)


@pytest.mark.parametrize("pattern", ["[a", "a\\", "!", "/", "[b-a]"])
def test_a_malformed_pattern_of_a_setting_is_an_error(pattern):
    with pytest.raises(ConfigError, match=r"^exclude: .* is not a pattern as in \.gitignore: "):
        Patterns([pattern], "exclude", strict=True)


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("[" * 4000, "a"),
        ("a" * 100_000, "a"),
        ("[[]", "b"),  # of which `re` warns
        ("[a--]", "b"),
    ],
)
def test_an_odd_pattern_does_no_harm(pattern, path):
    assert verdict([pattern], path) is None


@settings(max_examples=500)
@given(st.lists(st.text("ab*?[]!^-\\/#.: \r", max_size=12), max_size=4), st.text("ab[]-\\.#! ", min_size=1, max_size=6))
def test_no_pattern_crashes(lines, path):
    verdict(lines, path)
    verdict(lines, path + "/")


NAMES = ["a", "b", "ab", "a b", "aab", "x.txt", "y.txt", "a.b", "[a]", "-", "#h", "!n", "b\\c", "]"]
# What pathspec is known to take otherwise than git is left out (see the docstring of dedup.readers.patterns): `***`,
# `\/`, and in brackets classes, backslashes, slashes and ranges that run backwards. So is `a**` beside a slash, which
# git 2.39 lets reach over one now and then, against its documentation.
SEGMENTS = [
    *("a", "b", "*", "?", "**", "a*", "*b", "*.txt", "*a*a*", "x.txt", "\\*", "\\a", "b\\\\c"),
    *("a b", "a\\ ", "#h", "!n", "\\#h", "\\!n"),
    *("[ab]", "[a-]", "[]a]", "[a-b]?", "[[]", "[]-a]", "[[:]"),
]
# pathspec lets a negated set or a range take a slash; that cannot show in a pattern that is matched with names. And in
# a longer pattern an open bracket would end at another one, behind a slash.
NAME_SEGMENTS = [
    *SEGMENTS,
    *("[!a]*", "[^b]", "[!]]", "[.-0]", "[!-]", "a[!b]*", "x[.-0]txt", "a**"),
    *("[a", "a[", "[]", "[!]", "[^", "[!a"),
]


def plant(folder: Path, rng: random.Random, depth: int = 0) -> None:
    for name in rng.sample(NAMES, rng.randint(2, 5)):
        if depth < 3 and rng.random() < 0.5:
            (folder / name).mkdir()
            plant(folder / name, rng, depth + 1)
        else:
            (folder / name).touch()
    if depth == 0 or rng.random() < 0.3:
        lines = [random_pattern(rng) for _ in range(rng.randint(1, 5))]
        (folder / ".gitignore").write_bytes("\n".join(lines).encode())


def random_pattern(rng: random.Random) -> str:
    count = rng.choice([1, 1, 1, 2, 2, 3, 4])
    start = rng.choice(["", "", "", "!", "/", "!/"])
    by_name = count == 1 and not start.endswith("/")
    pattern = "/".join(rng.choices(NAME_SEGMENTS if by_name else SEGMENTS, k=count))
    end = rng.choice(["", "", "", "", "/", "/", " ", "\r"])
    return start + pattern + end


@pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")
@pytest.mark.skipif(os.name == "nt", reason="the names are not possible on Windows")
@pytest.mark.parametrize("seed", range(60))
def test_what_git_ignores_is_ignored(seed, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    plant(tmp_path, random.Random(seed))
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    subprocess.run(["git", "init", "-q"], env=environment, check=True)
    listing = ["git", "ls-files", "--others", "--exclude-standard", "-z"]
    output = subprocess.run(listing, env=environment, check=True, capture_output=True).stdout
    sources, _ = find_sources(["."], Config(hidden=True))
    assert [source.id for source in sources] == sorted(output.decode().split("\0")[:-1])
