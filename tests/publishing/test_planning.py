"""A plan lists the turns that publishing changes, and only what was planned is published."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from answering.organisations import ModelFactory, ServedVersion
from answering.understanding import DraftQuestion
from domain.conversation.asking_again import Answers
from domain.conversation.confidence import Calibration
from domain.conversation.decision import decide
from domain.conversation.redeciding import UnknownTurn
from domain.conversation.requests import StartConversation
from domain.conversation.turn import Citation, DecisionRecord, Draft, Evidence, Outcome, Usage
from domain.errors import ConflictError, InvalidInputError, NotFoundError
from domain.specification.organisation import Mode, OrganisationSpec
from integrations.embeddings.base import Embedder
from integrations.embeddings.none import NoEmbedder
from integrations.llm.base import DraftVerdict, ReplyRequest, ReplyTools, ReplyWriter, WrittenReply
from integrations.tools.base import ToolSettings
from publishing.asking import Sample, ask_again
from publishing.edits import PlannedErasing
from publishing.labelled_messages import COLUMNS
from publishing.planning import Asking, Plan, apply_plan, make_plan, read_plan
from publishing.publication import Installation
from publishing.specification import load_specification
from storage.database import Database, connect
from storage.decided_turns import DecidedTurnRepository
from storage.erasing import ErasingRepository
from storage.specs import SpecRepository
from tests.cli.bikeshop_files import write, write_bikeshop
from tests.integrations.llm.providers import served
from tests.organisation import known_customer
from tests.publishing.test_rollback import topics
from tests.storage.resolved import days_ago, ended
from tests.storage.stage import AI, Stage, generate, later, message, reply


def words_only(_: str) -> Embedder:
    return NoEmbedder()


INSTALLATION = Installation(ToolSettings(), words_only)
ASKED = [(topic, confidence) for topic in ("account", "delivery") for confidence in (0.72, 0.78, 0.95)]


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


@dataclass
class Shop:
    """The bike shop: its files, its database, and what it has published."""

    database: Database
    folder: Path
    active: str

    @property
    def specs(self) -> SpecRepository:
        return SpecRepository(self.database)

    async def plan(self, conversations: int = 100) -> Plan:
        return await make_plan(self.database, load_specification(self.folder), self.folder, conversations, INSTALLATION)

    async def ask(self, writer: ReplyWriter, sample: Sample) -> Answers | None:
        models = ModelFactory(writer=lambda *_: writer, validator=lambda _: AgreeingValidator())
        loaded = load_specification(self.folder)
        asking = Asking(sample, models)
        return (await make_plan(self.database, loaded, self.folder, 100, INSTALLATION, asking)).answers

    async def apply(self, plan: Plan) -> str:
        loaded = load_specification(self.folder)
        return await apply_plan(self.database, plan.publication, loaded, INSTALLATION, "lea", "as planned")

    async def answer(self, number: int, spec: OrganisationSpec, topic: str, confidence: float) -> None:
        """A conversation with one turn, decided and sent by the active version."""
        stage, conversation = Stage(self.database), f"conversation-{number}"
        start = StartConversation(organisation=spec.organisation, conversation_id=conversation)
        await stage.conversations.open(start, self.active, AI, Mode.DELEGATION, later(number))
        draft = drafted(f"draft-of-{number}", topic)
        names: dict[str, Any] = {"conversation_id": conversation, "spec_hash": self.active}
        input = generate(draft.draft_id, message(f"message-{number}"), **names)
        await stage.turns.begin_draft(input, later(number))
        await stage.turns.save_draft(input, draft)
        record = decided(draft, spec, confidence)
        sent = reply(draft.draft_id, conversation_id=conversation, record=record)
        await stage.deliveries.deliver_stored(sent, later(number))


class AgreeingValidator:
    async def validate_draft(self, request: ReplyRequest, draft: WrittenReply) -> DraftVerdict:
        return DraftVerdict(supported=1.0, usage=Usage(model="scripted"))


class SteadyWriter:
    """Answers from the first article that was found, or never has an answer."""

    def __init__(self, *, answers: bool = True) -> None:
        self._answers = answers
        self.asked = list[str]()

    async def write_reply(self, request: ReplyRequest, tools: ReplyTools | None = None) -> WrittenReply:
        self.asked.append(request.question)
        if not self._answers:
            return WrittenReply(text="", usage=Usage(model="scripted"))
        found = request.passages[0]
        citation = Citation(source_id=found.article_id, title=found.title)
        return WrittenReply(text=found.text, citations=(citation,), usage=Usage(model="scripted"))


def drafted(draft_id: str, topic: str) -> Draft:
    return Draft(
        draft_id=draft_id,
        ai_agent="service",
        text="It is on its way.",
        citations=(Citation(source_id="delivery", title="Delivery"),),
        evidence=Evidence(topic=topic, topic_confidence=0.9, out_of_scope=0.1),
        usage=Usage(model="local"),
    )


def decided(draft: Draft, spec: OrganisationSpec, confidence: float) -> DecisionRecord:
    decision = decide(
        evidence=draft.evidence,
        confidence=confidence,
        exchanges=0,
        clarifications=0,
        thresholds=spec.thresholds,
        service_levels=spec.service_levels,
        sampling_key=draft.draft_id,
    )
    return DecisionRecord(
        turn=1, revision=1, confidence=confidence, exchanges=0, clarifications=0, decision=decision, decided_at=later(1)
    )


@pytest.fixture
async def shop(database_url: str, tmp_path: Path) -> AsyncIterator[Shop]:
    """With six turns that were sent, on two topics."""
    write_bikeshop(tmp_path / "bikeshop")
    database = await connect(database_url)
    version = load_specification(tmp_path / "bikeshop").version
    active = await SpecRepository(database).publish(version, topics().to_bytes(), Calibration(), "lea")
    shop = Shop(database, tmp_path / "bikeshop", active)
    for number, (topic, confidence) in enumerate(ASKED, 1):
        await shop.answer(number, version.specification, topic, confidence)
    yield shop
    await database.close()


async def test_what_would_be_erased_is_told_before_it_is(shop: Shop) -> None:
    stage = Stage(shop.database)
    for number in (1, 2):
        await ended(stage, f"conversation-{number}", days_ago(30), revision=2)
    assert (await shop.plan()).erasing is None
    change(shop.folder / "organisation.yaml", "conversation_days: null", "conversation_days: 8")
    assert (await shop.plan()).erasing == PlannedErasing(
        sentence="What was said in a conversation, and who said it, is erased 8 days after its resolution.", due=2
    )
    assert await ErasingRepository(shop.database).erase("conversation-1", later(60), later(60)) is None
    planned = await shop.plan()
    assert planned.erasing
    assert planned.erasing.due == 1
    assert (planned.redecided.turns, planned.erased_turns) == (len(ASKED) - 1, 1)


async def test_the_same_files_change_nothing(shop: Shop) -> None:
    plan = await shop.plan()
    assert (plan.changes, plan.warnings, plan.publication.planned) == ((), (), shop.active)
    assert (plan.redecided.turns, plan.redecided.unchanged) == (6, 6)


async def test_the_turns_that_a_threshold_changes_are_those_that_change_once_it_is_published(shop: Shop) -> None:
    change(shop.folder / "organisation.yaml", "  escalate_below: 0.7", "  escalate_below: 0.75")
    plan = await shop.plan()
    assert [str(one) for one in plan.changes] == ["threshold escalate_below: 0.7 → 0.75"]
    assert plan.redecided.kinds == {"send -> escalate": 2}
    assert [one.conversation_id for one in plan.redecided.changed] == ["conversation-1", "conversation-4"]
    assert plan.redecided.unknown == ()

    published = await shop.apply(plan)
    assert published == plan.publication.planned == await shop.specs.active("bikeshop")
    newest, *_ = await shop.specs.history("bikeshop")
    assert (newest.published_by, newest.reason, newest.replaced) == ("lea", "as planned", shop.active)
    spec = (await shop.specs.load(published)).version.specification
    turns = await DecidedTurnRepository(shop.database).latest("bikeshop", 100)
    again = {turn.conversation_id: decided(turn.draft, spec, turn.record.confidence).decision for turn in turns}
    before = {turn.conversation_id: turn.record.decision for turn in turns}
    assert {one.conversation_id for one in plan.redecided.changed} == {
        key for key in again if again[key] != before[key]
    }


async def test_a_topic_that_is_sensitive_now_asks_for_approval(shop: Shop) -> None:
    change(shop.folder / "topics.yaml", "id: delivery\n  sensitivity: null", "id: delivery\n  sensitivity: legal")
    found = (await shop.plan()).redecided
    assert found.kinds == {"send -> ask_approval": 3}
    assert {one.topic for one in found.changed} == {"delivery"}
    assert {one.after.outcome for one in found.changed} == {Outcome.ASK_APPROVAL}


async def test_only_the_conversations_asked_for_are_looked_at(shop: Shop) -> None:
    assert [(await shop.plan(count)).redecided.turns for count in (0, 2)] == [0, 2]


@pytest.mark.parametrize("what", ["an article", "labelled messages"])
async def test_what_would_be_read_anew_is_unknown_and_counted(shop: Shop, what: str) -> None:
    if what == "an article":
        change(shop.folder / "knowledge" / "warranty.md", "10 years", "12 years")
    else:
        write(shop.folder / "evaluation" / "tuning.csv", f"{','.join(COLUMNS)}\n1,Hello,answer,delivery,delivery,\n")
    found = (await shop.plan()).redecided
    expected = {"an article": "articles have changed", "labelled messages": "labelled messages have changed"}[what]
    assert (found.changed, found.reasons) == ((), {expected: 6})


async def test_warnings_come_with_it(shop: Shop) -> None:
    change(shop.folder / "agents" / "billing.yaml", "mode: supervision", "mode: delegation")
    (warning,) = (await shop.plan()).warnings
    assert (warning.file, warning.path) == ("agents/billing.yaml", "supervised_topics")


async def test_without_a_version_there_is_nothing_to_compare_with(shop: Shop, empty_shop: Path) -> None:
    with pytest.raises(NotFoundError, match="No specification of other is published"):
        await make_plan(shop.database, load_specification(empty_shop), empty_shop, 1, INSTALLATION)


@pytest.fixture
def empty_shop(tmp_path: Path) -> Path:
    write_bikeshop(tmp_path / "other")
    change(tmp_path / "other" / "organisation.yaml", "organisation: bikeshop", "organisation: other")
    return tmp_path / "other"


async def test_on_a_stale_base_nothing_is_published(shop: Shop) -> None:
    plan = await shop.plan()
    renamed = load_specification(shop.folder).version
    spec = renamed.specification.model_copy(update={"name": "Renamed"})
    theirs = await shop.specs.publish(renamed.model_copy(update={"specification": spec}), b"", Calibration(), "tom")
    with pytest.raises(ConflictError, match=f"tom made {theirs[:12]} the active version"):
        await shop.apply(plan)
    assert await shop.specs.active("bikeshop") == theirs


@pytest.mark.parametrize("changed", ["organisation.yaml", "evaluation/tuning.csv", "customers/accounts.csv"])
async def test_after_any_change_of_the_files_nothing_is_published(shop: Shop, changed: str) -> None:
    plan = await shop.plan()
    match changed:
        case "organisation.yaml":
            change(shop.folder / changed, "name: Bike Shop", "name: Two Wheels")
        case "evaluation/tuning.csv":
            write(shop.folder / changed, f"{','.join(COLUMNS)}\n1,Hello,answer,delivery,delivery,\n")
        case _:
            write(shop.folder / changed, "id,name,plan,seats,status\nvelo,Velo,gold,3,active\n")
    with pytest.raises(ConflictError, match="changed since it was planned: plan again"):
        await shop.apply(plan)
    assert await shop.specs.active("bikeshop") == shop.active
    assert len(await shop.specs.history("bikeshop")) == 1


async def test_the_plan_of_another_organisation_is_refused(shop: Shop, empty_shop: Path) -> None:
    plan = await shop.plan()
    with pytest.raises(ConflictError, match="The plan is for bikeshop, and the folder says other"):
        await apply_plan(shop.database, plan.publication, load_specification(empty_shop), INSTALLATION, "lea", "why")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"organisation": 1}', "\x00"])
def test_a_file_that_is_no_plan_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "plan.json").write_text(text)
    with pytest.raises(InvalidInputError, match="is no plan of `holdfast spec plan --out`"):
        read_plan(tmp_path / "plan.json")


async def test_two_apply_the_same_plan_and_one_of_them_is_told(shop: Shop) -> None:
    change(shop.folder / "organisation.yaml", "name: Bike Shop", "name: Two Wheels")
    plan = await shop.plan()
    outcomes = await asyncio.gather(shop.apply(plan), shop.apply(plan), return_exceptions=True)
    assert sorted(type(one).__name__ for one in outcomes) == ["ConflictError", "str"]


async def test_what_nobody_can_know_is_asked_again(shop: Shop) -> None:
    writer = SteadyWriter()
    assert await shop.ask(writer, Sample(4, 3)) is None, "nothing is unknown while nothing changes"
    change(shop.folder / "knowledge" / "warranty.md", "10 years", "12 years")
    answers = await shop.ask(writer, Sample(4, 3))
    assert answers is not None
    assert (answers.times, len(answers.turns), answers.left_out) == (3, 4, 0)
    assert len(writer.asked) == 12
    assert set(writer.asked) == {"Where is my parcel?"}
    assert all(len(set(turn.after)) == 1 for turn in answers.turns), "the same writer, the same decision"


async def test_what_is_decided_otherwise_does_not_pass(shop: Shop) -> None:
    change(shop.folder / "knowledge" / "warranty.md", "10 years", "12 years")
    answers = await shop.ask(SteadyWriter(answers=False), Sample(6, 2))
    assert answers is not None
    assert (answers.passed.count, answers.passed.n) == (0, 6)
    assert {decision.outcome for turn in answers.turns for decision in turn.after} == {Outcome.ESCALATE}


@pytest.mark.parametrize("changes", [{"instructed": True}, {"evidence": Evidence(of_journey=True)}])
async def test_turns_that_a_journey_asked_for_are_counted_and_not_asked_again(
    shop: Shop, changes: dict[str, Any]
) -> None:
    repository = DecidedTurnRepository(shop.database)
    first, *others = await repository.latest("bikeshop", 100)
    turns = [first.model_copy(update={"draft": first.draft.model_copy(update=changes)}), *others]
    unknown = [UnknownTurn(conversation_id=turn.conversation_id, turn=turn.turn, reason="tools") for turn in turns]
    asked = set[str]()

    class Drafter:
        async def draft(self, question: DraftQuestion) -> Draft:
            asked.add(question.draft_id)
            return drafted(question.draft_id, "delivery")

    with_tools = SimpleNamespace(ai_agent=lambda _: SimpleNamespace(tools=("look_up",)))
    served = cast("ServedVersion", SimpleNamespace(drafter=Drafter(), specification=with_tools))
    answers = await ask_again(repository, served, turns, unknown, Sample(100, 1))
    assert (answers.instructed, answers.left_out) == (1, len(others))
    assert asked == {turn.draft.draft_id for turn in others}


@pytest.mark.parametrize("private", [False, True])
async def test_a_model_that_is_asked_again_sees_no_private_fact(shop: Shop, private: bool) -> None:
    stage, known = Stage(shop.database), known_customer(plan="gold-1184", order="A-1001")
    await stage.customers.save_context("conversation-1", "context-1", known, later(1))
    await shop.database.fetchval("UPDATE turns SET context_id = 'context-1' WHERE draft_id = 'draft-of-1'")
    change(shop.folder / "knowledge" / "warranty.md", "10 years", "12 years")
    if private:
        change(shop.folder / "organisation.yaml", "private_facts: []", "private_facts: [order]")
        change(shop.folder / "agents" / "service.yaml", "- order\n", "")
    with served("openai") as provider:
        await shop.ask(provider.writer(), Sample(6, 1))
        bodies = json.dumps(list(provider.stand_in.requests))
    assert "gold-1184" in bodies
    assert ("A-1001" in bodies) is not private


async def test_turns_that_fall_to_an_ai_agent_with_tools_are_left_out(shop: Shop) -> None:
    repository = DecidedTurnRepository(shop.database)
    turns = await repository.latest("bikeshop", 100)
    unknown = [UnknownTurn(conversation_id=turn.conversation_id, turn=turn.turn, reason="tools") for turn in turns]

    class Drafter:
        async def draft(self, question: DraftQuestion) -> Draft:
            return drafted(question.draft_id, "delivery")

    with_tools = SimpleNamespace(ai_agent=lambda _: SimpleNamespace(tools=("look_up",)))
    served = cast("ServedVersion", SimpleNamespace(drafter=Drafter(), specification=with_tools))
    answers = await ask_again(repository, served, turns, unknown, Sample(4, 2))
    assert (answers.turns, answers.left_out) == ((), 4)
