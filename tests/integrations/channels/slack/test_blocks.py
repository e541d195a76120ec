"""Words in blocks, of every kind that holds words, as the person sees them."""

from typing import Any

import pytest

from integrations.channels.slack.blocks import words_of
from integrations.channels.slack.text import from_mrkdwn


def section(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text_section", "elements": list(elements)}


def text(words: str, kind: str = "plain_text") -> dict[str, Any]:
    return {"type": kind, "text": words}


INLINE: list[tuple[dict[str, Any], str]] = [
    ({"type": "text", "text": "a < b & c", "style": {"bold": True}}, "a < b & c"),
    ({"type": "link", "url": "https://a.example"}, "https://a.example"),
    ({"type": "link", "url": "https://a.example", "text": "the <shop>"}, "the <shop> (https://a.example)"),
    ({"type": "user", "user_id": "U1"}, "@U1"),
    ({"type": "channel", "channel_id": "C1"}, "#C1"),
    ({"type": "usergroup", "usergroup_id": "S1"}, "@S1"),
    ({"type": "broadcast", "range": "here"}, "@here"),
    ({"type": "emoji", "name": "wave"}, ":wave:"),
    ({"type": "date", "timestamp": 1, "format": "{date}", "fallback": "1 May"}, "1 May"),
    ({"type": "color", "value": "#F405B3"}, "#F405B3"),
]
BLOCKS: list[tuple[dict[str, Any], str]] = [
    (
        {"type": "rich_text", "elements": [section({"type": "text", "text": one}) for one in ("One", "Two")]},
        "One\nTwo",
    ),
    ({"type": "rich_text", "elements": [{**section({"type": "text", "text": "Q"}), "type": "rich_text_quote"}]}, "Q"),
    (
        {
            "type": "rich_text",
            "elements": [{**section({"type": "text", "text": "x=1"}), "type": "rich_text_preformatted"}],
        },
        "x=1",
    ),
    (
        {
            "type": "rich_text",
            "elements": [
                {"type": "rich_text_list", "elements": [section({"type": "text", "text": one}) for one in "ab"]}
            ],
        },
        "• a\n• b",
    ),
    ({"type": "section", "text": text("A *b* &lt;c&gt;", "mrkdwn")}, "A *b* <c>"),
    ({"type": "section", "text": text("A <b>")}, "A <b>"),
    ({"type": "section", "fields": [text("One", "mrkdwn"), text("Two")]}, "One\nTwo"),
    ({"type": "header", "text": text("Head")}, "Head"),
    ({"type": "markdown", "text": "# Head"}, "# Head"),
    (
        {"type": "context", "elements": [text("small", "mrkdwn"), {"type": "image", "alt_text": "a cat"}]},
        "small\na cat",
    ),
    ({"type": "image", "title": text("Cat"), "alt_text": "a cat"}, "Cat\na cat"),
    ({"type": "video", "title": text("Film"), "description": text("How to")}, "Film\nHow to"),
    (
        {
            "type": "table",
            "rows": [
                [{"type": "raw_text", "text": "Order"}, {"type": "raw_text", "text": "4711"}],
                [{"type": "rich_text", "elements": [section({"type": "text", "text": "late"})]}],
            ],
        },
        "Order\n4711\nlate",
    ),
]


@pytest.mark.parametrize(("element", "shown"), INLINE, ids=[str(one["type"]) for one, _ in INLINE])
def test_every_element_of_a_line(element: dict[str, Any], shown: str) -> None:
    blocks = [{"type": "rich_text", "elements": [section({"type": "text", "text": "See "}, element)]}]
    assert from_mrkdwn(words_of(blocks)) == f"See {shown}"


@pytest.mark.parametrize(("block", "shown"), BLOCKS)
def test_every_block_with_words(block: dict[str, Any], shown: str) -> None:
    assert from_mrkdwn(words_of([block])) == shown


@pytest.mark.parametrize(
    "blocks",
    [
        None,
        "text",
        {"type": "section", "text": "not in a list"},
        [None, 1, "text", []],
        [
            {"type": "divider"},
            {"type": "call"},
            {"type": "actions", "elements": [{"type": "button", "text": text("Buy")}]},
        ],
        [{"type": "section", "text": None}, {"type": "section", "fields": {}}, {"text": "no type"}],
        [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "user"}, 7][1:]}]}],
        [{"type": "table", "rows": 3}, {"type": "table", "rows": [[None]]}],
    ],
)
def test_what_holds_no_words_brings_nothing_and_stops_nothing(blocks: Any) -> None:
    assert words_of(blocks) == ""
