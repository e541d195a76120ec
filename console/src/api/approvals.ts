import { useQuery } from "@tanstack/react-query";

import { useAsk, type Answer } from "./acting";
import { call, callIfThere, withParameters } from "./client";
import type { ApprovalDetails, ApprovalView, Deciding, LikeApproval } from "./contract";

export function useApprovals(state: "open" | null) {
  return useQuery({
    queryKey: ["approvals", state],
    queryFn: ({ signal }) => call<ApprovalView[]>(withParameters("/v1/approvals", { state, limit: 200 }), { signal }),
  });
}

export function useApproval(approvalId: string | null | undefined) {
  return useQuery({
    queryKey: ["approval", approvalId],
    queryFn: ({ signal }) => call<ApprovalDetails>(`/v1/approvals/${approvalId ?? ""}`, { signal }),
    enabled: Boolean(approvalId),
  });
}

export function useLike(approvalId: string, wanted: boolean) {
  return useQuery({
    queryKey: ["like", approvalId],
    queryFn: async ({ signal }) =>
      (await callIfThere<LikeApproval[]>(`/v1/approvals/${approvalId}/like`, { signal })) ?? [],
    enabled: wanted,
  });
}

const SAID: Record<Deciding["action"], string> = {
  approve: "Approved",
  edit: "Your text is approved",
  reject: "Rejected; the AI agent writes a new draft",
  take_over: "The conversation is yours",
  answer: "Your answer is sent",
  reassign: "Somebody else is asked",
  give_back: "The group is asked again",
  snooze: "Reminders wait",
  revoke: "Called back",
};

/** Decide about an approval: each intent once, whatever happens on the way. */
export function useDecide(approval: ApprovalView, onDone?: (answer: Answer) => void) {
  const ask = useAsk([["approvals"], ["approval"], ["conversation", approval.conversation_id], ["counts"]], onDone);
  return {
    isPending: ask.isPending,
    decide: (deciding: Deciding) => {
      ask.mutate({
        path: `/v1/approvals/${approval.approval.approval_id}/decisions`,
        body: { ...deciding, digest: approval.approval.digest },
        said: SAID[deciding.action],
      });
    },
  };
}
