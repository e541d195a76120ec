"""What all activity calls share."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.conversation.policy import Policy
    from domain.conversation.state import ConversationState


class Calls:
    """Builds activity inputs from the state; changes nothing."""

    def __init__(self, state: ConversationState) -> None:
        self._state = state

    @property
    def _names(self) -> dict[str, str]:
        began = self._state.start
        return {"organisation": began.organisation, "conversation_id": began.conversation_id}

    @property
    def _policy(self) -> Policy:
        return self._state.opened_policy

    @property
    def _spec_hash(self) -> str:
        return self._state.spec_hash or ""
