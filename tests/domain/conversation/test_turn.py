"""Evidence as the workflow that decides understands it."""

import pytest

from domain.conversation.turn import LATER_EVIDENCE, Evidence, understood_by

ALL = Evidence(topic="billing", near_articles=True, unsupported_language="pt", rules_held=("vip",))


@pytest.mark.parametrize(
    ("fields", "near", "language", "rules"),
    [
        ((), False, None, None),
        (("near_articles",), True, None, None),
        (("unsupported_language",), False, "pt", None),
        (("near_articles", "unsupported_language"), True, "pt", None),
        (LATER_EVIDENCE, True, "pt", ("vip",)),
        ((*LATER_EVIDENCE, "a field of a later version"), True, "pt", ("vip",)),
    ],
)
def test_later_fields_are_kept_for_whoever_understands_them(
    fields: tuple[str, ...], near: bool, language: str | None, rules: tuple[str, ...] | None
) -> None:
    kept = understood_by(ALL, fields)
    assert (kept.topic, kept.near_articles, kept.unsupported_language) == ("billing", near, language)
    assert kept.rules_held == rules


def test_every_later_field_is_one_and_has_a_value_that_changes_nothing() -> None:
    assert understood_by(Evidence(), ()) == Evidence()
    assert set(LATER_EVIDENCE) <= Evidence.model_fields.keys()
