import pytest

from integrations.concepts import LONGEST_READ, in_plain_concepts, with_concepts
from integrations.stemming import Stemmer


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("I can't sign in any more", "login"),
        ("amex ok?", "credit card"),
        ("my mails never arrive", "not arriving"),
        ("How do I get my deleted task back?", "restore"),
        ("we have a new hire", "invite member"),
        ("Okta", "single sign on"),
        ("2FA", "two factor"),
        ("do you have XRechnung?", "invoice format"),
    ],
)
def test_wordings_of_customers_become_concepts(text: str, concept: str) -> None:
    assert concept in in_plain_concepts(text, "en")


@pytest.mark.parametrize("text", ["the weather tomorrow", "mailman", "", "Please sign here"])
def test_other_words_stay(text: str) -> None:
    assert in_plain_concepts(text, "en").split() == text.lower().split()


def test_a_concept_is_not_read_again() -> None:
    assert in_plain_concepts("e-mail", "en").split() == ["email"]


def test_other_languages_are_only_folded() -> None:
    assert in_plain_concepts("Größe der E-Mail", "de") == "grosse der e-mail"


def test_a_topic_model_reads_the_beginning_and_its_concepts() -> None:
    assert with_concepts("Log in", "en-GB").split() == ["Log", "in", "login"]
    assert len(with_concepts("ab " * 10_000, "en")) <= 2 * LONGEST_READ + 1


def test_stems_are_those_of_concepts() -> None:
    stemmer = Stemmer("en")
    assert stemmer.stems("The link for signing in does not work") == ["link", "login", "not", "work"]
    assert Stemmer("xx").stems("Links") == ["links"]
