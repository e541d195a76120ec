import pytest

from integrations.llm.base import Passage
from integrations.llm.extract import answer_from, passages_for_answer

TABLE = "Prices are without VAT.\n- Team: monthly 12 EUR\n- Business: monthly 22 EUR\n- Starter: monthly 6 EUR"


def passage(text: str, *, score: float = 1.0, position: int = 0, article: str = "a") -> Passage:
    return Passage(article_id=article, title="T", source="s", text=text, score=score, position=position)


def test_a_short_passage_is_its_own_answer() -> None:
    assert answer_from(passage("One thing. Another thing."), "one?", "en") == "One thing. Another thing."


def test_of_a_long_passage_the_sentences_that_fit_remain_in_order() -> None:
    text = " ".join(f"Sentence number {n} is about nothing." for n in range(30)) + " Seats end with the period. Bye."
    answer = answer_from(passage(text), "when do seats end with the period", "en", longest_words=12)
    assert "Seats end with the period." in answer
    assert len(answer.split()) <= 12


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("What does Business cost?", ["- Business: monthly 22 EUR"]),
        ("Team or Starter?", ["- Team: monthly 12 EUR", "- Starter: monthly 6 EUR"]),
        ("What does it cost?", TABLE.split("\n")[1:]),
    ],
)
def test_of_a_table_the_rows_that_were_asked_for_remain(question: str, rows: list[str]) -> None:
    assert answer_from(passage(TABLE), question, "en").split("\n")[1:] == rows


def test_how_do_i_gets_the_steps_and_bare_steps_their_introduction() -> None:
    lead, steps, other = passage("Lead."), passage("1. Go.\n2. Stop.", position=1), passage("1. No.", article="b")
    assert passages_for_answer([lead, other, steps], "How do I go?") == [lead, steps]
    assert passages_for_answer([steps, lead, other], "going") == [lead, steps]
    assert passages_for_answer([lead, steps], "What is the lead?") == [lead]


def test_steps_that_fit_badly_are_left_out() -> None:
    lead, steps = passage("Lead."), passage("1. Go.", score=0.3, position=1)
    assert passages_for_answer([lead, steps], "How do I go?") == [lead]


def test_what_follows_a_list_stands_apart_from_it() -> None:
    text = "Do this:\n1. Open it.\n2. Close it.\nThen wait a day. Then look."
    assert (
        answer_from(passage(text), "how", "en") == "Do this:\n1. Open it.\n2. Close it.\n\nThen wait a day. Then look."
    )
