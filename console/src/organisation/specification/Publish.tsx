import { Anchor, Alert, Button, Group, Loader, Stack, Table, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";

import { call } from "../../api/client";
import { ProblemAlert } from "../../shell/ProblemAlert";
import { showProblem, tell } from "../../shell/told";
import { Confirm } from "../Confirm";
import { Empty, Scrolls, pageClasses } from "../Page";
import { counted } from "../../shell/words";
import { inWords, short } from "../words";
import { ChangeList } from "./ChangeList";
import { useEditing } from "./editing";
import { SPECIFICATION, type Decision, type Plan } from "./specification";

/** What the draft would change, over real conversations too; then publishing exactly that. */
export function Publish() {
  const editing = useEditing();
  const plan = useMutation({
    mutationFn: async () => {
      await editing.settle();
      return call<Plan>(`${SPECIFICATION}/plan`, { method: "POST", body: {} });
    },
  });
  const changes = Object.keys(editing.changes).length;
  const mistakes = editing.checked?.mistakes.length ?? 0;
  if (!changes) return <Empty>You have changed nothing. Edit under Files, or install from the market.</Empty>;
  return (
    <Stack maw={980}>
      {editing.behind ? <Behind /> : null}
      {mistakes ? <Wrong mistakes={mistakes} /> : null}
      <Text size="sm">
        Your draft changes {counted(changes, "file")} of version {short(editing.draft?.base ?? "")}:{" "}
        {Object.keys(editing.changes).join(", ")}.
      </Text>
      <Group>
        <Button onClick={() => plan.mutate()} loading={plan.isPending} disabled={mistakes > 0 || editing.behind}>
          Plan: what would change?
        </Button>
        <Discard />
      </Group>
      {plan.isPending ? <Planning /> : null}
      {plan.error ? <ProblemAlert error={plan.error} /> : null}
      {plan.data ? <Planned plan={plan.data} /> : null}
    </Stack>
  );
}

function Planning() {
  return (
    <Group gap="xs" role="status">
      <Loader size="xs" aria-hidden />
      <Text size="sm">Recorded turns are decided again. This takes some seconds.</Text>
    </Group>
  );
}

function Wrong({ mistakes }: { mistakes: number }) {
  return (
    <Alert color="red" variant="light" title={counted(mistakes, "mistake")}>
      <Text size="sm">
        Nothing is published before they are put right.{" "}
        <Anchor component={Link} inherit to="/specification/files">
          See them
        </Anchor>
      </Text>
    </Alert>
  );
}

function Behind() {
  const editing = useEditing();
  const overtaken = editing.draft?.overtaken ?? [];
  const take = useMutation({ mutationFn: editing.takeOver, onError: showProblem });
  return (
    <Alert color="yellow" variant="light" title="Somebody has published another version meanwhile">
      <Text size="sm" mb="xs">
        {overtaken.length
          ? `They have changed files that you change too: ${overtaken.join(", ")}. Taken over, yours count; look at both first.`
          : "None of the files that you change is among theirs."}
      </Text>
      <Group>
        <Button size="xs" loading={take.isPending} onClick={() => take.mutate()}>
          Take my draft over to the active version
        </Button>
        <Anchor component={Link} inherit to="/specification/history">
          What they changed
        </Anchor>
      </Group>
    </Alert>
  );
}

function Discard() {
  const editing = useEditing();
  const [asks, setAsks] = useState(false);
  const discard = useMutation({
    mutationFn: editing.discard,
    onSuccess: () => {
      setAsks(false);
      tell("Your draft is gone");
    },
    onError: showProblem,
  });
  return (
    <>
      <Button variant="default" onClick={() => setAsks(true)}>
        Forget my changes
      </Button>
      {asks ? (
        <Confirm
          title="Forget everything you have changed?"
          doing="Forget it"
          pending={discard.isPending}
          onClose={() => setAsks(false)}
          onConfirm={() => discard.mutate()}
        >
          Your draft is removed. What is published stays as it is.
        </Confirm>
      ) : null}
    </>
  );
}

function Planned({ plan }: { plan: Plan }) {
  const kinds = Object.entries(plan.kinds);
  return (
    <Stack gap="md">
      <section aria-label="Changes">
        <Text fw={650} component="h2">
          {plan.changes.length ? counted(plan.changes.length, "change") : "Nothing changes but comments"}:{" "}
          {short(plan.base)} → {short(plan.planned)}
        </Text>
        <ChangeList changes={plan.changes} />
      </section>
      {[...plan.warnings.map((one) => `${one.file}: ${one.problem}. ${one.remedy}`), ...plan.alike].map((warning) => (
        <Alert key={warning} color="yellow" variant="light">
          {warning}
        </Alert>
      ))}
      {plan.erasing ? (
        <Alert color="yellow" variant="light" title="What is kept how long changes">
          {plan.erasing.sentence}
          {plan.erasing.due ? ` ${plan.erasing.due} conversations would go in the following night, for good.` : ""}
        </Alert>
      ) : null}
      <section aria-label="Over recorded conversations" className={pageClasses.card}>
        <Text fw={650} component="h2">
          Over the last {counted(plan.turns, "recorded turn")}
        </Text>
        <Text size="sm">
          {plan.unchanged} would be decided as they were, {kinds.reduce((sum, [, n]) => sum + n, 0)} otherwise; of{" "}
          {Object.values(plan.reasons).reduce((sum, n) => sum + n, 0)} nobody can know.
        </Text>
        {kinds.map(([kind, n]) => (
          <Text size="sm" key={kind}>
            {n} × {inWords(kind)}
          </Text>
        ))}
        {Object.entries(plan.reasons).map(([reason, n]) => (
          <Text size="sm" c="dimmed" key={reason}>
            {n} unknown: {reason}
          </Text>
        ))}
        {plan.changed.length ? <Redecided plan={plan} /> : null}
      </section>
      <PublishIt plan={plan} />
    </Stack>
  );
}

function Redecided({ plan }: { plan: Plan }) {
  return (
    <Scrolls label="Turns decided otherwise">
      <Table mt="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">Conversation</Table.Th>
            <Table.Th scope="col">AI agent, topic</Table.Th>
            <Table.Th scope="col">Was</Table.Th>
            <Table.Th scope="col">Would be</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {plan.changed.slice(0, 20).map((one) => (
            <Table.Tr key={`${one.conversation_id}-${one.turn}`}>
              <Table.Td>
                <Anchor component={Link} inherit to={`/inbox/all/${one.conversation_id}`}>
                  {one.conversation_id.slice(-12)}, turn {one.turn}
                </Anchor>
              </Table.Td>
              <Table.Td>
                {one.ai_agent}, {one.topic ?? "no topic"}
              </Table.Td>
              <Table.Td>{decided(one.before)}</Table.Td>
              <Table.Td>{decided(one.after)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Scrolls>
  );
}

function decided(decision: Decision): string {
  return `${inWords(decision.outcome)} (${inWords(decision.reason).toLowerCase()})`;
}

function PublishIt({ plan }: { plan: Plan }) {
  const editing = useEditing();
  const client = useQueryClient();
  const [reason, setReason] = useState("");
  const publish = useMutation({
    mutationFn: () =>
      call<{ content_hash: string }>(`${SPECIFICATION}/publish`, {
        method: "POST",
        body: { base: plan.base, planned: plan.planned, reason },
      }),
    onSuccess: async ({ content_hash: hash }) => {
      tell(`Version ${short(hash)} is active`, "New conversations follow it.");
      await editing.reload();
      void client.invalidateQueries();
    },
  });
  return (
    <Stack gap="sm">
      {publish.error ? <ProblemAlert error={publish.error} /> : null}
      <Group align="flex-end">
        <TextInput
          style={{ flex: 1, minWidth: 240 }}
          label="Why, for the record"
          maxLength={500}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <Button loading={publish.isPending} onClick={() => publish.mutate()}>
          Publish exactly this
        </Button>
      </Group>
      <Text size="xs" c="dimmed">
        New conversations follow it; open ones keep the version that they began with, unless it says
        `open_conversations: move`. What AI agents learn from is fitted first, which may take a minute.
      </Text>
    </Stack>
  );
}
