"""What is asked about edited files, and what comes of it. Imports no numeric library, so that the gateway may."""

from pydantic import Field, computed_field

from domain.conversation.ownership import Via
from domain.conversation.redeciding import Redecision
from domain.model import Frozen
from domain.specification.changes import Change
from publishing.specification import Mistake


class EditedFiles(Frozen):
    """The whole text of every file of an organisation, and the version that they were made from."""

    organisation: str
    base: str
    files: dict[str, str]


class PlanEdit(EditedFiles):
    """What would publishing them change? So many of the last conversations are decided again."""

    conversations: int


class PublishEdit(EditedFiles):
    """Publish them; `exactly` is the hash of what was planned, where it was."""

    by: str
    via: Via
    reason: str = ""
    exactly: str | None = None


class RollBack(Frozen):
    """Make a version active again; None is the one before."""

    organisation: str
    version: str | None
    by: str
    via: Via
    reason: str


class PlannedErasing(Frozen):
    """How long conversations would be kept, in a sentence, and how many are resolved for longer already."""

    sentence: str
    due: int


class PlannedChange(Change):
    """A difference, with a sentence for people."""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def words(self) -> str:
        return str(self)


class EditPlan(Frozen):
    """What publishing edited files would change, and what it would have changed over recorded turns."""

    base: str = Field(description="Hash of the version that is active now.")
    planned: str = Field(description="Hash of what would be published; give it to publish exactly that.")
    changes: tuple[PlannedChange, ...]
    warnings: tuple[Mistake, ...] = Field(description="What has less effect than it seems.")
    alike: tuple[str, ...] = Field(description="Sentences about articles that say nearly the same.")
    turns: int = Field(description="Recorded turns that were decided again.")
    unchanged: int = Field(description="Those that would be decided as they were.")
    changed: tuple[Redecision, ...] = Field(description="The first of those that would be decided otherwise.")
    kinds: dict[str, int] = Field(description="All that would be decided otherwise, counted by how.")
    reasons: dict[str, int] = Field(description="Those of which nobody can know, counted by why.")
    erased_turns: int = Field(0, description="Turns left out, because their conversations were erased.")
    erasing: PlannedErasing | None = None


class Done(Frozen):
    """Which version is the active one now."""

    content_hash: str
