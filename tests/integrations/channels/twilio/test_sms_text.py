"""Segments as networks count them, and long texts in parts."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.channels.twilio.sms_text import fits_sms, fits_whatsapp, in_plain_letters, parts, segments

SENTENCE = "Your order has left our house and will be with you on Friday. "


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("ж" * 70, 1),
        ("ж" * 71, 2),
        ("ж" * 134, 2),
        ("ж" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
    ],
)
def test_segments(text: str, expected: int) -> None:
    assert segments(text) == expected


def test_typography_does_not_cost_the_phone_alphabet() -> None:
    plain = in_plain_letters("“Don’t worry” – it’s free…\u00a0•\u200b")
    assert plain == "\"Don't worry\" - it's free... -"
    assert segments(plain * 4) == 1


def test_a_text_that_fits_stays_whole() -> None:
    assert parts(f"  {SENTENCE}", fits_sms) == [SENTENCE.strip()]
    assert parts("x" * 1600, fits_whatsapp) == ["x" * 1600]


def test_a_long_text_is_cut_after_sentences() -> None:
    cut = parts(SENTENCE * 40, fits_sms)
    assert [part[:6] for part in cut] == ["(1/2) ", "(2/2) "]
    assert all(part.endswith("Friday.") for part in cut)


def test_a_paragraph_is_the_better_place() -> None:
    cut = parts(f"{SENTENCE * 15}\n\n{SENTENCE * 15}", fits_sms)
    assert [part.count("Friday") for part in cut] == [15, 15]


def test_unicode_is_cut_after_ten_segments() -> None:
    assert [segments(part) <= 10 for part in parts("Ваш заказ уже в пути. " * 60, fits_sms)] == [True] * 2


def test_a_text_without_any_place_to_cut_is_cut_hard() -> None:
    assert "".join(re.sub(r"^\(\d/\d\) ", "", part) for part in parts("x" * 4000, fits_whatsapp)) == "x" * 4000


@given(st.text(alphabet=st.sampled_from("ab .!?\n€ж😀"), max_size=5000))
def test_nothing_is_lost_and_everything_fits(text: str) -> None:
    cut = parts(text, fits_sms)
    assert all(fits_sms(part) for part in cut)
    joined = "".join(re.sub(r"^\(\d+/\d+\) ", "", part) for part in cut)
    assert "".join(joined.split()) == "".join(text.split())
