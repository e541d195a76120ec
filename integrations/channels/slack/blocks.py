"""Words in Slack's blocks, as mrkdwn (docs.slack.dev/reference/block-kit/blocks).

A message has its words in `text` as a rule. What an app posts for a person, and what is forwarded, may have them in
blocks alone. Kinds that are not known here bring nothing; nothing here raises.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

Node = Mapping[str, Any]


def words_of(blocks: object) -> str:
    """The text of some blocks, a line for each; empty where they hold none."""
    return "\n".join(line for block in _nodes(blocks) for line in _lines(block) if line.strip())


def _lines(block: Node) -> Iterator[str]:
    kind = _string(block, "type")
    if kind in _LINES:
        yield _inline(block.get("elements"))
    elif kind == "rich_text_list":
        yield from (f"• {line}" for line in words_of(block.get("elements")).splitlines())
    else:
        if kind == "mrkdwn":
            yield _text(block)
        for key in _TEXTS.get(kind, ()):
            yield _text(block.get(key))
        for key in _NESTED.get(kind, ()):
            yield words_of(_rows(block.get(key)))


_LINES = frozenset({"rich_text_section", "rich_text_quote", "rich_text_preformatted"})
_TEXTS: Mapping[str, tuple[str, ...]] = {
    "section": ("text",),
    "header": ("text",),
    "markdown": ("text",),
    "plain_text": ("text",),
    "raw_text": ("text",),
    "image": ("title", "alt_text"),
    "video": ("title", "description"),
}
"""Keys of a text, which is a string or an object that holds one."""
_NESTED: Mapping[str, tuple[str, ...]] = {
    "rich_text": ("elements",),
    "section": ("fields",),
    "context": ("elements",),
    "table": ("rows",),
}


def _inline(elements: object) -> str:
    return "".join(_INLINE.get(_string(one, "type"), _nothing)(one) for one in _nodes(elements))


def _link(element: Node) -> str:
    url, label = _string(element, "url"), _string(element, "text")
    return f"<{url}|{_escaped(label)}>" if label else f"<{url}>"


def _nothing(_: Node) -> str:
    return ""


_INLINE: Mapping[str, Callable[[Node], str]] = {
    "text": lambda element: _escaped(_string(element, "text")),
    "link": _link,
    "user": lambda element: f"<@{_string(element, 'user_id')}>",
    "channel": lambda element: f"<#{_string(element, 'channel_id')}>",
    "usergroup": lambda element: f"<!subteam^{_string(element, 'usergroup_id')}>",
    "broadcast": lambda element: f"<!{_string(element, 'range')}>",
    "emoji": lambda element: f":{_string(element, 'name')}:",
    "date": lambda element: _escaped(_string(element, "fallback")),
    "color": lambda element: _escaped(_string(element, "value")),
}


def _text(found: object) -> str:
    if isinstance(found, str):
        return _escaped(found)
    if not isinstance(found, Mapping):
        return ""
    text = _string(found, "text")
    return text if found.get("type") == "mrkdwn" else _escaped(text)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _string(node: Node, key: str) -> str:
    found = node.get(key)
    return found if isinstance(found, str) else ""


def _nodes(found: object) -> Iterable[Node]:
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list | tuple) else []


def _rows(found: object) -> list[object]:
    """The cells of a table's rows, and what is no row as it is."""
    nested = found if isinstance(found, list | tuple) else []
    return [cell for one in nested for cell in (one if isinstance(one, list | tuple) else [one])]
