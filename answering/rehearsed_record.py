"""What was said in a scenario, as the store would keep it."""

from collections.abc import Sequence

from domain.conversation.messages import Author
from domain.conversation.turn import CustomerContext
from storage.turns import TRANSCRIPT_LENGTH
from storage.views import DraftBasis, EarlierMessage


class Record:
    """What was said, and up to where it is answered, as the store keeps it."""

    def __init__(self) -> None:
        self._said: list[EarlierMessage] = []
        self._answered = 0
        self._ai_replied = False

    def add(self, author: Author, text: str, *, answers: bool = False) -> None:
        """`answers`: it is a reply to everything before it; notices answer nothing."""
        if answers:
            self._answered = len(self._said)
            self._ai_replied |= author is Author.AI_AGENT
        self._said.append(EarlierMessage(author=author, text=text))

    def note_answered(self) -> None:
        """Nobody owes a reply to what was said last."""
        self._answered = len(self._said)

    @property
    def unanswered(self) -> Sequence[EarlierMessage]:
        return [said for said in self._said[self._answered :] if said.author is Author.CUSTOMER]

    def basis(self, context: CustomerContext) -> DraftBasis:
        """What a draft is made from."""
        shown = TRANSCRIPT_LENGTH + len(self._said) - self._answered
        unanswered = self.unanswered
        return DraftBasis(
            unanswered=tuple(said.text for said in unanswered),
            transcript=tuple(said for said in self._said[-shown:] if not any(said is one for one in unanswered)),
            context=context,
            greeted=any(said.author is Author.AI_AGENT for said in self._said),
            ai_replied=self._ai_replied,
        )
