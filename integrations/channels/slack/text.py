"""Slack's mrkdwn and plain text, one to the other (docs.slack.dev/messaging/formatting-message-text)."""

import re
from collections.abc import Collection

REFERENCE = re.compile(r"<([^<>\n]+)>")
LEADING_MENTION = re.compile(r"\s*<@(\w+)(?:\|[^>]*)?>[\s,:]*(?=\S)")
MARKDOWN_LINK = re.compile(r"\[([^\[\]\n]+)\]\((https?://[^\s()|]+)\)")
MARKDOWN_BOLD = re.compile(r"\*\*(?=\S)([^*\n]+)(?<=\S)\*\*")
TYPED_PREFIXES = ("", "http://", "https://", "mailto:", "tel:")


def to_mrkdwn(text: str) -> str:
    """Our text for Slack. What is escaped mentions nobody: `<!channel>` in a reply stays those ten characters."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return MARKDOWN_BOLD.sub(r"*\1*", MARKDOWN_LINK.sub(r"<\2|\1>", escaped))


def from_mrkdwn(text: str, ours: Collection[str] = ()) -> str:
    """What Slack sent, as the person wrote it: references by their label, links with their address.

    A text that begins with one of us (`ours` are ids of users) is addressed to us, and says more than that.
    """
    addressed = LEADING_MENTION.match(text)
    if addressed and addressed[1] in ours:
        text = text[addressed.end() :]
    shown = REFERENCE.sub(lambda reference: _shown(reference[1]), text)
    return shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _shown(reference: str) -> str:
    target, _, label = reference.partition("|")
    if target.startswith("!"):
        return label or "@" + target.removeprefix("!").removeprefix("subteam^")
    if target.startswith(("@", "#")):
        return target[0] + (label or target[1:])
    if not label or target in {prefix + label for prefix in TYPED_PREFIXES}:
        return label or target.removeprefix("mailto:").removeprefix("tel:")
    return f"{label} ({target})"
