"""Which words of a message are the customer's own."""


def own_words(text: str) -> str:
    """A message without the lines that quote (">"): they are somebody else's words, most often ours.

    Our own "say that you want to talk to a human" in a quotation asks for nobody.
    """
    return "\n".join(line for line in text.split("\n") if not line.lstrip().startswith(">"))
