"""Where an organisation keeps articles beside its own folder, as its specification says it."""

from datetime import timedelta

from pydantic import Field

from domain.specification.model import Key, SpecModel


class KnowledgeSourceSpec(SpecModel):
    """A vendor whose articles are brought in on a schedule; `topics` maps its topic words to our article topics."""

    kind: Key = Field(description="A source in the registry.")
    topics: dict[str, Key] = Field({}, description="Our article topic by the vendor's word, such as a section's name.")
    default_topic: Key = Field(description="Article topic of everything else.")
    every_hours: float = Field(4, ge=0.25, le=24, description="How often it is read.")
    leave_out_after_days: float = Field(
        7, ge=2, description="An article that its source has not confirmed for so long is left out."
    )

    @property
    def every(self) -> timedelta:
        return timedelta(hours=self.every_hours)

    @property
    def leave_out_after(self) -> timedelta:
        return timedelta(days=self.leave_out_after_days)

    def topic_of(self, word: str | None) -> Key:
        """Our topic for a vendor's word."""
        return self.topics.get(word or "", self.default_topic)
