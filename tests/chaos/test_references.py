"""Marks are found wherever they turn up."""

import pytest

from chaos.references import customer_of, is_answer, reference, references_in


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("", ()),
        ("Where? ref1x2", ("ref1x2",)),
        ("ref1x2, ref12x3 and ref1x2 again", ("ref1x2", "ref12x3")),
        ("preref1x2 ref1x2x3 ref1 refx2", ()),
        ("<p>Where? ref1x2</p>", ("ref1x2",)),
    ],
)
def test_each_mark_is_found_once_in_its_order(text: str, marks: tuple[str, ...]) -> None:
    assert references_in(text) == marks


def test_a_mark_is_found_as_it_was_made() -> None:
    assert references_in(f"Where? {reference(3, 14)}") == (reference(3, 14),)
    assert customer_of(reference(3, 14)) == 3


@pytest.mark.parametrize(("text", "holds"), [("There. (answer 7 to ref1x2)", True), ("An answer to ref1x2", False)])
def test_only_the_model_numbers_its_answers(text: str, holds: bool) -> None:
    assert is_answer(text) is holds
