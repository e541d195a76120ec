"""Zendesk's own words about merged tickets: public comments in the name of whoever merged, which answer nobody.

They are written in the language of the account. In the ticket that goes on they name the other one twice, around its
subject, before its last comment; in the other one they are a single sentence.
"""

import re
from collections.abc import Mapping
from typing import Any

GOES_ON = re.compile(r"\A[^#\n]{0,30}#(\d+)\b[^#\n]*#\1\b[^#\n]{0,30}$", re.MULTILINE)
QUOTED = re.compile(r"[\"“„«「][^\n]*[\"”“»」]")
NUMBER = re.compile(r"#\d+")
MORE_SENTENCES = re.compile(r"[.!?。！？]\s*\S")
CLOSED = re.compile(
    r"closed|geschlossen|ferm[ée]|clôtur|clos|cerr|chius|fechad|encerrad|gesloten|lukke|stäng|zamkni|закры"
    r"|クローズ|終了|关闭|關閉|종료",
    re.IGNORECASE,
)
MERGED = re.compile(
    r"merged|zusammengeführt|fusion|combin|\bunit[ae]\b|mescla|samengevoegd|flette|sammanfog|slogs ihop|scalon|объедин"
    r"|統合|結合|合并|合併|병합",
    re.IGNORECASE,
)


def says_merged(text: str, via: Mapping[str, Any] | None) -> bool:
    """Whether a comment is such a notice: Zendesk marks it as one, or it is nothing but one."""
    source = (via or {}).get("source") or {}
    return source.get("rel") == "merge" or _reads_like_it(QUOTED.sub("", text, count=1).strip())


def _reads_like_it(text: str) -> bool:
    first_line = text.partition("\n")[0]
    is_said = CLOSED.search(first_line) and MERGED.search(first_line)
    is_one_sentence = NUMBER.search(text) and MORE_SENTENCES.search(text) is None
    return bool(is_said and (GOES_ON.match(text) or is_one_sentence))
