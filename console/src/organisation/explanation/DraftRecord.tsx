import { Group, Table, Text } from "@mantine/core";

import { exactly } from "../../shell/times";
import { Mark } from "../Mark";
import { Scrolls, pageClasses } from "../Page";
import { percent } from "../../shell/words";
import { inWords } from "../words";
import type { ExplainedDraft, Usage } from "./explanation";
import { Facts } from "./ExplanationPage";
import classes from "./Explanation.module.css";

const SHOWN_ELSEWHERE = new Set(["topic", "topic_confidence"]);

/** A draft with what it was made from, how sure it was, and what was decided about it. */
export function DraftRecord({ draft }: { draft: ExplainedDraft }) {
  const { recorded } = draft;
  return (
    <article className={pageClasses.card} style={{ marginBottom: 12 }} aria-label={`Draft ${recorded.draft_id}`}>
      <Group justify="space-between">
        <Text fw={650}>
          {recorded.ai_agent}, turn {recorded.turn}
        </Text>
        <Mark tone="good">{inWords(draft.became)}</Mark>
      </Group>
      <blockquote className={classes.said} data-who="ai_agent">
        {recorded.draft.text || recorded.draft.clarifying_question || <em>no text</em>}
      </blockquote>
      {draft.changes.length ? <Changes draft={draft} /> : null}
      <Facts facts={factsOf(draft)} />
      <Lowered draft={draft} />
      <Sources draft={draft} />
      <Known draft={draft} />
      <Evidence evidence={recorded.draft.evidence} />
    </article>
  );
}

function factsOf(draft: ExplainedDraft): [string, string | number | null][] {
  const { recorded } = draft;
  const decision = recorded.record?.decision;
  return [
    ["Confidence", recorded.confidence === null ? "not scored" : recorded.confidence.toFixed(2)],
    ["Decided", decision ? `${inWords(decision.outcome)}: ${inWords(decision.reason).toLowerCase()}` : "nothing"],
    ["Rule", decision?.rule ?? ""],
    ["Quality review", decision?.review ? inWords(decision.review) : ""],
    ["This AI agent, because", draft.chosen_because],
    ["A person's instruction", recorded.instruction],
    ["The validator's verdict", recorded.verdict?.supported?.toFixed(2) ?? ""],
    [
      "Models",
      draft.usage
        .filter(({ model }) => model)
        .map(usageInWords)
        .join("; "),
    ],
    ["Drafted", exactly(recorded.created_at)],
    ["Decided on", recorded.record ? exactly(recorded.record.decided_at) : ""],
    ["Draft", recorded.draft_id],
  ];
}

function usageInWords(usage: Usage): string {
  const cost = usage.cost === null ? "" : `, cost ${usage.cost}`;
  const passed = usage.passed_over.length ? `, after ${usage.passed_over.join(", ")}` : "";
  const tokens = `${usage.input_tokens} tokens in, ${usage.output_tokens} out`;
  return `${usage.model} (${tokens}, ${Math.round(usage.model_ms)} ms${cost}${passed})`;
}

function Changes({ draft }: { draft: ExplainedDraft }) {
  return (
    <>
      <Text size="sm" fw={600}>
        What was changed before it was sent
      </Text>
      <p className={`${classes.said} ${classes.changes}`}>
        {draft.changes.map((change, number) => {
          const text = `${change.text} `;
          if (change.op === "added") return <ins key={number}>{text}</ins>;
          if (change.op === "removed") return <del key={number}>{text}</del>;
          return <span key={number}>{text}</span>;
        })}
      </p>
    </>
  );
}

function Lowered({ draft }: { draft: ExplainedDraft }) {
  if (!draft.lowered_by.length) return null;
  return (
    <Text size="sm" mt={6}>
      Confidence was lowered by{" "}
      {draft.lowered_by
        .map(({ feature, points }) => `${inWords(feature).toLowerCase()} (${points.toFixed(2)})`)
        .join(", ")}
      .
    </Text>
  );
}

function Sources({ draft }: { draft: ExplainedDraft }) {
  const { citations } = draft.recorded.draft;
  const cited = new Map(citations.map((one) => [one.source_id, one]));
  const looked = draft.recorded.retrieved;
  if (!looked.length && !citations.length) return null;
  const rows = [
    ...looked.map(({ source_id: id, score }) => ({ id, score: score as number | null })),
    ...citations
      .filter(({ source_id: id }) => !looked.some((one) => one.source_id === id))
      .map(({ source_id: id }) => ({ id, score: null })),
  ];
  return (
    <Scrolls label="Sources">
      <Table mt="sm">
        <Table.Caption style={{ captionSide: "top", textAlign: "left" }}>Sources</Table.Caption>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">Source</Table.Th>
            <Table.Th scope="col">Fits</Table.Th>
            <Table.Th scope="col">Cited</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map(({ id, score }) => (
            <Table.Tr key={id}>
              <Table.Td>{cited.get(id)?.title ?? id}</Table.Td>
              <Table.Td>{score === null ? "" : percent(score)}</Table.Td>
              <Table.Td>{cited.has(id) ? cited.get(id)?.quote || "yes" : "no"}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Scrolls>
  );
}

function Known({ draft }: { draft: ExplainedDraft }) {
  const context = draft.recorded.context;
  if (!context || (!context.facts.length && !context.missing.length)) return null;
  return (
    <>
      <Text size="sm" fw={600} mt="sm">
        What was known of the customer
      </Text>
      <Facts
        facts={context.facts.map((fact) => [
          inWords(fact.name),
          `${fact.value} (${fact.source}, ${exactly(fact.as_of)})`,
        ])}
      />
      {context.missing.length ? <Text size="sm">Did not answer: {context.missing.join(", ")}.</Text> : null}
    </>
  );
}

function Evidence({ evidence }: { evidence: Record<string, unknown> }) {
  const topic = evidence["topic"] as string | null;
  const sure = evidence["topic_confidence"] as number | undefined;
  const told = Object.entries(evidence).filter(
    ([name, value]) =>
      !SHOWN_ELSEWHERE.has(name) && value !== null && value !== false && value !== 0 && !isNothing(value),
  );
  return (
    <>
      <Text size="sm" fw={600} mt="sm">
        Evidence
      </Text>
      <Facts
        facts={[
          ["Topic", topic ? `${topic} (${(sure ?? 0).toFixed(2)})` : "none"],
          ...told.map(([name, value]): [string, string] => [inWords(name), shownValue(value)]),
        ]}
      />
    </>
  );
}

function isNothing(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function shownValue(value: unknown): string {
  if (typeof value === "number") return value.toFixed(2);
  if (value === true) return "yes";
  return Array.isArray(value) ? value.join(", ") : String(value);
}
