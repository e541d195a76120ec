import pytest

from domain.language.questions import (
    asks_how,
    asks_who_answers,
    is_courtesy,
    is_follow_up,
    is_greeting,
    is_vague,
    questions_in,
    says_it_did_not_help,
    standalone,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("How long is the warranty?", ("How long is the warranty?",)),
        (
            "How long is the warranty? And what does delivery cost?",
            ("How long is the warranty?", "And what does delivery cost?"),
        ),
        (
            "I bought a bike. Can I return it? What about the helmet? Thanks.",
            ("I bought a bike. Can I return it?", "What about the helmet? Thanks."),
        ),
        ("Hello? Is it broken?", ("Hello? Is it broken?",)),
    ],
)
def test_a_message_is_split_into_its_questions(text: str, expected: tuple[str, ...]) -> None:
    assert questions_in(text) == expected


@pytest.mark.parametrize(
    "text", ["and for the Business plan?", "What about guests?", "how much is it?", "and on Android"]
)
def test_follow_ups_lean_on_what_was_said(text: str) -> None:
    assert is_follow_up(text)
    assert standalone(text, ["What does the Team plan cost?"]) == f"What does the Team plan cost? {text}"
    assert standalone(text, []) == text


@pytest.mark.parametrize(
    "text",
    ["How do I export all my invoices as PDF?", "And how do I reset the password of my second account on Android?"],
)
def test_whole_questions_stand_alone(text: str) -> None:
    assert not is_follow_up(text)


@pytest.mark.parametrize("text", ["it doesn't work", "I have a problem", "help", "Can you help me please?", "???"])
def test_nothing_to_go_by_is_vague(text: str) -> None:
    assert is_vague(text)


@pytest.mark.parametrize("text", ["my calendar does not sync", "password"])
def test_one_telling_word_is_enough(text: str) -> None:
    assert not is_vague(text)


@pytest.mark.parametrize("text", ["Thanks!", "Great, that worked, thank you so much", "ok thanks bye", "Perfect 👍"])
def test_thanks_are_courtesy(text: str) -> None:
    assert is_courtesy(text)


@pytest.mark.parametrize("text", ["Thanks, and how do I pay?", "great, now my invoice is wrong", "ok"])
def test_a_request_is_no_courtesy(text: str) -> None:
    assert not is_courtesy(text)


def test_greetings() -> None:
    assert is_greeting("Hi there!")
    assert not is_greeting("Hi, my parcel is lost")
    assert not is_greeting("")


@pytest.mark.parametrize("text", ["Are you a bot?", "am I talking to a real person?", "is this an AI or a human"])
def test_asking_who_answers(text: str) -> None:
    assert asks_who_answers(text)


@pytest.mark.parametrize("text", ["How do I add a bot to Slack?", "Is it possible to remove a person?"])
def test_bots_and_people_elsewhere(text: str) -> None:
    assert not asks_who_answers(text)


@pytest.mark.parametrize("text", ["I already tried that", "still not working", "that didn't help"])
def test_reports_that_it_did_not_help(text: str) -> None:
    assert says_it_did_not_help(text)


def test_asking_how() -> None:
    assert asks_how("How do I change my plan?")
    assert not asks_how("What plan am I on?")
