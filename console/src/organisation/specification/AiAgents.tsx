import { Anchor, Button, Group, Text } from "@mantine/core";
import { IconPencil } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import { call } from "../../api/client";
import { Avatar } from "../../shell/Avatar";
import type { Measurement } from "../figures/figures";
import { Mark } from "../Mark";
import { percent } from "../../shell/words";
import { duration, inWords } from "../words";
import { useEditing } from "./editing";
import type { AiAgentCard } from "./specification";
import classes from "./Specification.module.css";

/** Every AI agent as a card: what it can do, cannot do, when a person comes in, and how well it does. */
export function AiAgents() {
  const { active, files } = useEditing();
  const health = useQuery({
    queryKey: ["specification", "health"],
    queryFn: ({ signal }) => call<{ measurements: Measurement[] }>("/v1/specification/health", { signal }),
  });
  const fileOf = (id: string) =>
    Object.keys(files).find(
      (path) => path.startsWith("agents/") && new RegExp(`^id: *${id} *(#|$)`, "m").test(files[path] ?? ""),
    );
  return (
    <div className={classes.cards}>
      {active.ai_agents.map((card) => (
        <Card
          key={card.id}
          card={card}
          path={fileOf(card.id)}
          measured={(health.data?.measurements ?? []).filter(({ objective }) => objective.ai_agent === card.id)}
        />
      ))}
    </div>
  );
}

interface Given {
  card: AiAgentCard;
  path: string | undefined;
  measured: Measurement[];
}

function Card({ card, path, measured }: Given) {
  const { active, mayEdit } = useEditing();
  const topics = active.topics.filter(({ ai_agent: owner }) => owner === card.id);
  return (
    <article className={classes.card} aria-label={card.name}>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <Group gap="sm" wrap="nowrap">
          <Avatar name={card.name} kind="ai" size={36} />
          <div>
            <Text fw={650} component="h2">
              {card.name}
            </Text>
            <Text size="xs" c="dimmed">
              {card.id}
            </Text>
          </div>
        </Group>
        <Mark tone="good">
          {inWords(card.mode)}
          {card.trust ? ", earned" : ""}
        </Mark>
      </Group>
      <Text size="sm">{card.role}</Text>
      <Listed title="Can do" lines={card.can_do} />
      <Listed title="Cannot do" lines={card.cannot_do.map(({ description }) => description)} />
      <Listed title="A person comes in" lines={escalations(card, topics)} />
      <Listed title="Tools" lines={card.tools.map((one) => `${one.server}/${one.tool}, ${one.access}s`)} />
      <Success measured={measured} card={card} />
      {path ? (
        <Button
          component={Link}
          to={`/specification/files/${path}`}
          mt="auto"
          variant="default"
          size="xs"
          leftSection={<IconPencil size={14} aria-hidden />}
        >
          {mayEdit ? "Edit" : "See"} {card.name}
        </Button>
      ) : null}
    </article>
  );
}

function Listed({ title, lines }: { title: string; lines: string[] }) {
  if (!lines.length) return null;
  return (
    <div>
      <Text size="sm" fw={600} component="h3">
        {title}
      </Text>
      <ul className={classes.list}>
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </div>
  );
}

function escalations(card: AiAgentCard, topics: { title: string; escalate: boolean; sensitivity: string | null }[]) {
  const supervised = card.supervised_topics.length
    ? [`Drafts on ${card.supervised_topics.map((one) => inWords(one).toLowerCase()).join(", ")} wait for approval`]
    : [];
  const veto = card.veto_minutes
    ? [`or leave after ${duration(card.veto_minutes * 60)} unless somebody stops them`]
    : [];
  return [
    ...(card.escalate_below === null ? [] : [`Below a confidence of ${card.escalate_below.toFixed(2)}`]),
    ...supervised,
    ...veto,
    ...topics.filter(({ escalate }) => escalate).map(({ title }) => `Always on: ${title}`),
    ...topics
      .filter(({ escalate, sensitivity }) => sensitivity && !escalate)
      .map(({ title, sensitivity }) => `${title}, as it is ${inWords(sensitivity ?? "").toLowerCase()}`),
    "Whenever the customer asks for one",
  ];
}

function Success({ card, measured }: { card: AiAgentCard; measured: Measurement[] }) {
  if (!card.success.length) return null;
  return (
    <div>
      <Text size="sm" fw={600} component="h3">
        Success
      </Text>
      <ul className={classes.list}>
        {card.success.map(({ metric, target }) => {
          const found = measured.find(({ objective }) => objective.metric === metric);
          const told =
            found && found.measured.n
              ? `${percent(found.measured.share, 1)} of ${found.measured.n} (${inWords(found.state).toLowerCase()})`
              : "nothing counted yet";
          return (
            <li key={metric}>
              {inWords(metric)}: target {target <= 1 ? percent(target) : target},{" "}
              <Anchor component={Link} to="/dashboards" size="sm">
                {told}
              </Anchor>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
