"""Files as data that remembers its lines."""

import os
from pathlib import Path

import pytest

from domain.specification.findings import Location
from publishing.specification.documents import LARGEST_FOLDER, LARGEST_TEXT, Document, DocumentReader


def read(folder: Path, name: str, text: str | bytes) -> tuple[Document | None, list[str]]:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    reader = DocumentReader(folder)
    document = {".yaml": reader.yaml, ".md": reader.markdown, ".csv": reader.csv}[path.suffix](path)
    return document, [str(problem) for problem in reader.mistakes]


def test_values_know_their_places(tmp_path: Path) -> None:
    text = "name: x\nitems:\n  - id: one\n  - id: two\n    long: >-\n      text\nmore: {a: 1}\n"
    document, _ = read(tmp_path, "a.yaml", text)
    assert document is not None
    places: list[tuple[Location, tuple[int, int]]] = [
        (("name",), (1, 7)),
        (("items",), (2, 1)),
        (("items", 0), (3, 5)),
        (("items", 1, "id"), (4, 9)),
        (("items", 1, "long"), (5, 11)),
        (("items", 1, "missing"), (4, 5)),
        (("items", 7), (2, 1)),
        (("more", "a"), (7, 11)),
        ((), (1, 1)),
    ]
    assert [(at, tuple(document.position_of(at))) for at, _ in places] == places


def test_keys_know_their_places(tmp_path: Path) -> None:
    document, _ = read(tmp_path, "a.yaml", "name: x\nmore: {abc: 1}\n")
    assert document is not None
    assert document.position_of(("more", "abc"), of_key=True) == (2, 8)


def test_front_matter_counts_lines_from_the_top_of_the_file(tmp_path: Path) -> None:
    document, _ = read(tmp_path, "a.md", "---\nid: a\ntitle: A\n---\n\n# Text\n\n---\n\nmore\n")
    assert document is not None
    assert document.position_of(("title",)) == (3, 8)
    assert document.body == "# Text\n\n---\n\nmore"


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_line_endings_of_every_system_are_read(tmp_path: Path, ending: str) -> None:
    document, problems = read(tmp_path, "a.md", ending.join(["\ufeff---", "id: a", "---", "", "Text", "more"]))
    assert document is not None
    assert (document.data, document.body, problems) == ({"id": "a"}, "Text\nmore", [])


def test_rows_know_their_lines_even_after_cells_with_line_breaks(tmp_path: Path) -> None:
    document, problems = read(tmp_path, "a.csv", 'id,name,city\none,"two\nlines",\ntwo,x,Ghent\n')
    assert document is not None
    assert document.data == [{"id": "one", "name": "two\nlines"}, {"id": "two", "name": "x", "city": "Ghent"}]
    assert [document.position_of((row, "id")) for row in (0, 1)] == [(3, None), (4, None)]
    assert not problems


LONG = '"' + "x" * 200_000


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("a.yaml", "a: b: c\n", "a.yaml:1: is not valid YAML: mapping values are not allowed here. Put a text"),
        ("a.yaml", "a: 1\nb:\n  c: 1\n  c: 2\n", "a.yaml:4: b.c: stands twice. It stands on line 3 as well: keep one."),
        (
            "a.yaml",
            "a: !!python/object/apply:os.getcwd []\n",
            "a.yaml:1: the tag !!python/object/apply:os.getcwd is not",
        ),
        ("a.yaml", b"a: 1\nb: \xff\n", "a.yaml:2: is not UTF-8 text. Save the file as UTF-8."),
        ("a.yaml", "a: 1\n".encode("utf-16"), "a.yaml:1: is not UTF-8 text. Save the file as UTF-8."),
        (
            "a.yaml",
            "a: " + "x" * LARGEST_TEXT,
            "a.yaml: is too large. Split it, or remove what is not needed; a file may",
        ),
        ("a.md", "# No front matter\n", "a.md:1: has no front matter. Begin with"),
        ("a.md", "---\nid: a\n", "a.md:1: has no front matter. Begin with"),
        ("a.md", "---\nid: [\n---\ntext\n", "a.md:3: is not valid YAML"),
        ("a.md", "---\nid: a\nid: b\n---\ntext\n", "a.md:3: id: stands twice. It stands on line 2 as well: keep one."),
        ("a.csv", "id,name\none,two,three\n", "a.csv:2: the row has more cells than the heading. Put cells"),
        ("a.csv", "id,name,id\none,two,three\n", "a.csv:1: the heading has 'id' twice. Give each column its own name."),
        (
            "a.csv",
            f"id\none\n{LONG}\n",
            "a.csv:3: is not valid CSV: field larger than field limit (131072). Close every",
        ),
    ],
)
def test_what_cannot_be_read_is_a_problem(tmp_path: Path, name: str, text: str | bytes, problem: str) -> None:
    _, problems = read(tmp_path, name, text)
    assert len(problems) == 1
    assert problems[0].startswith(problem)


def test_a_missing_file_and_a_folder_in_its_place(tmp_path: Path) -> None:
    reader = DocumentReader(tmp_path)
    (tmp_path / "b.yaml").mkdir()
    assert reader.yaml(tmp_path / "a.yaml") is reader.yaml(tmp_path / "b.yaml") is None
    missing, unreadable = map(str, reader.mistakes)
    assert missing == "a.yaml: the file is missing. Create it; `holdfast spec new` writes one into a new folder."
    assert unreadable == "b.yaml: is no file. Put a file of text in its place."


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.yaml")
    reader = DocumentReader(tmp_path)
    assert reader.yaml(tmp_path / "a.yaml") is None
    assert str(reader.mistakes[0]).startswith("a.yaml: is no file.")


def test_a_file_that_cannot_be_read_names_the_reason(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("no folder")
    reader = DocumentReader(tmp_path)
    assert reader.yaml(tmp_path / "a" / "b.yaml") is None
    assert str(reader.mistakes[0]) == "a/b.yaml: cannot be read (Not a directory). Check the file and its permissions."


def test_an_empty_file_has_no_values(tmp_path: Path) -> None:
    document, problems = read(tmp_path, "a.yaml", "# nothing yet\n")
    assert document is not None
    assert document.data == {}
    assert document.position_of(("name",)) == (None, None)
    assert not problems


def test_files_count_together(tmp_path: Path) -> None:
    reader = DocumentReader(tmp_path)
    (tmp_path / "a.md").write_text("---\nid: a\n---\n" + "x" * 900_000)
    read = [reader.markdown(tmp_path / "a.md") for _ in range(10)]
    assert [document is not None for document in read] == [True] * 8 + [False] * 2
    assert reader.bytes_read > LARGEST_FOLDER
    assert str(reader.mistakes[0]).startswith("a.md: the specification is too large from here on. Remove what")


def test_a_table_may_be_larger_than_a_text(tmp_path: Path) -> None:
    document, problems = read(tmp_path, "a.csv", "id,name\n" + "one,two\n" * 200_000)
    assert document is not None
    assert len(document.data) == 200_000
    assert not problems
