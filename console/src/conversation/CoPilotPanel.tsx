import { Anchor, Badge, Button, Group, Loader, Stack, Text } from "@mantine/core";
import { IconPencil, IconX } from "@tabler/icons-react";
import { Link } from "react-router";

import { useCoPilot, useUse } from "../api/conversation";
import type { ConversationDetails, CoPilot, OfferedSuggestion } from "../api/contract";
import { may, useMe } from "../api/me";
import { ProblemAlert } from "../shell/ProblemAlert";
import { aiName, counted, percent, plain } from "../shell/words";
import { Facts, Section } from "./Side";
import { offerToComposer } from "./offered";
import classes from "./Side.module.css";

/** What a person who owns the conversation is offered. No customer sees it, and nothing of it is sent by itself. */
export function CoPilotPanel({ details }: { details: ConversationDetails }) {
  const id = details.conversation.conversation_id;
  const found = useCoPilot(id, true);
  if (found.isError) return <ProblemAlert error={found.error} retry={() => void found.refetch()} />;
  if (found.isPending) return <Loader role="status" size="sm" m="md" aria-label="Loading" />;
  if (!found.data) {
    return (
      <Text size="sm" c="dimmed" p="md">
        The co-pilot is not available here.
      </Text>
    );
  }
  return <Offered id={id} coPilot={found.data} />;
}

function Offered({ id, coPilot }: { id: string; coPilot: CoPilot }) {
  const { suggestion, summary, similar } = coPilot;
  return (
    <Stack gap="md" p="md">
      <Section title="Suggested reply">
        {suggestion ? (
          <Suggested id={id} suggestion={suggestion} />
        ) : (
          <Text size="sm" c="dimmed">
            {coPilot.why_none || "None at this moment."}
          </Text>
        )}
      </Section>
      {coPilot.next_steps.length > 0 ? (
        <Section title="Next steps">
          <Stack gap={6}>
            {coPilot.next_steps.map(({ kind, text }) => (
              <div key={`${kind}-${text}`} className={classes.step}>
                {text}
              </div>
            ))}
          </Stack>
        </Section>
      ) : null}
      <Section title="Summary">
        <Text size="sm">{summary.asked || "The customer has not said anything yet."}</Text>
        {summary.why_a_person ? (
          <Text size="sm" mt={4}>
            {summary.why_a_person}
          </Text>
        ) : null}
        {summary.unanswered.length > 0 ? (
          <Text size="sm" mt={6} fw={600}>
            Not answered yet: {summary.unanswered.join(" · ")}
          </Text>
        ) : null}
      </Section>
      {summary.facts.length > 0 ? <Facts facts={summary.facts} /> : null}
      <Section title="Answered alike before">
        {similar && similar.conversations.length > 0 ? (
          <Stack gap="sm">
            {similar.conversations.map((one) => (
              <div key={one.conversation_id}>
                <Anchor component={Link} to={`/inbox/all/${one.conversation_id}`} size="sm" fw={600} lineClamp={2}>
                  {one.question}
                </Anchor>
                <Text size="xs" c="dimmed" lineClamp={4}>
                  {one.answer ?? "Without an answer"}
                </Text>
                <Text size="xs">{percent(one.likeness)} alike</Text>
              </div>
            ))}
          </Stack>
        ) : (
          <Text size="sm" c="dimmed">
            {coPilot.why_none_similar || "Nothing like it was resolved before."}
          </Text>
        )}
      </Section>
    </Stack>
  );
}

function Suggested({ id, suggestion }: { id: string; suggestion: OfferedSuggestion }) {
  const me = useMe();
  const use = useUse(id);
  const text = suggestion.text || suggestion.clarifying_question;
  return (
    <div className={classes.suggestion}>
      <Group gap={6} mb={6}>
        <Badge size="xs" radius="sm">
          {aiName(suggestion.ai_agent)}
        </Badge>
        {suggestion.confidence === null ? null : <Text size="xs">{percent(suggestion.confidence)} sure</Text>}
        {suggestion.current ? null : (
          <Text size="xs" fw={650} c="var(--hf-note)">
            The customer wrote since
          </Text>
        )}
      </Group>
      <div className={classes.words}>{text}</div>
      {suggestion.actions.map((action) => (
        <Text key={`${action.server}-${action.tool}`} size="xs" mt={6}>
          It would use {plain(action.tool)}; nothing has been done.
        </Text>
      ))}
      {suggestion.citations.length > 0 ? (
        <Text size="xs" c="dimmed" mt={6}>
          {counted(suggestion.citations.length, "source")}: {suggestion.citations.map(({ title }) => title).join(", ")}
        </Text>
      ) : null}
      {suggestion.used ? (
        <Text size="xs" mt={8}>
          Used: {plain(suggestion.used.used).toLowerCase()}
        </Text>
      ) : may(me, "human_agent") ? (
        <Group gap={6} mt={10}>
          <Button
            size="compact-sm"
            leftSection={<IconPencil size={14} />}
            onClick={() => offerToComposer(id, { id: suggestion.suggestion_id, text })}
          >
            Put into the reply
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            loading={use.isPending}
            leftSection={<IconX size={14} />}
            onClick={() => use.mutate({ id: suggestion.suggestion_id, used: "ignored" })}
          >
            Not useful
          </Button>
        </Group>
      ) : null}
    </div>
  );
}
