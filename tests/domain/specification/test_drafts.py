"""What of a specification may be edited, and what an edit makes of its files."""

import pytest
from pydantic import ValidationError

from domain.specification.drafts import LARGEST_DRAFT, LARGEST_FILE, FileChanges, may_hold
from publishing.specification.files import READ

BASE = "a" * 64


@pytest.mark.parametrize(
    "path",
    ["organisation.yaml", "topics.yaml", "market.lock.yaml", "evaluation/tuning.csv", "knowledge/a b-ü.md"]
    + [f"{folder}/one.yaml" for folder in ("agents", "journeys", "rules", "guidelines", "macros", "scenarios")],
)
def test_these_are_files_of_a_specification(path: str) -> None:
    assert may_hold(path)


@pytest.mark.parametrize(
    "path",
    [
        "", "x.yaml", "../topics.yaml", "/topics.yaml", "agents/../topics.yaml", "agents/..yaml", "agents/.a.yaml",
        "agents/a/b.yaml", "agents\\a.yaml", "agents/a\n.yaml", "agents/a.yml", "customers/a.yaml", "knowledge/a.yaml",
        "agents/" + "a" * 120 + ".yaml", "topics.yaml\n",
    ],
)  # fmt: skip
def test_these_are_none(path: str) -> None:
    assert not may_hold(path)
    with pytest.raises(ValidationError):
        FileChanges(base=BASE, files={path: ""})


def test_every_folder_that_is_read_may_be_edited_but_that_of_the_customers() -> None:
    editable = {folder for folder, ending in READ.items() if folder and may_hold(f"{folder}/one{ending}")}
    assert editable == set(READ) - {"", "customers"}


def test_changes_are_applied_to_the_files() -> None:
    changes = FileChanges(base=BASE, files={"topics.yaml": "new", "agents/a.yaml": None, "rules/r.yaml": "r"})
    files = {"topics.yaml": "old", "agents/a.yaml": "a", "agents/b.yaml": "b"}
    assert list(changes.applied_to(files).items()) == [
        ("agents/b.yaml", "b"),
        ("rules/r.yaml", "r"),
        ("topics.yaml", "new"),
    ]


def test_what_is_as_before_is_no_change() -> None:
    changes = FileChanges(base=BASE, files={"topics.yaml": "old", "agents/a.yaml": None, "rules/r.yaml": None})
    left = changes.without_unchanged({"topics.yaml": "old", "agents/a.yaml": "a"})
    assert left.files == {"agents/a.yaml": None}


def test_files_that_others_have_changed_meanwhile_are_named() -> None:
    changes = FileChanges(base=BASE, files={"topics.yaml": "mine", "agents/a.yaml": "mine", "rules/r.yaml": "mine"})
    base = {"topics.yaml": "old", "agents/a.yaml": "a", "macros/m.yaml": "m"}
    active = {"topics.yaml": "theirs", "agents/a.yaml": "a", "rules/r.yaml": "theirs"}
    assert changes.overtaken(base, active) == ("rules/r.yaml", "topics.yaml")


def test_texts_have_limits() -> None:
    with pytest.raises(ValidationError, match="at most 1000000 characters"):
        FileChanges(base=BASE, files={"topics.yaml": "x" * (LARGEST_FILE + 1)})
    half = "x" * (LARGEST_DRAFT // 3 + 1)
    with pytest.raises(ValidationError, match="publish a part first"):
        FileChanges(base=BASE, files={f"rules/{name}.yaml": half for name in "abc"})
    with pytest.raises(ValidationError, match="NUL"):
        FileChanges(base=BASE, files={"topics.yaml": "\x00"})
