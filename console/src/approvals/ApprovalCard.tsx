import { Alert, Badge, Button, Code, Group, Stack, Text, Title, UnstyledButton } from "@mantine/core";
import { IconBulb, IconHourglass, IconTool } from "@tabler/icons-react";
import { useState } from "react";
import { Link } from "react-router";

import type { ApprovalDetails, ApprovalView, DecisionView } from "../api/contract";
import { may, useMe, useNameOf } from "../api/me";
import { argumentsOf } from "../conversation/Happenings";
import { Confidence, warningsOf } from "../conversation/Thinking";
import { Avatar } from "../shell/Avatar";
import { useOnPhone } from "../shell/phone";
import { When } from "../shell/When";
import { aiName, authorName, counted, percent, plain, reasonName } from "../shell/words";
import { Decide } from "./Decide";
import { Diff } from "./Diff";
import { LikeCases } from "./LikeCases";
import classes from "./ApprovalCard.module.css";

interface Given {
  details: ApprovalDetails;
  /** Beside the conversation, what was said is not told again. */
  within: "page" | "conversation";
}

/** A draft that waits: why, what would be sent and done, what it rests on, and the decisions. */
export function ApprovalCard({ details, within }: Given) {
  const me = useMe();
  const { approval: view, decisions, messages } = details;
  const { approval } = view;
  const isOpen = view.state === "open";
  return (
    <article className={classes.card} data-within={within}>
      <Stack gap="sm" className={classes.content}>
        <Why view={view} />
        {within === "page" ? <Before details={details} messages={messages} /> : null}
        {approval.actions.map((action) => (
          <div key={`${action.server}-${action.tool}`} className={classes.action}>
            <Group gap={8}>
              <IconTool size={16} aria-hidden />
              <Text size="sm" fw={650}>
                First: {plain(action.tool)}
              </Text>
              {action.amount ? <span className={classes.amount}>{action.amount}</span> : null}
            </Group>
            <Code block mt={6}>
              {argumentsOf(action.arguments)}
            </Code>
          </div>
        ))}
        <div className={classes.draft}>
          <Group gap={8} mb={6}>
            <Avatar name={approval.ai_agent} kind="ai" size={26} />
            <Text size="sm" fw={650} c="var(--hf-ai)">
              {approval.requester ? "Edited text" : `Draft of ${aiName(approval.ai_agent)}`}
            </Text>
          </Group>
          {approval.text === view.draft_text || !view.draft_text ? (
            <div className={classes.words}>{approval.text}</div>
          ) : (
            <Diff before={view.draft_text} after={approval.text} />
          )}
        </div>
        <Evidence view={view} />
        <Decisions decisions={decisions} />
        {isOpen ? null : <Closed view={view} />}
        {isOpen && within === "page" && may(me, "human_agent") ? <LikeCases view={view} /> : null}
      </Stack>
      {may(me, "human_agent") ? <Decide view={view} within={within} /> : null}
    </article>
  );
}

function Why({ view }: { view: ApprovalView }) {
  const onPhone = useOnPhone();
  const nameOf = useNameOf();
  const { approval } = view;
  const roles = [
    ...approval.roles.map(plain),
    ...approval.groups.map(({ team, skill, roles: of }) => team ?? skill ?? of.join(", ")),
  ];
  return (
    <div>
      <Group gap={8}>
        <IconHourglass size={17} aria-hidden />
        <Title order={onPhone ? 1 : 2} size="h5">
          {plain(reasonName(approval.reason))}
        </Title>
        {view.confidence === null ? null : <Badge variant="light">{percent(view.confidence)} sure</Badge>}
        <Text size="xs" c="dimmed">
          <When at={approval.requested_at} />
        </Text>
      </Group>
      <Text size="sm" c="dimmed" mt={2}>
        {approval.assignee ? `Asked: ${nameOf(approval.assignee)}. ` : ""}
        May decide: {roles.join(", ") || "leads"}.
        {approval.approvers_needed > 1
          ? ` ${approval.approvers_needed} must agree; ${approval.approved_by.map(nameOf).join(", ") || "nobody"} has.`
          : ""}
        {approval.exclude_requester && approval.requester ? ` Not ${nameOf(approval.requester)}.` : ""}
        {approval.rule === "default" ? "" : ` Rule: ${approval.rule}.`}
      </Text>
      {approval.leaves_at ? (
        <Text size="sm" fw={600} c="var(--hf-note)">
          Leaves by itself <When at={approval.leaves_at} /> unless somebody decides.
        </Text>
      ) : null}
    </div>
  );
}

function Before({ details, messages }: { details: ApprovalDetails; messages: ApprovalDetails["messages"] }) {
  const last = messages.slice(-4);
  return (
    <div className={classes.before}>
      {last.map((message) => (
        <Text key={message.seq} size="sm" lineClamp={4}>
          <Text span fw={650} c={message.author === "customer" ? undefined : "dimmed"}>
            {authorName(message.author, "Customer")}:
          </Text>{" "}
          {message.text}
        </Text>
      ))}
      <Button
        component={Link}
        to={`/inbox/all/${details.approval.conversation_id}`}
        variant="subtle"
        size="compact-xs"
        mt={4}
      >
        The whole conversation
      </Button>
    </div>
  );
}

function Evidence({ view }: { view: ApprovalView }) {
  const [isOpen, setOpen] = useState(false);
  const warnings = warningsOf(view.evidence);
  return (
    <div>
      <Group gap={6}>
        <UnstyledButton className={classes.why} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          <IconBulb size={14} aria-hidden /> {counted(view.citations.length, "source")} and evidence
        </UnstyledButton>
        {warnings.map((words) => (
          <span key={words} className={classes.warning}>
            {words}
          </span>
        ))}
      </Group>
      {isOpen ? (
        <Stack gap="sm" mt="sm" className={classes.evidence}>
          {view.chosen_because ? <Text size="sm">{view.chosen_because}</Text> : null}
          {view.citations.map((citation) => (
            <div key={`${citation.source_id}-${citation.quote}`}>
              <Text size="sm" fw={600}>
                {citation.title || citation.source_id}
              </Text>
              <blockquote className={classes.quote}>{citation.quote}</blockquote>
            </div>
          ))}
          <Confidence evidence={view.evidence} confidence={view.confidence} />
        </Stack>
      ) : null}
    </div>
  );
}

const DID: Record<string, string> = {
  approve: "approved",
  edit: "edited and approved",
  reject: "rejected",
  take_over: "took over",
  answer: "answered instead",
  reassign: "asked somebody else",
  give_back: "gave it back to the group",
  snooze: "put reminders off",
  revoke: "called it back",
};

function Decisions({ decisions }: { decisions: DecisionView[] }) {
  const nameOf = useNameOf();
  return decisions.map((decision) => (
    <div key={decision.decision_id} className={classes.decision}>
      <Text size="sm">
        <Text span fw={650}>
          {nameOf(decision.decided_by)}
        </Text>{" "}
        {DID[decision.action] ?? plain(decision.action)} <When at={decision.decided_at} />
        {decision.refused ? `, refused: ${decision.refused}` : ""}
      </Text>
      {decision.reason ? <Text size="sm">“{decision.reason}”</Text> : null}
    </div>
  ));
}

const STATES: Record<string, string> = {
  approved: "Approved",
  rejected: "Rejected",
  stale: "Stale: the conversation moved on, so nobody can decide about this any more",
  taken_over: "Taken over",
  replaced: "Replaced by a newer approval",
  revoked: "Called back",
};

function Closed({ view }: { view: ApprovalView }) {
  const nameOf = useNameOf();
  return (
    <Alert
      color={view.state === "approved" ? "holdfast" : "gray"}
      variant="light"
      title={STATES[view.state] ?? plain(view.state)}
      role="status"
    >
      {view.closed_by ? `By ${nameOf(view.closed_by)}` : "By the platform"}
      {view.closed_at ? (
        <>
          , <When at={view.closed_at} />
        </>
      ) : null}
    </Alert>
  );
}
