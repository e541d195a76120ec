"""What would be decided about recorded turns under another version of the specification. Pure, and asks no model.

A turn counts as read and scored as it was: the recorded topic, confidence, counts and mode are kept, and what a
specification says of them is applied anew. Where a change may lead to another reading, or to another text, the
decision is unknown, unless it is the same in any case.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import NamedTuple

from domain.approvals.approval import asked_by, rule_for
from domain.conversation.decision import decide
from domain.conversation.reading_anew import why_read_anew
from domain.conversation.recorded_rules import Evaluate, RecordedRules
from domain.conversation.ruling import drafted
from domain.conversation.turn import Decision, DecisionRecord, Draft, Evidence, Outcome, Reason
from domain.model import Frozen
from domain.quality.trust import held_by
from domain.specification.conditions import FoundCondition
from domain.specification.modes import Mode
from domain.specification.organisation import OrganisationSpec, Probability, Sensitivity, SpecVersion
from domain.specification.rules import DecidingRule, rule_named

EITHER = (False, True)
WORDS = "it depends on the words of the message, which no record tells"
STOPPED = "automatic sending was stopped"


class RecordedTurn(Frozen):
    """A draft, and what was decided about it by the version that its conversation pinned.

    `mode` is what a person had set by then; None where the AI agent's own counted.
    """

    conversation_id: str
    turn: int
    spec_hash: str
    draft: Draft
    record: DecisionRecord
    mode: Mode | None = None


class Reading(Frozen):
    """What the decision needs of how messages are read, as `answering` does it.

    `topic_of` has the topic of each article. `has_precedents`: drafts may wait for approval as like messages did.
    `relearnt`: the planned version would learn from other labelled messages than the active one.
    """

    sure_of_topic: Probability
    topic_of: Mapping[str, str] = {}
    has_precedents: bool = False
    relearnt: bool = False


class Redecision(Frozen):
    """A turn that would be decided differently, as `kind` says: `send -> ask_approval`, or what else of it differs."""

    conversation_id: str
    turn: int
    ai_agent: str
    topic: str | None
    kind: str
    before: Decision
    after: Decision


class UnknownTurn(Frozen):
    """A turn of which nobody can say what would be decided, and why."""

    conversation_id: str
    turn: int
    reason: str


class Redecided(Frozen):
    """What a plan would change over recorded turns."""

    turns: int
    changed: tuple[Redecision, ...] = ()
    unknown: tuple[UnknownTurn, ...] = ()

    @property
    def unchanged(self) -> int:
        return self.turns - len(self.changed) - len(self.unknown)

    @property
    def kinds(self) -> dict[str, int]:
        """How many turns of each kind of change, the most frequent first."""
        return dict(Counter(one.kind for one in self.changed).most_common())

    @property
    def reasons(self) -> dict[str, int]:
        """How many turns are unknown for each reason, the most frequent first."""
        return dict(Counter(one.reason for one in self.unknown).most_common())


class _Decided(NamedTuple):
    """A decision, and where people are asked how many of them, of which roles, team and skill, and whether the
    requester may.
    """

    decision: Decision
    approvers: tuple[int, tuple[str, ...], str | None, str | None, bool] | None


class _Hidden(NamedTuple):
    """What was found out about a message and not recorded; only what fits the record is possible.

    `cannot_do`: whether it hits an entry of the active and of the planned version. `true`: conditions of rules that
    hold, of those that no record tells.
    """

    by_words: Sensitivity | None
    courtesy: bool
    sure: bool
    approved_alike: bool
    cannot_do: tuple[bool, bool]
    true: frozenset[FoundCondition]


class Redecider:
    """Compares what is decided under two versions, `active` and `planned`.

    `pinned` are the versions that conversations name, by hash. `evaluate` computes expressions of rules.
    """

    def __init__(
        self,
        active: SpecVersion,
        planned: SpecVersion,
        pinned: Mapping[str, SpecVersion],
        reading: Reading,
        evaluate: Evaluate | None = None,
    ) -> None:
        self._active = active
        self._planned = planned
        self._pinned = pinned
        self._reading = reading
        self._reasons: dict[tuple[str, str | None], str | None] = {}
        self._rules = {
            spec_hash: RecordedRules(
                version.specification.rules, active.specification.rules, planned.specification.rules, evaluate
            )
            for spec_hash, version in pinned.items()
        }

    def redecide(self, turns: Sequence[RecordedTurn]) -> Redecided:
        """Each turn is unchanged, changed or unknown."""
        differ = self._active != self._planned or self._reading.relearnt
        found = [self._one(turn) for turn in turns] if differ else []
        changed = tuple(one for one in found if isinstance(one, Redecision))
        unknown = tuple(one for one in found if isinstance(one, UnknownTurn))
        return Redecided(turns=len(turns), changed=changed, unknown=unknown)

    def _one(self, turn: RecordedTurn) -> Redecision | UnknownTurn | None:
        pinned = self._pinned[turn.spec_hash]
        if turn.record.decision.reason is Reason.SENDING_STOPPED:
            return _unknown(turn, STOPPED)
        reason = self._read_anew(turn.draft.ai_agent, turn.draft.evidence.topic)
        if reason:
            return None if self._escalates_anyhow(turn, pinned) else _unknown(turn, reason)
        conditions = self._rules[turn.spec_hash].possible(turn.draft.evidence)
        if conditions is None:
            return None if self._escalates_anyhow(turn, pinned) else _unknown(turn, WORDS)
        found = self._hidden(turn, pinned, conditions)
        possible = [hidden for hidden in found if self._reproduces(turn, pinned, hidden)]
        pairs = {self._decided_by_both(turn, hidden) for hidden in possible}
        if not pairs:
            return _unknown(turn, "it is decided differently by the version that it was decided by")
        if all(before == after for before, after in pairs):
            return None
        if len(pairs) > 1:
            return _unknown(turn, WORDS)
        ((before, after),) = pairs
        return _redecision(turn, before, after)

    def _read_anew(self, ai_agent: str, topic: str | None) -> str | None:
        """Why messages of this AI agent and topic might be read, or answered, otherwise."""
        if self._reading.relearnt:
            return "labelled messages have changed"
        key = ai_agent, topic
        if key not in self._reasons:
            self._reasons[key] = why_read_anew(self._active, self._planned, ai_agent, topic)
        return self._reasons[key]

    def _escalates_anyhow(self, turn: RecordedTurn, pinned: SpecVersion) -> bool:
        """Whatever is read: by words that need no model, or after so many exchanges."""
        evidence, versions = turn.draft.evidence, (self._active, self._planned)
        asks = evidence.asks_for_person and _embedder(self._active) == _embedder(self._planned)
        hits = _possible_hits(evidence.cannot_do, pinned, versions) == {(True, True)}
        certain = Evidence(
            asks_for_person=asks, injection=evidence.injection, cannot_do=evidence.cannot_do if hits else None
        )
        return all(_decide(turn, one, certain, confidence=1.0).outcome is Outcome.ESCALATE for one in versions)

    def _hidden(
        self, turn: RecordedTurn, pinned: SpecVersion, conditions: Sequence[frozenset[FoundCondition]]
    ) -> Iterator[_Hidden]:
        evidence = turn.draft.evidence
        # A courtesy is recorded as sure and in scope, whatever its topic was taken for.
        may_be_courtesy = evidence.topic_confidence == 1.0 and evidence.out_of_scope == 0.0
        sure = evidence.topic_confidence >= self._reading.sure_of_topic
        courtesies = [(False, sure), *([(True, False), (True, True)] if may_be_courtesy else [])]
        alike = EITHER if self._reading.has_precedents and evidence.supervised else (False,)
        hits = _possible_hits(evidence.cannot_do, pinned, (self._active, self._planned))
        possible = product((None, *Sensitivity), courtesies, alike, hits, conditions)
        for by_words, (courtesy, is_sure), approved, hit, true in possible:
            yield _Hidden(by_words, courtesy, is_sure, approved, hit, true)

    def _reproduces(self, turn: RecordedTurn, pinned: SpecVersion, hidden: _Hidden) -> bool:
        """The record is what comes of it under the version that was pinned."""
        recorded = turn.draft.evidence
        found = self._evidence(turn, pinned, hidden)
        if recorded.rules_held is None:
            found = found.model_copy(update={"rules_held": None})
        if found != recorded:
            return False
        return _decide(turn, pinned, recorded.under(turn.mode, turn.draft.held_to)) == turn.record.decision

    def _decided_by_both(self, turn: RecordedTurn, hidden: _Hidden) -> tuple[_Decided, _Decided]:
        before, after = hidden.cannot_do
        return (
            self._decided(turn, self._active, hidden, hits=before),
            self._decided(turn, self._planned, hidden, hits=after),
        )

    def _decided(self, turn: RecordedTurn, version: SpecVersion, hidden: _Hidden, *, hits: bool) -> _Decided:
        cannot_do = turn.draft.evidence.cannot_do or "an entry that is new"
        evidence = self._evidence(turn, version, hidden).model_copy(update={"cannot_do": cannot_do if hits else None})
        card, rules = version.specification.ai_agent(turn.draft.ai_agent), version.specification.approval_rules
        evidence = evidence.under(turn.mode, held_by(card, turn.draft.held_to))
        decision = _decide(turn, version, evidence)
        if decision.outcome is not Outcome.ASK_APPROVAL:
            return _Decided(decision, None)
        usual = rule_for(rules, ai_agent=card.id, sensitivity=evidence.sensitivity, amount=evidence.amount)
        rule = asked_by(rule_named(_rules(version), decision.rule), usual)
        return _Decided(decision, (rule.approvers, rule.roles, rule.team, rule.skill, rule.exclude_requester))

    def _evidence(self, turn: RecordedTurn, version: SpecVersion, hidden: _Hidden) -> Evidence:
        """The recorded evidence with what the version's specification says of it."""
        spec, recorded = version.specification, turn.draft.evidence
        topic = spec.topic(recorded.topic) if recorded.topic else None
        ai_agent = spec.ai_agent(turn.draft.ai_agent)
        by_topic = topic.sensitivity if topic and hidden.sure else None
        cited = {self._reading.topic_of.get(citation.source_id) for citation in turn.draft.citations}
        evidence = recorded.model_copy(
            update={
                "sensitivity": None if hidden.courtesy else hidden.by_words or by_topic,
                "topic_escalates": bool(topic and topic.escalate and hidden.sure)
                or _escalates_by_words(spec, hidden.by_words),
                "supervised": hidden.approved_alike
                or bool(topic and ai_agent.watches(topic.id))
                or any(_is_watched(spec, one) for one in cited),
                "escalate_below": ai_agent.escalate_below,
            }
        )
        return self._with_rules(evidence, turn, spec, hidden)

    def _with_rules(self, evidence: Evidence, turn: RecordedTurn, spec: OrganisationSpec, hidden: _Hidden) -> Evidence:
        if not spec.rules:
            return evidence.model_copy(update={"rules_held": None})
        sure = hidden.sure and not hidden.courtesy
        known = drafted(evidence, turn.draft.ai_agent, sure_of_topic=sure, draft=turn.draft.written)
        held = self._rules[turn.spec_hash].held(spec.rules, turn.draft.evidence, known, hidden.true)
        return evidence.model_copy(update={"rules_held": held})


def _decide(
    turn: RecordedTurn, version: SpecVersion, evidence: Evidence, *, confidence: float | None = None
) -> Decision:
    return decide(
        evidence=evidence,
        confidence=turn.record.confidence if confidence is None else confidence,
        exchanges=turn.record.exchanges,
        clarifications=turn.record.clarifications,
        thresholds=version.specification.thresholds,
        service_levels=version.specification.service_levels,
        sampling_key=turn.draft.draft_id,
        rules=_rules(version),
    )


def _rules(version: SpecVersion) -> list[DecidingRule]:
    return [rule.to_decide for rule in version.specification.rules]


def _embedder(version: SpecVersion) -> str:
    return version.specification.model.embedder


def _escalates_by_words(spec: OrganisationSpec, by_words: Sensitivity | None) -> bool:
    return by_words is not None and any(topic.escalate and topic.sensitivity is by_words for topic in spec.topics)


def _is_watched(spec: OrganisationSpec, topic_id: str | None) -> bool:
    topic = spec.topic(topic_id) if topic_id else None
    return topic is not None and spec.ai_agent(topic.ai_agent).watches(topic.id)


def _possible_hits(
    recorded: str | None, pinned: SpecVersion, versions: tuple[SpecVersion, SpecVersion]
) -> set[tuple[bool, bool]]:
    """Whether the message hits a phrase of each version: one of the recorded entry, else none, or one that is new."""
    known, (old, new) = _phrases(pinned), map(_phrases, versions)
    if recorded is None:
        added = {phrase for phrase in old.keys() | new.keys() if phrase not in known}
        return {(False, False), *((phrase in old, phrase in new) for phrase in added)}
    return {(phrase in old, phrase in new) for phrase, entries in known.items() if recorded in entries}


def _phrases(version: SpecVersion) -> dict[str, set[str]]:
    """All phrases of the cannot-do lists, with the entries that have them."""
    found = defaultdict[str, set[str]](set)
    for ai_agent in version.specification.ai_agents:
        for entry in ai_agent.cannot_do:
            for phrase in entry.phrases:
                found[phrase].add(entry.description)
    return found


def _redecision(turn: RecordedTurn, before: _Decided, after: _Decided) -> Redecision:
    return Redecision(
        conversation_id=turn.conversation_id,
        turn=turn.turn,
        ai_agent=turn.draft.ai_agent,
        topic=turn.draft.evidence.topic,
        kind=_kind(before, after),
        before=before.decision,
        after=after.decision,
    )


def _kind(before: _Decided, after: _Decided) -> str:
    old, new = before.decision, after.decision
    if old.outcome is not new.outcome:
        return f"{old.outcome} -> {new.outcome}"
    if before.approvers != after.approvers:
        return f"{old.outcome}, by others"
    return f"{old.outcome}, reviewed otherwise" if old.review != new.review else f"{old.outcome}, for another reason"


def _unknown(turn: RecordedTurn, reason: str) -> UnknownTurn:
    return UnknownTurn(conversation_id=turn.conversation_id, turn=turn.turn, reason=reason)
