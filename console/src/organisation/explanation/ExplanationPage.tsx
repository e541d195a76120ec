import "../print.css";

import { Anchor, Button, Group, Loader, Table, Text } from "@mantine/core";
import { IconPrinter } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { Link, useParams } from "react-router";

import { useConsoleSettings, useNameOf } from "../../api/me";
import { ProblemAlert } from "../../shell/ProblemAlert";
import { exactly } from "../../shell/times";
import { Mark } from "../Mark";
import { Page, Scrolls, Section, pageClasses } from "../Page";
import { inWords, short } from "../words";
import { DraftRecord } from "./DraftRecord";
import { useExplanation, type Explanation } from "./explanation";
import classes from "./Explanation.module.css";

/** Everything that one outbound message rests on, for whoever must explain it. It prints as a document. */
export function Component() {
  const { conversationId = "", seq = "" } = useParams();
  const found = useExplanation(conversationId, seq);
  return (
    <Page
      title={`Why message ${seq} left`}
      about={
        <>
          of{" "}
          <Anchor component={Link} inherit to={`/inbox/all/${conversationId}`}>
            conversation {conversationId}
          </Anchor>
        </>
      }
      actions={
        <Button
          data-no-print
          variant="default"
          leftSection={<IconPrinter size={16} aria-hidden />}
          onClick={() => window.print()}
        >
          Print
        </Button>
      }
    >
      {found.isPending ? <Loader role="status" aria-label="Loading" /> : null}
      {found.error ? <ProblemAlert error={found.error} retry={() => void found.refetch()} /> : null}
      {found.data ? <Record explanation={found.data} /> : null}
    </Page>
  );
}

function Record({ explanation }: { explanation: Explanation }) {
  const { message, answers, drafts, approvals, tool_calls: calls } = explanation;
  return (
    <div className={classes.document}>
      <div className={pageClasses.card}>
        <Text fw={650}>{explanation.why}</Text>
        {explanation.erased ? (
          <Text size="sm" c="dimmed">
            What was said was erased, for good. Ids, times, figures and outcomes are as they were.
          </Text>
        ) : null}
      </div>
      <Section title="The message">
        <Said who={message.author} text={message.text} />
        <Facts
          facts={[
            ["Written by", `${inWords(message.author)}${message.author_id ? ` ${message.author_id}` : ""}`],
            ["Sent", exactly(message.at)],
            ["Channel", inWords(message.channel)],
            ["Id", message.message_id],
          ]}
        />
      </Section>
      <Section title="What it answers">
        {answers.length ? null : <Text size="sm">Nothing: it was not an answer.</Text>}
        {answers.map((one) => (
          <Said key={one.seq} who={one.author} text={one.text} at={one.at} />
        ))}
      </Section>
      <Section title={drafts.length === 1 ? "The draft" : "The drafts"}>
        {drafts.length ? null : <Text size="sm">No AI agent drafted it.</Text>}
        {drafts.map((draft) => (
          <DraftRecord key={draft.recorded.draft_id} draft={draft} />
        ))}
      </Section>
      {approvals.length ? <Approvals explanation={explanation} /> : null}
      {calls.length ? <Calls calls={calls} /> : null}
      <Delivery explanation={explanation} />
      <Rests explanation={explanation} />
    </div>
  );
}

function Said({ who, text, at }: { who: string; text: string; at?: string }) {
  return (
    <blockquote className={classes.said} data-who={who}>
      {text || <em>erased</em>}
      {at ? (
        <Text size="xs" c="dimmed">
          {inWords(who)}, {exactly(at)}
        </Text>
      ) : null}
    </blockquote>
  );
}

export function Facts({ facts }: { facts: [string, ReactNode][] }) {
  return (
    <dl className={classes.facts}>
      {facts
        .filter(([, value]) => value !== "" && value !== null && value !== undefined)
        .map(([name, value]) => (
          <FactLine key={name} name={name} value={value} />
        ))}
    </dl>
  );
}

function FactLine({ name, value }: { name: string; value: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}

function Approvals({ explanation }: { explanation: Explanation }) {
  const nameOf = useNameOf();
  return (
    <Section title="People's decisions">
      {explanation.approvals.map(({ approval, decisions }) => (
        <article key={approval.approval_id} className={pageClasses.card} style={{ marginBottom: 10 }}>
          <Group justify="space-between">
            <Text size="sm" fw={650}>
              {inWords(approval.reason)}, rule {approval.rule}
            </Text>
            <Mark tone="good">{inWords(approval.state)}</Mark>
          </Group>
          <Facts
            facts={[
              ["Might be decided by", approval.who],
              ["Requested", exactly(approval.requested_at)],
              ["Closed", approval.closed_at ? `${exactly(approval.closed_at)} by ${nameOf(approval.closed_by)}` : ""],
            ]}
          />
          {decisions.map(({ decision, via }) => (
            <Text size="sm" key={decision.decision_id} mt={6}>
              <strong>{nameOf(decision.decided_by)}</strong> {inWords(decision.action).toLowerCase()}
              {via ? ` by ${via}` : ""} on {exactly(decision.decided_at)}:{" "}
              {decision.refused ? `refused, ${decision.refused}` : inWords(decision.effect).toLowerCase()}
              {decision.reason ? ` (${decision.reason})` : ""}
            </Text>
          ))}
        </article>
      ))}
    </Section>
  );
}

function Calls({ calls }: { calls: Explanation["tool_calls"] }) {
  return (
    <Section title="Tools">
      <Scrolls label="Tools">
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">Tool</Table.Th>
              <Table.Th scope="col">With</Table.Th>
              <Table.Th scope="col">Came of it</Table.Th>
              <Table.Th scope="col">When</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {calls.map((one) => (
              <Table.Tr key={one.call_key}>
                <Table.Td>
                  {one.action.server}/{one.action.tool}
                </Table.Td>
                <Table.Td>
                  <code style={{ overflowWrap: "anywhere" }}>{JSON.stringify(one.action.arguments)}</code>
                </Table.Td>
                <Table.Td>
                  {inWords(one.state)}
                  {one.result ? `: ${one.result}` : ""}
                </Table.Td>
                <Table.Td>{exactly(one.claimed_at)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Scrolls>
    </Section>
  );
}

function Delivery({ explanation }: { explanation: Explanation }) {
  const { delivery, events } = explanation;
  return (
    <Section title="How it left">
      {delivery ? (
        <Facts
          facts={[
            ["State", inWords(delivery.state)],
            ["Claimed", exactly(delivery.claimed_at)],
            ["Delivered", delivery.delivered_at ? exactly(delivery.delivered_at) : "not yet"],
            ["The vendor's id", delivery.provider_message_id],
            ["The vendor's report", delivery.report],
          ]}
        />
      ) : (
        <Text size="sm">It was written into the conversation, and no vendor carried it.</Text>
      )}
      {events.length ? (
        <ol style={{ paddingLeft: 20, fontSize: 13.5 }}>
          {events.map((event) => (
            <li key={event.event_id}>
              {inWords(event.kind)}, {event.actor}, {exactly(event.at)}
            </li>
          ))}
        </ol>
      ) : null}
    </Section>
  );
}

function Rests({ explanation }: { explanation: Explanation }) {
  const { specification, step, request } = explanation;
  const ui = useConsoleSettings().data?.temporal_ui;
  return (
    <Section title="What it rests on">
      <Facts
        facts={[
          ["Specification", <SpecificationLink key="s" hash={explanation.spec_hash} />],
          [
            "Published",
            specification ? `by ${specification.published_by}, ${exactly(specification.published_at)}` : "",
          ],
          ["Journey", step ? `${step.journey}, step ${step.step} (${inWords(step.kind)})` : ""],
          [
            "Request",
            request ? `${request.request_id} by ${request.by}${request.via ? ` by ${request.via}` : ""}` : "",
          ],
          [
            "Workflow",
            ui ? (
              <Anchor key="w" size="sm" href={`${ui.replace(/\/$/, "")}${explanation.workflow_path}`}>
                {explanation.workflow_id}
              </Anchor>
            ) : (
              explanation.workflow_id
            ),
          ],
        ]}
      />
    </Section>
  );
}

function SpecificationLink({ hash }: { hash: string }) {
  return (
    <Anchor component={Link} inherit to="/specification/history">
      {short(hash)}
    </Anchor>
  );
}
