"""Phone numbers as people keep them: words beside them, vanity numbers, and Mexico's former 1."""

import phonenumbers
import pytest

from integrations.phone_numbers import dialled_today, number_of


@pytest.mark.parametrize(
    ("text", "region", "expected"),
    [
        ("202-555-0143", "US", "+12025550143"),
        ("202-555-0143 (work)", "US", "+12025550143"),
        ("202-555-0143 work", "US", "+12025550143"),
        ("202-555-0143 (Büro)", "US", "+12025550143"),
        ("work: 202-555-0143", "US", "+12025550143"),
        ("Tel. (202) 555-0143", "US", "+12025550143"),
        ("202-555-0143 ext. 5", "US", "+12025550143"),
        ("202-555-0143 x5", "US", "+12025550143"),
        ("202-555-0143, ask for Jo", "US", "+12025550143"),
        ("+49 30 5550-1140 (Zentrale)", None, "+493055501140"),
        ("030 5550 1140 privat", "DE", "+493055501140"),
        ("Mobil +49 (0)151 12345678", None, "+4915112345678"),
        ("1-800-FLOWERS", "US", "+18003569377"),
        ("+52 1 55 1234 5678", None, "+525512345678"),
        ("+5215512345678", None, "+525512345678"),
        ("+52 55 1234 5678", None, "+525512345678"),
        ("55 1234 5678", "MX", "+525512345678"),
        ("+1 202 555 0143", None, "+12025550143"),
    ],
)
def test_a_number_is_found_and_words_are_no_part_of_it(text: str, region: str | None, expected: str) -> None:
    number = number_of(text, region)
    assert number is not None
    assert phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) == expected


@pytest.mark.parametrize("text", [None, "", "work", "(none)", "see email", "n/a", "+"])
def test_a_text_without_a_number_has_none(text: str | None) -> None:
    assert number_of(text, "US") is None


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("+5215512345678", "+525512345678"),
        ("+525512345678", "+525512345678"),
        ("+12025550143", "+12025550143"),
        ("+5491123456789", "+5491123456789"),
        ("+15551234567", "+15551234567"),
        ("unknown", "unknown"),
    ],
)
def test_a_number_as_it_is_dialled_today(number: str, expected: str) -> None:
    assert dialled_today(number) == expected
