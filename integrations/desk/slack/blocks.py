"""Cards and notes as Slack's blocks (docs.slack.dev/reference/block-kit): pure, and within Slack's limits.

Whatever somebody wrote is escaped, and nothing is parsed for names: no text on a card mentions anybody.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from domain.desk.card import Card, CardAction, CardLine, Content, Note
from domain.desk.clicks import id_in
from integrations.desk.base import Form

Block = dict[str, Any]
PREFIX = "holdfast"
MAX_BLOCKS = 50
MAX_SECTION = 3000
MAX_HEADER = 150
MAX_FALLBACK = 4000
MAX_FIELDS = 6
MAX_INPUT = 3000
QUESTION_CHARACTERS = 900
QUESTION_LINES = 25
LINE_CHARACTERS = 110
FIELD_CHARACTERS = 100
NAME_CHARACTERS = 40
TOLD_CHARACTERS = 200
DRAFT_CHARACTERS = 4000
"""Slack refuses messages whose texts together are too long, and does not say when: above 11,300 that was seen."""
LISTED = 6
CUT = " … (cut)"
TOO_LONG = "This draft is too long to be shown whole, so it cannot be approved here: `holdfast approvals show {id}`."


def escaped(text: str, longest: int) -> str:
    """Text as mrkdwn, at most so long once escaped; what is cut says so, and no entity is cut through."""
    whole = _escape(text)
    if len(whole) <= longest:
        return whole
    kept, room = 0, longest - len(CUT)
    for character in text:
        room -= len(_escape(character))
        if room < 0:
            break
        kept += 1
    return _escape(text[:kept]) + CUT


def blocks_of(content: Content) -> list[Block]:
    """What Slack shows."""
    return _of_note(content) if isinstance(content, Note) else _of_card(content)


def fallback_of(content: Content) -> str:
    """What notifications and screen readers say."""
    told = content.lines if isinstance(content, Note) else (content.standing, content.question)
    return escaped(" · ".join(filter(None, (content.headline, *told))), MAX_FALLBACK)


def block_id(card: Card) -> str:
    """Says on which card a click is made."""
    return f"{PREFIX}|{card.subject}|{card.version}"


def form_view(form: Form, metadata: str) -> Block:
    """A modal with one question. `metadata` comes back with the answer."""
    element: Block = {"type": "datetimepicker", "action_id": "answer"}
    if form.kind == "text":
        element = {"type": "plain_text_input", "action_id": "answer", "multiline": True, "max_length": MAX_INPUT}
        element |= {"initial_value": form.initial} if form.initial else {}
    return {
        "type": "modal",
        "callback_id": f"{PREFIX}:form",
        "private_metadata": metadata,
        "title": _plain(form.title, 24),
        "submit": _plain(form.submit, 24),
        "close": _plain("Cancel", 24),
        "blocks": [{"type": "input", "block_id": "answer", "label": _plain(form.label, 2000), "element": element}],
    }


def _of_note(note: Note) -> list[Block]:
    head = [_header(note.headline)] if note.headline else []
    return [*head, *_sections("\n".join(note.lines), 2 * MAX_SECTION)]


def _of_card(card: Card) -> list[Block]:
    blocks = [_header(card.headline), _context(f"*{escaped(card.standing, TOLD_CHARACTERS)}*")]
    blocks += [_context(f":hourglass_flowing_sand: {escaped(one, TOLD_CHARACTERS)}") for one in card.applying[:2]]
    blocks += _quoted("*The customer asks*", card.question)
    blocks += _listed("*Before*", map(_line, card.history), LINE_CHARACTERS)
    blocks += _facts(card)
    blocks += _listed("*Done already, and promised*", card.done, LINE_CHARACTERS)
    blocks += _drafted(card)
    blocks += _listed("*Sources*", (f"{one.title} {one.where}".strip() for one in card.sources), LINE_CHARACTERS)
    blocks += _circumstances(card)
    return [*blocks[: MAX_BLOCKS - 1], *_actions(card)]


def _drafted(card: Card) -> list[Block]:
    if not card.draft:
        return []
    too_long = [_context(TOO_LONG.format(id=escaped(id_in(card.subject), 100)))] if _is_cut(card) else []
    return [_section("*The draft*"), *_sections(card.draft, DRAFT_CHARACTERS), *too_long]


def _is_cut(card: Card) -> bool:
    return len(_escape(card.draft)) > DRAFT_CHARACTERS


def _facts(card: Card) -> list[Block]:
    fields = [
        f"*{escaped(one.name, NAME_CHARACTERS)}*\n{escaped(one.value, FIELD_CHARACTERS)}\n"
        f"_{escaped(one.source, NAME_CHARACTERS)}, {_date(one.as_of)}_"
        for one in card.facts[:MAX_FIELDS]
    ]
    more = len(card.facts) - len(fields)
    missing = [f"Does not answer: {escaped(', '.join(card.missing), TOLD_CHARACTERS)}"] if card.missing else []
    missing += [f"{more} more facts are known."] if more > 0 else []
    shown: list[Block] = [{"type": "section", "fields": [_mrkdwn(field) for field in fields]}] if fields else []
    return [*shown, *([_context("\n".join(missing))] if missing else [])]


def _circumstances(card: Card) -> list[Block]:
    told = [
        ("Why it stopped", escaped(card.why, TOLD_CHARACTERS)),
        ("Who may decide", escaped(card.who, TOLD_CHARACTERS)),
        ("Fits best", escaped("; ".join(card.fits[:2]), TOLD_CHARACTERS)),
        ("Since", _date(card.since) if card.since else ""),
        ("Until", _until(card)),
    ]
    lines = [f"*{name}:* {value}" for name, value in told if value]
    return [_context("\n".join(lines))] if lines else []


def _until(card: Card) -> str:
    return f"{_date(card.deadline)} ({escaped(card.deadline_means, NAME_CHARACTERS)})" if card.deadline else ""


def _actions(card: Card) -> list[Block]:
    offered = [one for one in card.actions if not (_is_cut(card) and one.name in {"approve", "edit"})]
    if not offered:
        return []
    return [{"type": "actions", "block_id": block_id(card), "elements": [_element(one) for one in offered[:25]]}]


def _element(action: CardAction) -> Block:
    action_id = f"{PREFIX}:{action.name}:{action.needs}"
    if action.needs == "person":
        return {"type": "users_select", "action_id": action_id, "placeholder": _plain(action.label, 75)}
    style = {} if action.style == "plain" else {"style": action.style}
    return {"type": "button", "action_id": action_id, "text": _plain(action.label, 75), "value": action.name, **style}


def _line(line: CardLine) -> str:
    return f"{line.name}: {line.text}"


def _quoted(title: str, text: str) -> list[Block]:
    if not text:
        return []
    lines = escaped(text, QUESTION_CHARACTERS).splitlines()
    kept = lines if len(lines) <= QUESTION_LINES else [*lines[: QUESTION_LINES - 1], CUT.strip()]
    return [_section("\n".join((title, *(f"> {line}" for line in kept))))]


def _listed(title: str, lines: Iterable[str], longest: int) -> list[Block]:
    told = [f"• {escaped(' '.join(line.split()), longest)}" for line in lines]
    return [_section("\n".join((title, *told[-LISTED:])))] if told else []


def _sections(text: str, longest: int) -> list[Block]:
    """As many as it takes, each at its limit."""
    left, sections = escaped(text, longest), []
    while left:
        part = left[:MAX_SECTION]
        if len(left) > MAX_SECTION:
            part = part[: max(part.rfind("\n"), part.rfind(" "), MAX_SECTION // 2)]
            part = part[: part.rfind("&")] if ";" not in part[part.rfind("&") :] and "&" in part[-6:] else part
        sections.append(_section(part))
        left = left[len(part) :]
    return sections


def _header(text: str) -> Block:
    return {"type": "header", "text": _plain(text, MAX_HEADER)}


def _section(text: str) -> Block:
    return {"type": "section", "text": _mrkdwn(text)}


def _context(text: str) -> Block:
    return {"type": "context", "elements": [_mrkdwn(text)]}


def _mrkdwn(text: str) -> Block:
    """Verbatim: Slack makes no links and names of it."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _plain(text: str, longest: int) -> Block:
    shown = text if len(text) <= longest else f"{text[: longest - 1]}…"
    return {"type": "plain_text", "text": shown, "emoji": False}


def _date(at: datetime) -> str:
    """Each reader sees it in their own time zone."""
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} {{time}}|{at:%Y-%m-%d %H:%M} UTC>"


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
