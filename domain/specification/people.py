"""People who answer customers, with their skills, and the teams that they form."""

from collections.abc import Collection, Sequence
from typing import Annotated, Any

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from domain.model import Frozen
from domain.specification.calendar import BusinessCalendar, OpeningHours
from domain.specification.model import Key, SpecModel
from domain.specification.wording import LanguageCode

PERSON_ID = r"^[A-Za-z0-9._~-]{1,64}$"
PersonId = Annotated[str, Field(pattern=PERSON_ID)]
Skill = Annotated[str, Field(min_length=1, max_length=64)]
NEWER_THAN_SOME_WORKERS = ("team", "skill", "limits")


class HumanAgentSpec(SpecModel):
    """A person of the organisation: what they are good at, and how much they can take."""

    id: PersonId = Field(description="The id that they sign in with: that of their API key.")
    name: str = Field(description="What colleagues call them.")
    roles: tuple[Key, ...] = Field(
        (),
        description="The roles of their API key, so that nothing is suggested to them that they may not decide; "
        "left out, they are not looked at. They grant nothing.",
    )
    skills: tuple[Skill, ...] = Field((), description="What they are good at: ids of topics, or words of your own.")
    languages: tuple[LanguageCode, ...] = Field(
        (), description="What they write in; left out, the language of the articles."
    )
    hours: tuple[OpeningHours, ...] = Field((), description="When they work; left out, as the calendar says.")
    at_most: int | None = Field(None, ge=1, description="How many open conversations they hold at once; unset: any.")


class Team(SpecModel):
    """People who work on the same things."""

    id: Key = Field(description="Name of the team wherever it is named.")
    name: str = Field(description="What colleagues call it.")
    members: tuple[PersonId, ...] = Field(min_length=1, description="Ids of its people.")


class Staff(Frozen):
    """Who works for an organisation, in what language and by what calendar where they say nothing else."""

    people: tuple[HumanAgentSpec, ...] = ()
    language: str = "en"
    calendar: BusinessCalendar = BusinessCalendar()


class Belonging(SpecModel):
    """Which people: those of a team, those with a skill, or those of whom both is true."""

    team: Key | None = Field(None, description="Of them only the members of this team.")
    skill: Skill | None = Field(None, description="Of them only the people with this skill.")

    @model_serializer(mode="wrap")
    def _as_before_where_unset(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Conversations carry rules and rungs to workers of other versions, which refuse keys that they do not know."""
        unset = {name for name in NEWER_THAN_SOME_WORKERS if not getattr(self, name, None)}
        return {name: value for name, value in write(self).items() if name not in unset}

    @property
    def is_anybody(self) -> bool:
        """It names neither a team nor a skill."""
        return self.team is None and self.skill is None


class Members(Frozen):
    """Who belongs to the teams and has the skills that rules name."""

    teams: dict[Key, tuple[PersonId, ...]] = {}
    skills: dict[Skill, tuple[PersonId, ...]] = {}

    def of(self, belonging: Belonging) -> tuple[PersonId, ...] | None:
        """Ids of those who belong; None where it may be anybody. A name that is not known has nobody."""
        if belonging.is_anybody:
            return None
        found = [self.teams.get(belonging.team, ())] if belonging.team is not None else []
        found += [self.skills.get(belonging.skill, ())] if belonging.skill is not None else []
        return tuple(person for person in found[0] if all(person in others for others in found))


def members_of(people: Sequence[HumanAgentSpec], teams: Sequence[Team], named: Collection[Belonging]) -> Members:
    """As much of the organisation as these name: a conversation carries it along."""
    wanted_teams = {belonging.team for belonging in named}
    wanted_skills = sorted({belonging.skill for belonging in named if belonging.skill is not None})
    return Members(
        teams={team.id: team.members for team in teams if team.id in wanted_teams},
        skills={skill: tuple(one.id for one in people if skill in one.skills) for skill in wanted_skills},
    )
