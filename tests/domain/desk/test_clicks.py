import pytest
from pydantic import ValidationError

from domain.desk.clicks import Click, id_in, kind_of, subject_of

USUAL = {"click_id": "c1", "user": "U1", "subject": "approval:ap-1", "action": "approve"}


def test_a_click_is_a_request_of_its_own() -> None:
    assert Click.model_validate(USUAL).request_id == "desk-c1"


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": "digest:2026-03-02"},
        {"subject": "approval:"},
        {"subject": "approval:a b"},
        {"subject": "escalation:cv_12345678"},
        {"subject": "escalation:cv_12345678:x"},
        {"subject": f"escalation:cv_12345678:{'9' * 19}"},
        {"action": "Approve"},
        {"click_id": "a b"},
        {"user": ""},
    ],
)
def test_what_no_card_has_is_no_click(changes: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Click.model_validate({**USUAL, **changes})


def test_a_subject_names_its_kind_and_id() -> None:
    subject = subject_of("escalation", "cv_12345678", 7)
    assert (subject, kind_of(subject), id_in(subject)) == ("escalation:cv_12345678:7", "escalation", "cv_12345678")
