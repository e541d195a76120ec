"""The library and the guard together, measured on messages of 45 languages and on English ones that may mislead.

In tests/domain/language/languages.csv `en` stands for English and for what is too short to tell. The part `held_out`
was written after the rule was finished.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.language.foreign import language_beside
from domain.specification.languages import LANGUAGE_NAMES
from integrations.language_identification import language_probabilities

ROOT = Path(__file__).parents[2]
MESSAGES = ROOT / "tests" / "domain" / "language" / "languages.csv"
TECHFLOW = ROOT / "specs" / "techflow" / "evaluation"
SHARED = ROOT.parent / "shared" / "data"


def language_of(text: str, own: str = "en") -> str | None:
    return language_beside(text, [own], language_probabilities)


def rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(newline="") as file:
        yield from csv.DictReader(file)


def messages(part: str) -> list[tuple[str, str]]:
    return [(row["language"], row["text"]) for row in rows(MESSAGES) if row["part"] == part]


def test_probabilities_sum_to_one_and_are_always_the_same() -> None:
    guess = language_probabilities("Where is my parcel?")
    assert sum(guess.values()) == pytest.approx(1.0, abs=1e-4)
    assert max(guess, key=lambda code: guess[code]) == "en"
    assert language_probabilities("Where is my parcel?") == guess


@pytest.mark.parametrize("text", ["", " ", "…", "\x00", "\ud83d"])
def test_any_text_has_a_guess(text: str) -> None:
    assert sum(language_probabilities(text).values()) == pytest.approx(1.0, abs=1e-3)


def test_every_language_that_has_a_name_is_known() -> None:
    assert LANGUAGE_NAMES.keys() <= language_probabilities("").keys()


@pytest.mark.parametrize("part", ["tuned", "held_out"])
def test_no_english_message_is_called_foreign(part: str) -> None:
    english = [text for language, text in messages(part) if language == "en"]
    assert len(english) >= 20
    assert [text for text in english if language_of(text)] == []


@pytest.mark.parametrize(("part", "fewest", "share"), [("tuned", 230, 0.96), ("held_out", 45, 0.96)])
def test_the_language_of_messages_is_recognised(part: str, fewest: int, share: float) -> None:
    foreign = [(language, text) for language, text in messages(part) if language != "en"]
    right = [text for language, text in foreign if language_of(text) == language]
    assert len(foreign) >= fewest
    assert len(right) / len(foreign) >= share


def test_many_languages_are_measured() -> None:
    assert len({language for language, _ in messages("tuned")}) >= 40
    assert len({language for language, _ in messages("held_out")}) >= 30


@pytest.mark.parametrize("file", ["tuning.csv", "held_out.csv"])
def test_of_techflows_messages_those_for_people_alone_are_foreign(file: str) -> None:
    found = [(row["expected"], row["text"]) for row in rows(TECHFLOW / file) if language_of(row["text"])]
    assert len(found) >= 4
    assert {expected for expected, _ in found} == {"escalate"}


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="needs ../shared/data")
def test_of_thousands_of_public_english_messages_none_is_foreign() -> None:
    texts = [row["text"] for path in sorted(SHARED.glob("*/*.csv")) for row in rows(path) if row.get("text")]
    assert len(texts) > 20_000
    assert [text for text in texts[::5] if language_of(text)] == []


@pytest.mark.parametrize(
    "text",
    [
        "I cannot log in to my account.\nIch kann mich nicht in mein Konto einloggen.",
        "Got this error when I opened the board: Fehler beim Laden der Seite, bitte versuchen Sie es erneut.",
        "Je ne peux pas me connecter. Please tell me where I can reset my password.",
    ],
)
def test_who_also_asks_in_our_language_is_understood(text: str) -> None:
    assert language_of(text) is None


@pytest.mark.parametrize(
    ("text", "own", "expected"),
    [
        ("How do I reset the password of my account?", "de", "en"),
        ("Wie kann ich mein Passwort ändern?", "de", None),
        ("Wie kann ich mein Passwort ändern?", "fi-FI", "de"),
        ("Hvordan nulstiller jeg min adgangskode?", "nb", None),
        ("Как восстановить пароль?", "ru", None),
        ("How do I reset my password?", "ja", "en"),
        ("パスワードを変更したいです", "ja", None),
        ("Wie kann ich mein Passwort ändern?", "tlh", None),
    ],
)
def test_any_organisations_language_may_be_the_own_one(text: str, own: str, expected: str | None) -> None:
    assert language_of(text, own) == expected
