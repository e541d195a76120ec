import { Center, Loader, Stack, Text } from "@mantine/core";
import { IconChecklist } from "@tabler/icons-react";
import { useMemo } from "react";
import { useNavigate, useParams } from "react-router";

import { useApproval, useApprovals } from "../api/approvals";
import type { ApprovalView } from "../api/contract";
import { useCommands, type Command } from "../shell/here";
import { ProblemAlert } from "../shell/ProblemAlert";
import { useOnPhone } from "../shell/phone";
import { ApprovalCard } from "./ApprovalCard";
import { ApprovalList } from "./ApprovalList";
import { Back } from "./Back";
import classes from "./ApprovalsPage.module.css";

const NONE: ApprovalView[] = [];

/** Everything that waits for a decision, and the one that is looked at. */
export function Component() {
  const { approvalId } = useParams();
  const navigate = useNavigate();
  const onPhone = useOnPhone();
  const open = useApprovals("open");
  const approvals = open.data ?? NONE;
  const commands = useMemo((): Command[] => {
    const at = approvals.findIndex(({ approval }) => approval.approval_id === approvalId);
    const go = (view: ApprovalView | undefined): void => {
      if (view) void navigate(`/approvals/${view.approval.approval_id}`);
    };
    return [
      { id: "next", label: "Next approval", key: "j", run: () => go(approvals[at + 1] ?? approvals[0]) },
      { id: "previous", label: "Previous approval", key: "k", run: () => go(approvals[Math.max(0, at - 1)]) },
    ];
  }, [approvals, approvalId, navigate]);
  useCommands("approvals", commands);
  return (
    <div className={classes.panes}>
      {onPhone && approvalId ? null : <ApprovalList approvals={approvals} query={open} chosen={approvalId ?? null} />}
      {approvalId ? (
        <Chosen key={approvalId} approvalId={approvalId} />
      ) : onPhone ? null : (
        <Nothing isEmpty={open.isSuccess && approvals.length === 0} />
      )}
    </div>
  );
}

function Chosen({ approvalId }: { approvalId: string }) {
  const found = useApproval(approvalId);
  return (
    <section className={classes.chosen} aria-label="Approval">
      <Back />
      {found.data ? <ApprovalCard details={found.data} within="page" /> : null}
      {found.isPending ? <Loader role="status" m="xl" aria-label="Loading the approval" /> : null}
      {found.isError && !found.data ? <ProblemAlert error={found.error} retry={() => void found.refetch()} /> : null}
    </section>
  );
}

function Nothing({ isEmpty }: { isEmpty: boolean }) {
  return (
    <Center className={classes.chosen}>
      <Stack align="center" gap="xs" c="dimmed">
        <IconChecklist size={44} stroke={1.3} aria-hidden />
        <Text>{isEmpty ? "Nothing waits for a decision." : "Choose an approval."}</Text>
        {isEmpty ? null : <Text size="sm">j and k move, a approves, e edits, d rejects, t takes over.</Text>}
      </Stack>
    </Center>
  );
}
