import pytest

from domain.language.sensitive_words import sensitivity_in
from domain.specification.organisation import Sensitivity


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("You will hear from my lawyer", Sensitivity.LEGAL),
        ("I'll see you in court", Sensitivity.LEGAL),
        ("My account was hacked last night", Sensitivity.SECURITY),
        ("Someone logged into our workspace from abroad", Sensitivity.SECURITY),
        ("an API key of ours got leaked", Sensitivity.SECURITY),
        ("This is unacceptable, worst service ever", Sensitivity.COMPLAINT),
        ("I want to file a complaint", Sensitivity.COMPLAINT),
        ("We were charged twice in May", Sensitivity.FINANCIAL),
        ("I want my money back", Sensitivity.FINANCIAL),
        ("refund me or I will sue", Sensitivity.LEGAL),
        ("What is your refund policy?", None),
        ("Tell me a joke", None),
        ("Where do I find the audit log?", None),
        ("How do I change the payment method?", None),
    ],
)
def test_grave_words_make_a_message_sensitive(text: str, expected: Sensitivity | None) -> None:
    assert sensitivity_in(text) is expected
