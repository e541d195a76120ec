"""Task queues, named by what limits them."""

from domain.errors import InvalidInputError

CONVERSATIONS = "conversations"
LLM = "llm"
CRM = "crm"
DELIVERY = "delivery"
READING = "reading"
PUBLISHING = "publishing"
QUEUES = (CONVERSATIONS, LLM, CRM, DELIVERY, READING, PUBLISHING)


def named_queues(text: str) -> tuple[str, ...]:
    """The queues named in a text such as `conversations,llm`, each once; all of them for a blank text.

    Raises InvalidInputError that names what is no queue.
    """
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    unknown = [name for name in names if name not in QUEUES]
    if unknown:
        raise InvalidInputError(f"No such task queue: {', '.join(unknown)}. There are {', '.join(QUEUES)}.")
    return names or QUEUES
