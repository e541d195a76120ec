from pathlib import Path

import pytest

from domain.errors import InvalidInputError
from domain.quality.evaluation import LabelledMessage
from publishing.labelled_messages import read_labelled_messages

HEADER = "id,text,expected,article,topic,customer\n"


def test_rows_are_read(tmp_path: Path) -> None:
    file = tmp_path / "tuning.csv"
    file.write_text(HEADER + '1,"Hello, how?",answer,a|b,account,dana\n2,Hm,clarify,,,\n', encoding="utf-8")
    assert read_labelled_messages(file) == (
        LabelledMessage(
            id="1", text="Hello, how?", expected="answer", articles=("a", "b"), topic="account", customer="dana"
        ),
        LabelledMessage(id="2", text="Hm", expected="clarify"),
    )


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    file = tmp_path / "tuning.csv"
    file.write_text("id,text\n1,Hello\n", encoding="utf-8")
    with pytest.raises(InvalidInputError, match="no column expected, article, topic, customer"):
        read_labelled_messages(file)


def test_a_wrong_value_is_named_with_its_line_and_without_the_message(tmp_path: Path) -> None:
    file = tmp_path / "tuning.csv"
    file.write_text(HEADER + "1,my secret,reply,,,\n", encoding="utf-8")
    with pytest.raises(InvalidInputError, match=r"tuning\.csv:2: expected") as raised:
        read_labelled_messages(file)
    assert "secret" not in str(raised.value)
