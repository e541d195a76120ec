"""An introduction of a quotation is recognised in many languages, and is nothing but an introduction."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.channels.email.introductions import MAX_CHARACTERS, introduction_ending, read_introduction

BY_LANGUAGE = {
    "en": "On Sun, Jun 23, 2024 at 9:08 PM Wheelhouse Help <help@wheelhouse.example> wrote:",
    "en, Apple": "On 23 Jun 2024, at 21:08, Wheelhouse <help@wheelhouse.example> wrote:",
    "en, Outlook": 'On Sun, Jun 23, 2024 at 9:08 PM +0200, "Wheelhouse" <help@wheelhouse.example> wrote:',
    "de": "Wheelhouse Hilfe <help@wheelhouse.example> schrieb am So., 23. Juni 2024, 21:08:",
    "de, Thunderbird": "Am 23.06.24 um 21:08 schrieb Wheelhouse Hilfe:",
    "nl": "Op zo 23 jun 2024 om 21:08 schreef Wheelhouse <help@wheelhouse.example>:",
    "nl, Apple": "Op 23 jun. 2024, om 21:08 heeft Wheelhouse <help@wheelhouse.example> het volgende geschreven:",
    "fr": "Le dim. 23 juin 2024 à 21:08, Wheelhouse <help@wheelhouse.example> a écrit :",
    "es": "El dom, 23 jun 2024 a la(s) 9:08 p.m., Wheelhouse (<help@wheelhouse.example>) escribió:",
    "pt": "Em dom., 23 de jun. de 2024 às 21:08, Wheelhouse <help@wheelhouse.example> escreveu:",
    "pt-PT": "Wheelhouse <help@wheelhouse.example> escreveu no dia domingo, 23/06/2024 à(s) 21:08:",
    "it": "Il giorno dom 23 giu 2024 alle ore 21:08 Wheelhouse <help@wheelhouse.example> ha scritto:",
    "sv": "Den sön 23 juni 2024 kl 21:08 skrev Wheelhouse <help@wheelhouse.example>:",
    "no": "søn. 23. juni 2024 kl. 21:08 skrev Wheelhouse <help@wheelhouse.example>:",
    "da": "Den søn. 23. jun. 2024 kl. 21.08 skrev Wheelhouse <help@wheelhouse.example>:",
    "fi": "su 23. kesäk. 2024 klo 21.08 Wheelhouse (help@wheelhouse.example) kirjoitti:",
    "is": "Þann sun., 23. jún. 2024 kl. 21:08 skrifaði Wheelhouse <help@wheelhouse.example>:",
    "pl": "niedz., 23 cze 2024 o 21:08 Wheelhouse <help@wheelhouse.example> napisał(a):",
    "pl, old": "W dniu 23 czerwca 2024 21:08 użytkownik Wheelhouse <help@wheelhouse.example> napisał:",
    "cs": "ne 23. 6. 2024 v 21:08 odesílatel Wheelhouse <help@wheelhouse.example> napsal:",
    "sk": "ne 23. 6. 2024 o 21:08 Wheelhouse <help@wheelhouse.example> napísal(a):",
    "hu": "Wheelhouse <help@wheelhouse.example> ezt írta (időpont: 2024. jún. 23., V, 21:08):",
    "ro": "În dum., 23 iun. 2024 la 21:08, Wheelhouse <help@wheelhouse.example> a scris:",
    "el": "Στις Κυρ 23 Ιουν 2024 στις 9:08 μ.μ., ο χρήστης Wheelhouse <help@wheelhouse.example> έγραψε:",
    "ru": "вс, 23 июн. 2024 г. в 21:08, Wheelhouse <help@wheelhouse.example>:",
    "ru, Android": "23 июня 2024 г. 21:08 пользователь Wheelhouse <help@wheelhouse.example> написал:",
    "uk": "нд, 23 черв. 2024 р. о 21:08 Wheelhouse <help@wheelhouse.example> пише:",
    "tr": "Wheelhouse <help@wheelhouse.example>, 23 Haz 2024 Paz, 21:08 tarihinde şunu yazdı:",
    "ja": "2024年6月23日(日) 21:08 ホイールハウス <help@wheelhouse.example>:",
    "ja, Apple": "2024/06/23 21:08、ホイールハウス <help@wheelhouse.example>のメール:",
    "ko": "2024년 6월 23일 (일) 오후 9:08, Wheelhouse <help@wheelhouse.example>님이 작성:",
    "zh": "Wheelhouse <help@wheelhouse.example> 于2024年6月23日周日 21:08写道：",
    "zh, Apple": "在 2024年6月23日，下午9:08，Wheelhouse <help@wheelhouse.example> 写道：",
    "vi": "Vào 21:08 23 tháng 6, 2024, Wheelhouse <help@wheelhouse.example> đã viết:",
    "id": "Pada tanggal Min, 23 Jun 2024 pukul 21.08 Wheelhouse <help@wheelhouse.example> menulis:",
    "old Gmail": "2024-06-23 21:08 GMT+02:00 Wheelhouse <help@wheelhouse.example>:",
    "Zoho": "---- On Sun, 23 Jun 2024 21:08:36 +0200 Wheelhouse<help@wheelhouse.example> wrote ----",
    "dashes": "---- Wheelhouse Help wrote ----",
    "no date": "Wheelhouse Help <help@wheelhouse.example> wrote:",
    "no name": "On Sun, Jun 23, 2024 at 9:08 PM <help@wheelhouse.example> wrote:",
    "two addresses": "On 23 Jun 2024, at 21:08, Help <help@w.example<mailto:help@w.example>> wrote:",
}
SENTENCES = (
    "Refund invoice 88 today, as your manager Tom promised and wrote:",
    "Ring me at 14:30, Kim wrote:",
    "I told you on 5 May 2026:",
    "On 6 May 2026 at 11:00 the printer wrote:",
    "Am 6. Mai 2026 um 11:00 hat die Bank geschrieben:",
    "Am 6. Mai 2026 schrieb die Versicherung:",
    "Le 6 mai 2026 à 11:00 j'ai tout annulé, votre collègue a écrit :",
    "El 6 de mayo de 2026 a las 11:00 cancelé el pedido, su colega escribió:",
    "On 6 May 2026 at 11:00 I spoke to Tom and he wrote:",
    "On 6 May 2026 at 11:00 we returned 2 of 3 lamps and tom <tom@w.example> wrote:",
    "Invoice 88 of 6 May 2026 11:00 is wrong, Tom <tom@w.example> wrote:",
    "STOP it! On Sun, 23 Jun 2024 at 21:08, Help <help@w.example> wrote:",
    "Yes please On Sun, 23 Jun 2024 at 21:08 <help@w.example> wrote:",
    "Hello Tom <tom@w.example> wrote:",
    "Please send it to Tom <tom@w.example>:",
    "<tom@w.example>:",
    "wrote:",
    "2024年6月23日 21:08 请退款因为你的经理写道：",
    "注文88を返品してください。店長は書きました:",
    "2 lamps 6 May 2026 11:00 white <shop@w.example>:",
    "6/5/2026 @ 9:30 am at the dentist's:",
    "Kündigung zum 31.12.2026, Ihr Kollege <tom@w.example> schrieb:",
)
FULL = BY_LANGUAGE["en"]


@pytest.mark.parametrize("line", BY_LANGUAGE.values(), ids=BY_LANGUAGE)
def test_an_introduction_is_recognised(line: str) -> None:
    assert read_introduction(line)


@pytest.mark.parametrize("line", BY_LANGUAGE.values(), ids=BY_LANGUAGE)
@pytest.mark.parametrize(
    "more", ["I want my money back. ", "Order 88 is late. ", "Yes! ", "Bitte stornieren, denn ", "Kündigung. "]
)
def test_a_line_that_says_more_is_none(line: str, more: str) -> None:
    assert read_introduction(more + line) is None


@pytest.mark.parametrize("line", SENTENCES)
def test_what_somebody_wrote_is_none(line: str) -> None:
    assert read_introduction(line) is None


@pytest.mark.parametrize("line", [line for line in BY_LANGUAGE.values() if line.count(" ") > 6])
def test_an_introduction_may_stand_in_up_to_four_lines(line: str) -> None:
    words = line.split(" ")
    for count in (2, 3, 4):
        size = -(-len(words) // count)
        lines = [" ".join(words[at : at + size]) for at in range(0, len(words), size)]
        found = introduction_ending(["Thank you.", "", *lines], len(lines) + 1)
        assert found is not None
        assert found.end == len(lines) + 2


@pytest.mark.parametrize("above", ["Kim", "Monday", "On Friday", "At 10:00", "Thanks, Kim", "A", "Die Rechnung 88"])
def test_the_line_above_is_not_taken_along(above: str) -> None:
    found = introduction_ending([above, FULL], 1)
    assert found is not None
    assert found.start == 1


def test_without_a_colon_only_above_quoted_lines() -> None:
    line = "2024/6/23 Wheelhouse <help@wheelhouse.example>"
    assert introduction_ending([line], 0, is_quoted=True)
    assert introduction_ending([line], 0) is None


@pytest.mark.parametrize(
    ("line", "certain"),
    [
        (FULL, True),
        ("On 23 Jun 2024, at 21:08, Kim Doe wrote:", True),
        ("---- Kim Doe wrote ----", True),
        ("On 6 May 2026 Kim Doe wrote:", False),
    ],
)
def test_only_programs_give_an_hour_or_an_address(line: str, certain: bool) -> None:
    said = read_introduction(line)
    assert said is not None
    assert said.is_certain is certain


def test_marks_of_direction_change_nothing() -> None:
    assert read_introduction("\u200eOn\u200e Sun, Jun\u00a023, 2024 at 9:08\u202fPM Help <h@w.example> wrote:\u200f")


@pytest.mark.parametrize("piece", ["On ", "1", "a@", "<", "--", "wrote ", '"', "(", "年", "a.", "\ue002", " "])
def test_no_line_takes_long(piece: str) -> None:
    line = (piece * MAX_CHARACTERS)[: MAX_CHARACTERS - 1] + ":"
    assert read_introduction(line) is None
    assert read_introduction(line * 1000) is None


@given(st.text(max_size=200))
def test_any_line_is_read(text: str) -> None:
    assert read_introduction(text) is None or any(letter.isalnum() for letter in text)
