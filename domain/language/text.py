"""Plain text: folding, words, sentences, and the words that carry no meaning of their own."""

import re
import unicodedata

WORD = re.compile(r"[^\W_]+")
INVISIBLE = dict.fromkeys([0x00AD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF])
LETTERS_WITHOUT_DECOMPOSITION = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i"})
APOSTROPHES = re.compile(r"(?<=\w)['’ʼ`](?=\w)")
SENTENCE_END = re.compile(r"(?<=[.!?…])[\"')\]]*\s+(?=[\"'(\[]?[^\W_a-z])|\n+")
ABBREVIATION = re.compile(r"\b(?:e\.g|i\.e|etc|approx|incl|no|mr|ms|mrs|dr|vs|z\.b|ca|nr)\.$", re.IGNORECASE)

STOP_WORDS = frozenset(
    """
    a about above after again all also am an and any are as at be because been before being below between both but
    by can cant could couldnt did didnt do does doesnt doing dont down during each else every few for from further
    get gets getting give go going gonna got had hadnt has hasnt have havent having he hello help here hers hey hi
    him his how however i id if ill im in into is isnt it its itself ive just kind kindly know lemme let lets like
    little make many may maybe me might mine more most much must my myself need needs no nor not now of off often oh
    ok okay on once one only or other ought our ours out over own please possible question quick really right same
    shall she should so some someone something still such sure tell than thank thanks that thats the their theirs
    them then there theres these they thing things think this those though through to too trying under until up us
    use using very via wanna want wants was wasnt way we well were weve what whats when where which while who whom
    whose why will with within without wondering wont would wouldnt yes yet you youd your youre yours
    """.split()
)


def fold(text: str) -> str:
    """Lower case, no accents, no apostrophes inside words: `Don’t` becomes `dont`, `Größe` becomes `grosse`."""
    if text.isascii():
        return APOSTROPHES.sub("", text.lower())
    letters = text.translate(INVISIBLE).casefold().translate(LETTERS_WITHOUT_DECOMPOSITION)
    decomposed = unicodedata.normalize("NFKD", letters)
    plain = "".join(character for character in decomposed if not unicodedata.combining(character))
    return APOSTROPHES.sub("", plain)


def words(text: str) -> list[str]:
    """The folded words of a text, in order."""
    return WORD.findall(fold(text))


def content_words(text: str) -> list[str]:
    """The words that say what a text is about, in order."""
    return [word for word in words(text) if word not in STOP_WORDS]


def sentences(text: str) -> list[str]:
    """Sentences and lines, without surrounding space; abbreviations such as `e.g.` end none."""
    found: list[str] = []
    for piece in SENTENCE_END.split(text):
        part = piece.strip()
        if found and ABBREVIATION.search(found[-1]):
            found[-1] = f"{found[-1]} {part}"
        elif part:
            found.append(part)
    return found
