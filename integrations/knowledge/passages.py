"""Markdown articles cut into passages of plain text, one for each heading."""

import re
from collections.abc import Iterator

from domain.specification.organisation import Article

HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*#*$")
FENCE = re.compile(r"^(?:```|~~~)")
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
IMAGE = re.compile(r"!\[([^\]]*)\]\([^)]*\)")
LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)[^)]*\)")
EMPHASIS = re.compile(r"(\*\*|__|~~|`+|(?<![\w*])\*|(?<!\w)_)(?=\S)(.+?)(?<=\S)\1(?!\w)")
RULE = re.compile(r"^\s*([-*_])(?:\s*\1){2,}\s*$")
BULLET = re.compile(r"^\s*[-*+]\s+(?:\[[ xX]\]\s+)?")
NUMBERED = re.compile(r"^\s*(\d{1,2})[.)]\s+")
TABLE_RULE = re.compile(r"^\s*\|?\s*:?-{2,}:?\s*(\|\s*:?-{2,}:?\s*)*\|?\s*$")


def sections_of(article: Article) -> Iterator[tuple[str, str]]:
    """Heading and plain text of each section; the text before the first heading has an empty heading."""
    heading, lines = "", list[str]()
    for line in [*COMMENT.sub("", article.body).splitlines(), "# "]:
        found = HEADING.match(line)
        if found or line == "# ":
            text = plain_text(lines)
            if text:
                yield heading, text
            heading, lines = _title(found.group(2) if found else "", article.title), []
        else:
            lines.append(line)


def plain_text(lines: list[str]) -> str:
    """Markdown lines as text that a customer can read: wrapped lines joined, `- ` and `1. ` lists kept."""
    paragraphs: list[str] = []
    joinable = False
    header: list[str] = []
    for line in lines:
        stripped = line.strip()
        if not stripped or FENCE.match(stripped) or RULE.match(stripped):
            joinable, header = False, header if stripped else []
        elif "|" in stripped and (header or stripped.startswith("|")):
            header = _add_table_row(stripped, header, paragraphs)
            joinable = False
        else:
            joinable = _add_line(stripped, paragraphs, joinable=joinable)
    return "\n".join(paragraphs)


def _add_line(line: str, paragraphs: list[str], *, joinable: bool) -> bool:
    """Append a line, or join it to the paragraph it continues; true when a next line may continue it."""
    bullet, numbered = BULLET.match(line), NUMBERED.match(line)
    if bullet:
        paragraphs.append(f"- {_inline(line[bullet.end() :])}")
    elif numbered:
        paragraphs.append(f"{numbered.group(1)}. {_inline(line[numbered.end() :])}")
    elif joinable:
        paragraphs[-1] += f" {_inline(line)}"
    else:
        paragraphs.append(_inline(line.lstrip("> ")))
    return True


def _add_table_row(line: str, header: list[str], paragraphs: list[str]) -> list[str]:
    """A table row becomes one line `first cell: header value, header value`; the header row is kept aside."""
    if TABLE_RULE.match(line):
        return header
    cells = [_inline(cell.strip()) for cell in line.strip("|").split("|")]
    if not header:
        return cells
    named = [f"{name} {cell}".strip() for name, cell in zip(header[1:], cells[1:], strict=False) if cell]
    paragraphs.append(f"- {cells[0]}: {', '.join(named)}")
    return header


def _inline(text: str) -> str:
    text = IMAGE.sub(r"\1", text)
    text = LINK.sub(lambda link: _link(link.group(1), link.group(2)), text)
    return EMPHASIS.sub(r"\2", EMPHASIS.sub(r"\2", text)).strip()


def _link(text: str, target: str) -> str:
    absolute = target.startswith(("http://", "https://", "mailto:"))
    shown = target.removeprefix("mailto:")
    return f"{text} ({shown})" if absolute and shown not in text else text


def _title(heading: str, article_title: str) -> str:
    plain = _inline(heading)
    return "" if plain == article_title else plain
