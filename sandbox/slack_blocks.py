"""What Slack refuses of blocks and views (docs.slack.dev/reference/block-kit)."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sandbox.slack_workspace import RefusedCallError

Node = Mapping[str, Any]
MAX_BLOCKS = {"message": 50, "modal": 100}
MAX_TOGETHER = 11_000
"""Characters of all texts of a message. Slack names no limit; it was seen to refuse from 11,300 on (bolt-js #2867)."""


def blocks_in(given: Any) -> list[dict[str, Any]]:
    """The blocks of a message. Raises RefusedCallError as Slack would."""
    blocks = _parsed(given)
    if not isinstance(blocks, list):
        raise RefusedCallError("invalid_blocks_format")
    _check(blocks, "message")
    if sum(map(len, _texts(blocks))) > MAX_TOGETHER:
        raise RefusedCallError("msg_blocks_too_long")
    return blocks


def view_in(given: Any) -> dict[str, Any]:
    """The view of views.open. Raises RefusedCallError."""
    view = _parsed(given)
    if not isinstance(view, dict) or view.get("type") != "modal":
        raise RefusedCallError("invalid_arguments")
    _check(view.get("blocks") or [], "modal")
    _require(_is_text(view.get("title"), 24) and len(view.get("private_metadata", "")) <= 3000)
    _require("submit" not in view or _is_text(view["submit"], 24))
    _require("submit" in view or not any(block["type"] == "input" for block in view["blocks"]))
    return view


def elements_of(blocks: Iterable[Node]) -> list[tuple[str, Node]]:
    """What can be clicked, with the id of its block."""
    return [(block["block_id"], one) for block in blocks if block["type"] == "actions" for one in block["elements"]]


def _parsed(given: Any) -> Any:
    try:
        return json.loads(given) if isinstance(given, str) else given
    except ValueError:
        raise RefusedCallError("invalid_blocks_format") from None


def _check(blocks: list[Any], where: str) -> None:
    _require(len(blocks) <= MAX_BLOCKS[where])
    for number, block in enumerate(blocks):
        _require(isinstance(block, dict) and block.get("type") in _CHECKS)
        block.setdefault("block_id", f"b{number}")
        _require(0 < len(block["block_id"]) <= 255 and _CHECKS[block["type"]](block))
    ids = [block["block_id"] for block in blocks]
    actions = [one["action_id"] for _, one in elements_of(blocks)]
    _require(len(set(ids)) == len(ids) and len(set(actions)) == len(actions))


def _require(holds: bool) -> None:
    if not holds:
        raise RefusedCallError("invalid_blocks")


def _is_text(node: Any, longest: int, kinds: tuple[str, ...] = ("plain_text",)) -> bool:
    if not isinstance(node, dict) or node.get("type") not in kinds or not isinstance(node.get("text"), str):
        return False
    known = {"type", "text", "emoji"} if node["type"] == "plain_text" else {"type", "text", "verbatim"}
    return set(node) <= known and 0 < len(node["text"]) <= longest


def _is_any_text(node: Any, longest: int) -> bool:
    return _is_text(node, longest, ("plain_text", "mrkdwn"))


def _header(block: Node) -> bool:
    return _is_text(block.get("text"), 150)


def _section(block: Node) -> bool:
    fields = block.get("fields", [])
    text = "text" not in block or _is_any_text(block["text"], 3000)
    return (
        text
        and len(fields) <= 10
        and all(_is_any_text(one, 2000) for one in fields)
        and bool("text" in block or fields)
    )


def _context(block: Node) -> bool:
    elements = block.get("elements", [])
    return 0 < len(elements) <= 10 and all(_is_any_text(one, 3000) for one in elements)


def _actions(block: Node) -> bool:
    elements = block.get("elements", [])
    return 0 < len(elements) <= 25 and all(_element(one) for one in elements)


def _input(block: Node) -> bool:
    return _is_text(block.get("label"), 2000) and _element(block.get("element", {}))


def _element(node: Node) -> bool:
    fits: dict[str, Callable[[], bool]] = {
        "button": lambda: (
            _is_text(node.get("text"), 75)
            and len(node.get("value", "")) <= 2000
            and node.get("style", "primary") in {"primary", "danger"}
        ),
        "users_select": lambda: "placeholder" not in node or _is_text(node["placeholder"], 150),
        "plain_text_input": lambda: len(node.get("initial_value", "")) <= node.get("max_length", 3000) <= 3000,
        "datetimepicker": lambda: True,
    }
    kind = node.get("type", "")
    return kind in fits and 0 < len(node.get("action_id", "")) <= 255 and fits[kind]()


_CHECKS: Mapping[str, Callable[[Node], bool]] = {
    "header": _header,
    "section": _section,
    "context": _context,
    "actions": _actions,
    "input": _input,
    "divider": lambda block: True,
}


def _texts(node: Any) -> Iterable[str]:
    if isinstance(node, list):
        for one in node:
            yield from _texts(one)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key == "text" and isinstance(value, str):
                yield value
            else:
                yield from _texts(value)
