"""Labelled messages that ask for a person or only name one, and how well they are told apart.

`python -m tests.domain.language.askings` writes the table of the guide anew.
"""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from domain.language.asks_for_person import asks_for_person

HERE = Path(__file__).parent
GUIDE = HERE.parents[2] / "docs" / "guides" / "asking-for-a-person.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
HEADER = """\
| language | heard (tuned) | false alarms (tuned) | heard (blind) | false alarms (blind) |
|---|---|---|---|---|
"""

Half = Literal["tuned", "blind"]


class Labelled(NamedTuple):
    """A message of one language, and whether it asks for a person."""

    language: str
    asks: bool
    text: str


class Measured(NamedTuple):
    """Counts of messages: askings heard of all askings, other senses taken for one of all other senses."""

    heard: int
    askings: int
    false_alarms: int
    others: int

    @property
    def recall(self) -> float:
        return self.heard / self.askings

    @property
    def false_alarm_rate(self) -> float:
        return self.false_alarms / self.others


def labelled(half: Half) -> list[Labelled]:
    with (HERE / f"asks_for_person_{half}.csv").open(encoding="utf-8", newline="") as file:
        return [Labelled(row["language"], row["asks"] == "yes", row["text"]) for row in csv.DictReader(file)]


def measured(messages: Sequence[Labelled]) -> Measured:
    askings = [asks_for_person(message.text) for message in messages if message.asks]
    others = [asks_for_person(message.text) for message in messages if not message.asks]
    return Measured(sum(askings), len(askings), sum(others), len(others))


def table() -> str:
    """The measured table in Markdown: one line per language, the total last."""
    tuned, blind = labelled("tuned"), labelled("blind")
    lines = [
        _line(code, [m for m in tuned if m.language == code], [m for m in blind if m.language == code])
        for code in sorted({message.language for message in tuned})
    ]
    return HEADER + "\n".join([*lines, _line("all", tuned, blind)]) + "\n"


def _line(name: str, tuned: Sequence[Labelled], blind: Sequence[Labelled]) -> str:
    counts = [count for half in (tuned, blind) for count in _counts(measured(half))]
    return f"| {name} | {' | '.join(counts)} |"


def _counts(found: Measured) -> tuple[str, str]:
    return f"{found.heard} of {found.askings}", f"{found.false_alarms} of {found.others}"


def table_of_guide() -> str:
    return GUIDE.read_text(encoding="utf-8").split(BEGIN)[1].split(END)[0].strip() + "\n"


def write_guide() -> None:
    before, rest = GUIDE.read_text(encoding="utf-8").split(BEGIN)
    GUIDE.write_text(f"{before}{BEGIN}\n\n{table()}\n{END}{rest.split(END)[1]}", encoding="utf-8")


if __name__ == "__main__":
    write_guide()
