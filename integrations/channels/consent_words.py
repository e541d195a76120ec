"""Words by which a customer stops messages, or wants them again: those of phone networks, in several languages.

A message is such a word only as a whole. Case, accents, spaces and punctuation do not count ("Stop.", "opt-out",
"STOP ALL", "ARRÊT"); a question mark does, because "Stop?" asks something.
"""

import unicodedata
from typing import Literal

Consent = Literal["stop", "start"]

QUESTION_MARKS = frozenset("?？؟\N{GREEK QUESTION MARK}")


def folded(text: str) -> str:
    """Letters and digits alone, without case and accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if letter.isalnum()).casefold()


def _folded(words: str) -> frozenset[str]:
    return frozenset(folded(word) for word in words.split())


UNMISTAKABLE_STOP = _folded(
    # en, fr, de, nl, sv, no, da
    "stop stopall stopsms stoptxt stoptext unsubscribe unsubscribeall optout optmeout"
    " arrêt arrêter stopper désabonner désabonnement désinscrire sedésinscrire sedésabonner désinscription"
    " stopp abmelden abbestellen afmelden uitschrijven avsluta avregistrera avmeld afmeld"
    # es, pt, it, pl, cs, hu, ro, fi, tr, vi, id
    " darmedebaja desuscribir desuscribirme descadastrar disiscrivimi wypisz odhlásit leiratkozás dezabonare lopeta"
    " iptal tuchoi berhenti"
    # ru, uk, el, he, ar, zh, ja, ko
    " стоп отписаться відписатися στοπ הסר توقف إلغاءالاشتراك 退订 退訂 停止 配信停止 수신거부"
)
STOP = UNMISTAKABLE_STOP | _folded("cancel end quit revoke alto baja parar pare sair td huy")
UNMISTAKABLE_START = _folded("start unstop optin resubscribe")
START = UNMISTAKABLE_START | _folded("commencer")


def consent_in(text: str, *, network: bool) -> Consent | None:
    """What a message says about consent when it is nothing but such a word.

    `network`: it came by a phone network, where words count that mean other things elsewhere, such as CANCEL.
    """
    if QUESTION_MARKS & set(text):
        return None
    word = folded(text)
    if word in (STOP if network else UNMISTAKABLE_STOP):
        return "stop"
    return "start" if word in (START if network else UNMISTAKABLE_START) else None
