"""Labelled messages from CSV files with the columns `text` and `label`."""

import csv
from pathlib import Path

from domain.errors import InvalidInputError
from domain.quality.topics import LabelledText

OUT_OF_SCOPE_LABELS = frozenset({"oos", "out_of_scope"})


def read_labelled(path: Path) -> list[LabelledText]:
    """All rows of a UTF-8 CSV file in order. Raises InvalidInputError saying which file and line is wrong."""
    rows = _read_rows(path, ("text", "label"))
    return [LabelledText(text=row["text"], label=row["label"].strip()) for row in rows]


def read_texts(path: Path) -> list[str]:
    """The `text` column alone."""
    return [row["text"] for row in _read_rows(path, ("text",))]


def _read_rows(path: Path, columns: tuple[str, ...]) -> list[dict[str, str]]:
    if not path.is_file():
        raise InvalidInputError(f"There is no file {path}.")
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            missing = [column for column in columns if column not in (reader.fieldnames or [])]
            if missing:
                raise InvalidInputError(f"{path} has no column {missing[0]!r}: its first line must name text,label.")
            rows = [_checked(row, columns, path, reader.line_num) for row in reader]
    except UnicodeDecodeError as error:
        raise InvalidInputError(f"{path} is not UTF-8 text: save it as UTF-8.") from error
    except csv.Error as error:
        raise InvalidInputError(f"{path} is not a well-formed CSV file: {error}.") from error
    if not rows:
        raise InvalidInputError(f"{path} has no messages.")
    return rows


def _checked(row: dict[str, str], columns: tuple[str, ...], path: Path, line: int) -> dict[str, str]:
    empty = [column for column in columns if not (row[column] or "").strip()]
    if empty:
        raise InvalidInputError(f"{path}, line {line}: the column {empty[0]!r} is empty.")
    return row
