"""Where cards stand: the channel of those who may decide, and a direct message to the one who is asked."""

from collections.abc import Mapping

from domain.approvals.approval import Approval
from domain.model import Frozen


class Places(Frozen):
    """Channels of a desk, by their ids there. `by_team` and `by_role` come before `approvals`."""

    approvals: str
    escalations: str
    digest: str = ""
    by_team: Mapping[str, str] = {}
    by_role: Mapping[str, str] = {}

    def of_approval(self, approval: Approval) -> tuple[str, ...]:
        """The channels of the teams and roles that may decide; the common one where none of them has its own."""
        teams = [self.by_team[group.team or ""] for group in approval.groups if group.team in self.by_team]
        others = [role for group in approval.groups if group.team not in self.by_team for role in group.roles]
        roles = [self.by_role[role] for role in (*approval.roles, *others) if role in self.by_role]
        return tuple(dict.fromkeys((*teams, *roles))) or (self.approvals,)

    @property
    def channels(self) -> tuple[str, ...]:
        """Each once."""
        named = (self.escalations, self.approvals, self.digest, *self.by_team.values(), *self.by_role.values())
        return tuple(dict.fromkeys(filter(None, named)))
