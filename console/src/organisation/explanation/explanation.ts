import { useQuery } from "@tanstack/react-query";

import { call } from "../../api/client";

interface Message {
  conversation_id: string;
  seq: number;
  message_id: string;
  author: string;
  author_id: string | null;
  kind: string;
  text: string;
  channel: string;
  at: string;
}

export interface Usage {
  model: string;
  input_tokens: number;
  output_tokens: number;
  calls: number;
  model_ms: number;
  cost: string | null;
  passed_over: string[];
}

interface Action {
  server: string;
  tool: string;
  arguments: Record<string, unknown>;
  amount: string | null;
}

export interface ExplainedDraft {
  recorded: {
    draft_id: string;
    turn: number;
    revision: number;
    ai_agent: string;
    suggestion: boolean;
    draft: {
      text: string;
      clarifying_question: string;
      citations: { source_id: string; title: string; source: string; quote: string }[];
      actions: Action[];
      evidence: Record<string, unknown>;
    };
    retrieved: { source_id: string; score: number; precedents: number }[];
    context: {
      facts: { name: string; value: string; source: string; as_of: string }[];
      missing: string[];
    } | null;
    instruction: string;
    verdict: { supported: number | null } | null;
    confidence: number | null;
    record: {
      exchanges: number;
      clarifications: number;
      confidence: number;
      decision: { outcome: string; reason: string; rule: string; review: string | null };
      decided_at: string;
    } | null;
    spec_hash: string;
    created_at: string;
  };
  became: string;
  changes: { op: "same" | "removed" | "added"; text: string }[];
  chosen_because: string;
  lowered_by: { feature: string; value: number; points: number }[];
  usage: Usage[];
}

export interface Explanation {
  message: Message;
  why: string;
  erased: boolean;
  answers: Message[];
  drafts: ExplainedDraft[];
  approvals: {
    approval: {
      approval_id: string;
      state: string;
      rule: string;
      reason: string;
      who: string;
      requested_at: string;
      closed_at: string | null;
      closed_by: string | null;
    };
    decisions: {
      decision: {
        decision_id: string;
        action: string;
        decided_by: string;
        effect: string;
        refused: string | null;
        reason: string;
        decided_at: string;
      };
      via: string | null;
    }[];
  }[];
  tool_calls: { call_key: string; state: string; action: Action; result: string; claimed_at: string }[];
  request: { request_id: string; by: string; via: string | null } | null;
  step: { journey: string; step: string; kind: string; owner: string; outcome: string | null } | null;
  delivery: {
    message_key: string;
    state: string;
    channel: string;
    claimed_at: string;
    delivered_at: string | null;
    provider_message_id: string | null;
    report: string | null;
  } | null;
  events: { event_id: number; kind: string; actor: string; data: Record<string, unknown>; at: string }[];
  specification: { content_hash: string; published_by: string; published_at: string } | null;
  spec_hash: string;
  workflow_id: string;
  workflow_path: string;
}

export function useExplanation(conversationId: string, seq: string) {
  return useQuery({
    queryKey: ["explanation", conversationId, seq],
    queryFn: ({ signal }) =>
      call<Explanation>(
        `/v1/conversations/${encodeURIComponent(conversationId)}/messages/${encodeURIComponent(seq)}/explanation`,
        { signal },
      ),
  });
}
