"""Every notice is whole, in its own language, and names what is answered in."""

import pytest

from domain.language.handoff_notices import NOTICES, WITHOUT_SPACES, handoff_notice
from domain.specification.languages import LANGUAGE_NAMES
from integrations.language_identification import language_probabilities

LONGEST = 200


def test_there_is_one_for_the_likely_languages_and_all_of_them_are_recognised() -> None:
    assert len(NOTICES) >= 25
    assert NOTICES.keys() <= LANGUAGE_NAMES.keys()
    assert NOTICES.keys() >= WITHOUT_SPACES


@pytest.mark.parametrize("language", NOTICES)
def test_a_notice_is_written_in_its_language(language: str) -> None:
    guess = language_probabilities(handoff_notice(language, ["en"]))
    assert max(guess, key=lambda code: guess[code]) == language


@pytest.mark.parametrize("language", NOTICES)
def test_a_notice_is_short_and_names_each_language_that_is_answered_in(language: str) -> None:
    languages = NOTICES[language].languages
    assert list(languages) == ["en", "de", "fr", "es"]
    assert len(set(languages.values())) == len(languages)
    told = handoff_notice(language, ["en-GB", "de"])
    assert f"{languages['en']} / {languages['de']}" in told
    assert languages["fr"] not in told
    assert "{" not in told
    assert len(told) <= LONGEST


@pytest.mark.parametrize("language", NOTICES)
def test_where_nothing_is_known_of_what_is_answered_in_the_rest_stands_alone(language: str) -> None:
    notice = NOTICES[language]
    for unknown in ([], ["sw"]):
        told = handoff_notice(language, unknown)
        assert told.startswith(notice.thanks)
        assert told.endswith(notice.takes_over)
        assert len(told) <= len(notice.thanks) + len(notice.takes_over) + 1


def test_a_sentence_of_each() -> None:
    assert handoff_notice("pt", ["en"]) == (
        "Obrigado pela sua mensagem. Respondemos em inglês. "
        "Uma pessoa da nossa equipe vai assumir o atendimento e responder aqui."
    )
    assert handoff_notice("zh", ["en"]) == "感谢您的留言。我们使用英语回复。我们的同事将接手处理，并在此回复您。"
    assert handoff_notice("sw", ["en"]) == ""
