"""SynchroniseKnowledgeWorkflow: one run of a source's schedule."""

from temporalio import workflow
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from activities.options import FETCH_KNOWLEDGE, PUBLISH_KNOWLEDGE
    from domain.conversation.activity_models import PublishedKnowledge, SynchroniseKnowledgeInput
    from workflows.activity_rows import execute_activity


def synchronisation_id(input: SynchroniseKnowledgeInput) -> str:
    """The schedule of a source, and the workflow that a person starts."""
    return f"knowledge-{input.organisation}-{input.source}"


@workflow.defn
class SynchroniseKnowledgeWorkflow:
    """Articles in, a new version out where something changed; conversations that are open keep theirs."""

    @workflow.run
    async def run(self, input: SynchroniseKnowledgeInput) -> PublishedKnowledge:
        """A source that cannot be read fails the run, after what it no longer confirms has been left out."""
        unread: ActivityError | None = None
        try:
            await self._fetch(input)
        except ActivityError as error:
            unread = error
        published = await self._publish(input)
        if unread:
            raise unread
        return published

    async def _fetch(self, input: SynchroniseKnowledgeInput) -> None:
        workflow.set_current_details(f"Reading `{input.source}`")
        fetched = await execute_activity(FETCH_KNOWLEDGE, input, f"what has changed at {input.source}?")
        read = "all" if fetched.everything else "changed"
        workflow.set_current_details(f"Read {fetched.articles} articles ({read}) of `{input.source}`")

    async def _publish(self, input: SynchroniseKnowledgeInput) -> PublishedKnowledge:
        published = await execute_activity(PUBLISH_KNOWLEDGE, input, "publish what has changed")
        outcome = "Published" if published.changed else "Nothing changed:"
        details = f"{workflow.get_current_details()}\n\n{outcome} `{published.spec_hash[:12]}`"
        workflow.set_current_details(f"{details} with {published.sourced} articles of sources")
        return published
