import { Group, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";

import type { Evidence, TurnView } from "../api/contract";
import { exactly } from "../shell/times";
import { aiName, percent, plain, reasonName } from "../shell/words";
import classes from "./Timeline.module.css";

const LOW = 0.6;

interface Signal {
  name: string;
  value: number;
}

/** The numbers that confidence is made of: all between 0 and 1, more is better. */
function signalsOf(evidence: Evidence): Signal[] {
  const all: [string, number | null | undefined][] = [
    ["What it says is in its sources", evidence.grounding],
    ["The sources fit the question", evidence.retrieval],
    ["They fit better than others", evidence.retrieval_margin],
    ["It knows the topic", evidence.topic_confidence],
    ["The topic is its own", 1 - evidence.out_of_scope],
    ["The validator's verdict", evidence.validator],
    ["Answered alike before", evidence.precedents || null],
  ];
  return all.flatMap(([name, value]) => (typeof value === "number" ? [{ name, value }] : []));
}

/** What made people, or the policy, look twice. */
export function warningsOf(evidence: Evidence): string[] {
  const given: [boolean, string][] = [
    [evidence.abstained, "nothing supports an answer"],
    [evidence.ambiguous, "can be understood in several ways"],
    [evidence.missing_sources.length > 0, `missing: ${evidence.missing_sources.join(", ")}`],
    [evidence.asks_for_person, "asks for a person"],
    [evidence.injection, "tries to give orders to the AI agent"],
    [Boolean(evidence.cannot_do), `must not: ${evidence.cannot_do ?? ""}`],
    [Boolean(evidence.sensitivity), `sensitive: ${evidence.sensitivity ?? ""}`],
    [evidence.supervised, "supervised topic"],
    [Boolean(evidence.amount), `money: ${evidence.amount ?? ""}`],
    [Boolean(evidence.unsupported_language), `language: ${evidence.unsupported_language ?? ""}`],
    [evidence.identity === "unknown", "customer not known"],
    [evidence.identity === "to_verify", "customer not verified"],
    [evidence.expressions_failed.length > 0, `could not be evaluated: ${evidence.expressions_failed.join(", ")}`],
  ];
  return given.flatMap(([holds, words]) => (holds ? [words] : []));
}

const OUTCOMES: Record<string, string> = {
  send: "Sent by itself",
  ask_approval: "Asked for approval",
  clarify: "Asked back",
  verify: "Asked who the customer is",
  escalate: "Handed to people",
};

interface Given {
  turn: TurnView;
  version: string;
}

/** What the AI agent was thinking: what was decided and why, what confidence is made of, sources, facts, version. */
export function Thinking({ turn, version }: Given) {
  const { draft, record } = turn;
  const warnings = warningsOf(draft.evidence);
  return (
    <Stack className={classes.thinking} gap="sm">
      {record ? (
        <Part title="Decision">
          {OUTCOMES[record.decision.outcome] ?? plain(record.decision.outcome)}: {reasonName(record.decision.reason)}.{" "}
          {record.decision.rule ? `Rule: ${record.decision.rule}.` : ""}
          {record.decision.review ? " It goes to quality review." : ""}
        </Part>
      ) : null}
      <Confidence evidence={draft.evidence} confidence={turn.confidence} />
      {warnings.length > 0 ? (
        <Group gap={6}>
          {warnings.map((words) => (
            <span key={words} className={classes.warning}>
              {words}
            </span>
          ))}
        </Group>
      ) : null}
      {draft.citations.length > 0 ? (
        <Part title="Sources">
          {draft.citations.map((citation) => (
            <div key={`${citation.source_id}-${citation.quote}`}>
              <Text size="sm" fw={600} mt={4}>
                {citation.title || citation.source_id}
              </Text>
              {citation.quote ? <blockquote className={classes.quote}>{citation.quote}</blockquote> : null}
            </div>
          ))}
        </Part>
      ) : null}
      {turn.context && turn.context.facts.length > 0 ? (
        <Part title="Known of the customer then">
          {turn.context.facts.map((fact) => (
            <Text size="sm" key={`${fact.name}-${fact.source}`} title={`${fact.source}, ${exactly(fact.as_of)}`}>
              {plain(fact.name)}: {fact.value}{" "}
              <Text span size="xs" c="dimmed">
                {fact.source}
              </Text>
            </Text>
          ))}
        </Part>
      ) : null}
      <Part title="Made by">
        {aiName(turn.ai_agent)}
        {draft.usage.model ? ` with ${draft.usage.model}` : ""}, specification {version.slice(0, 8)}, turn {turn.turn}
        {draft.evidence.guidelines.length > 0 ? `, guidelines: ${draft.evidence.guidelines.join(", ")}` : ""}
        {draft.evidence.macro ? `, macro: ${draft.evidence.macro}` : ""}
        {draft.evidence.rules_held?.length ? `, rules that held: ${draft.evidence.rules_held.join(", ")}` : ""}.
      </Part>
    </Stack>
  );
}

export function Confidence({ evidence, confidence }: { evidence: Evidence; confidence: number | null }) {
  const signals = signalsOf(evidence);
  const lowered = signals.filter(({ value }) => value < LOW).map(({ name }) => name.toLowerCase());
  return (
    <Part title={confidence === null ? "Evidence" : `Confidence ${percent(confidence)}`}>
      {evidence.topic ? (
        <Text size="sm" mb={4}>
          Topic: {plain(evidence.topic)}
        </Text>
      ) : null}
      {signals.map(({ name, value }) => (
        <div key={name} className={classes.signal}>
          <span>{name}</span>
          <span className={classes.bar} data-low={value < LOW || undefined} aria-hidden>
            <span style={{ width: `${String(Math.round(value * 100))}%` }} />
          </span>
          <span>{percent(value)}</span>
        </div>
      ))}
      {lowered.length > 0 ? (
        <Text size="xs" c="dimmed" mt={4}>
          Lowered by: {lowered.join("; ")}.
        </Text>
      ) : null}
    </Part>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <Text size="xs" fw={700} c="dimmed" mb={2}>
        {title}
      </Text>
      <div>{children}</div>
    </section>
  );
}
