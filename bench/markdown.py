"""Tables of a document."""

from collections.abc import Sequence

Rows = Sequence[tuple[str, ...]]


def markdown_table(columns: Sequence[str], rows: Rows) -> str:
    """The first column to the left, figures to the right."""
    lines = [columns, ["---", *["---:"] * (len(columns) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
