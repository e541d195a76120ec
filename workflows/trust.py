"""ReviewTrustWorkflow: one run of the schedule that looks at what AI agents are trusted with."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.options import REVIEW_TRUST
    from domain.conversation.activity_models import ReviewedTrust, ReviewTrustInput
    from workflows.activity_rows import execute_activity


def review_id(input: ReviewTrustInput) -> str:
    """The schedule of an organisation, and the workflow that it starts."""
    return f"trust-{input.organisation}"


@workflow.defn
class ReviewTrustWorkflow:
    """Whoever measured badly moves down; that somebody may move up is told, and waits for a person."""

    @workflow.run
    async def run(self, input: ReviewTrustInput) -> ReviewedTrust:
        """The current details say what came of it."""
        reviewed = await execute_activity(REVIEW_TRUST, input, "review what AI agents are trusted with")
        moved, asking = (", ".join(names) or "none" for names in (reviewed.moved_down, reviewed.may_move_up))
        workflow.set_current_details(f"Moved down: {moved}\n\nMay move up, if a person agrees: {asking}")
        return reviewed
