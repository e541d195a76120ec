"""Segments as networks count them, and long texts in parts."""

import re
from collections.abc import Callable

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


WIDE = {
    "ja": "ご注文の商品は本日発送いたしました、金曜日に到着する予定です。",
    "ja, quoted": "担当者は「金曜日に到着します。」と申しておりました。",
    "ja, ends quoted": "メールには「金曜日に到着します。」",
    "ja, half width": "ｺﾞﾁｭｳﾓﾝﾉｼｮｳﾋﾝﾊｷﾝﾖｳﾋﾞﾆﾄｳﾁｬｸｼﾏｽ｡",
    "ja, scholarly": "本日発送し，税率は１．５倍で金曜日に到着します．",
    "zh": "您的订单今天已经发出，预计星期五送达，请留意短信通知。",
    "zh, traditional": "您的訂單今天已經寄出，預計星期五送達！",
    "zh, questions": "您收到了吗？",
    "zh, several marks": "真的吗？！太好了……",
    "hi": "आपका ऑर्डर आज भेज दिया गया है और शुक्रवार को पहुँचेगा। ",
    "ur": "آپ کا آرڈر آج بھیج دیا گیا ہے۔ ",
}


@pytest.mark.parametrize("sentence", WIDE.values(), ids=WIDE)
@pytest.mark.parametrize("fits", [fits_sms, fits_whatsapp])
def test_languages_without_spaces_are_cut_after_their_own_full_stops(
    sentence: str, fits: Callable[[str], bool]
) -> None:
    cut = parts(sentence * (4000 // len(sentence)), fits)
    assert len(cut) > 2
    assert {part[-3:] for part in cut} == {sentence.strip()[-3:]}
    assert all(re.sub(r"^\(\d+/\d+\) ", "", part).startswith(sentence[:3]) for part in cut)


def test_without_a_full_stop_a_comma_is_a_place() -> None:
    cut = parts("ご注文の商品は本日発送いたしました、" * 60, fits_sms)
    assert len(cut) > 1
    assert all(part.endswith("、") for part in cut)


def test_a_part_does_not_begin_with_what_closes_the_one_before() -> None:
    for length in range(600, 700):
        cut = parts("あ" * 400 + "。" + "あ" * (length - 400) + "。」！" + "い" * 400, fits_sms)
        assert not [part for part in cut if re.match(r"\(\d/\d\) [。」！]", part)], length


def test_a_paragraph_is_the_better_place() -> None:
    cut = parts(f"{SENTENCE * 15}\n\n{SENTENCE * 15}", fits_sms)
    assert [part.count("Friday") for part in cut] == [15, 15]


def test_unicode_is_cut_after_ten_segments() -> None:
    assert [segments(part) <= 10 for part in parts("Ваш заказ уже в пути. " * 60, fits_sms)] == [True] * 2


def test_a_text_without_any_place_to_cut_is_cut_hard() -> None:
    assert "".join(re.sub(r"^\(\d/\d\) ", "", part) for part in parts("x" * 4000, fits_whatsapp)) == "x" * 4000


@given(st.text(alphabet=st.sampled_from('ab .!?\n€ж😀。」、１．…"'), max_size=5000))
def test_nothing_is_lost_and_everything_fits(text: str) -> None:
    cut = parts(text, fits_sms)
    assert all(fits_sms(part) for part in cut)
    joined = "".join(re.sub(r"^\(\d+/\d+\) ", "", part) for part in cut)
    assert "".join(joined.split()) == "".join(text.split())
