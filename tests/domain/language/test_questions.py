import pytest

from domain.language.questions import (
    asks_how,
    asks_who_answers,
    chosen_of,
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


@pytest.mark.parametrize(
    "text",
    [
        "Thanks!",
        "Great, that worked, thank you so much",
        "ok thanks bye",
        "Perfect 👍",
        "Thank you so much, have a nice Sunday",
        "perfect, that did it. cheers!",
        "Thank you very much for the quick explanation, I have no more questions.",
        "That's all I needed, have a lovely evening!",
        "ah great, found it now. ta",
    ],
)
def test_thanks_are_courtesy(text: str) -> None:
    assert is_courtesy(text)


@pytest.mark.parametrize(
    "text",
    [
        "Thanks, and how do I pay?",
        "great, now my invoice is wrong",
        "ok",
        "No further questions, I'll kill myself",
        "Thank you very much, that did not solve it!",
        "Great, that solved nothing!",
        "Great, thanks for nothing, have a nice day.",
        "Thank you very much for ruining my weekend!",
        "No more questions, bye. I am switching to Asana",
        "Perfect, it works now, cheers. Please refund the double charge.",
        "Thanks, no help at all",
    ],
)
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


@pytest.mark.parametrize(
    "text",
    [
        "I already tried that",
        "still not working",
        "that didn't help",
        "that is wrong",
        "no, that's not right",
        "those are wrong",
        "it seems incorrect",
        "that can't be true",
    ],
)
def test_reports_that_it_did_not_help(text: str) -> None:
    assert says_it_did_not_help(text)


def test_asking_how() -> None:
    assert asks_how("How do I change my plan?")
    assert not asks_how("What plan am I on?")


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("the first one", "A"),
        ("the second one please", "B"),
        ("2", "B"),
        ("the latter", "B"),
        ("the third", None),
        ("the first or the second?", None),
        ("yes", None),
        ("neither", None),
        ("On the first of the month we want to move the whole team", None),
    ],
)
def test_what_was_offered_is_chosen_by_its_place(text: str, chosen: str | None) -> None:
    assert chosen_of(text, ("A", "B")) == chosen
    assert chosen_of(text, ()) is None
