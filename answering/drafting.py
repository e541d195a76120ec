"""Drafting a reply: what the message asks, the writer, and the evidence for what it wrote.

No Temporal here: the same code runs in the worker and in the evaluation of an organisation.
"""

from collections.abc import Mapping

from answering.conditions import NO_GUIDANCE, Guidance, guidance_for
from answering.evidence import Findings, evidence_of, question_back
from answering.macros import macro_for
from answering.understanding import DraftQuestion, MessageReader, OrganisationModels, Understood
from domain.conversation.turn import Draft, LookedUp
from domain.language.disclosure import disclosed, still_to_disclose, undisclosed
from domain.specification.organisation import GREETED_ON
from integrations.llm.base import DraftValidator, DraftVerdict, ReplyWriter, WrittenReply
from integrations.tools.base import ToolServer
from integrations.tools.reply import AllowedTools

MOST_LOOKED_UP = 8


def looked_up_in(understood: Understood) -> tuple[LookedUp, ...]:
    """The articles that were found for the questions of a message, the best first; each with its best fit."""
    found = dict[str, LookedUp]()
    for part in understood.parts:
        for passage in part.retrieved.best_articles[:MOST_LOOKED_UP]:
            alike = part.likeness.share(passage.article_id)
            one = LookedUp(source_id=passage.article_id, score=passage.score, precedents=min(max(alike, 0.0), 1.0))
            known = found.get(one.source_id)
            found[one.source_id] = one if known is None or one.score > known.score else known
    return tuple(sorted(found.values(), key=lambda one: -one.score)[:MOST_LOOKED_UP])


class Drafter:
    """Makes drafts for one organisation; holds no state of a conversation.

    `servers` are its tool servers by id, `writers` those of AI agents that have one of their own.
    """

    def __init__(
        self,
        models: OrganisationModels,
        writer: ReplyWriter,
        servers: Mapping[str, ToolServer] | None = None,
        writers: Mapping[str, ReplyWriter] | None = None,
    ) -> None:
        self._version = models.version
        self._servers = servers or {}
        self._reader = MessageReader(models)
        self._writer = writer
        self._writers = writers or {}

    async def draft(self, question: DraftQuestion) -> Draft:
        """Draft a reply; the first one tells who writes. Raises what the writer raises (integrations.llm.base)."""
        spec = self._version.specification
        question = question.model_copy(update={"rejected": tuple(map(self._written, question.rejected))})
        understood = await self._reader.read(question)
        tools = AllowedTools(understood.ai_agent, self._version, self._servers, question.context)
        macro = macro_for(spec, understood, question)
        guidance = NO_GUIDANCE if macro else guidance_for(spec, understood, question.context)
        written = macro.written if macro else await self._write(understood, guidance, tools)
        findings = Findings(
            specification=spec,
            understood=understood,
            written=written,
            context=question.context,
            actions=tools.actions,
            missing_tools=tools.missing,
            unproved_tool=tools.unproved,
            done=question.done,
            guidance=guidance,
            macro=macro.id if macro else "",
        )
        evidence = evidence_of(findings)
        disclosure = self._disclosure(question)
        return Draft(
            draft_id=question.draft_id,
            ai_agent=understood.ai_agent.id,
            text=disclosed(written.text, disclosure),
            clarifying_question=disclosed(question_back(written, evidence), disclosure),
            citations=written.citations,
            actions=tools.actions,
            evidence=evidence,
            usage=written.usage,
            chosen_by=understood.chosen_by,
            customer_language=understood.request.customer_language,
            looked_up=looked_up_in(understood),
        )

    async def _write(self, understood: Understood, guidance: Guidance, tools: AllowedTools) -> WrittenReply:
        writer = self._writers.get(understood.ai_agent.id, self._writer)
        request = understood.request.model_copy(update={"guidelines": guidance.actions})
        return await writer.write_reply(request, tools)

    async def check(self, question: DraftQuestion, draft: Draft, validator: DraftValidator) -> DraftVerdict:
        """A second model's verdict on a draft, over the same sources; a macro is none of its business.

        Raises what the validator raises.
        """
        if draft.evidence.macro:
            return DraftVerdict(supported=None, usage=draft.usage)
        written = WrittenReply(text=self._written(draft.text), citations=draft.citations, usage=draft.usage)
        return await validator.validate_draft((await self._reader.read(question)).request, written)

    def _disclosure(self, question: DraftQuestion) -> str:
        """What the first reply of an AI agent begins with, unless the channel's greeting has said it."""
        spec, kind = self._version.specification, question.first_on
        if kind is None:
            return ""
        channel = spec.channels.get(kind) if kind in GREETED_ON else None
        return still_to_disclose(spec.disclosure, channel.greeting if channel else "")

    def _written(self, text: str) -> str:
        """What a model wrote of a draft: no source says who writes, and nobody rejects a text for it."""
        return undisclosed(text, self._version.specification.disclosure)
