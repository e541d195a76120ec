from datetime import date

import pytest

from domain.specification.organisation import Article
from integrations.knowledge.passages import plain_text, sections_of


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("Some **bold**, *soft* and `code`.", "Some bold, soft and code."),
        ("one line\nand the next", "one line and the next"),
        ("one\n\ntwo", "one\ntwo"),
        ("- first\n* second\n  goes on", "- first\n- second goes on"),
        ("1. open\n2) close", "1. open\n2. close"),
        ("see [our page](https://a.example/x)", "see our page (https://a.example/x)"),
        ("see [the other article](other.md)", "see the other article"),
        ("write to [us](mailto:help@a.example)", "write to us (help@a.example)"),
        ("![a picture](p.png) here", "a picture here"),
        ("| Plan | Price |\n|---|---|\n| Team | **5 EUR** |", "- Team: Price 5 EUR"),
        ("---\n\ntext", "text"),
        ("> quoted", "quoted"),
        ("```\ncurl -X GET\n```", "curl -X GET"),
        ("snake_case_name and 2 * 3 * 4", "snake_case_name and 2 * 3 * 4"),
        ("*Settings > Billing* and **Save**", "Settings > Billing and Save"),
    ],
)
def test_markdown_becomes_text_that_a_customer_can_read(markdown: str, expected: str) -> None:
    assert plain_text(markdown.splitlines()) == expected


def test_an_article_is_cut_at_its_headings() -> None:
    body = "# Title\n\nLead.<!-- note -->\n\n## First *part*\n\nOne.\n\n### Empty\n\n## Second ##\n\nTwo."
    article = Article(id="a", title="Title", topic="t", body=body, source="s", updated=date(2026, 1, 1))
    assert list(sections_of(article)) == [("", "Lead."), ("First part", "One."), ("Second", "Two.")]
