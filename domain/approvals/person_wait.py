"""A customer who waits for a person: since when, and who has been asked to look. Pure functions."""

from datetime import datetime

from domain.approvals.approval import AskedGroup, asked_people
from domain.model import Frozen
from domain.specification.organisation import LadderRung
from domain.specification.people import Members


class PersonWait(Frozen):
    """It ends with a person's reply. Without roles and groups, whoever answers customers is asked."""

    since: datetime
    rungs_done: int = 0
    roles: tuple[str, ...] = ()
    groups: tuple[AskedGroup, ...] = ()

    @property
    def who(self) -> str:
        """Who is asked to look: `lead`, `human_agent in the team payments`, or `human agents`."""
        return " or ".join((*self.roles, *map(str, self.groups))) or "human agents"

    def climb(self, rung: LadderRung, members: Members) -> "PersonWait":
        """One rung of the queue's ladder further: reminded, widened to more people, or moved up to others."""
        climbed = self.model_copy(update={"rungs_done": self.rungs_done + 1})
        if rung.action == "remind":
            return climbed
        roles, groups = asked_people(rung, rung.roles, members)
        if rung.action == "widen":
            roles, groups = (*self.roles, *roles), (*self.groups, *groups)
        return climbed.model_copy(update={"roles": tuple(dict.fromkeys(roles)), "groups": tuple(dict.fromkeys(groups))})
