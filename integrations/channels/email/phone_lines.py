"""Last lines that a telephone's program adds: "Sent from my iPhone", "Von meinem Galaxy gesendet", "iPhoneから送信".

A line is one only if each of its words has a place there: words of sending, a device or a program, and what joins them.
"""

import re

from integrations.channels.email.program_phrases import LANGUAGES

MAX_CHARACTERS = 120
MAX_OTHER_WORDS = 3

DEVICES = (
    "iphone|ipad|ipod|apple watch|android|galaxy|samsung|huawei|honor|xiaomi|redmi|oneplus|pixel|nokia|blackberry|"
    "xperia|motorola|moto|htc|oppo|vivo|realme|lg|sony|lenovo|windows phone|lumia|smartphone|smart phone|tablet|"
    "mobiltelefon|mobiltelefonom|handy|telemóvel|celular|móvil|mobile phone|mobile device|mobile|cell phone|"
    "handheld|verizon|t-mobile|小米|华为|華為|三星"
)
PROGRAMS = (
    "outlook mobile|outlook|yahoo mail|yahoo|mail for windows 10|mail for windows|mail für windows|mail|correo|"
    "courrier|aol mail|aol|aol app|gmx mail|gmx|web.de mail|web.de|k-9 mail|protonmail|proton mail|gmail|bluemail|"
    "mail.ru|mymail|mobile mail|zoho mail|windows|ios|android|blackberry|hotmail|app|qq邮箱|qq|t-online|libero|orange|"
    "ziggo|kpn|freenet|poczty|пошти|почты|posta|poštu|pošta|e-posta|メール|메일|邮件|郵件|acompli|spark|mailbird|"
    "fairemail|boxer|blackberry work|tutanota|fastmail|icloud|microsoft"
)

_LINK = re.compile(r"[<(\[]{0,2}https?://[^\s<>()\[\]]{1,80}[>)\]]{0,2}", re.IGNORECASE)
_APP = re.compile("outlook", re.IGNORECASE)
_WORD = re.compile(r"\w[\w.]*")
_MODEL = re.compile(r"[A-Z][A-Za-z]{0,11}|\w{0,8}\d\w{0,4}|[A-Z]")
_ASIAN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_ALLOWED = re.compile(r"[\w\s.,'’()\[\]<>|*_+&-]+")


def is_phone_line(line: str) -> bool:
    """Whether a program wrote this line, and nobody else anything in it."""
    said = " ".join(_LINK.sub(" ", line.strip()[: 2 * MAX_CHARACTERS].replace("\xa0", " ")).split())
    if not 4 <= len(said) <= MAX_CHARACTERS or not _ALLOWED.fullmatch(said):
        return False
    sent, others, devices = _read(said, _SENT_FROM)
    if sent and devices and len(others) <= MAX_OTHER_WORDS and all(map(_MODEL.fullmatch, others)):
        return True
    recommended, others, devices = _read(said, _GET_APP)
    return bool(recommended and devices > 1 and not others and _APP.search(said))


def _read(said: str, around: re.Pattern[str]) -> tuple[int, list[str], int]:
    """How often the words around a device stand there, what else does, and how many devices and programs."""
    rest, times = around.subn(" ", said)
    rest, devices = _DEVICES.subn(" ", _ASIAN_FILLERS.sub(" ", rest))
    words = (word.strip(".") for word in _WORD.findall(rest))
    return times, [word for word in words if word.lower() not in _FILLERS], devices


def _alternatives(phrases: set[str], *, opens: str, closes: str) -> re.Pattern[str]:
    """The longest first. Where a script has no spaces a phrase may touch other words."""
    ordered = sorted(phrases - {""}, key=len, reverse=True)
    return re.compile(
        "|".join(re.escape(one) if _ASIAN.search(one) else f"{opens}{re.escape(one)}{closes}" for one in ordered),
        re.IGNORECASE,
    )


_EVERY_FILLER = {one for language in LANGUAGES.values() for one in language.fillers.split("|")} - {""}
_FILLERS = frozenset(word for one in _EVERY_FILLER for word in one.split()) | {""}
_ASIAN_FILLERS = _alternatives({one for one in _EVERY_FILLER if _ASIAN.search(one)} or {"\ue000"}, opens="", closes="")
_SENT_FROM = _alternatives(
    {one for language in LANGUAGES.values() for one in language.sent_from.split("|")},
    opens=r"(?<![^\W\d_])",
    closes=r"(?![^\W\d_])",
)
_GET_APP = _alternatives(
    {one for language in LANGUAGES.values() for one in language.get_app.split("|")},
    opens=r"(?<![^\W\d_])",
    closes=r"(?![^\W\d_])",
)
# Endings are glued to the name of a device in many languages: iPhonesta, iPhone'umdan, iPhone-omról.
_DEVICES = _alternatives(
    {*DEVICES.split("|"), *PROGRAMS.split("|"), "iphon"},
    opens=r"(?<![^\W\d_])",
    closes=r"(?:['’-][^\W\d_]{0,6}|(?<=phon)[^\W\d_]{1,6}|(?<=phone)[^\W\d_]{1,5})?(?![^\W\d_])",
)
