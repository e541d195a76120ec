"""Does somebody on the phone ask to hear the last answer again? Only when they say nothing else."""

from domain.language.text import words

AGAIN = frozenset(
    """
    again pardon repeat wiederholen wiederhole nochmal repeter repetez repetir repita repite ripetere ripeta ripeti
    herhalen herhaal
    """.split()
)
AROUND_IT = frozenset(
    """
    a answer can come could excuse i it last me my one please say sentence sorry tell that the this time would you your
    bitte das entschuldigung ihre ihren antwort konnen konnten mir satz sagen sie
    ca cela dire excusez la moi peux plait pourriez pouvez reponse sil vous
    decir favor lo perdon podria por puede respuesta
    di dire favore mi per puo potrebbe risposta scusi
    alstublieft dat kunt u zeggen
    """.split()
)
WHOLE = frozenset(
    {
        *("what", "sorry", "sorry what", "what was that", "what did you say", "one more time", "once more please"),
        *(
            "i did not catch that",
            "i didnt catch that",
            "i did not understand",
            "i didnt understand",
            "beg your pardon",
        ),
        *("wie bitte", "noch einmal", "noch einmal bitte", "bitte noch einmal", "das habe ich nicht verstanden"),
        *("comment", "encore une fois", "encore une fois sil vous plait", "otra vez", "otra vez por favor", "como"),
        *("come scusi", "ancora una volta", "nog een keer", "wat zegt u"),
    }
)


def asks_to_repeat(text: str) -> bool:
    """True for `Could you say that again, please?`, false as soon as another subject is named."""
    said = words(text)
    found = set(said)
    return " ".join(said) in WHOLE or (bool(found & AGAIN) and found <= AGAIN | AROUND_IT)
