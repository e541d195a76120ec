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
    great helpful lovely merci nice noted perfect solved sorted super ta thank thanks thx ty understood wonderful
    worked works
    """.split()
)
FILLERS = frozenset(
    """
    a ah again all and answer are as best bit clear day did do everything explaining explanation fast for found
    friday further got guys have help helped here hi i im in indeed info information is issue it its kind lot lots
    made many me monday more much my needed night no now of oh ok okay on one patience perfectly problem question
    questions quick quickly really reply response rest saturday sense so sunday support team that thats the then
    there this thursday time to too trick tuesday us very was we wednesday week weekend well were will wishes with
    you your yours youre
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
    is|are|was|were|thats|its|seems|sounds wrong|incorrect|false|untrue
    isnt|arent|wasnt|werent|not|cant_be|cannot_be right|true|correct
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


PLACES = ({"first", "1st", "1", "former"}, {"second", "2nd", "2", "latter"}, {"third", "3rd", "3"})
MAX_WORDS_TO_CHOOSE = 3


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


def chosen_of(text: str, offered: Sequence[str]) -> str | None:
    """Which of the titles that were offered the answer picks by its place: `the second one`."""
    said = set(words(text))
    if len(content_words(text)) > MAX_WORDS_TO_CHOOSE:
        return None
    places = [place for place, names in enumerate(PLACES) if said & names and place < len(offered)]
    return offered[places[0]] if len(places) == 1 else None


def says_it_did_not_help(text: str) -> bool:
    """True when the customer reports that an earlier answer did not solve it."""
    return DID_NOT_HELP.found_in(text)
