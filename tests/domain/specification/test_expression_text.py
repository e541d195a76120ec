"""What the text of an expression shows."""

import pytest

from domain.specification.expression_text import depth_of, names_in, repeating_in


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ("verified", {"verified"}),
        ("amount > 50.0 && topic == 'refund'", {"amount", "topic"}),
        ("facts.plan == 'text'", {"facts"}),
        ('has(facts.plan) && facts["text"] != "a \\" text"', {"has", "facts"}),
        ("text.matches(r'verified\\d')", {"text"}),
        ("'''text'''.size() > 1 || \"\"\"it's\"\"\" == language", {"language"}),
        ("amount > 1.0 // text", {"amount"}),
        ("amount > 1.0 // it's\n && verified // it's", {"amount", "verified"}),
        ("facts . plan == text", {"facts", "text"}),
        ("r'\\' != text && verified == ('' == language)", {"text", "verified", "language"}),
        ("1.0e3 < amount", {"amount"}),
        ("", set()),
    ],
)
def test_names_stand_for_themselves(expression: str, names: set[str]) -> None:
    assert names_in(expression) == names


@pytest.mark.parametrize(
    ("expression", "depth"),
    [("verified", 0), ("(a)", 1), ("((a) && (b))", 2), ("f([{1: (2)}])", 4), ("'((('", 0), (")))(", 0), ("", 0)],
)
def test_brackets_within_each_other_are_counted(expression: str, depth: int) -> None:
    assert depth_of(expression) == depth


@pytest.mark.parametrize(
    ("expression", "macro"),
    [
        ("missing_sources.exists(s, s == 'crm')", "exists"),
        ("[1, 2] . all ( x, x > 0)", "all"),
        ("[1].map(x, x)", "map"),
        ("r'\\' != text || missing_sources.all(s, s == 'x')", "all"),
        ("true // it's\n || missing_sources.exists(s, true) // it's", "exists"),
        ("missing_sources. // a comment\nall(s, true)", "all"),
        ("'crm' in missing_sources", None),
        ("text.contains('.map(')", None),
        ("has(facts.map)", None),
        ("facts.filter == 'x'", None),
    ],
)
def test_what_goes_through_a_list_is_found(expression: str, macro: str | None) -> None:
    assert repeating_in(expression) == macro
