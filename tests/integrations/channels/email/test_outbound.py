"""Our mails: they thread, they say that they are automatic, and no value adds a header."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.conversation.messages import Author
from domain.errors import InvalidInputError
from integrations.channels.base import OutboundFile, OutboundMessage
from integrations.channels.email.headers import header, message_ids
from integrations.channels.email.outbound import Sending, compose
from integrations.channels.email.threading import MailAddress, thread_key

OWN = "support@techflow.example"
KEY = thread_key("<first@customer.example>", "erika@customer.example")
AT = datetime(2025, 11, 3, 12, tzinfo=UTC)
ADDRESS = MailAddress(
    to="erika@customer.example", subject="Order 7", thread=KEY, references=("<first@customer.example>",)
)
NAMES = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
]


def message(text: str = "It is on its way.", author: Author = Author.AI_AGENT) -> OutboundMessage:
    return OutboundMessage(
        idempotency_key="k1", conversation_id="cv_0123456789", author=author, kind="reply", text=text
    )


def sent(
    address: MailAddress = ADDRESS, text: str = "Hi", author: Author = Author.AI_AGENT, **looks: object
) -> Message:
    sending = Sending.model_validate({"own": OWN, **looks})
    return message_from_bytes(compose(message(text, author), address, sending, AT).as_bytes())


def test_a_reply_threads_and_tells_that_it_is_automatic() -> None:
    mail = sent()
    assert mail.keys() == NAMES
    assert header(mail, "Subject") == "Re: Order 7"
    assert message_ids(mail, "In-Reply-To") == message_ids(mail, "References") == ["<first@customer.example>"]
    assert header(mail, "Auto-Submitted") == "auto-replied"


def test_a_persons_reply_is_not_automatic() -> None:
    mail = sent(author=Author.HUMAN_AGENT)
    assert not {"Auto-Submitted", "X-Auto-Response-Suppress"} & set(mail.keys())


def test_each_attempt_is_the_same_mail() -> None:
    first = compose(message(), ADDRESS, Sending(own=OWN), AT).as_bytes()
    assert compose(message(), ADDRESS, Sending(own=OWN), AT).as_bytes() == first


def test_tokens_are_added_where_they_are_asked_for() -> None:
    mail = sent(plus_address=True, subject_token=True, name="Tech, Flöw")
    assert header(mail, "Subject") == f"Re: Order 7 [#{KEY}]"
    assert header(mail, "Reply-To") == f"Tech, Flöw <support+{KEY}@techflow.example>"
    assert header(mail, "From") == f"Tech, Flöw <{OWN}>"


def test_long_ids_stay_as_they_are_and_no_line_is_too_long() -> None:
    ids = tuple(f"<{'A1b2' * 20}{number}@prod.outlook.example>" for number in range(19))
    mail = compose(message(), ADDRESS.model_copy(update={"references": ids}), Sending(own=OWN), AT).as_bytes()
    assert message_ids(message_from_bytes(mail), "References") == list(ids)
    assert message_ids(message_from_bytes(mail), "In-Reply-To") == [ids[-1]]
    assert max(map(len, mail.split(b"\r\n"))) <= 998
    assert mail.replace(b"\r\n", b"").count(b"\n") == 0


@pytest.mark.parametrize("text", ["Grüße\n\n.\nFrom here", "x" * 3000, "ä" * 500, "a\r\nb", "tail \n-- \n"])
def test_any_text_arrives(text: str) -> None:
    payload = sent(text=text).get_payload(decode=True)
    assert isinstance(payload, bytes)
    assert payload.decode().replace("\r\n", "\n") == text.replace("\r\n", "\n")


@given(
    subject=st.text(max_size=120),
    name=st.text(max_size=40),
    reference=st.text(max_size=60),
    text=st.text(st.characters(exclude_categories=["Cs"]), max_size=100),
)
def test_no_value_adds_a_header(subject: str, name: str, reference: str, text: str) -> None:
    address = ADDRESS.model_copy(update={"subject": subject, "references": (reference, "<a@b>")})
    raw = compose(message(text), address, Sending(own=OWN, name=name), AT).as_bytes()
    assert message_from_bytes(raw).keys() == NAMES
    assert message_from_bytes(raw, policy=default)["From"].addresses[0].addr_spec == OWN
    assert raw.partition(b"\r\n\r\n")[0].isascii()


@pytest.mark.parametrize(
    "subject", ["x\r\nBcc: all@evil.example", "x\nBcc: y", "x\r\n\r\nbody", "x\x0bBcc: y", "x\u2028Bcc: y"]
)
def test_a_line_break_in_a_subject_breaks_nothing(subject: str) -> None:
    assert sent(ADDRESS.model_copy(update={"subject": subject})).keys() == NAMES


def test_an_international_domain_is_encoded() -> None:
    assert header(sent(ADDRESS.model_copy(update={"to": "erika@büro.example"})), "To") == "erika@xn--bro-hoa.example"


def test_a_name_that_servers_do_not_take_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="letters"):
        sent(ADDRESS.model_copy(update={"to": "jürgen@customer.example"}))


def test_files_go_along() -> None:
    files = (
        OutboundFile(name="Rechnung für\r\nBcc: x.pdf", media_type="application/pdf", content=b"%PDF-1.7"),
        OutboundFile(name="list.csv", media_type="text/csv", content="Räder\n".encode()),
    )
    composed = compose(message("Grüße").model_copy(update={"files": files}), ADDRESS, Sending(own=OWN), AT)
    mail = message_from_bytes(composed.as_bytes(), policy=default)
    assert "Bcc" not in mail
    text, *attached = mail.iter_parts()
    assert text.get_content().strip() == "Grüße"
    assert [(one.get_filename(), one.get_content_type()) for one in attached] == [
        ("Rechnung für Bcc: x.pdf", "application/pdf"),
        ("list.csv", "text/csv"),
    ]
    assert [one.get_payload(decode=True) for one in attached] == [file.content for file in files]
