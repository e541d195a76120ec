"""Labelled customer messages from `evaluation/*.csv` of an organisation."""

import csv
from pathlib import Path

from pydantic import ValidationError

from domain.errors import InvalidInputError
from domain.quality.evaluation import LabelledMessage

LABELLED = Path("evaluation") / "tuning.csv"
"""In the folder of an organisation: those that improve the fit."""
COLUMNS = ("id", "text", "expected", "article", "topic", "customer")


def read_labelled_messages(file: Path) -> tuple[LabelledMessage, ...]:
    """Rows of a CSV file with the columns id, text, expected, article, topic, customer.

    `article` may name several, separated by `|`. Raises InvalidInputError, naming file and line, and OSError.
    """
    with file.open(encoding="utf-8", newline="") as opened:
        reader = csv.DictReader(opened)
        missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
        if missing:
            raise InvalidInputError(f"{file.name}: there is no column {', '.join(missing)}; give {', '.join(COLUMNS)}.")
        return tuple(_labelled(row, f"{file.name}:{reader.line_num}") for row in reader)


def _labelled(row: dict[str, str], place: str) -> LabelledMessage:
    cells = {column: (row[column] or "").strip() for column in COLUMNS}
    articles = tuple(article.strip() for article in cells.pop("article").split("|") if article.strip())
    try:
        return LabelledMessage.model_validate({**{k: v or None for k, v in cells.items()}, "articles": articles})
    except ValidationError as error:
        fields = ", ".join(str(problem["loc"][0]) for problem in error.errors())
        raise InvalidInputError(f"{place}: {fields} is missing or none of the allowed values; correct it.") from error
