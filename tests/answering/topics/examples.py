"""A small organisation's labelled messages, made of wordings and things."""

from domain.quality.topics import LabelledText

WORDINGS = {
    "card_delivery": (
        "where is my {}",
        "has the {} been sent",
        "when does my {} arrive",
        "track my {} delivery",
    ),
    "refund": ("i want money back for the {}", "please refund my {}", "return the {} for a refund", "refund of {}?"),
    "password": ("i forgot the password of my {}", "reset the {} password", "cannot log in to {}", "new login for {}"),
}
THINGS = ("card", "order", "account", "parcel", "invoice", "phone")
OUTSIDE = (
    "what is the weather like in oslo",
    "who won the football match last night",
    "tell me a joke about penguins",
    "how tall is mount everest",
    "write a poem on autumn leaves",
    "how long should i boil an egg",
)


def messages() -> list[LabelledText]:
    return [
        LabelledText(text=wording.format(thing), label=label)
        for label, wordings in WORDINGS.items()
        for wording in wordings
        for thing in THINGS
    ]
