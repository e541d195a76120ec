"""How a customer's message is built: several questions, a follow-up, something too vague, or only courtesy."""

import re
from collections.abc import Sequence
from enum import StrEnum

from domain.language.text import content_words, fold, sentences, words
from domain.language.wordings import Wordings

LEANS_ON_EARLIER = re.compile(
    r"^(?:and|but|or|also|then|so|ok|okay|what about|how about|what if|and if|same|or for)\b"
    r"|\b(?:it|that|this|those|them|these|one|ones|there|instead|either)\b"
)
STARTS_LIKE_A_FOLLOW_UP = re.compile(
    r"^(?:and|or|but|what about|how about|what if|and if|same|how so|why|since when)\b"
)
MAX_FOLLOW_UP_WORDS = 4

GENERIC = frozenset(
    """
    account add added afternoon again anymore app application asap assist assistance bit broke broken bug case
    change changed complicated confused days delete doesn earlier edit else error errors evening everything fail
    failed failing fails find fix happen happened happening happens help helping hour info information issue
    issues kind login longer lot message minute moment more morning new not nothing odd ok page pls plz problem
    problems product properly question questions regarding remove see seem seems service set setup several site
    software something sorry started stop stopped strange stuck stuff suddenly support system time times today
    tool trouble try trying unable understand update updated urgent urgently website week weeks weird work
    worked working works wrong yesterday
    """.split()
)
GREETINGS = frozenset(
    "hi hello hey hallo hiya good morning afternoon evening day there bonjour hola salut moin".split()
)
CLOSINGS = frozenset(
    """
    appreciate appreciated awesome brilliant bye cheers cool danke excellent fixed good goodbye gotcha gracias
    great helpful lovely merci nice noted perfect solved sorted super thank thanks thx ty understood wonderful
    worked works
    """.split()
)
FILLERS = frozenset(
    """
    a all and are best day do for got have help helped i im is issue it its lot lots made me much my no now of
    ok okay one problem questions quick really sense so that thats the there this to very was well will you your
    youre
    """.split()
)
ABOUT_WHO_ANSWERS = Wordings(
    """
    are|is you|this|it .. bot|robot|chatbot|human|real_person|person|ai|machine|computer|automated|llm|chatgpt
    am i talking|speaking|chatting|writing to|with .. bot|robot|chatbot|human|person|ai|machine|computer|someone_real
    who|what am_i talking|speaking|chatting|writing to|with
    """
)
MAX_WORDS_ASKING_WHO_ANSWERS = 14
DID_NOT_HELP = Wordings(
    """
    didnt|did_not|doesnt|does_not|not|isnt|wont|still .. work|working|help|helping|helpful|fix|fixed|solve|solved
    still|same .. broken|problem|error|issue|failing|fails|nothing|stuck|happening
    tried|did|done that|this|it|all_that|everything|those|already
    already tried|did|done|checked
    """
)


class MessageKind(StrEnum):
    """What a message wants, before anything is looked up."""

    QUESTION = "question"
    COURTESY = "courtesy"
    GREETING = "greeting"
    WHO_ANSWERS = "who_answers"
    VAGUE = "vague"


def kind_of(text: str) -> MessageKind:
    """By the words of the message."""
    kinds = (
        (is_courtesy, MessageKind.COURTESY),
        (is_greeting, MessageKind.GREETING),
        (asks_who_answers, MessageKind.WHO_ANSWERS),
        (is_vague, MessageKind.VAGUE),
    )
    return next((kind for holds, kind in kinds if holds(text)), MessageKind.QUESTION)


def questions_in(text: str) -> tuple[str, ...]:
    """The questions of a message, each with the statements that lead to it; a message of one question is itself."""
    parts: list[str] = []
    lead: list[str] = []
    for sentence in sentences(text):
        lead.append(sentence)
        if sentence.endswith("?") and content_words(sentence):
            parts.append(" ".join(lead))
            lead = []
    if lead and parts:
        parts[-1] = " ".join([parts[-1], *lead])
    return tuple(parts) if len(parts) > 1 else (text.strip(),)


def is_follow_up(text: str) -> bool:
    """True for a message that means something only together with the one before it: `and for the Business plan?`"""
    folded = " ".join(words(text))
    about = content_words(text)
    if STARTS_LIKE_A_FOLLOW_UP.match(folded):
        return len(about) <= MAX_FOLLOW_UP_WORDS
    return len(about) <= MAX_FOLLOW_UP_WORDS - 2 and bool(LEANS_ON_EARLIER.search(folded))


def standalone(text: str, earlier: Sequence[str]) -> str:
    """The question with what it leans on: a follow-up is joined to the customer's message before it, oldest first."""
    if earlier and is_follow_up(text):
        return f"{earlier[-1].strip()} {text.strip()}"
    return text


def is_vague(text: str) -> bool:
    """True when no word says what the message is about: `it does not work`, `I have a question`."""
    return not [word for word in content_words(text) if word not in GENERIC]


def is_greeting(text: str) -> bool:
    """True for a message that says hello and nothing else."""
    found = words(text)
    return bool(found) and all(word in GREETINGS for word in found)


def is_courtesy(text: str) -> bool:
    """True for thanks, praise and goodbye that ask for nothing."""
    found = words(text)
    polite = any(word in CLOSINGS for word in found) and not is_greeting(text)
    return polite and "?" not in text and all(word in CLOSINGS | FILLERS | GREETINGS for word in found)


def asks_how(text: str) -> bool:
    """True when the customer asks for a procedure or a rule rather than for a value."""
    return bool(
        re.search(r"\b(?:how (?:do|can|to|would|should)|can i|could i|may i|is it possible|way to)\b", fold(text))
    )


def asks_who_answers(text: str) -> bool:
    """True when the customer asks whether a machine is answering, and nothing else."""
    return len(words(text)) <= MAX_WORDS_ASKING_WHO_ANSWERS and ABOUT_WHO_ANSWERS.found_in(text)


def says_it_did_not_help(text: str) -> bool:
    """True when the customer reports that an earlier answer did not solve it."""
    return DID_NOT_HELP.found_in(text)
