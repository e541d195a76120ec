"""What the organisation itself says to customers."""

from typing import Annotated

from pydantic import Field

from domain.specification.model import SpecModel

LanguageCode = Annotated[str, Field(pattern=r"^[a-z]{2,3}$", description="ISO 639-1 code, such as `pt`.")]


class Wording(SpecModel):
    """Sentences that the organisation itself says to customers.

    They travel with conversations to workers of other versions, which refuse what they do not know: no field is added.
    """

    handoff: str = Field(
        "I am passing this to a colleague, who will answer you here. You will not need to repeat yourself.",
        description="When a person takes over.",
    )
    approval_wait: str = Field(
        "Thank you. A colleague is checking my answer, and it will reach you here.",
        description="When a reply waits for an approval.",
    )
    parked: str = Field(
        "I cannot answer at this moment, because of a technical problem on our side. Your message is kept: you get an "
        "answer here as soon as it is solved, from me or from a colleague.",
        description="When nothing can answer for a while.",
    )
    clarify: str = Field(
        "So that I answer the right question: could you tell me a little more?",
        description="When it is not clear what is meant.",
    )
    verify: str = Field(
        "To tell you that, I need to know that it is you. I sent a code of six digits to {address}; please write it "
        "here.",
        pattern=r"\{address\}",
        description="When a one-time code is asked for; {address} is where it was sent.",
    )
    code: str = Field(
        "Your code is {code}. Write it where you asked us, within 10 minutes. If you asked us nothing, do nothing.",
        pattern=r"\{code\}",
        description="The message with the code; {code} is the code.",
    )
    wrong_code: str = Field(
        "That is not the code that I sent. Please look again, and write it here.",
        description="When the code was another.",
    )


class SpecWording(Wording):
    """Sentences that the organisation itself says to customers."""

    handoff_in: dict[LanguageCode, str] = Field(
        {},
        description="The same for customers who write in a language that is none of `languages`, by its ISO 639-1 "
        "code. Unset: a sentence of ours, where we have one in that language, else `handoff`.",
    )
