import { Button, Checkbox, Group, Text, Title } from "@mantine/core";
import { IconCheck, IconUserShare, IconX } from "@tabler/icons-react";
import { useMutation, useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";

import { once } from "../api/intents";
import type { ApprovalView, Deciding, OneAnswer } from "../api/contract";
import { may, useMe, useNameOf } from "../api/me";
import listClasses from "../inbox/ConversationList.module.css";
import { AskText } from "../shell/asking";
import { ProblemAlert } from "../shell/ProblemAlert";
import { complain, showProblem, tell } from "../shell/told";
import { When } from "../shell/When";
import { aiName, counted, percent, plain, reasonName } from "../shell/words";
import { AskColleague } from "./AskColleague";
import { setMarked, toggleMarked, useMarked } from "./marked";
import classes from "./ApprovalsPage.module.css";

interface Given {
  approvals: ApprovalView[];
  query: UseQueryResult<ApprovalView[]>;
  chosen: string | null;
}

/** What waits for a decision, the newest first; several can be decided together. */
export function ApprovalList({ approvals, query, chosen }: Given) {
  const me = useMe();
  const marked = useMarked();
  const here = approvals.filter(({ approval }) => marked.has(approval.approval_id));
  return (
    <section className={listClasses.list} aria-label="Approvals">
      <header className={listClasses.head}>
        <Title order={1} className={listClasses.title}>
          Approvals{" "}
          <Text span c="dimmed" size="sm" fw={400}>
            {approvals.length}
          </Text>
        </Title>
        {may(me, "human_agent") && approvals.length > 1 ? (
          <Button
            size="compact-sm"
            variant="subtle"
            onClick={() => setMarked(here.length ? [] : approvals.map(({ approval }) => approval.approval_id))}
          >
            {here.length ? "Mark none" : "Mark all"}
          </Button>
        ) : null}
      </header>
      {here.length > 0 ? <Together approvals={here} /> : null}
      {query.isError && !query.data ? <ProblemAlert error={query.error} retry={() => void query.refetch()} /> : null}
      {query.isSuccess && approvals.length === 0 ? (
        <Text className={listClasses.empty} c="dimmed" size="sm">
          Nothing waits for a decision.
        </Text>
      ) : null}
      <ul className={classes.rows}>
        {approvals.map((view) => (
          <li key={view.approval.approval_id}>
            <Row
              view={view}
              isChosen={view.approval.approval_id === chosen}
              isMarked={marked.has(view.approval.approval_id)}
              mayMark={may(me, "human_agent")}
            />
          </li>
        ))}
      </ul>
    </section>
  );
}

interface RowGiven {
  view: ApprovalView;
  isChosen: boolean;
  isMarked: boolean;
  mayMark: boolean;
}

function Row({ view, isChosen, isMarked, mayMark }: RowGiven) {
  const nameOf = useNameOf();
  const { approval } = view;
  return (
    <div className={classes.row} data-chosen={isChosen || undefined} data-marked={isMarked || undefined}>
      {mayMark ? (
        <Checkbox
          className={classes.mark}
          checked={isMarked}
          onChange={() => toggleMarked(approval.approval_id)}
          aria-label={`Mark: ${approval.text.slice(0, 60)}`}
        />
      ) : null}
      <Link
        to={`/approvals/${approval.approval_id}`}
        className={classes.link}
        aria-current={isChosen ? "true" : undefined}
      >
        <Group justify="space-between" gap={6} wrap="nowrap">
          <Text size="sm" fw={650} truncate>
            {plain(reasonName(approval.reason))}
          </Text>
          <Text size="xs" style={{ flex: "none" }}>
            <When at={approval.requested_at} />
          </Text>
        </Group>
        <Text size="sm" lineClamp={2}>
          {approval.text || "No text, only actions"}
        </Text>
        <Group gap={8} mt={2}>
          <Text size="xs" c="var(--hf-ai)">
            {aiName(approval.ai_agent)}
          </Text>
          {view.confidence === null ? null : <Text size="xs">{percent(view.confidence)} sure</Text>}
          {approval.actions.length > 0 ? (
            <Text size="xs" c="var(--hf-note)" fw={600}>
              {counted(approval.actions.length, "action")}
            </Text>
          ) : null}
          {approval.assignee ? (
            <Text size="xs" c="var(--hf-person)">
              {nameOf(approval.assignee)}
            </Text>
          ) : null}
        </Group>
      </Link>
    </div>
  );
}

/** Decide several: each is a decision of its own, and one that is refused holds up no other. */
function Together({ approvals }: { approvals: ApprovalView[] }) {
  const client = useQueryClient();
  const [asking, setAsking] = useState<"reject" | "reassign" | null>(null);
  const act = useMutation({
    mutationFn: (deciding: Deciding) =>
      once<OneAnswer[]>("/v1/approvals/decisions", {
        decisions: approvals.map(({ approval }) => ({
          ...deciding,
          approval_id: approval.approval_id,
          digest: approval.digest,
        })),
      }),
    onSuccess: (answers) => {
      report(answers);
      setMarked([]);
      void client.invalidateQueries({ queryKey: ["approvals"] });
      void client.invalidateQueries({ queryKey: ["counts"] });
    },
    onError: showProblem,
  });
  const buttons = { size: "compact-sm", variant: "default", disabled: act.isPending } as const;
  return (
    <div className={listClasses.bulk} role="toolbar" aria-label="Marked approvals">
      <Text size="sm" fw={650}>
        {approvals.length} marked
      </Text>
      <Button
        {...buttons}
        leftSection={<IconCheck size={14} />}
        loading={act.isPending}
        onClick={() => act.mutate({ action: "approve" })}
      >
        Approve
      </Button>
      <Button {...buttons} leftSection={<IconX size={14} />} onClick={() => setAsking("reject")}>
        Reject
      </Button>
      <Button {...buttons} leftSection={<IconUserShare size={14} />} onClick={() => setAsking("reassign")}>
        Reassign
      </Button>
      {asking === "reject" ? (
        <AskText
          title={`Reject ${counted(approvals.length, "draft")}`}
          label="Why"
          explained="The AI agents write new drafts with this."
          action="Reject"
          color="red"
          required
          onClose={() => setAsking(null)}
          onGiven={(reason) => act.mutate({ action: "reject", reason })}
        />
      ) : null}
      {asking === "reassign" ? (
        <AskColleague
          title={`Ask somebody else about ${counted(approvals.length, "draft")}`}
          onClose={() => setAsking(null)}
          onChosen={(assignee) => act.mutate({ action: "reassign", assignee })}
        />
      ) : null}
    </div>
  );
}

function report(answers: OneAnswer[]): void {
  const refused = answers.filter(({ state }) => state === "refused");
  const accepted = answers.filter(({ state }) => state === "accepted").length;
  const applied = answers.length - refused.length - accepted;
  if (applied) tell(`Done for ${counted(applied, "approval")}`);
  if (accepted) tell(`${counted(accepted, "decision")} accepted, being applied`);
  const why = [...new Set(refused.map(({ problem }) => problem?.detail ?? ""))].filter(Boolean).join(" ");
  if (refused.length) complain(`${counted(refused.length, "approval")} refused`, why);
}
