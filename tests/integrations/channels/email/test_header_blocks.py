"""Blocks of headers above a quotation, in the languages of mail programs."""

import pytest

from integrations.channels.email.header_blocks import is_fence, is_header_block, is_original_line

LABELS = {
    "en": ("From", "Sent", "To", "Subject"),
    "de": ("Von", "Gesendet", "An", "Betreff"),
    "nl": ("Van", "Verzonden", "Aan", "Onderwerp"),
    "fr": ("De ", "Envoyé ", "À ", "Objet "),
    "es": ("De", "Enviado el", "Para", "Asunto"),
    "pt": ("De", "Enviada em", "Para", "Assunto"),
    "it": ("Da", "Inviato", "A", "Oggetto"),
    "sv": ("Från", "Skickat", "Till", "Ämne"),
    "no": ("Fra", "Sendt", "Til", "Emne"),
    "da": ("Fra", "Sendt", "Til", "Emne"),
    "fi": ("Lähettäjä", "Lähetetty", "Vastaanottaja", "Aihe"),
    "is": ("Frá", "Sent", "Til", "Efni"),
    "pl": ("Od", "Wysłano", "Do", "Temat"),
    "cs": ("Od", "Odesláno", "Komu", "Předmět"),
    "sk": ("Od", "Odoslané", "Komu", "Predmet"),
    "hu": ("Feladó", "Elküldve", "Címzett", "Tárgy"),
    "ro": ("De la", "Trimis", "Către", "Subiect"),
    "el": ("Από", "Στάλθηκε", "Προς", "Θέμα"),
    "ru": ("От", "Отправлено", "Кому", "Тема"),
    "uk": ("Від", "Надіслано", "Кому", "Тема"),
    "tr": ("Kimden", "Gönderildi", "Kime", "Konu"),
    "ja": ("差出人", "送信日時", "宛先", "件名"),
    "ko": ("보낸 사람", "보낸 날짜", "받는 사람", "제목"),
    "zh": ("发件人", "发送时间", "收件人", "主题"),
    "zh-TW": ("寄件者", "寄件日期", "收件者", "主旨"),
}
VALUES = ("Help <help@wheelhouse.example>", "23.06.2024 21:08", "Kim", "Lamp")
ORDERS = ((0, 1, 2, 3), (1, 0, 2, 3), (1, 3, 0, 2))


def block(labels: tuple[str, ...], order: tuple[int, ...] = ORDERS[0], form: str = "{}: {}") -> list[str]:
    return [form.format(labels[at], VALUES[at]) for at in order]


@pytest.mark.parametrize("labels", LABELS.values(), ids=LABELS)
@pytest.mark.parametrize("order", ORDERS, ids=["Outlook", "GMX", "Hotmail"])
def test_a_block_is_recognised_in_any_order(labels: tuple[str, ...], order: tuple[int, ...]) -> None:
    assert is_header_block([*block(labels, order), "", "Hello"], 0)


@pytest.mark.parametrize("form", ["*{}:* {}", "**{}:** {}", "  {} : {}", "> {}: {}", "{}：{}", "{}:\u200e {}\u200e"])
def test_a_block_is_recognised_in_any_form(form: str) -> None:
    assert is_header_block(block(LABELS["en"], form=form), 0)


@pytest.mark.parametrize(
    "lines",
    [
        [
            "From: help@w.example",
            "Reply-To: a@w.example",
            "Date: Sunday",
            "To: Kim",
            "Cc: b@w.example",
            "Subject: Lamp",
        ],
        ["From: Help [mailto:", "help@w.example]", "Sent: Sunday 21:08", "To: Kim", "Subject: Lamp"],
        ["От: Help", "Отправлено: 23 июня 2024 г. 21:08", "Кому: Kim"],
        ["From: help@w.example", "Date: Sun, 23 Jun 2024 21:08", "To: kim@w.example"],
    ],
)
def test_other_blocks_of_mail(lines: list[str]) -> None:
    assert is_header_block([*lines, "", "Hello"], 0)


@pytest.mark.parametrize(
    "lines",
    [
        ["From: Berlin", "To: Paris", "Date: 5 May"],
        ["From: Berlin", "To: Paris", "Date: 5 May 2026 10:30"],
        ["Date: Wednesday 3 October", "Time: 7:00", "Address: 130 Mill Lane"],
        ["Subject: my lamp", "To: you", "", "From: me", "Date: today"],
        ["Cc: a@w.example", "From: a@w.example", "Date: 21:08", "Subject: Lamp"],
        ["Price: 20", "From: shop", "Date: today"],
    ],
)
def test_what_is_no_block_of_a_mail(lines: list[str]) -> None:
    assert not is_header_block(lines, 0)


@pytest.mark.parametrize(
    "line",
    [
        "-----Original Message-----",
        "-------- Ursprüngliche Nachricht --------",
        "-----Oorspronkelijk bericht-----",
        "*-------- Messaggio originale --------*",
        "---------- 원본 메시지 ----------",
        "------------------ 原始邮件 ------------------",
        "-----Eredeti üzenet-----",
        "> -----Původní zpráva-----",
    ],
)
def test_a_line_that_says_what_follows_is_the_original(line: str) -> None:
    assert is_original_line(line)


@pytest.mark.parametrize("line", ["Original Message", "---- my own words ----", "-----", "--Original", ""])
def test_a_line_that_does_not(line: str) -> None:
    assert not is_original_line(line)


def test_words_between_dashes_are_a_fence() -> None:
    assert is_fence("---------- Továbbított üzenet ---------")
    assert not is_fence("----------")


@pytest.mark.parametrize("piece", ["-", "_", "* ", "From", ":", "a:", " ", ">"])
def test_no_line_takes_long(piece: str) -> None:
    assert not is_header_block([piece * 50_000] * 3, 0)
    assert not is_original_line(piece * 50_000)
