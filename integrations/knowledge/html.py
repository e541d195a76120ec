"""HTML of a vendor's editor as the Markdown of our articles: headings, lists, links and tables stay what they are."""

from inscriptis import get_text  # type: ignore[import-untyped]
from inscriptis.css_profiles import STRICT_CSS_PROFILE  # type: ignore[import-untyped]
from inscriptis.html_properties import Display  # type: ignore[import-untyped]
from inscriptis.model.config import ParserConfig  # type: ignore[import-untyped]
from inscriptis.model.html_element import HtmlElement  # type: ignore[import-untyped]

CELL = " \N{BOX DRAWINGS LIGHT VERTICAL} "
HEADINGS = {
    f"h{level}": HtmlElement(
        tag=f"h{level}", prefix="#" * level + " ", display=Display.block, margin_before=1, margin_after=1
    )
    for level in range(1, 7)
}
CONFIG = ParserConfig(css={**STRICT_CSS_PROFILE, **HEADINGS}, display_links=True, table_cell_separator=CELL)


def markdown_of(html: str) -> str:
    """Markdown with one paragraph a line."""
    lines = [_row(line) if CELL in line else line.rstrip() for line in get_text(html, CONFIG).splitlines()]
    return "\n".join(lines).strip()


def _row(line: str) -> str:
    return f"| {' | '.join(cell.strip() for cell in line.split(CELL))} |"
