"""Every way in which a text is no YAML, with its place and a remedy."""

import pytest
import yaml

from publishing.specification.yaml_errors import OTHERWISE, explained_yaml
from publishing.specification.yaml_text import parsed


@pytest.mark.parametrize(
    ("text", "line", "column", "remedy"),
    [
        ("a: b: c", 1, 5, "Put a text that holds a colon and a space in quotes"),
        ("a: 1\n b: 2", 2, 3, "or correct the indentation"),
        ("a:\n\t- b", 2, 1, "Indent with spaces"),
        ("a: @x", 1, 4, "Put a text that begins with a sign"),
        ("a: `x`", 1, 4, "Put a text that begins with a sign"),
        ("a: *x", 1, 4, "Define it with &"),
        ("a: [*, x]", 1, 6, "put a text that begins with * in quotes"),
        ("a: &x 1\nb: &x 2", 2, 4, "Give each anchor its own name"),
        ("a: 'x\n\n", 1, 4, "Close the quote"),
        ("a: [b\nc: d\n", 2, 2, "or close the bracket that is still open"),
        ("a: [b\n", 1, 4, "Close the list with ]"),
        ("a: [\n", 2, 1, "close the bracket that is still open"),
        ("a: {b: c\n", 1, 4, "Close the mapping with }"),
        ("a: {b: is it so?, c: d}", 1, 16, "Put a text that holds this sign in quotes"),
        ("a: [is it so?]", 1, 13, "Put a text that holds this sign in quotes"),
        ("a: {b: hi {c}}", 1, 11, "Put a text that holds this sign in quotes"),
        ("a: [b [c]]", 1, 7, "Put a text that holds this sign in quotes"),
        ("a: {b: c: d}", 1, 9, "Put a text that holds this sign in quotes"),
        ("a: {b: 'c' d}", 1, 12, "separate its entries with commas"),
        ("a:\n  b: 1\n c: 2", 3, 2, "the same number of spaces"),
        ("a: 1\nb\nc: 2", 2, 1, "Write a colon and a space"),
        ("a: 1\n---\nb: 2", 2, 1, "Remove the line `---`"),
        ('a: "\\q"', 1, 6, "single quotes"),
        ("<<: 5\na: 1", 1, 5, "Merge mappings only"),
        ("%YAML 1.1\na: b", 2, 1, "Remove the line that begins with %"),
        ("a: b\nc: \x07", 2, 4, "Remove it"),
        ("[a]: b", 1, 1, "Write a plain name before the colon"),
        ("a: !!str [b]", 1, 4, OTHERWISE),
    ],
)
def test_place_and_remedy(text: str, line: int, column: int, remedy: str) -> None:
    with pytest.raises(yaml.YAMLError) as raised:
        parsed(text)
    explained = explained_yaml(raised.value, text)
    assert (explained.position, explained.problem != "") == ((line, column), True)
    assert remedy in explained.remedy


def test_an_error_without_a_place_is_of_the_whole_file() -> None:
    explained = explained_yaml(yaml.YAMLError("unknown"), "a: b")
    assert (explained.problem, explained.remedy, explained.position) == ("is not valid YAML", OTHERWISE, (None, None))
