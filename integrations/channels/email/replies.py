"""What is new in a reply: the text without what it quotes and without a signature.

Losing what a customer wrote is worse than reading a quotation twice, so a rule removes only what is certain:

- only a mail that answers one quotes: an introduction ("On … wrote:") and lines that begin with ">", or a block of
  headers as Outlook writes it (From, Sent, To, Subject) and all that follows;
- a quotation between answers stays, since the answers mean nothing without it;
- forwarded text stays; so does everything under a text that says "see below";
- a signature stands under "-- ", is short, and asks nothing; the line of a phone's program is one too. Under "--",
  which divides paragraphs as well, it is a guess;
- what would leave nothing is not done.
"""

import re
from itertools import takewhile
from typing import NamedTuple

MOST_INTRODUCTION_LINES = 4
MOST_INTRODUCTION_CHARACTERS = 400
MOST_SIGNATURE_LINES = 8
MOST_SIGNATURE_CHARACTERS = 600

_OPENING = (
    r"On|Am|Le|El|Il|In data|Op|Em|A|W dniu|Dnia|Den|Dne|På|Kl|Pada|Vào|În|La|Το|Στις|Dňa|Dana|"
    r"V|U|Data|Datum|Date"
)
_VERB = (
    r"wrote|writes|schrieb|geschrieben|a écrit|écrit|escribió|ha scritto|scritto|schreef|geschreven|"
    r"escreveu|napisał\(a\)|napisała|napisał|pisze|skrev|skreiv|kirjoitti|napsal\(a\)|napsala|napsal|napísal|"
    r"написал\(а\)|написала|написал|пише|пишет|yazdı|a scris|írta|έγραψε|menulis|viết|写道|寫道|"
    r"さんは書きました|작성"
)
_OPENS = re.compile(rf"(?:{_OPENING})\b", re.IGNORECASE)
_SAYS = re.compile(rf"(?:{_VERB})", re.IGNORECASE)
_NAMED_LAST = re.compile(r"<[^<>\s]{1,200}@[^<>\s]{1,200}>.{0,40}$")
_FROM_LINE = re.compile(
    r"[*\s]*(?:From|Von|De|Da|Van|Från|Fra|Od|От|Lähettäjä|Kimden|发件人|寄件者|差出人|보낸 사람)[*]?\s?[*]?[:\uff1a]"
)
_DATE_LINE = re.compile(
    r"[*\s]*(?:Sent|Date|Gesendet|Datum|Envoyé|Enviado(?: el)?|Fecha|Inviato|Data|Verzonden|Skickat|Sendt|Wysłano|"
    r"Odesláno|Отправлено|Дата|Lähetetty|Gönderilme|发送时间|日期|送信日時|날짜)[*]?\s?[*]?[:\uff1a]"
)
_SUBJECT_LINE = re.compile(
    r"[*\s]*(?:Subject|Betreff|Objet|Asunto|Oggetto|Onderwerp|Assunto|Ämne|Emne|Temat|Předmět|Тема|Aihe|Konu|"
    r"主题|主旨|件名|제목)[*]?\s?[*]?[:\uff1a]"
)
_ORIGINAL = re.compile(
    r"[-_ ]{2,}(?:Original Message|Ursprüngliche Nachricht|Originalnachricht|Message d'origine|Mensaje original|"
    r"Messaggio originale|Oorspronkelijk bericht|Mensagem original|Originalmeddelande|Oprindelig meddelelse|"
    r"Wiadomość oryginalna|Исходное сообщение|原始邮件)[-_ ]{2,}",
    re.IGNORECASE,
)
_RULE = re.compile(r"\s*(?:[_-]\s?){10,}\s*")
_FORWARDED = re.compile(
    r"(?m)^\s*(?:-{2,} ?Forwarded message ?-{2,}|Begin forwarded message:|-{2,} ?Weitergeleitete Nachricht ?-{2,}|"
    r"Anfang der weitergeleiteten Nachricht:|-{2,} ?Message transféré ?-{2,})",
    re.IGNORECASE,
)
_FORWARDING = re.compile(r"\s*(?:fwd?|wg|tr|rv|enc|i|vs|doorst|vb|pd)\s*:", re.IGNORECASE)
_BELOW = re.compile(
    r"\b(?:below|beneath|inline|in-line|in (?:red|blue|green|bold|colou?r)|between the lines|unten|darunter|im text|"
    r"in (?:rot|blau|grün|fett)|ci-dessous|en (?:rouge|bleu|vert|gras)|abajo|más abajo|en (?:rojo|azul|verde)|"
    r"di seguito|sotto|in rosso|hieronder|onderstaand\w*|abaixo|nedan|nedenfor|poniżej|ниже|níže)\b",
    re.IGNORECASE,
)
_A_DEVICE = (
    r"[\w ]{0,20}(?i:i?phone|i?pad|ipod|android|galaxy|samsung|huawei|xiaomi|redmi|oneplus|pixel|nokia|blackberry|"
    r"xperia|motorola|mobile?|mobiel|mobiltelefon|móvil|celular|telemóvel|portable|handy|tablet|device|gerät|verizon)"
    r"[\w ]{0,20}"
)
_DEVICE = re.compile(
    rf"(?:Sent from my {_A_DEVICE}|Sent from (?:Mail for Windows|Outlook for \w+|Yahoo Mail[\w ]{0, 20})|"
    rf"Get Outlook for (?:iOS|Android)[ <>\w:/.]{{0,60}}|Von meinem {_A_DEVICE} gesendet|"
    r"Gesendet von \w*[Mm]ail\w*[\w ]{0,30}|"
    rf"Envoyé de mon {_A_DEVICE}|Enviado desde mi {_A_DEVICE}|Inviato da \w*iPhone|Verzonden vanaf mijn {_A_DEVICE}|"
    rf"Enviado do meu {_A_DEVICE})\.?"
)
_AFTERTHOUGHT = re.compile(r"[?\uff1f¿]|\bP\.? ?P?\.?S\b", re.IGNORECASE)


class Remainder(NamedTuple):
    """What is new. `is_guess`: the removed text was not marked, line by line as quoted or clearly as a signature."""

    text: str
    is_guess: bool = False


class _Quotation(NamedTuple):
    """Lines from `start` up to, not including, `end`."""

    start: int
    end: int
    is_guess: bool = False


def new_text(text: str, *, is_reply: bool, subject: str = "") -> Remainder:
    """The new part of a text with lines ended by \\n; `is_reply` as the mail's headers say."""
    lines = text.split("\n")
    quotation = None
    if is_reply and not (_FORWARDED.search(text) or _FORWARDING.match(subject)):
        quotation = _marked_quotation(lines) or _header_block(lines)
    if quotation and _BELOW.search("\n".join(lines[: quotation.start])) and not _has_text(lines[quotation.end :]):
        quotation = None
    without = lines[: quotation.start] + lines[quotation.end :] if quotation else lines
    if not _has_text(without):
        without, quotation = lines, None
    signed = _signature(without)
    is_guess = bool(quotation and quotation.is_guess) or without[signed : signed + 1] == ["--"]
    return Remainder("\n".join(without[:signed]).strip(), is_guess)


def _marked_quotation(lines: list[str]) -> _Quotation | None:
    """The one quotation that is introduced; None if there is none, or several, between which answers stand."""
    quoted = (at for at, line in enumerate(lines) if _is_quoted(line))
    found = ((at, _introduction(lines, at)) for at in quoted)
    first, start = next(((at, start) for at, start in found if start is not None), (0, None))
    end = next((at for at in range(first, len(lines)) if lines[at].strip() and not _is_quoted(lines[at])), len(lines))
    if start is None or any(_is_quoted(line) for line in lines[end:]):
        return None
    return _Quotation(start, end)


def _introduction(lines: list[str], quoted: int) -> int | None:
    """Where the introduction begins that ends right above a quoted line: one line, or a short paragraph of its own.

    Apple's programs quote the introduction itself.
    """
    if _begins_with_introduction(lines, quoted):
        return quoted
    last = quoted - 1
    while last >= 0 and not lines[last].strip():
        last -= 1
    if last >= 0 and _is_introduction(lines[last].strip()):
        return last
    first = max(last - MOST_INTRODUCTION_LINES, -1) + 1
    start = next((at for at in range(last, first - 1, -1) if at == 0 or not lines[at - 1].strip()), None)
    joined = " ".join(line.strip() for line in lines[start : last + 1]) if start is not None else ""
    is_one = _OPENS.match(joined) and not any(_is_quoted(line) for line in lines[start : last + 1])
    return start if is_one and _is_introduction(joined) else None


def _begins_with_introduction(lines: list[str], quoted: int) -> bool:
    """Whether that is the first quoted line, and its paragraph begins with an introduction."""
    if quoted and _is_quoted(lines[quoted - 1]):
        return False
    near = takewhile(_is_quoted, lines[quoted : quoted + MOST_INTRODUCTION_LINES])
    said = list(takewhile(bool, (line.lstrip("> ").rstrip() for line in near)))
    return any(_is_introduction(" ".join(said[:count])) for count in range(1, len(said) + 1))


def _is_introduction(line: str) -> bool:
    is_candidate = line[-1:] in {":", "\uff1a"} and len(line) <= MOST_INTRODUCTION_CHARACTERS and not _is_quoted(line)
    if not is_candidate or not any(letter.isdigit() for letter in line):
        return False
    opened = _OPENS.match(line) or line[0].isdigit()
    return bool((opened and _SAYS.search(line)) or _NAMED_LAST.search(line) or _SAYS.search(line[-40:]))


def _header_block(lines: list[str]) -> _Quotation | None:
    """From a block of headers to the end, with the rule above it."""
    for at, line in enumerate(lines):
        below = list(takewhile(str.strip, lines[at + 1 : at + 9]))
        begins = _FROM_LINE.match(line) and any(map(_DATE_LINE.match, below)) and any(map(_SUBJECT_LINE.match, below))
        if begins or _ORIGINAL.fullmatch(line.strip()):
            start = at
            while start and (not lines[start - 1].strip() or _RULE.fullmatch(lines[start - 1])):
                start -= 1
            return _Quotation(start, len(lines), is_guess=True)
    return None


def _signature(lines: list[str]) -> int:
    """Where the signature begins; behind the last line where there is none."""
    delimiter = next((at for at in range(len(lines) - 1, -1, -1) if lines[at].rstrip() == "--"), None)
    if (
        delimiter is not None
        and _has_text(lines[:delimiter])
        and _is_signature(lines[delimiter], lines[delimiter + 1 :])
    ):
        return delimiter
    last = next((at for at in range(len(lines) - 1, -1, -1) if lines[at].strip()), 0)
    return last if _DEVICE.fullmatch(lines[last].strip()) and _has_text(lines[:last]) else len(lines)


def _is_signature(delimiter: str, below: list[str]) -> bool:
    """Up to eight lines below "-- " (RFC 3676, 4.3). "--" divides paragraphs too: below it four lines, no sentences."""
    filled = [line.strip() for line in below if line.strip()]
    text = "\n".join(filled)
    if _AFTERTHOUGHT.search(text) or len(text) > MOST_SIGNATURE_CHARACTERS:
        return False
    if delimiter == "-- ":
        return len(filled) <= MOST_SIGNATURE_LINES
    return len(filled) <= MOST_SIGNATURE_LINES // 2 and not any(line[-1] in ".!:,;" for line in filled)


def _is_quoted(line: str) -> bool:
    return line.startswith(">")


def _has_text(lines: list[str]) -> bool:
    return any(line.strip() for line in lines)
