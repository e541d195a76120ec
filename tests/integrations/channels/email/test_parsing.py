"""What is in a mail: texts of every kind, and files."""

import base64
from email import message_from_bytes
from email.message import EmailMessage, Message

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.conversation.messages import MAX_MESSAGE_CHARACTERS
from integrations.channels.email.parsing import MAX_FILES, Contents, UnreadableMailError, contents, fitted, html_text
from integrations.channels.email.replies import Remainder, new_text
from tests.integrations.channels.email.test_secured import in_pieces

MOST = 1000


def read(mail: Message | str, *, is_cut: bool = False) -> Contents:
    raw = mail.encode() if isinstance(mail, str) else mail.as_bytes()
    return contents(message_from_bytes(raw), MOST, is_cut=is_cut)


def written(text: str = "Hello", html: str = "") -> EmailMessage:
    mail = EmailMessage()
    mail.set_content(text)
    if html:
        mail.add_alternative(html, subtype="html")
    return mail


def test_plain_text_is_taken_before_html() -> None:
    assert read(written("Hello *you*", "<p>Hello <b>you</b></p>")).text == "Hello *you*"


def test_html_is_taken_where_the_plain_text_says_little() -> None:
    html = "<p>Where is my order? It was to come on Monday.</p>"
    assert read(written("See HTML", html)).text == "Where is my order? It was to come on Monday."


def test_inline_images_and_attachments_are_files() -> None:
    mail = written("Look", '<p>Look <img src="cid:a"></p>')
    html = mail.get_payload()[1]  # type: ignore[index]
    assert isinstance(html, EmailMessage)
    html.add_related(b"png", "image", "png", cid="<a>")
    mail.add_attachment(b"pdf", maintype="application", subtype="pdf", filename="../Größe.pdf")
    found = read(mail)
    assert found.text == "Look"
    assert [(file.name, file.media_type, file.content) for file in found.files] == [
        ("file.png", "image/png", b"png"),
        ("Größe.pdf", "application/pdf", b"pdf"),
    ]


def test_images_that_stand_in_the_html_are_files() -> None:
    images = '<img src="data:image/png;base64,iVBO\nRw0="><img src="data:image/png;base64,x"><img src="data:,x">'
    found = read(f"Content-Type: text/html\n\n<p>See {images} there</p>")
    assert found.text == "See there"
    assert [(file.name, file.media_type, file.content) for file in found.files] == [
        ("image-1.png", "image/png", b"\x89PNG\r")
    ]


def test_texts_around_an_image_are_joined() -> None:
    mail = EmailMessage()
    mail.set_content("Above")
    mail.make_mixed()
    mail.add_attachment(b"png", maintype="image", subtype="png", disposition="inline")
    below = EmailMessage()
    below.set_content("Below")
    mail.attach(below)
    assert read(mail).text == "Above\n\nBelow"


def test_a_forwarded_mail_is_a_file() -> None:
    mail = written("See the mail")
    mail.add_attachment(written("Inner"))
    found = read(mail)
    assert (found.text, found.files[0].name, found.files[0].media_type) == (
        "See the mail",
        "mail.eml",
        "message/rfc822",
    )
    assert b"Inner" in found.files[0].content


def test_a_signed_mail_is_read_and_an_encrypted_one_is_not() -> None:
    signed = (
        'Content-Type: multipart/signed; boundary="b"\n\n--b\n\nSigned text\n'
        "--b\nContent-Type: application/pgp-signature; name=s.asc\n\nxx\n--b--\n"
    )
    found = read(signed)
    assert (found.text, found.files) == ("Signed text", ())
    with pytest.raises(UnreadableMailError, match="encrypted"):
        read('Content-Type: multipart/encrypted; boundary="b"\n\n--b\n\nx\n--b--\n')
    with pytest.raises(UnreadableMailError, match="S/MIME"):
        read("Content-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nMII=")


OPAQUE = base64.b64encode(in_pieces(b"Content-Type: text/plain\r\n\r\nSigned text\r\n")).decode()


@pytest.mark.parametrize(
    "kind",
    [
        "application/pkcs7-mime; smime-type=signed-data; name=smime.p7m",
        "application/x-pkcs7-mime",
        "application/octet-stream; name=smime.p7m",
    ],
)
def test_an_opaquely_signed_mail_is_read(kind: str) -> None:
    found = read(f"Content-Type: {kind}\nContent-Transfer-Encoding: base64\n\n{OPAQUE}\n")
    assert (found.text.strip(), found.files) == ("Signed text", ())


def test_a_clearly_signed_text_is_read_without_its_armor() -> None:
    text = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nHi\n-----BEGIN PGP SIGNATURE-----\n\nab\n"
    assert read(f"Content-Type: text/plain\n\n{text}-----END PGP SIGNATURE-----\n").text.strip() == "Hi"


ARMOR = "-----BEGIN PGP MESSAGE-----\n\nhQEM\n=abcd\n-----END PGP MESSAGE-----\n"


@pytest.mark.parametrize(
    ("mail", "reason"),
    [
        (f"Content-Type: text/plain\n\n{ARMOR}", "encrypted with PGP"),
        (
            'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary="b"\n\n'
            "--b\n\nx\n--b--\n",
            "encrypted with PGP",
        ),
        (
            'Content-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: text/plain\n\n\n'
            "--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--b--\n",
            "encrypted with PGP",
        ),
        ("Content-Type: application/pkcs7-mime; smime-type=signed-data\n\nno", "damaged"),
    ],
)
def test_a_mail_that_cannot_be_opened_says_why(mail: str, reason: str) -> None:
    with pytest.raises(UnreadableMailError, match=reason):
        read(mail)


def test_words_beside_an_encrypted_part_are_read() -> None:
    assert "Can you open this?" in read(f"Content-Type: text/plain\n\nCan you open this?\n{ARMOR}").text


@pytest.mark.parametrize("kind", ["application/ms-tnef", "application/octet-stream"])
def test_a_mail_that_is_winmail_alone_says_so(kind: str) -> None:
    part = f"Content-Type: {kind}; name=winmail.dat\nContent-Transfer-Encoding: base64\n\neJ8+\n"
    alone = read(part)
    assert (alone.text, [file.name for file in alone.files]) == ("", ["winmail.dat"])
    assert "only Outlook opens" in alone.notes[0]
    beside = read(f'Content-Type: multipart/mixed; boundary="b"\n\n--b\n\nHello\n--b\n{part}--b--\n')
    assert (beside.text, beside.notes) == ("Hello", ())


HOTMAIL = (
    "<div>B, please.<br></div><hr>Date: Mon, 3 Nov 2025 09:12:00 +0100<br>Subject: Lamp<br>From: h@w.example<br>"
    "To: k@c.example<br><br>A or B?"
)
WINDOWS_MAIL = (
    "<div>B, please.</div><div style='border-top:1px solid'><b>От:</b> Help<br><b>Отправлено:</b> "
    "\u200eпонедельник\u200e, 3 ноября 2025 г. \u200e09\u200e:\u200e12<br><b>Кому:</b> Kim</div><div>A or B?</div>"
)


@pytest.mark.parametrize("html", [HOTMAIL, WINDOWS_MAIL], ids=["Hotmail", "Windows Mail"])
def test_of_an_html_reply_the_quotation_is_recognised(html: str) -> None:
    assert new_text(html_text(html), is_reply=True) == Remainder("B, please.", is_guess=True)


def test_a_cited_blockquote_in_the_middle_of_html_stays() -> None:
    html = "<p>Hello</p><p>On 3 March 2026 Jo Smith wrote:</p><blockquote>20% off</blockquote><p>Is that so?</p>"
    assert "20% off" in new_text(html_text(html), is_reply=True).text


def test_too_large_and_too_many_files_are_named() -> None:
    mail = written("Files")
    mail.add_attachment(b"x" * (MOST + 1), maintype="application", subtype="zip", filename="large.zip")
    for number in range(MAX_FILES + 1):
        mail.add_attachment(b"x", maintype="image", subtype="png", filename=f"{number}.png")
    found = read(mail)
    assert len(found.files) == MAX_FILES
    assert [note for note in found.notes if "large.zip" in note]
    assert [note for note in found.notes if f"{MAX_FILES}.png" in note]


def test_of_a_mail_that_is_cut_the_last_file_is_named() -> None:
    mail = written("Files")
    mail.add_attachment(b"abc" * 50, maintype="application", subtype="zip", filename="cut.zip")
    found = contents(message_from_bytes(mail.as_bytes()[:-30]), MOST, is_cut=True)
    assert (found.text, found.files) == ("Files", ())
    assert [("cut.zip" in note, "too large" in note) for note in found.notes] == [(True, True), (False, True)]


@pytest.mark.parametrize(
    ("mail", "text"),
    [
        ("Content-Type: multipart/mixed\n\nNo boundary", "No boundary"),
        ('Content-Type: multipart/mixed; boundary="b"\n\nNever begins', "Never begins"),
        ("Content-Type: nonsense\n\nHi", "Hi"),
        ("Content-Type: text/plain; charset=no-such\n\nGrüße", "Grüße"),
        ("Content-Type: text/plain; charset*=x''utf-8%00\n\nHi", "Hi"),
        ("Content-Transfer-Encoding: base64\n\nSGk", "Hi"),
        ("Content-Transfer-Encoding: base64\n\n!!!not base64", "!!!not base64"),
        ("Content-Transfer-Encoding: quoted-printable\n\nGr=C3=BC=ZZ", "Grü=ZZ"),
        ("Content-Transfer-Encoding: x-unknown\n\nHi", "Hi"),
        ("Content-Type: text/html\n\n", ""),
        ("Content-Type: text/html\n\n<!-- -->", ""),
        ("no header at all", "no header at all"),
    ],
)
def test_mails_that_keep_to_no_rule(mail: str, text: str) -> None:
    assert read(mail).text.strip() == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two<br>Three</p>", "One\n\nTwo\nThree"),
        ("<style>p {}</style><script>x</script>Hi<!-- not -->", "Hi"),
        ("<ul><li>a</li><li>b</li></ul>", "  * a\n  * b"),
        ("Hi&nbsp;you &amp; me &#228;", "Hi you & me ä"),
        (
            "New<blockquote type=cite>Old<br>older<blockquote>oldest</blockquote></blockquote>",
            "New\n> Old\n> older\n>> oldest",
        ),
        ("A<blockquote>Q</blockquote>B", "A\n> Q\nB"),
        ("A</blockquote>B", "A\nB"),
        ("\ue000A\ue001", "A"),
        ("<p>unclosed <b>bold", "unclosed bold"),
    ],
)
def test_html_as_text(html: str, text: str) -> None:
    lines = [line.rstrip() for line in html_text(html).split("\n") if line.strip() or "\n\n" in text]
    assert "\n".join(lines).strip("\n") == text


def test_html_that_is_nested_very_deeply_is_text_too() -> None:
    assert "deep" in html_text("<div>" * 20_000 + "deep" + "</div>" * 20_000)


@pytest.mark.parametrize("piece", ["<!--", "<style ", "<STYLE>İ</Style>", "<blockquote", "<", "&"])
def test_no_html_takes_long(piece: str) -> None:
    deep = "<div>" * 300 + "deep " * 300
    assert "deep" in html_text(deep + piece * 50_000)


@given(st.text(max_size=300))
def test_any_html_is_some_text(html: str) -> None:
    assert isinstance(html_text(html), str)


@given(words=st.lists(st.text("abcäö?", min_size=1, max_size=8), min_size=1, max_size=20))
def test_no_word_of_html_is_lost(words: list[str]) -> None:
    html = "".join(f"<div><blockquote>{word}</blockquote><p>{word}</p></div>" for word in words)
    assert html_text(html).replace(">", " ").split() == [word for word in words for _ in range(2)]


@given(text=st.text(max_size=50), times=st.integers(1, 2000), notes=st.lists(st.text(max_size=400), max_size=30))
def test_a_text_with_its_notes_fits_into_a_message(text: str, times: int, notes: list[str]) -> None:
    assert len(fitted(text * times, tuple(notes))) <= MAX_MESSAGE_CHARACTERS
