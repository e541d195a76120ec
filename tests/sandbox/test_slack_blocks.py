"""What Slack refuses of blocks and views."""

from typing import Any

import pytest

from sandbox.slack_blocks import MAX_TOGETHER, blocks_in, elements_of, view_in
from sandbox.slack_workspace import RefusedCallError


def plain(text: str = "Go") -> dict[str, str]:
    return {"type": "plain_text", "text": text}


def section(text: str = "Go") -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def button(action_id: str = "go", **more: Any) -> dict[str, Any]:
    return {"type": "button", "action_id": action_id, "text": plain(), **more}


def row(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements)}


@pytest.mark.parametrize(
    "blocks",
    [
        [section()] * 51,
        [section("a" * 3001)],
        [section("")],
        [{"type": "section"}],
        [{"type": "section", "fields": [plain()] * 11}],
        [{"type": "section", "fields": [plain("a" * 2001)]}],
        [{"type": "header", "text": plain("a" * 151)}],
        [{"type": "header", "text": {"type": "mrkdwn", "text": "a"}}],
        [{"type": "context", "elements": []}],
        [{"type": "context", "elements": [plain()] * 11}],
        [row()],
        [row(*(button(f"a{number}") for number in range(26)))],
        [row(button(), button())],
        [row(button(style="plain"))],
        [row(button(value="a" * 2001))],
        [row({"type": "users_select", "action_id": "who", "placeholder": plain("a" * 151)})],
        [row({"type": "slider", "action_id": "x"})],
        [{**section(), "block_id": "same"}, {**section(), "block_id": "same"}],
        [{**section(), "block_id": "a" * 256}],
        [{"type": "carousel"}],
    ],
)
def test_blocks_that_slack_refuses(blocks: list[dict[str, Any]]) -> None:
    with pytest.raises(RefusedCallError, match="invalid_blocks"):
        blocks_in([dict(block) for block in blocks])


@pytest.mark.parametrize("given", ["{", "{}", 7])
def test_what_is_no_list_of_blocks(given: Any) -> None:
    with pytest.raises(RefusedCallError, match="invalid_blocks_format"):
        blocks_in(given)


def test_texts_together_have_a_limit() -> None:
    with pytest.raises(RefusedCallError, match="msg_blocks_too_long"):
        blocks_in([section("a" * 2900) for _ in range(MAX_TOGETHER // 2900 + 1)])


def test_blocks_that_slack_takes_get_ids() -> None:
    blocks = blocks_in('[{"type": "divider"}, {"type": "actions", "elements": []}]'.replace("[]", "[%s]") % _BUTTON)
    assert [block["block_id"] for block in blocks] == ["b0", "b1"]
    assert [(block, one["action_id"]) for block, one in elements_of(blocks)] == [("b1", "go")]


_BUTTON = '{"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}'
INPUT = {
    "type": "input",
    "label": plain(),
    "element": {"type": "plain_text_input", "action_id": "a"},
}


@pytest.mark.parametrize(
    ("view", "code"),
    [
        ({"type": "home"}, "invalid_arguments"),
        ({"title": plain("a" * 25)}, "invalid_blocks"),
        ({"submit": plain("a" * 25)}, "invalid_blocks"),
        ({"submit": None}, "invalid_blocks"),
        ({"private_metadata": "a" * 3001}, "invalid_blocks"),
        ({"blocks": [{**INPUT, "element": {**INPUT["element"], "initial_value": "a" * 3001}}]}, "invalid_blocks"),  # type: ignore[dict-item]
    ],
)
def test_views_that_slack_refuses(view: dict[str, Any], code: str) -> None:
    usual = {"type": "modal", "title": plain(), "submit": plain(), "blocks": [dict(INPUT)]}
    with pytest.raises(RefusedCallError, match=code):
        view_in({**usual, **view})
