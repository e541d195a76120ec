"""HTML articles as Markdown, and cut into passages as our own are."""

from datetime import date

from domain.specification.organisation import Article
from integrations.knowledge.html import markdown_of
from integrations.knowledge.passages import sections_of

PAGE = """
<p>Plans differ in <strong>seats</strong>;&nbsp;see <a href="https://example.com/plans">all plans</a>.</p>
<h2>Prices</h2>
<table><tbody><tr><th>Plan</th><th>Price</th></tr><tr><td>Pro</td><td>10 EUR</td></tr></tbody></table>
<h3>How to change</h3>
<ol><li>Open Settings.</li><li>Choose a plan.</li></ol>
<script>alert("no text")</script>
"""


def test_structure_is_kept() -> None:
    lines = [line.strip() for line in markdown_of(PAGE).splitlines() if line.strip()]
    assert lines == [
        "Plans differ in seats; see [all plans](https://example.com/plans).",
        "## Prices",
        "| Plan | Price |",
        "| Pro | 10 EUR |",
        "### How to change",
        "1. Open Settings.",
        "2. Choose a plan.",
    ]


def test_passages_are_those_of_an_article() -> None:
    body = markdown_of(PAGE)
    article = Article(id="a", title="Plans", topic="plans", body=body, source="", updated=date(2026, 11, 21))
    sections = dict(sections_of(article))
    assert sections["Prices"] == "- Pro: Price 10 EUR"
    assert sections["How to change"] == "1. Open Settings.\n2. Choose a plan."


def test_nothing_is_nothing() -> None:
    assert markdown_of("") == markdown_of("<p> </p>") == ""
