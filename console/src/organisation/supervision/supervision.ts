import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { call } from "../../api/client";
import { showProblem, tell } from "../../shell/told";

export interface WallRow {
  watched: {
    conversation_id: string;
    customer_id: string | null;
    channel: string;
    status: string;
    ai_agent: string | null;
    mode: string;
    exchanges: number;
    topic: string | null;
    last_words: string;
    waiting_since: string | null;
    approval_id: string | null;
    leaves_at: string | null;
    updated_at: string;
  };
  confidence: number | null;
  risk: number;
  causes: { cause: string; weight: number }[];
}

export interface Wall {
  total: number;
  rows: WallRow[];
}

/** The conversations of AI agents, the riskiest first. Live events ask again (api/live.ts); so does time. */
export function useWall() {
  return useQuery({
    queryKey: ["supervision"],
    queryFn: ({ signal }) => call<Wall>("/v1/supervision", { signal }),
    refetchInterval: 5_000,
  });
}

/** Stop the draft that waits: it is rejected, and the AI agent writes another one with the reason. */
export function useVeto() {
  return useAct(
    (row: WallRow) =>
      call(`/v1/approvals/${row.watched.approval_id ?? ""}/decisions`, {
        method: "POST",
        body: { action: "reject", reason: "Stopped from the supervision wall." },
      }),
    "The draft is stopped",
  );
}

export function useTakeOver() {
  return useAct(
    (row: WallRow) => call(`/v1/conversations/${row.watched.conversation_id}/take-over`, { method: "POST", body: {} }),
    "The conversation is yours",
  );
}

function useAct(act: (row: WallRow) => Promise<unknown>, told: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: act,
    onSuccess: () => {
      void client.invalidateQueries();
      tell(told);
    },
    onError: showProblem,
  });
}
