import pytest

from domain.language.languages import is_in_another_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Wie kann ich mein Passwort zurücksetzen?", "en"),
        ("Bonjour, je ne trouve pas mes factures", "en"),
        ("¿Cómo puedo invitar a mi equipo?", "en"),
        ("Ik wil graag mijn abonnement opzeggen", "en"),
        ("Come posso cambiare la carta di credito?", "en-GB"),
        ("Czy mogę dostać zwrot pieniędzy?", "en"),
        ("Como posso convidar a minha equipa?", "en"),
        ("How do I reset the password of my account?", "de"),
    ],
)
def test_another_language_is_noticed(text: str, language: str) -> None:
    assert is_in_another_language(text, language)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("How do I reset my password?", "en"),
        ("XRechnung possible?", "en"),
        ("AVV / Auftragsverarbeitung document in English?", "en"),
        ("Wie kann ich mein Passwort ändern?", "de"),
        ("Wie kann ich mein Passwort ändern?", "fi"),
        ("", "en"),
    ],
)
def test_ones_own_language_and_single_foreign_words_are_not(text: str, language: str) -> None:
    assert not is_in_another_language(text, language)
