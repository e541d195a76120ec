"""Labelled messages from CSV files, and what is told of files that cannot be used."""

from pathlib import Path

import pytest

from cli.labelled_csv import read_labelled, read_texts
from domain.errors import InvalidInputError


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "messages.csv"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"text,label\nHello,greeting\n", [("Hello", "greeting")]),
        (b"label,text,more\n greeting ,Hello,x\n", [("Hello", "greeting")]),
        (b"\xef\xbb\xbftext,label\nHello,greeting\n", [("Hello", "greeting")]),
        (b'text,label\r\n"Hello, ""you""\nthere",greeting\r\n', [('Hello, "you"\nthere', "greeting")]),
        ("text,label\nGrüße,greeting".encode(), [("Grüße", "greeting")]),
        (b"text,label\n\nHello,greeting\n\n", [("Hello", "greeting")]),
        (b"text,label\nHello,greeting,surplus\n", [("Hello", "greeting")]),
    ],
)
def test_rows_in_their_order(file: Path, content: bytes, expected: list[tuple[str, str]]) -> None:
    file.write_bytes(content)
    assert [(row.text, row.label) for row in read_labelled(file)] == expected


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "has no column 'text'"),
        (b"text\nHello\n", "has no column 'label'"),
        (b"Text,Label\nHello,greeting\n", "has no column 'text'"),
        (b"text,label\n", "has no messages"),
        (b"text,label\nHello,greeting\nBye,\n", "line 3: the column 'label' is empty"),
        (b"text,label\nHello\n", "line 2: the column 'label' is empty"),
        (b"text,label\n  ,greeting\n", "line 2: the column 'text' is empty"),
        (b'text,label\n"Hello,greeting\n', "is not a well-formed CSV file"),
        (b"text,label\nGr\xfc\xdfe,greeting\n", "is not UTF-8 text"),
        (b"PK\x03\x04\xff\xff", "is not UTF-8 text"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(file: Path, content: bytes, told: str) -> None:
    file.write_bytes(content)
    with pytest.raises(InvalidInputError) as caught:
        read_labelled(file)
    assert str(file) in str(caught.value)
    assert told in str(caught.value)


def test_a_file_that_is_not_there_or_a_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.csv", tmp_path):
        with pytest.raises(InvalidInputError, match="There is no file"):
            read_labelled(path)


def test_texts_need_no_label(file: Path) -> None:
    file.write_bytes(b"text\nHello\nBye\n")
    assert read_texts(file) == ["Hello", "Bye"]
