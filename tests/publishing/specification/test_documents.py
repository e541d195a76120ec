"""Files as data that remembers its lines."""

from pathlib import Path

import pytest

from publishing.specification.documents import Document, DocumentReader


def read(folder: Path, name: str, text: str | bytes) -> tuple[Document | None, list[str]]:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    reader = DocumentReader(folder)
    document = {".yaml": reader.yaml, ".md": reader.markdown, ".csv": reader.csv}[path.suffix](path)
    return document, [str(problem) for problem in reader.problems]


def test_values_know_their_lines(tmp_path: Path) -> None:
    document, _ = read(tmp_path, "a.yaml", "name: x\nitems:\n  - id: one\n  - id: two\n")
    assert document is not None
    assert document.data == {"name": "x", "items": [{"id": "one"}, {"id": "two"}]}
    assert [document.line_of(at) for at in [("name",), ("items", 1, "id"), ("items", 1, "missing"), ("items", 7)]] == [
        1,
        4,
        4,
        3,
    ]


def test_front_matter_counts_lines_from_the_top_of_the_file(tmp_path: Path) -> None:
    document, _ = read(tmp_path, "a.md", "---\nid: a\ntitle: A\n---\n\n# Text\n\n---\n\nmore\n")
    assert document is not None
    assert document.line_of(("title",)) == 3
    assert document.body == "# Text\n\n---\n\nmore"


def test_rows_know_their_lines_even_after_cells_with_line_breaks(tmp_path: Path) -> None:
    document, problems = read(tmp_path, "a.csv", 'id,name,city\none,"two\nlines",\ntwo,x,Ghent\n')
    assert document is not None
    assert document.data == [{"id": "one", "name": "two\nlines"}, {"id": "two", "name": "x", "city": "Ghent"}]
    assert [document.line_of((row, "id")) for row in (0, 1)] == [3, 4]
    assert not problems


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("a.yaml", "a: b: c\n", "a.yaml:1: is not valid YAML: mapping values are not allowed here"),
        ("a.yaml", "a: 1\nb:\n  c: 1\n  c: 2\n", "a.yaml:4: b.c: stands twice; keep one"),
        ("a.yaml", "a: !!python/object/apply:os.getcwd []\n", "a.yaml:1: is not valid YAML: could not determine"),
        ("a.yaml", b"a: \xff\n", "a.yaml: is not UTF-8 text; save it as UTF-8"),
        ("a.md", "# No front matter\n", "a.md:1: must begin with a front matter"),
        ("a.md", "---\nid: [\n---\ntext\n", "a.md:3: is not valid YAML"),
        ("a.csv", "id,name\none,two,three\n", "a.csv:2: the row has more cells than the heading"),
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
    missing, unreadable = map(str, reader.problems)
    assert missing.startswith("a.yaml: the file is missing; create it")
    assert unreadable.startswith("b.yaml: cannot be read (Is a directory)")


def test_an_empty_file_has_no_values(tmp_path: Path) -> None:
    document, problems = read(tmp_path, "a.yaml", "# nothing yet\n")
    assert document is not None
    assert document.data == {}
    assert document.line_of(("name",)) is None
    assert not problems
