"""The guard around a library's guess: what counts, and how sure the guess must be."""

from collections.abc import Mapping

import pytest

from domain.language.foreign import (
    BARELY_OWN,
    LIKELY,
    LONGEST_READ,
    Identify,
    customer_language,
    language_beside,
    prose,
)

SPANISH = "no puedo entrar en mi cuenta"


def guessing(guess: Mapping[str, float], **of_words: Mapping[str, float]) -> Identify:
    """The same guess for all texts but those that contain a word."""
    return lambda text: next((special for word, special in of_words.items() if word in text), guess)


SURELY_SPANISH = guessing({"en": 0.0, "es": 0.9, "pt": 0.1})


@pytest.mark.parametrize(
    ("guess", "language"),
    [
        ({"en": 0.0, "es": LIKELY, "pt": 1 - LIKELY - 0.3, "ca": 0.3}, "es"),
        ({"en": 0.0, "es": LIKELY - 0.01, "pt": 0.3, "ca": 0.31}, None),
        ({"en": BARELY_OWN, "es": 1 - BARELY_OWN}, "es"),
        ({"en": BARELY_OWN + 0.001, "es": 1 - BARELY_OWN - 0.001}, None),
        ({"en": 0.9, "es": 0.1}, None),
    ],
)
def test_the_guess_must_be_sure_and_leave_the_own_language_next_to_nothing(
    guess: dict[str, float], language: str | None
) -> None:
    assert language_beside(SPANISH, ["en"], guessing(guess)) == language


def test_languages_that_no_customer_writes_do_not_count() -> None:
    """A creole or Latin takes its part of the guess for short English messages."""
    assert language_beside(SPANISH, ["en"], guessing({"en": 0.0, "la": 0.6, "es": 0.3, "pt": 0.1})) == "es"


@pytest.mark.parametrize("tag", ["en-GB", "EN", "en_US"])
def test_the_organisations_language_is_any_tag_of_it(tag: str) -> None:
    assert language_beside(SPANISH, [tag], SURELY_SPANISH) == "es"
    assert language_beside(SPANISH, [tag, "es"], SURELY_SPANISH) is None


def test_where_an_own_language_is_not_known_nobody_can_tell() -> None:
    assert language_beside(SPANISH, ["en", "tlh"], SURELY_SPANISH) is None


@pytest.mark.parametrize("text", ["", "?!", "4711", "Hola", "No funciona", "https://shop.example/es/mi/cuenta"])
def test_too_little_tells_nothing(text: str) -> None:
    assert language_beside(text, ["en"], SURELY_SPANISH) is None


@pytest.mark.parametrize("text", ["비밀번호", "パスワード", "密码", "пароль"])
def test_one_word_in_another_script_tells_enough(text: str) -> None:
    assert language_beside(text, ["en"], guessing({"en": 0.0, "ko": 1.0})) == "ko"


@pytest.mark.parametrize(
    "text", ["is it safe to travel to rio de janeiro", "yes i am", "the name is 山田 花子", "Owner is 田中 太郎"]
)
def test_words_of_the_own_language_around_a_name_outweigh_the_guess(text: str) -> None:
    assert language_beside(text, ["en"], guessing({"en": 0.0, "ja": 1.0})) is None


def test_the_beginning_and_what_is_no_name_must_lean_the_same_way() -> None:
    names = "company: Société des Amis, name: Zoé Brontë"
    assert language_beside(names, ["en"], guessing({"en": 0.0, "fr": 1.0}, Zoé={"en": 0.0, "fr": 1.0})) == "fr"
    without_names = guessing({"en": 0.6, "fr": 0.4}, Zoé={"en": 0.0, "fr": 1.0})
    assert language_beside(names, ["en"], without_names) is None
    signed = "thx\n\nLeiter Einkauf der Musterfirma"
    assert language_beside(signed, ["en"], guessing({"en": 0.4, "de": 0.1}, Leiter={"en": 0.0, "de": 1.0})) is None


def test_a_smaller_part_in_the_own_language_does_not_hide_the_rest() -> None:
    mixed = f"{SPANISH} desde ayer por la mañana. Thank you!"

    def identify(text: str) -> Mapping[str, float]:
        return {"en": 0.9, "es": 0.1} if text.startswith("Thank") else {"en": 0.0, "es": 1.0}

    assert language_beside(mixed, ["en"], identify) == "es"
    assert language_beside("Gracias a todos. Thank you for all of the help with my account!", ["en"], identify) is None


@pytest.mark.parametrize(
    ("languages", "expected"),
    [(("en",), "es"), (("en", "es"), "es"), (("en", "pt"), "es"), (("es",), None), (("pt-BR", "es"), "es")],
)
def test_the_customers_language_is_told_whether_or_not_it_is_answered_in(
    languages: tuple[str, ...], expected: str | None
) -> None:
    assert customer_language(SPANISH, languages, guessing({"en": 0.0, "pt": 0.0, "es": 1.0})) == expected


def test_a_message_that_may_be_in_an_answered_language_is_not_called_another() -> None:
    """Dutch or German: between an own one and a foreign one nobody is sure."""
    assert customer_language("ik wil het weten", ("en", "de"), guessing({"en": 0.0, "de": 0.4, "nl": 0.6})) is None


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("It says:\n> No se puede acceder\nWhy?", "It says:\nWhy?"),
        ("I get `Datei nicht gefunden` here", "I get here"),
        ("```\nFehler: keine Verbindung\n```\nwhat is this?", "\nwhat is this?"),
        ("```\nFehler ohne Ende", ""),
        ('What does "Zugriff verweigert" mean?', "What does mean?"),
        ("„Abbrechen“ und «Annuler» and “Cancel” and 「取消」", "und and and"),
        ("see https://shop.example/de/rechnung or ask anna@firma.example now", "see or ask now"),
        ("SSO and TypeError in C:\\Programme\\Beispiel at main.py", "and in at"),
        ("order 4711 of INV-2024-0032 {id: x}", "order of"),
    ],
)
def test_only_the_customers_own_sentences_are_prose(text: str, left: str) -> None:
    assert prose(text) == left


def test_only_the_beginning_of_a_long_message_is_read() -> None:
    assert len(prose("palabra " * LONGEST_READ)) <= LONGEST_READ


@pytest.mark.parametrize("text", ['"' * 5_000, "`" * 5_000, "\n " * 5_000, "«" * 5_000, "a." * 5_000, "\ud83d", "\x00"])
def test_odd_texts_are_read_like_any_other(text: str) -> None:
    assert language_beside(text, ["en"], guessing({"en": 1.0})) is None
