"""The last line of a telephone's mail is recognised, and nothing else is."""

import pytest

from integrations.channels.email.phone_lines import MAX_CHARACTERS, is_phone_line

LINES = """
Sent from my iPhone|Sent from my iPad.|Sent from my Galaxy S24|Sent from my Samsung Galaxy smartphone.
Sent from Yahoo Mail on Android|Sent from Yahoo Mail for iPhone|Sent from Outlook for iOS|Get Outlook for iOS
Get Outlook for Android<https://aka.example/a>|Sent from Mail for Windows|Sent from my T-Mobile 4G LTE Device
Von meinem iPhone gesendet|Gesendet von meinem iPhone|Gesendet mit der GMX Mail App|Holen Sie sich Outlook für iOS
Gesendet von Outlook für Android|Verstuurd vanaf mijn iPhone|Verzonden vanaf mijn Galaxy|Download Outlook voor iOS
Envoyé de mon iPhone|Envoyé depuis mon téléphone Android|Télécharger Outlook pour Android
Envoyé à partir de Outlook pour iOS|Enviado desde mi iPhone|Enviado desde Yahoo Mail para Android
Obtener Outlook para iOS|Enviado do meu iPhone|Enviado do Yahoo Mail para iPhone|Obter o Outlook para iOS
Inviato da iPhone|Inviato dal mio dispositivo Samsung|Scarica Outlook per Android|Skickat från min iPhone
Skickat från Outlook för iOS|Hämta Outlook för Android|Sendt fra min iPhone|Hent Outlook til Android
Skaff deg Outlook for iOS|Lähetetty iPhonesta|Hanki Outlook for iOS|Sent úr iPhone-símanum mínum
Sækja Outlook fyrir iOS|Wysłane z iPhone'a|Wysłane z mojego telefonu Samsung Galaxy
Pobierz program Outlook dla systemu iOS|Odesláno z iPhonu|Odesláno z aplikace Outlook pro Android
Získat Outlook pro iOS|Odoslané z iPhonu|Získať Outlook pre iOS|Az iPhone-omról küldve
Az Outlook beszerzése iOS rendszerre|Trimis de pe iPhone-ul meu|Obțineți Outlook pentru iOS
Στάλθηκε από το iPhone μου|Λήψη του Outlook για iOS|Отправлено с iPhone|Отправлено из мобильной Яндекс Почты
Скачать Outlook для iOS|Надіслано з мого iPhone|Завантажити Outlook для iOS|iPhone'umdan gönderildi
iOS için Outlook'u edinin|iPhoneから送信|Outlook for iOS を入手|나의 iPhone에서 보냄|iOS용 Outlook 가져오기
发自我的iPhone|从我的iPhone发送|從我的 iPhone 傳送|获取 Outlook for iOS|Được gửi từ iPhone của tôi
Dikirim dari iPhone saya|Diese Nachricht wurde von meinem Android-Mobiltelefon mit K-9 Mail gesendet.
"""
PHONE_LINES = [line for row in LINES.strip().split("\n") for line in row.split("|")]


@pytest.mark.parametrize("line", PHONE_LINES)
def test_a_phones_line_is_recognised(line: str) -> None:
    assert is_phone_line(line)
    assert is_phone_line(f"  {line} ")


@pytest.mark.parametrize("line", PHONE_LINES)
@pytest.mark.parametrize("more", [" and it never came", ", refund me", "?", " 取消订单"])
def test_with_anything_else_in_it_it_is_the_customers(line: str, more: str) -> None:
    assert not is_phone_line(line.rstrip(".") + more)


@pytest.mark.parametrize(
    "line",
    [
        "Sent from my kitchen, where the iPhone does not ring.",
        "Sent from home",
        "I sent it from my iPhone",
        "My iPhone was sent back",
        "Please get Outlook working",
        "Get me a new iPhone",
        "Download the app",
        "Get Android",
        "Get the Samsung Galaxy",
        "iPhone 15, sent back on 3 May",
        "Mein iPhone ist kaputt",
        "Von meinem iPhone geht es nicht",
        "Enviado iPhone 12 roto",
        "iPhoneから送信できません",
        "发自我的iPhone的邮件没有收到",
        "",
    ],
)
def test_what_a_customer_says_of_a_phone_stays(line: str) -> None:
    assert not is_phone_line(line)


@pytest.mark.parametrize("piece", ["Sent from ", "iPhone ", "a", "<", "http://", "."])
def test_no_line_takes_long(piece: str) -> None:
    assert not is_phone_line(piece * 10_000)
    assert isinstance(is_phone_line((piece * MAX_CHARACTERS)[:MAX_CHARACTERS]), bool)
