/** Shapes of the API that the pages name. What the generated schema has is taken from there. */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Approval = Schemas["Approval"];
export type ApprovalDetails = Schemas["ApprovalDetails"];
export type ApprovalView = Schemas["ApprovalView"];
export type AuditEvent = Schemas["AuditEvent"];
export type Author = Schemas["Author"];
export type Citation = Schemas["Citation"];
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
  name?: string;
  state: "looking" | "typing" | "away";
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
  risk: boolean | string | null;
  deadline: string | null;
  unread: boolean | number;
  watchers: Watcher[];
}

export interface InboxPageOfRows {
  rows: InboxRow[];
  next_cursor: string | null;
  total: number;
}

export type Counts = Partial<Record<View, number>>;

export interface Room {
  room_id: string;
  kind?: string;
  name: string;
  members?: string[];
  unread?: number;
  mentions?: number;
  last_message?: { author_id: string; text: string; at: string } | null;
}

export interface RoomFile {
  file_id: string;
  name: string;
  media_type: string;
  size_bytes: number;
}

export interface RoomMessage {
  message_id: string;
  room_id: string;
  author_id: string;
  text: string;
  mentions: string[];
  conversation_id: string | null;
  files?: RoomFile[];
  at: string;
}
