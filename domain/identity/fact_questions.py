"""How customers ask for facts of their own account: what a message is compared with by meaning.

Names are those of the customer directory (domain.identity.directory_facts); of any other fact the name is asked for.
"""

from collections.abc import Iterable

FACT_QUESTIONS = {
    "plan": (
        "Which plan are we on?",
        "What package did our company buy?",
        "Are we on the small or the big tier?",
        "Remind me what edition we are subscribed to.",
    ),
    "seats": (
        "How many seats do we have?",
        "How many licences did we buy?",
        "How many people can use our account as it is booked now?",
    ),
    "renews": (
        "When does our subscription renew?",
        "On which date will we be charged next?",
        "Until which day is our contract paid?",
        "When does our current term end?",
    ),
    "status": (
        "Is our account active?",
        "What is the state of our subscription at your end?",
        "Are we suspended or all good?",
    ),
    "account": ("Under which company name are we registered?", "What is our account called in your records?"),
    "invoice": (
        "How much was our last invoice?",
        "Has our latest bill been paid?",
        "What is the number of the invoice that you sent us?",
        "Did our payment for the bill reach you?",
    ),
    "balance": ("How much do we owe you?", "Is anything of ours still unpaid?", "Do we have an outstanding amount?"),
    "name": ("What name do you have for me?",),
    "role": ("What is my role?", "Am I an admin or a normal user?", "What rights do I have in our account?"),
    "email": ("Which email address do you have for me?", "What address is on file for me?"),
}
ANY_FACT = ("What is our {}?", "How much {} have we used?", "Can you tell me our {}?")


def fact_questions(names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Questions that ask for each of these facts."""
    return {name: FACT_QUESTIONS.get(name) or _by_name(name) for name in sorted(set(names))}


def _by_name(name: str) -> tuple[str, ...]:
    spoken = name.replace("_", " ")
    return tuple(question.format(spoken) for question in ANY_FACT)
