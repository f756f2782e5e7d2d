"""Which files are found, which are left out, and what is said of those."""

import os
import random
import socket
import subprocess
import sys
from pathlib import Path

import pytest

import dedup
from dedup.config import Config
from dedup.errors import ConfigError, InputError
from dedup.readers import Source, find_sources, paths_from, read_sources

needs_posix = pytest.mark.skipif(os.name == "nt", reason="needs POSIX names, links or special files")


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """A folder `here` as current directory, with room beside it."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def plant(*paths, **contents):
    for path in paths:
        file = Path(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(contents.get(path, "text"))


def rules(path, *lines):
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text("\n".join(lines))


def find(*paths, **settings):
    sources, skipped = find_sources(paths or ["."], Config(**settings))
    return [source.id for source in sources], {item.path: item.reason for item in skipped}


# What is found


def test_a_folder_is_walked_and_sorted():
    plant("b.txt", "a/z.txt", "a/b/c.md", "a.txt", "noext")
    assert find() == (["a.txt", "a/b/c.md", "a/z.txt", "b.txt", "noext"], {})


def test_what_to_open_is_as_typed_and_the_kind_follows_the_name():
    plant("d/a.txt", "d/b.jsonl", "d/c.NDJSON", "d/jsonl")
    sources, _ = find_sources(["d", Path("d") / "a.txt"], Config())
    assert sources == [
        Source(str(Path("d") / "a.txt"), "d/a.txt", "text"),
        Source(str(Path("d") / "b.jsonl"), "d/b.jsonl", "jsonl"),
        Source(str(Path("d") / "c.NDJSON"), "d/c.NDJSON", "jsonl"),
        Source(str(Path("d") / "jsonl"), "d/jsonl", "text"),
    ]


def test_the_order_of_the_paths_changes_nothing():
    plant("a/1.txt", "b/2.txt", ".hid/3.txt", "b/.x")
    paths = ["a", "b", ".", ".hid/3.txt"]
    assert find_sources(paths, Config()) == find_sources(paths[::-1], Config())


def test_ids_inside_are_relative_whatever_was_typed(here):
    plant("d/a.txt")
    for path in ("d/a.txt", "./d//a.txt", "d/../d/a.txt", here / "d" / "a.txt", "../here/d/a.txt", here, "d/"):
        assert find(path)[0] == ["d/a.txt"]


def test_ids_outside_stay_as_typed(here):
    plant("../out/a.txt")
    assert find("../out")[0] == ["../out/a.txt"]
    assert find("..//out/./a.txt")[0] == ["../out/a.txt"]
    absolute = here.parent / "out" / "a.txt"
    assert find(absolute)[0] == [absolute.as_posix()]


def test_a_folder_that_only_starts_like_the_current_one_is_outside(here):
    plant("../here2/a.txt")
    assert find("../here2")[0] == ["../here2/a.txt"]
    assert find(here.parent / "here2")[0] == [(here.parent / "here2" / "a.txt").as_posix()]


def test_standard_input_is_a_source_once():
    assert find_sources(["-", "-"], Config()) == ([Source("-", "-", "text")], [])


def test_nothing_to_find():
    Path("empty").mkdir()
    assert find("empty") == ([], {})
    assert find_sources([], Config()) == ([], [])


def test_a_path_that_does_not_exist_is_an_error_with_the_nearest_name():
    plant("docs/chapter.txt")
    for path, near in (("docz", "docs"), ("docs/chaptr.txt", str(Path("docs") / "chapter.txt"))):
        with pytest.raises(InputError) as error:
            find(path)
        assert repr(path) in str(error.value)
        assert f"did you mean {near!r}?" in str(error.value)


@pytest.mark.parametrize("path", ["", "nothing-like-it", "a.txt/b", "a\0b", "\ud800", "\udce9", "no/such/folder"])
def test_a_path_that_cannot_exist_is_an_error(path):
    plant("a.txt")
    with pytest.raises(InputError) as error:
        find(path)
    str(error.value).encode()


@needs_posix
def test_strange_names_are_found_and_their_ids_are_text():
    names = [b"two words", b"new\nline", b"caf\xe9", b"back\\slash", b"\xf0\x9f\x98\x80", b"-", b"a*", b"tab\t"]
    for name in names:
        Path(os.fsdecode(name)).write_bytes(name)
    sources, skipped = find_sources(["."], Config())
    assert skipped == []
    ids = [source.id for source in sources]
    assert ids == sorted(["two words", "new\nline", "caf\\xe9", "back\\slash", "😀", "-", "a*", "tab\t"])
    contents = {document.id: document.text for document in read_sources(sources, Config(fallback_encoding="latin-1"))}
    assert contents["caf\\xe9"] == "café"
    assert contents["new\nline"] == "new\nline"
    "".join(ids).encode()


@needs_posix
@pytest.mark.parametrize("settings", [{"LC_ALL": "C"}, {"LC_ALL": "C", "PYTHONUTF8": "0"}, {"PYTHONUTF8": "1"}])
def test_ids_and_rules_do_not_depend_on_the_locale(settings):
    for name in ("Ü.txt", "ä/é.txt", "ö/a.txt"):
        file = Path(name)
        file.parent.mkdir(exist_ok=True)
        file.touch()
    Path(os.fsdecode(b"caf\xe9.txt")).touch()
    rules(".gitignore", "/ö")
    code = """
from dedup.config import Config
from dedup.readers import find_sources
sources, skipped = find_sources(["."], Config())
print(ascii([source.id for source in sources]), ascii([(item.path, item.reason) for item in skipped][1:]))
"""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG"))}
    environment |= {"PYTHONPATH": str(Path(dedup.__file__).parents[1])} | settings
    output = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True).stdout
    ids = ["caf\\xe9.txt", "ä/é.txt", "Ü.txt"]
    assert output.decode().strip() == f"{sorted(ids)!a} {[('ö', 'ignored by .gitignore, line 1: /ö')]!a}"


@needs_posix
def test_a_very_deep_folder_is_walked(here):
    depth = 300
    for _ in range(depth):
        Path("d").mkdir()
        os.chdir("d")
    Path("deep.txt").write_text("deep")
    rules(".gitignore", "no.txt")
    plant("no.txt")
    os.chdir(here)
    found, skipped = find()
    assert found == ["d/" * depth + "deep.txt"]
    assert skipped["d/" * depth + "no.txt"].startswith("ignored by")
    assert [item.text for item in read_sources(find_sources(["."], Config())[0], Config())] == ["deep"]


@needs_posix
def test_a_path_too_long_for_the_system_is_listed(here):
    for _ in range(50):
        Path("d" * 200).mkdir()
        os.chdir("d" * 200)
    os.chdir(here)
    found, skipped = find()
    assert found == []
    assert [reason for reason in skipped.values() if reason.startswith("cannot be listed: File name too long")]


# What is left out


def test_hidden_entries_are_left_out_and_listed():
    plant(".a.txt", ".d/b.txt", "e/.f", "c.txt")
    assert find() == (["c.txt"], {".a.txt": "hidden", ".d": "hidden", "e/.f": "hidden"})
    assert find(hidden=True) == ([".a.txt", ".d/b.txt", "c.txt", "e/.f"], {})


def test_hidden_paths_that_are_named_are_read():
    plant(".d/b.txt", ".d/.c", ".a")
    assert find(".d", ".a") == ([".a", ".d/b.txt"], {".d/.c": "hidden"})
    assert find(".", ".d", ".a") == ([".a", ".d/b.txt"], {".d/.c": "hidden"})


def test_data_of_git_is_left_out_even_if_hidden_files_are_read():
    plant(".git/config", "sub/.git", "a.txt")
    assert find(hidden=True) == (["a.txt"], {".git": "data of git", "sub/.git": "data of git"})


def test_ignored_entries_are_listed_with_file_line_and_pattern():
    plant("a.log", "build/x/y.txt", "b.txt", "sub/a.log", "sub/only/here.txt", "only/here.txt")
    rules(".gitignore", "# comment", "*.log", "build/")
    rules("sub/.gitignore", "/only")
    found, skipped = find(hidden=True)
    assert found == [".gitignore", "b.txt", "only/here.txt", "sub/.gitignore"]
    assert skipped == {
        "a.log": "ignored by .gitignore, line 2: *.log",
        "build": "ignored by .gitignore, line 3: build/",
        "sub/a.log": "ignored by .gitignore, line 2: *.log",
        "sub/only": "ignored by sub/.gitignore, line 1: /only",
    }


def test_gitignore_can_be_switched_off_and_dedupignore_cannot():
    plant("a.log", "b.log")
    rules(".gitignore", "a.log")
    rules(".dedupignore", "b.log")
    assert find()[0] == []
    assert find(gitignore=False)[0] == ["a.log"]
    assert find()[1]["b.log"] == "ignored by .dedupignore, line 1: b.log"


def test_a_deeper_file_decides_first():
    plant("sub/a.log", "sub/deep/a.log", "a.log")
    rules(".gitignore", "*.log")
    rules("sub/.gitignore", "!*.log")
    rules("sub/deep/.gitignore", "a.*")
    assert find()[0] == ["sub/a.log"]


def test_dedupignore_decides_before_gitignore():
    plant("a.log", "sub/a.log")
    rules(".dedupignore", "!a.log")
    rules("sub/.gitignore", "a.log")
    assert find()[0] == ["a.log", "sub/a.log"]


def test_rules_of_folders_around_hold_from_the_repository_down(here):
    plant("repo/.git/HEAD", "repo/docs/a.txt", "repo/docs/a.log", "repo/docs/a.tmp", "repo/docs/a.out")
    rules("repo/.gitignore", "*.log")
    rules("repo/.dedupignore", "*.tmp")
    rules(".gitignore", "*.out")  # outside of the repository
    assert find("repo/docs")[0] == ["repo/docs/a.out", "repo/docs/a.txt"]
    os.chdir("repo/docs")
    found, skipped = find()
    assert found == ["a.out", "a.txt"]
    assert skipped == {
        "a.log": "ignored by ../.gitignore, line 1: *.log",
        "a.tmp": "ignored by ../.dedupignore, line 1: *.tmp",
    }
    assert find("../docs") == (found, skipped)


def test_rules_reach_from_the_current_directory_without_a_repository():
    plant("sub/deep/a.txt", "sub/deep/b.txt", "sub/deep/c.txt")
    rules(".gitignore", "a.txt")
    rules("sub/.dedupignore", "b.txt")
    rules("../.gitignore", "c.txt")
    assert find("sub/deep")[0] == ["sub/deep/c.txt"]


def test_own_rules_of_the_current_directory_reach_into_a_repository():
    plant("repo/.git/HEAD", "repo/a.txt", "repo/b.txt")
    rules(".dedupignore", "a.txt")
    assert find()[0] == find("repo")[0] == ["repo/b.txt"]


def test_an_inner_repository_has_its_own_gitignore_only():
    plant(".git/HEAD", "inner/.git/HEAD", "inner/a.log", "inner/b.log", "a.log")
    rules(".gitignore", "*.log")
    rules("inner/.gitignore", "b.log")
    assert find()[0] == ["inner/a.log"]


def test_what_is_named_is_read_although_ignored():
    plant("a.log", "build/x.txt", "build/y.log")
    rules(".gitignore", "*.log", "build/")
    assert find("a.log") == (["a.log"], {})
    assert find("build") == (["build/x.txt"], {"build/y.log": "ignored by .gitignore, line 1: *.log"})
    found, skipped = find(".", "a.log", "build")
    assert found == ["a.log", "build/x.txt"]
    assert set(skipped) == {".gitignore", "build/y.log"}


def test_an_ignore_file_may_have_a_byte_order_mark_and_crlf():
    plant("a.log", "b.log")
    Path(".gitignore").write_bytes(b"\xef\xbb\xbfa.log\r\nb.log\r\n")
    assert find()[0] == []


def test_an_ignore_file_of_bytes_and_one_that_is_a_folder_do_no_harm():
    plant("a.log", "b.txt", "sub/.gitignore/c.txt")
    Path(".gitignore").write_bytes(b"\xff\xfe\0\n[\n*.log\n")
    assert find()[0] == ["b.txt"]


def test_excluded_paths_are_left_out_even_if_named():
    plant("vendor/lib/a.txt", "a.tmp", "b.txt")
    settings = {"exclude": ("vendor/", "*.tmp")}
    expected = {"vendor": "excluded by vendor/", "a.tmp": "excluded by *.tmp"}
    assert find(**settings) == (["b.txt"], expected)
    assert find("vendor", "a.tmp", "b.txt", **settings) == (["b.txt"], expected)
    assert find("vendor/lib/a.txt", **settings) == ([], {"vendor/lib/a.txt": "excluded by vendor/"})
    assert find("vendor/lib", **settings) == ([], {"vendor/lib": "excluded by vendor/"})


def test_exclude_is_relative_to_the_current_directory_and_takes_exceptions():
    plant("a/x.txt", "b/a/x.txt", "b/keep.md", "c.md")
    assert find(exclude=("/a", "*.md", "!keep.md"))[0] == ["b/a/x.txt", "b/keep.md"]
    assert find("b", exclude=("b/a",))[0] == ["b/keep.md"]


def test_exclude_reaches_outside_by_name_but_dots_are_no_names():
    plant("../out/a.tmp", "../out/b.txt")
    assert find("../out", exclude=("*.tmp",))[0] == ["../out/b.txt"]
    assert find("../out", exclude=(".*",))[0] == ["../out/a.tmp", "../out/b.txt"]
    assert find(".", exclude=("/.",)) == ([], {})


def test_include_names_the_files_to_read_in_folders():
    plant("a.md", "docs/b.md", "docs/c.txt", "d.txt")
    found, skipped = find(include=("*.md",))
    assert found == ["a.md", "docs/b.md"]
    assert skipped == {"docs/c.txt": "named by no include pattern", "d.txt": "named by no include pattern"}
    assert find("d.txt", include=("*.md",)) == (["d.txt"], {})


def test_include_of_a_folder_holds_for_all_in_it():
    plant("docs/b.md", "docs/sub/c.txt", "docs/sub/d.bin", "e.md")
    for paths in ([], ["docs"], ["docs/sub", "docs"]):
        assert find(*paths, include=("docs/", "!*.bin"))[0] == ["docs/b.md", "docs/sub/c.txt"]


def test_include_does_not_bring_back_what_is_ignored_or_hidden():
    plant("a.md", ".b.md")
    rules(".gitignore", "a.md")
    assert find(include=("*.md", ".b.md"))[0] == []


@pytest.mark.parametrize("setting", ["include", "exclude"])
def test_a_setting_that_is_no_pattern_is_an_error(setting):
    with pytest.raises(ConfigError, match=rf"^{setting}: '\[a' is not a pattern as in .* close every '\['"):
        find(**{setting: ("[a",)})


@needs_posix
def test_special_files_are_listed_and_never_opened():
    os.mkfifo("pipe")
    Path("link").symlink_to("pipe")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
        reason = "not a regular file (a pipe, socket or device)"
        assert find() == ([], {"pipe": reason, "socket": reason, "link": reason})
        assert find("pipe", "link", os.devnull) == ([], {"pipe": reason, "link": reason, os.devnull: reason})


# Links


@needs_posix
def test_links_to_folders_are_not_followed_so_loops_end():
    plant("d/a.txt")
    Path("d/up").symlink_to("..")
    Path("self").symlink_to(".")
    Path("loop").symlink_to("loop")
    Path("broken").symlink_to("nowhere")
    found, skipped = find()
    assert found == ["d/a.txt"]
    assert skipped.pop("loop").startswith("cannot be read: ")
    assert skipped == {
        "d/up": "a symbolic link to a folder",
        "self": "a symbolic link to a folder",
        "broken": "a broken symbolic link",
    }


@needs_posix
def test_a_link_that_is_named_is_followed():
    plant("../out/a.txt")
    Path("link").symlink_to("../out")
    Path("file.txt").symlink_to("../out/a.txt")
    assert find("link") == (["link/a.txt"], {})
    assert find("file.txt") == (["file.txt"], {})


@needs_posix
def test_a_broken_link_or_a_loop_that_is_named_is_reported():
    Path("broken").symlink_to("nowhere")
    Path("loop").symlink_to("loop")
    with pytest.raises(InputError, match="'broken' is a broken symbolic link"):
        find("broken")
    found, skipped = find("loop")
    assert found == []
    assert skipped["loop"].startswith("cannot be read: ")


@needs_posix
def test_one_real_file_is_read_once_under_its_own_path():
    plant("z.txt", "../out/o.txt")
    Path("a.txt").symlink_to("z.txt")
    Path("l1.txt").symlink_to("../out/o.txt")
    Path("l2.txt").symlink_to("l1.txt")
    found, skipped = find()
    assert found == ["l1.txt", "z.txt"]
    assert skipped == {"a.txt": "the same file as z.txt", "l2.txt": "the same file as l1.txt"}
    assert find("a.txt", "z.txt")[0] == ["z.txt"]


@needs_posix
def test_one_real_folder_is_read_once():
    plant("real/a.txt")
    Path("alias").symlink_to("real")
    assert find("alias", "real") == (["real/a.txt"], {"alias/a.txt": "the same file as real/a.txt"})


def test_a_file_that_is_named_twice_is_read_once(here):
    plant("d/a.txt")
    assert find("d/a.txt", "./d/a.txt", "d", ".", here) == (["d/a.txt"], {})


@needs_posix
def test_two_files_with_one_id_are_not_taken_for_one(here):
    plant("a.txt", "../out/in/x.txt", "../out/a.txt")
    Path("link").symlink_to("../out/in")
    Path("a.txt").write_text("mine")
    # For the system this is ../out/a.txt; its normalised spelling is that of another file.
    sources, _ = find_sources(["link/../a.txt", "a.txt"], Config())
    first, second = read_sources(sources, Config())
    assert {first.id, second.path} == {"a.txt"}
    assert "is taken by" in second.reason


# What cannot be read


def deny(monkeypatch, owner, method, name):
    original = getattr(owner, method)

    def refuse(path, *args, **kwargs):
        if Path(path).name == name:
            raise PermissionError(13, "Permission denied", str(path))
        return original(path, *args, **kwargs)

    monkeypatch.setattr(owner, method, refuse)


def test_a_folder_that_cannot_be_listed_is_listed_itself(monkeypatch):
    plant("locked/a.txt", "b.txt")
    deny(monkeypatch, os, "scandir", "locked")
    expected = {"locked": "cannot be listed: Permission denied (locked)"}
    assert find() == (["b.txt"], expected)
    assert find("locked", ".") == (["b.txt"], expected)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="nothing is locked for this user")
def test_a_really_locked_folder_and_file():
    plant("locked/a.txt", "b.txt")
    Path("locked").chmod(0)
    Path("b.txt").chmod(0)
    try:
        sources, skipped = find_sources(["."], Config())
        assert [item.path for item in skipped] == ["locked"]
        assert [item.reason for item in read_sources(sources, Config())] == ["cannot be read: Permission denied"]
    finally:
        Path("locked").chmod(0o700)


def test_a_folder_whose_rules_cannot_be_read_is_not_read(monkeypatch):
    plant("sub/secret.txt", "b.txt", "sub/deep/c.txt")
    rules("sub/.gitignore", "secret.txt")
    deny(monkeypatch, Path, "read_bytes", ".gitignore")
    reason = "cannot be listed: Permission denied (.gitignore)"
    assert find() == (["b.txt"], {"sub": reason})
    assert find("sub/deep") == ([], {"sub/deep": reason})


def test_a_named_file_behind_a_locked_folder_is_listed(monkeypatch):
    plant("locked/a.txt")
    deny(monkeypatch, os, "stat", "a.txt")
    assert find("locked/a.txt") == ([], {"locked/a.txt": "cannot be read: Permission denied"})


def test_every_file_is_either_found_or_listed():
    rng = random.Random(7)
    names = ["a", ".b", "c.log", "d.md", "build", "e.jsonl"]
    files = set()
    for _ in range(150):
        parts = [rng.choice(names) + "_" for _ in range(rng.randint(0, 3))] + [rng.choice(names)]
        path = "/".join(parts)
        plant(path)
        files.add(path)
    rules(".gitignore", "*.log*", "build_/", "!.b_/")
    rules("a_/.dedupignore", "d*", "!c.log")
    files |= {".gitignore", "a_/.dedupignore"}
    for settings in ({}, {"hidden": True}, {"include": ("*.md", "a_/")}, {"exclude": ("e*",)}, {"gitignore": False}):
        found, skipped = find(**settings)
        assert set(found) <= files
        for path in files:
            outer = {path} | {str(parent) for parent in Path(path).parents}
            assert (path in found) + len(outer & set(skipped)) == 1, path


# Lists of paths


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"a.txt\nb c.txt\n", ["a.txt", "b c.txt"]),
        (b"\n  \na.txt\r\n\r\nb.txt", ["a.txt", "b.txt"]),
        (b"a\nb.txt\0\0c.txt\0", ["a\nb.txt", "c.txt"]),
        (b"\xef\xbb\xbfa.txt", ["a.txt"]),
        (b"", []),
        ("é.txt\n".encode(), ["é.txt"]),
    ],
)
def test_a_list_of_paths(data, expected):
    Path("list").write_bytes(data)
    assert paths_from("list") == expected
    assert paths_from(Path("list")) == expected


@needs_posix
def test_a_list_of_paths_may_hold_any_bytes():
    Path("list").write_bytes(b"caf\xe9\n")
    assert paths_from("list") == [os.fsdecode(b"caf\xe9")]


def test_a_list_of_paths_from_standard_input():
    Path("list").write_bytes(b"a\nb\n")
    with Path("list").open("rb") as stream:
        assert paths_from("-", stdin=stream) == ["a", "b"]
        assert not stream.closed


@pytest.mark.parametrize("path", ["missing", "."])
def test_a_list_that_cannot_be_read_is_an_error(path):
    with pytest.raises(InputError, match="the list of files cannot be read"):
        paths_from(path)


def test_standard_input_may_be_closed(monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(InputError, match="standard input is closed"):
        paths_from("-")
