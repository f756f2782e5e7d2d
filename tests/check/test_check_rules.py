"""Rules: what they take, what they refuse, which documents they name, and what a configuration file says of them."""

from __future__ import annotations

from typing import Any

import pytest

from dedup.check import Group, Override, Rules
from dedup.config import Config
from dedup.errors import ConfigError
from dedup.rules import KEYS


def place(*keys: str | int) -> str:
    return ".".join(["file", *map(str, keys)])


@pytest.mark.parametrize(
    ("document", "part"),
    [
        ("docs/v1/a.md", 0),
        ("docs/v1/deep/a.md", 0),
        ("docs/v2/a.md", 1),
        ("docs/v3/a.md", None),
        ("v1/a.md", None),
        ("guide.de.md", 2),
        ("docs/v1/guide.de.md", 0),  # the first that names it
        ("x/records.jsonl:12", 3),
        ("/abs/records.jsonl", 3),
        ("/abs/other.txt", None),
    ],
)
def test_the_part_of_a_group(document, part):
    group = Group(paths=("/docs/v1/", "docs/v2", "*.de.md", "records.jsonl"), compare="within")
    assert group.part(document) == part


def test_an_override_names_documents_as_an_ignore_file_does():
    override = Override(paths=("docs/", "!docs/kept/", "docs/kept/but/*.txt", "*.log"), ignore=True)
    named = ["docs/a", "docs/kept/a", "docs/kept/but/a.txt", "docs/kept/but/a.md", "x/a.log", "a"]
    assert [override.names(name) for name in named] == [True, False, True, False, True, False]


def test_a_scan_looks_for_what_any_document_asks_for():
    overrides = (Override(paths=("a",), min_words=8), Override(paths=("b",), min_similarity=0.9, min_words=40))
    config = Rules(overrides=overrides).scan_config(Config(min_words=20, min_similarity=0.7, seed=7))
    assert config == Config(min_words=8, min_similarity=0.7, seed=7)
    assert Rules().scan_config(Config(min_words=20)) == Config(min_words=20)


def test_documents_of_boilerplate():
    rules = Rules(boilerplate=("./templates/", "LICENSE", "notes.jsonl"))
    documents = ["LICENSE", "a/LICENSE", "templates/a/b.md", "templates.md", "notes.jsonl:3", "notes.jsonl:x"]
    assert rules.boilerplate_of(documents) == {
        "LICENSE": "LICENSE",
        "templates/a/b.md": "./templates/",
        "notes.jsonl:3": "notes.jsonl",
    }
    assert Rules(boilerplate=(".",)).boilerplate_of(["a/b"]) == {"a/b": "."}
    assert Rules().boilerplate_of(documents) == {}


def test_what_a_configuration_file_says():
    values: dict[str, Any] = {
        "boilerplate": ["LICENSE"],
        "require-reason": True,
        "group": [{"name": "versions", "paths": ["v1/", "v2/"], "compare": "within"}],
        "override": [{"paths": ["blog/"], "min-words": 30, "min-similarity": 0.8}, {"paths": ["x"], "ignore": True}],
    }
    assert set(values) == set(KEYS)
    assert Rules.from_mapping(values) == Rules(
        boilerplate=("LICENSE",),
        require_reason=True,
        groups=(Group(name="versions", paths=("v1/", "v2/"), compare="within"),),
        overrides=(
            Override(paths=("blog/",), min_words=30, min_similarity=0.8),
            Override(paths=("x",), ignore=True),
        ),
    )
    assert Rules.from_mapping({}) == Rules()


GROUP = {"paths": ["a"], "compare": "never"}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"boilerplates": []}, "file: unknown key 'boilerplates'; did you mean 'boilerplate'?"),
        ({"boilerplate": "LICENSE"}, "file.boilerplate: boilerplate must be a list of files and folders, not"),
        ({"require-reason": "yes"}, "file.require-reason: require-reason must be true or false, not 'yes'"),
        ({"group": GROUP}, "file.group: group must be a list of tables, [[group]], not"),
        ({"override": ["a"]}, "file.override: override must be a list of tables, [[override]], not ['a']"),
        ({"group": [GROUP, {"path": ["a"]}]}, "file.group.1.path: unknown key 'path'; did you mean 'paths'?"),
        ({"group": [{"compare": "never"}]}, "file.group.0: group needs paths"),
        ({"group": [{"paths": ["a"]}]}, "file.group.0: group needs compare"),
        ({"group": [GROUP | {"compare": "none"}]}, "compare must be 'within' or 'across' or 'never', not 'none'"),
        ({"group": [GROUP | {"paths": []}]}, "file.group.0.paths: paths of group must name something"),
        ({"group": [GROUP | {"paths": ["!a"]}]}, "file.group.0.paths: paths: '!a' names no part of a group"),
        ({"group": [GROUP | {"paths": ["["]}]}, "file.group.0.paths: paths: '[' is not a pattern"),
        ({"group": [GROUP | {"name": 3}]}, "file.group.0.name: name must be a string, not 3"),
        ({"override": [{"paths": ["a"], "min-wrods": 3}]}, "unknown key 'min-wrods'; did you mean 'min-words'?"),
        ({"override": [{"paths": ["a"], "min-words": 3}]}, "file.override.0.min-words: min-words must be a whole"),
        ({"override": [{"paths": ["a"], "ignore": 1}]}, "file.override.0.ignore: ignore must be true or false, not 1"),
        ({"override": [{"paths": ["a"]}]}, "file.override.0: an override must set min-words, min-similarity"),
        ({"override": [{"ignore": True}]}, "file.override.0: override needs paths"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_place(values, message):
    with pytest.raises(ConfigError) as error:
        Rules.from_mapping(values, place)
    assert message in str(error.value)


def test_mistakes_from_python_are_named():
    with pytest.raises(ConfigError, match="compare must be"):
        Group(paths=("a",), compare="all")  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="boilerplate must be a list"):
        Rules(boilerplate="LICENSE")  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="min-similarity must be a number from"):
        Override(paths=("a",), min_similarity=0.1)
    assert Group(paths=["a"], compare="never") == Group(paths=("a",), compare="never")  # type: ignore[arg-type]
    assert len({Group(paths=("a",), compare="never"), Group(paths=("a",), compare="never")}) == 1
