"""How customers ask for a person: what a message is compared with by meaning, beside the words of asks_for_person."""

WISHES_FOR_A_PERSON = (
    "I want to talk to a human.",
    "Can a real person help me?",
    "Let me speak with someone from your team.",
    "Please connect me to a support agent.",
    "Call me on the phone please.",
    "Have one of your employees look at this.",
    "I would rather talk to somebody than to a bot.",
    "Could a colleague of yours contact me?",
    "Is there someone I can speak to about my problem?",
)
NEAR_ENOUGH = 0.5
"""Cosine from which a sentence is such a wish. Of 318 answerable messages none reaches it, the nearest 0.48."""
