"""Where the keys of a TOML file stand: every key that tomllib finds, on the line on which it is written."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.cli.toml_lines import KeyPath, key_lines


def paths_of(value: Any, path: KeyPath = ()) -> set[KeyPath]:
    """Return the paths to all that is in a value, and to what that is in."""
    items = value.items() if isinstance(value, dict) else list(enumerate(value)) if isinstance(value, list) else []
    return {(*path, key) for key, _ in items}.union(*(paths_of(item, (*path, key)) for key, item in items))


def test_lines_of_a_file():
    text = (
        "# [no]\n"
        'title = "a # b" # [c]\n'
        "'quoted.key' = 'v'\n"
        "a.b . \"c\\u0064\" = [1, # one\n"
        " 2, {x = 1, \"y z\" = [ {p = \"\"\"\n"
        ' [q]"""} ]},\n'
        "]\n"
        "[ tool . dedup ]\n"
        "min-words = 5\n"
        "s = '''\n"
        "[x]\n"
        "y = ''''\n"
        "[[tool.dedup.group]]\n"
        'paths = ["a",\n'
        '  "b"]\n'
        '[[ tool.dedup."group" ]]\r\n'
        "when=1979-05-27 07:32:00\r\n"
        "[tool.dedup.group.sub]\n"
        "k = +inf"
    )  # fmt: skip
    lines = key_lines(text)
    assert set(lines) == paths_of(tomllib.loads(text))
    group: KeyPath = ("tool", "dedup", "group")
    expected = {
        ("title",): 2, ("quoted.key",): 3, ("a",): 4, ("a", "b", "cd"): 4, ("a", "b", "cd", 2): 5,
        ("a", "b", "cd", 2, "y z", 0, "p"): 5, ("tool",): 8, ("tool", "dedup", "min-words"): 9,
        ("tool", "dedup", "s"): 10, group: 13, (*group, 0): 13, (*group, 0, "paths"): 14, (*group, 0, "paths", 1): 15,
        (*group, 1): 16, (*group, 1, "when"): 17, (*group, 1, "sub"): 18, (*group, 1, "sub", "k"): 19,
    }  # fmt: skip
    assert {path: lines[path] for path in expected} == expected


KEYS = st.sampled_from(["a", "b-c", "1", "d_e", "f.g", "h i", "", "é", '"', "\\", "#", "[x]", "="])
SCALARS = st.sampled_from(
    ["1", "-2.5e3", "true", "nan", "1979-05-27", "1979-05-27T07:32:00Z", "07:32:00.5", "'lit # [ ] {'", '"a\\"]"',
     '"""\nmany # lines\n[x]\ny = 1 \\"""\\\n  """', "'''\n[z]\n'' '''", '""', "''", '"""""""', "''''''"]
)  # fmt: skip
SPACE = st.sampled_from(["", " ", "\t"])
BREAK = st.sampled_from(["", " ", "\n", " # c ] }\n", "\r\n\t"])
ENDS = st.sampled_from(["\n", "\r\n", "  # a comment = [\n", "\n\n# [no]\n"])


@st.composite
def written_key(draw: st.DrawFn, key: str) -> str:
    """Write a key down, quoted where it has to be."""
    bare = key != "" and key.isascii() and key.replace("-", "").replace("_", "").isalnum()
    if bare and draw(st.booleans()):
        return key
    return "'" + key + "'" if draw(st.booleans()) else '"' + key.replace("\\", "\\\\").replace('"', '\\"') + '"'


@st.composite
def written_value(draw: st.DrawFn, depth: int = 2) -> str:
    kind = draw(st.sampled_from(["scalar", "array", "table"] if depth else ["scalar"]))
    if kind == "array":
        items = [draw(written_value(depth=depth - 1)) for _ in range(draw(st.integers(0, 3)))]
        inside = ",".join(f"{draw(BREAK)}{item}{draw(BREAK)}" for item in items)
        return f"[{inside}{',' if items and draw(st.booleans()) else ''}{draw(BREAK)}]"
    if kind == "table":
        keys = draw(st.lists(KEYS, max_size=3, unique=True))
        pairs = [f"{draw(written_key(key))}{draw(SPACE)}={draw(SPACE)}{draw(written_value(depth=0))}" for key in keys]
        return "{" + ",".join(f" {pair} " for pair in pairs) + "}"
    return draw(SCALARS)


@st.composite
def written_file(draw: st.DrawFn) -> str:
    """Write a file down; some are no TOML, because a key stands twice."""
    text = draw(st.sampled_from(["", "# begin\n", "\n"]))
    for number in range(draw(st.integers(0, 5))):
        if number:
            names = [draw(written_key(key)) for key in draw(st.lists(KEYS, min_size=1, max_size=3))]
            dotted = f"{draw(SPACE)}.{draw(SPACE)}".join(names)
            opener, closer = draw(st.sampled_from([("[", "]"), ("[[", "]]")]))
            text += f"{draw(SPACE)}{opener}{draw(SPACE)}{dotted}{draw(SPACE)}{closer}{draw(ENDS)}"
        for _ in range(draw(st.integers(0, 3))):
            names = [draw(written_key(key)) for key in draw(st.lists(KEYS, min_size=1, max_size=2))]
            text += f"{draw(SPACE)}{'.'.join(names)}{draw(SPACE)}={draw(SPACE)}{draw(written_value())}{draw(ENDS)}"
    return text


@given(written_file())
def test_the_keys_are_those_of_tomllib(text):
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        key_lines(text)  # says what it can
        return
    lines = key_lines(text)
    assert set(lines) == paths_of(values)
    written = text.replace("\r\n", "\n").split("\n")
    for path, line in lines.items():
        key = path[-1]
        if isinstance(key, str):
            quoted = key.replace("\\", "\\\\").replace('"', '\\"')
            assert key in written[line - 1] or quoted in written[line - 1]


@given(st.text(st.sampled_from(list("ab.=[]{}\"'#\\\n\r ,1")), max_size=40))
def test_any_text_ends(text):
    key_lines(text)


@pytest.mark.parametrize(
    "text", ["[" * 10_000, "a = " + "[" * 100_000, "a = " + "{b=" * 100_000, 'a = "' + "\\" * 99_999]
)
def test_deep_texts_end(text):
    assert len(key_lines(text)) < 2_000
