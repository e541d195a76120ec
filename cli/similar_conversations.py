"""Conversations like another one, as a terminal shows them."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from domain.conversation.similar import SimilarConversation, SimilarConversations


def similar_lines(found: SimilarConversations) -> Iterator[RenderableType]:
    """For people: what was asked, what answered it, and what was not looked at."""
    for one in found.conversations:
        yield Text.assemble((f"{one.likeness:.2f}  {one.conversation_id}  ", "bold"), (_ended(one), "dim"))
        yield Text.assemble(("  asked     ", "bold"), one.question)
        yield Text.assemble(("  answered  ", "bold"), one.answer or "nothing in writing")
    if not found.conversations:
        yield f"None of {found.compared} resolved conversations is like this one."
    if found.not_compared_yet:
        yield f"{found.not_compared_yet} older ones were not compared yet. Ask again, and further ones are."


def _ended(one: SimilarConversation) -> str:
    by = f"answered by {one.answered_by_id or one.answered_by}" if one.answered_by else None
    rating = f"rated {one.rating}" if one.rating else None
    topic = one.topic and one.topic.replace("_", " ")
    return ", ".join(filter(None, (f"{one.resolved_at:%Y-%m-%d}", one.channel, topic, by, rating)))
