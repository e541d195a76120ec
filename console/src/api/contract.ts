/** Shapes of the API that the pages name. What the generated schema has is taken from there. */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Approval = Schemas["Approval"];
export type ApprovalDetails = Schemas["ApprovalDetails"];
export type ApprovalView = Schemas["ApprovalView"];
export type AuditEvent = Schemas["AuditEvent"];
export type Author = Schemas["Author"];
export type Citation = Schemas["Citation"];
export type Attachment = Schemas["Attachment"];
export type ConversationDetails = Schemas["ConversationDetails"];
export type ConversationView = Schemas["ConversationView"];
export type DecisionView = Schemas["DecisionView"];
export type DeliveryView = Schemas["DeliveryView"];
export type Draft = Schemas["Draft"];
export type Evidence = Schemas["Evidence"];
export type Fact = Schemas["Fact"];
export type InternalNote = Schemas["InternalNote"];
export type Mode = Schemas["Mode"];
export type Owner = Schemas["Owner"];
export type ProposedAction = Schemas["ProposedAction"];
export type RecordedCall = Schemas["RecordedCall"];
export type SimilarConversations = Schemas["SimilarConversations"];
export type Status = Schemas["Status"];
export type StoredMessage = Schemas["StoredMessage"];
export type TurnView = Schemas["TurnView"];

export const VIEWS = ["mine", "team", "approval", "ai", "risk", "all"] as const;
export type View = (typeof VIEWS)[number];

export interface Watcher {
  person_id: string;
  state: "looking" | "typing";
  until: string;
}

export interface InboxRow {
  conversation_id: string;
  customer_name: string | null;
  channel: string;
  status: Status;
  owner: Owner;
  ai_agent: string | null;
  last_message: { author: Author; text: string; at: string } | null;
  approval_id: string | null;
  confidence: number | null;
  risk: "none" | "due_soon" | "overdue";
  deadline: string | null;
  unread: number;
  watchers: Watcher[];
  waits_since: string | null;
  escalation_reason: string | null;
  snoozed_until: string | null;
  updated_at: string;
}

export interface InboxAnswer {
  rows: InboxRow[];
  next_cursor: string | null;
  total: number;
}

export type InboxCounts = Record<View, number>;

export interface BulkAnswer {
  request_id: string;
  results: {
    conversation_id: string;
    state: "acknowledged" | "accepted" | "refused";
    problem: Schemas["Problem"] | null;
  }[];
}

export interface Room {
  room_id: string;
  kind: "team" | "direct" | "conversation";
  name: string;
  people: string[];
  conversation_id: string | null;
  created_by: string;
  created_at: string;
  last_seq: number;
  updated_at: string;
  unread: number;
  mentioned: number;
}

export interface RoomFile {
  file_id: string;
  name: string;
  media_type: string;
  size_bytes: number;
}

export interface RoomMessage {
  room_id: string;
  seq: number;
  author_id: string;
  text: string;
  mentions: string[];
  conversation_id: string | null;
  files: RoomFile[];
  at: string;
}

export interface RoomMessages {
  messages: RoomMessage[];
  more: boolean;
}

export type DecisionAction =
  "approve" | "edit" | "reject" | "take_over" | "answer" | "reassign" | "give_back" | "snooze" | "revoke";

export interface Deciding {
  action: DecisionAction;
  text?: string;
  reason?: string;
  assignee?: string;
  until?: string;
  digest?: string;
}

export type LikeApproval = ApprovalView & { likeness: number };

export interface OneAnswer {
  approval_id: string;
  request_id: string;
  state: "applied" | "accepted" | "refused";
  effect: string | null;
  problem: Schemas["Problem"] | null;
}

export interface OfferedSuggestion {
  suggestion_id: string;
  ai_agent: string;
  text: string;
  clarifying_question: string;
  citations: Citation[];
  actions: ProposedAction[];
  confidence: number | null;
  made_at: string;
  current: boolean;
  used: { used: "as_is" | "edited" | "ignored"; used_by: string; at: string } | null;
}

export interface CoPilot {
  conversation_id: string;
  suggestion: OfferedSuggestion | null;
  why_none: string;
  next_steps: { kind: string; text: string }[];
  summary: {
    asked: string;
    topic: string | null;
    why_a_person: string;
    points: { seq: number; author: Author; author_id: string | null; at: string; text: string }[];
    left_out: number;
    unanswered: string[];
    facts: Fact[];
    missing_sources: string[];
  };
  similar: SimilarConversations | null;
  why_none_similar: string;
}
