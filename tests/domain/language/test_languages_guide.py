"""docs/guides/languages.md says what is so."""

import csv
from pathlib import Path

import pytest

from domain.language.foreign import language_beside
from domain.language.handoff_notices import NOTICES
from domain.language.little_words import LITTLE_WORDS
from domain.specification.languages import LANGUAGE_NAMES
from integrations.language_identification import language_probabilities

GUIDE = (Path(__file__).parents[3] / "docs" / "guides" / "languages.md").read_text(encoding="utf-8")
MESSAGES = Path(__file__).with_name("languages.csv")


def test_the_numbers_of_languages_are_those_of_the_tables() -> None:
    assert f"a sentence in {len(NOTICES)} languages" in GUIDE
    assert f"{len(LANGUAGE_NAMES)} languages have a name" in GUIDE
    assert f"(Known for {', '.join(LITTLE_WORDS)}.)" in GUIDE


@pytest.mark.parametrize("part", ["tuned", "held_out"])
def test_what_is_measured_is_told(part: str) -> None:
    with MESSAGES.open(newline="", encoding="utf-8") as file:
        rows = [(row["language"], row["text"]) for row in csv.DictReader(file) if row["part"] == part]
    told = part.replace("_", " ")
    languages = {language for language, _ in rows} - {"en"}
    foreign = [(language, text) for language, text in rows if language != "en"]
    right = sum(language_beside(text, ["en"], language_probabilities) == language for language, text in foreign)
    assert f"| in {len(languages)} languages, {told} | {right} of {len(foreign)} | |" in GUIDE
    assert f"too short to tell, {told} | | 0 of {len(rows) - len(foreign)} |" in GUIDE
