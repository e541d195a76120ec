"""Evidence as the workflow that decides understands it."""

import pytest

from domain.conversation.turn import LATER_EVIDENCE, Evidence, understood_by

ALL = Evidence(topic="billing", near_articles=True, unsupported_language="pt")


@pytest.mark.parametrize(
    ("fields", "near", "language"),
    [
        ((), False, None),
        (("near_articles",), True, None),
        (("unsupported_language",), False, "pt"),
        (LATER_EVIDENCE, True, "pt"),
        ((*LATER_EVIDENCE, "a field of a later version"), True, "pt"),
    ],
)
def test_later_fields_are_kept_for_whoever_understands_them(
    fields: tuple[str, ...], near: bool, language: str | None
) -> None:
    kept = understood_by(ALL, fields)
    assert (kept.topic, kept.near_articles, kept.unsupported_language) == ("billing", near, language)


def test_every_later_field_is_one_and_has_a_value_that_changes_nothing() -> None:
    assert understood_by(Evidence(), ()) == Evidence()
    assert set(LATER_EVIDENCE) <= Evidence.model_fields.keys()
