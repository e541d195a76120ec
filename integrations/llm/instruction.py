"""What a reviewer or a colleague wants of the next draft, as far as words give it away."""

from domain.language.wordings import Wordings

LESS = Wordings(
    """
    shorter|briefer|concise|brief|short|shorten
    too long|wordy|much|verbose
    less detail|text|words
    """
)
FAULT = Wordings(
    """
    wrong|incorrect|inaccurate|irrelevant|misleading|off_topic|nonsense
    not .. answer|answering|correct|right|relevant|true|helpful|what
    doesnt|does_not .. answer|help|fit|match
    other|another|different article|source|passage|answer|page|guide
    """
)


def asks_for_less(instruction: str) -> bool:
    return LESS.found_in(instruction)


def finds_fault(instruction: str) -> bool:
    """True when the rejected draft was the wrong answer, rather than one to be worded differently."""
    return FAULT.found_in(instruction)
