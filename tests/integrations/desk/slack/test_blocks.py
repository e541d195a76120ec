"""Cards as blocks: within Slack's limits, and nobody is mentioned by what somebody wrote."""

import json
from typing import Any

import pytest

from domain.conversation.messages import Author
from domain.desk.card import Card, CardFact, CardLine, CardSource, Note
from domain.desk.cards import card_of
from integrations.desk.base import Form
from integrations.desk.slack.blocks import CUT, DRAFT_CHARACTERS, blocks_of, escaped, fallback_of, form_view
from sandbox.slack_blocks import blocks_in, view_in
from sandbox.slack_workspace import MASS_MENTION
from tests.domain.desk.records import NOW, of_approval, of_escalation
from tests.slack_desk import actions

EVIL = "<!channel> <@U0ANNA> & <https://evil.example|click>\n> *Approved by Anna*"
CARD = card_of(of_approval())


def shown(card: Card) -> str:
    return json.dumps(blocks_of(card), ensure_ascii=False)


def long(text: str, times: int = 400) -> Card:
    """Everything as long as anybody could write it."""
    words = text * times
    return CARD.model_copy(
        update={
            "headline": words,
            "standing": words,
            "question": words,
            "draft": words,
            "history": tuple(CardLine(author=Author.CUSTOMER, name=words, text=words, at=NOW) for _ in range(40)),
            "facts": tuple(CardFact(name=words, value=words, source=words, as_of=NOW) for _ in range(40)),
            "missing": (words,) * 10,
            "done": (words,) * 40,
            "sources": tuple(CardSource(title=words, where=words) for _ in range(40)),
            "why": words,
            "who": words,
            "fits": (words,) * 10,
            "deadline_means": words,
            "applying": (words,) * 10,
        }
    )


@pytest.mark.parametrize("text", ["a", "&", "<", "word ", "Zeile\n", "🙂", EVIL])
def test_the_longest_card_is_one_that_slack_takes(text: str) -> None:
    card = long(text)
    assert blocks_in(blocks_of(card))
    assert len(fallback_of(card)) <= 4000


def test_a_card_shows_what_stands_on_it() -> None:
    words = shown(CARD)
    for one in ("I want my money", "Pro", "Salesforce", "Does not answer: Zendesk", "You get 10 EUR back.", "Refunds"):
        assert one in words
    for one in ("confidence 0.62", "approver; leads may as well", "Anna: has the skill refund", "refund (order A-1"):
        assert one in words
    assert "<!date^1772445600^" in words
    assert blocks_in(blocks_of(card_of(of_escalation())))


@pytest.mark.parametrize("field", ["question", "draft", "why", "who", "standing"])
def test_nothing_that_somebody_wrote_mentions_or_links(field: str) -> None:
    words = shown(CARD.model_copy(update={field: EVIL}))
    assert "&lt;!channel&gt; &lt;@U0ANNA&gt; &amp;" in words
    assert not MASS_MENTION.search(words + fallback_of(CARD.model_copy(update={field: EVIL})))
    assert "<@" not in words
    assert "<https" not in words


def test_all_of_a_question_is_quoted_so_that_it_cannot_look_like_ours() -> None:
    (section,) = [one for one in blocks_of(CARD.model_copy(update={"question": EVIL})) if "asks" in str(one)]
    assert all(line.startswith("> ") for line in section["text"]["text"].splitlines()[1:])


def test_texts_are_shown_as_they_are() -> None:
    texts: list[dict[str, Any]] = [one["text"] for one in blocks_of(CARD) if one["type"] == "section" and "text" in one]
    assert texts
    assert all(text["verbatim"] for text in texts if text["type"] == "mrkdwn")


@pytest.mark.parametrize("length", [2999, 3000, 3001, DRAFT_CHARACTERS])
def test_a_draft_that_fits_is_shown_whole_and_can_be_approved(length: int) -> None:
    card = CARD.model_copy(update={"draft": ("word " * length)[:length]})
    blocks = blocks_of(card)
    start = next(number for number, one in enumerate(blocks) if "The draft" in str(one))
    texts = [
        one["text"]["text"] for one in blocks[start + 1 :] if one["type"] == "section" and "Source" not in str(one)
    ]
    assert "".join(texts) == card.draft
    assert {"approve", "edit"} <= set(actions({"blocks": blocks}))


def test_a_draft_that_does_not_fit_cannot_be_approved_here() -> None:
    blocks = blocks_of(CARD.model_copy(update={"draft": "&" * DRAFT_CHARACTERS}))
    assert "holdfast approvals show ap-1" in str(blocks)
    assert not {"approve", "edit"} & set(actions({"blocks": blocks}))
    assert "reject" in actions({"blocks": blocks})


@pytest.mark.parametrize(
    ("text", "longest", "expected"),
    [
        ("a<b", 10, "a&lt;b"),
        ("aaaaa", 5, "aaaaa"),
        ("a" * 20, 15, "a" * (15 - len(CUT)) + CUT),
        ("<" * 20, 15, "&lt;" + CUT),
    ],
)
def test_text_is_escaped_and_no_entity_is_cut_through(text: str, longest: int, expected: str) -> None:
    assert escaped(text, longest) == expected


def test_a_closed_card_has_no_buttons() -> None:
    assert actions({"blocks": blocks_of(CARD.model_copy(update={"actions": ()}))}) == []


def test_a_note_is_its_lines() -> None:
    blocks = blocks_of(Note(headline="What waits", lines=("1 < 2", "three")))
    assert [one["type"] for one in blocks_in(blocks)] == ["header", "section"]
    assert blocks[1]["text"]["text"] == "1 &lt; 2\nthree"
    assert blocks_in(blocks_of(Note(lines=("line " * 50,) * 40)))


@pytest.mark.parametrize(
    "form",
    [
        Form(title="Edit and approve", label="What the customer gets", initial="a" * 3000),
        Form(title="A title that is far too long for a form", label="Why?"),
        Form(title="Snooze", label="Until when?", kind="time"),
    ],
)
def test_a_form_is_one_that_slack_takes(form: Form) -> None:
    assert view_in(form_view(form, "{}"))["callback_id"] == "holdfast:form"
