import pytest

from domain.specification.languages import LANGUAGE_NAMES, SAME_LANGUAGE, primary_language, writes_in


@pytest.mark.parametrize(
    ("tag", "code"),
    [("en", "en"), ("pt-BR", "pt"), ("zh_Hant_TW", "zh"), ("NB", "no"), ("nn-NO", "no"), ("fil", "tl"), ("x", "x")],
)
def test_the_language_of_a_tag(tag: str, code: str) -> None:
    assert primary_language(tag) == code


def test_former_codes_lead_to_languages_that_have_a_name() -> None:
    assert set(SAME_LANGUAGE.values()) <= LANGUAGE_NAMES.keys()
    assert not SAME_LANGUAGE.keys() & LANGUAGE_NAMES.keys()


def test_people_read_a_name_or_the_code() -> None:
    assert writes_in("pt") == "writes in Portuguese"
    assert writes_in("eo") == "writes in eo"
