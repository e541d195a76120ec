"""What a chat client may see of a conversation."""

from domain.model import Frozen
from domain.specification.macros import MACRO
from gateway.chat.frames import ConversationStatus, Pushed
from storage.conversations import ConversationRepository
from storage.views import StoredMessage


class ErasedConversationError(Exception):
    """Nothing is left of it that a customer could read; the text is safe to show."""

    def __init__(self) -> None:
        super().__init__("This conversation was over for long and has been erased. Start a new session.")


class TranscriptUpdate(Frozen):
    """Everything after a seq, and where the conversation stands now."""

    status: ConversationStatus = ConversationStatus()
    read_seq: int = 0
    messages: tuple[Pushed, ...] = ()


class Transcript:
    """Reads from the store; a conversation that nobody has written in yet is empty and open."""

    def __init__(self, conversations: ConversationRepository) -> None:
        self._conversations = conversations

    async def after(self, conversation_id: str, seq: int) -> TranscriptUpdate:
        """Raises UnavailableError while PostgreSQL is away, ErasedConversationError for one that goes on no more."""
        conversation = await self._conversations.get(conversation_id)
        if conversation is None:
            return TranscriptUpdate()
        if conversation.is_erased:
            raise ErasedConversationError
        unseen = conversation.last_seq > seq
        messages = await self._conversations.messages_after(conversation_id, seq) if unseen else []
        return TranscriptUpdate(
            status=ConversationStatus(status=conversation.status, owner_kind=conversation.owner.kind),
            read_seq=conversation.answered_seq,
            messages=tuple(_pushed(message) for message in messages),
        )


def _pushed(message: StoredMessage) -> Pushed:
    """Without macros among the sources: they are our own words, and lead customers nowhere."""
    return Pushed(
        seq=message.seq,
        id=message.message_id,
        author=message.author,
        kind=message.kind,
        text=message.text,
        at=message.at,
        attachments=message.attachments,
        citations=tuple(one for one in message.citations if not one.source_id.startswith(MACRO)),
    )
