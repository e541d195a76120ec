import { Anchor, Button, Group, Stack, Text } from "@mantine/core";
import { Link } from "react-router";

import { Mark } from "../Mark";
import { Empty } from "../Page";
import { counted } from "../../shell/words";
import { inWords } from "../words";
import { useEditing } from "./editing";
import type { Rule } from "./specification";
import classes from "./Specification.module.css";

/** When people are asked beyond what the built-in policy demands. */
export function Rules() {
  const { active } = useEditing();
  if (!active.rules.length && !active.guidelines.length) {
    return <Empty>There are no rules yet. Make one under Files; the built-in policy holds anyway.</Empty>;
  }
  return (
    <Stack>
      <div className={classes.cards}>
        {active.rules.map((rule) => (
          <RuleCard key={rule.id} rule={rule} />
        ))}
      </div>
      {active.guidelines.length ? (
        <>
          <Text fw={650} component="h2">
            Guidelines
          </Text>
          <ul className={classes.list}>
            {active.guidelines.map(({ id, description }) => (
              <li key={id}>
                <Anchor component={Link} inherit to={`/specification/files/guidelines/${id}.yaml`}>
                  {inWords(id)}
                </Anchor>
                {description ? `: ${description}` : ""}
              </li>
            ))}
          </ul>
        </>
      ) : null}
    </Stack>
  );
}

function RuleCard({ rule }: { rule: Rule }) {
  const { files } = useEditing();
  const path = `rules/${rule.id}.yaml`;
  return (
    <article className={classes.card} aria-label={rule.id}>
      <Group justify="space-between" wrap="nowrap">
        <Text fw={650} component="h2">
          {inWords(rule.id)}
        </Text>
        <Mark tone={rule.then === "escalate" ? "bad" : "wait"}>{inWords(rule.then)}</Mark>
      </Group>
      <Text size="sm">{rule.description}</Text>
      <div>
        <Text size="sm" fw={600} component="h3">
          When all of this holds
        </Text>
        <ul className={classes.list}>
          {rule.when.map((condition, number) => (
            <li key={number}>{conditionInWords(condition)}</li>
          ))}
        </ul>
      </div>
      {rule.ai_agents.length ? <Text size="sm">Only drafts of {rule.ai_agents.join(", ")}</Text> : null}
      {rule.ask ? <Text size="sm">Asked: {askedInWords(rule.ask)}</Text> : null}
      {path in files ? (
        <Button component={Link} to={`/specification/files/${path}`} mt="auto" variant="default" size="xs">
          See the file
        </Button>
      ) : null}
    </article>
  );
}

/** The kinds that nearly every rule has, as people say them; the others are told field by field. */
const SAID: Record<string, (condition: Record<string, unknown>) => string> = {
  topic: ({ topics }) => `It is about ${listed(topics)}`,
  words: ({ phrases }) => `The customer says ${listed(phrases)}`,
  draft_words: ({ phrases }) => `The draft says ${listed(phrases)}`,
  fact: ({ name, one_of: values }) => `${inWords(String(name))} is ${listed(values)}`,
  expression: ({ cel }) => `Expression ${String(cel)}`,
};

function listed(values: unknown): string {
  const all = (Array.isArray(values) ? values : [values]).map((value) => String(value).replace(/_/g, " "));
  return all.length > 1 ? `${all.slice(0, -1).join(", ")} or ${all.at(-1) ?? ""}` : (all[0] ?? "");
}

/** Who decides and what happens while it waits. */
function askedInWords(ask: Record<string, unknown>): string {
  const { approvers, roles, exclude_requester: othersOnly, ladder, ...rest } = ask;
  const who = counted(Number(approvers ?? 1), "person", "people");
  const rungs = (Array.isArray(ladder) ? ladder : []) as Record<string, unknown>[];
  const more = conditionInWords(rest);
  return [
    Array.isArray(roles) && roles.length ? `${who} (${listed(roles)})` : who,
    ...(othersOnly ? ["not who asked for it"] : []),
    ...rungs.map((rung) => `after ${String(rung["after_minutes"])} min ${listed(rung["action"])}`),
    ...(more ? [more] : []),
  ].join("; ");
}

function conditionInWords(condition: Record<string, unknown>): string {
  const { kind, ...rest } = condition;
  const told = Object.entries(rest).filter(
    ([, value]) => value !== null && value !== "" && value !== false && !(Array.isArray(value) && !value.length),
  );
  const said = typeof kind === "string" && told.length === (kind === "fact" ? 2 : 1) ? SAID[kind] : undefined;
  if (said) return said(rest);
  const fields = told.map(([name, value]) => `${inWords(name).toLowerCase()} ${valueInWords(value)}`);
  const named = typeof kind === "string" ? inWords(kind) : "";
  return [named, fields.join("; ")].filter(Boolean).join(": ");
}

function valueInWords(value: unknown): string {
  if (Array.isArray(value)) return value.map(valueInWords).join(", ");
  if (typeof value === "object" && value !== null) return conditionInWords(value as Record<string, unknown>);
  return String(value);
}
