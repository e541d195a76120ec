import type {
  AuditEvent,
  ConversationDetails,
  DeliveryView,
  InternalNote,
  RecordedCall,
  StoredMessage,
  TurnView,
} from "../api/contract";
import { aiName, modeName, reasonName } from "../shell/words";

/** One thing that happened in a conversation, as its page shows it. */
export type Happening =
  | {
      kind: "message";
      at: string;
      message: StoredMessage;
      turn: TurnView | undefined;
      delivery: DeliveryView | undefined;
    }
  | { kind: "note"; at: string; note: InternalNote }
  | { kind: "draft"; at: string; turn: TurnView }
  | { kind: "call"; at: string; call: RecordedCall }
  | { kind: "event"; at: string; id: number; text: string };

/** Everything in the order in which it happened. */
export function storyOf(details: ConversationDetails, nameOf: (id: string) => string): Happening[] {
  const turns = new Map(details.turns.map((turn) => [turn.draft_id, turn]));
  const told = new Set(details.messages.map(({ draft_id: id }) => id));
  const happenings: Happening[] = [
    ...details.messages.map((message): Happening => ({
      kind: "message",
      at: message.at,
      message,
      turn: message.draft_id ? turns.get(message.draft_id) : undefined,
      delivery: deliveryOf(message, details.deliveries),
    })),
    ...details.notes.map((note): Happening => ({ kind: "note", at: note.at, note })),
    ...details.turns
      .filter((turn) => !turn.suggestion && !told.has(turn.draft_id))
      .map((turn): Happening => ({ kind: "draft", at: turn.created_at, turn })),
    ...details.tool_calls.map((call): Happening => ({ kind: "call", at: call.claimed_at, call })),
    ...details.audit.flatMap((event) => eventOf(event, nameOf)),
  ];
  return happenings.sort((one, other) => one.at.localeCompare(other.at));
}

function deliveryOf(message: StoredMessage, deliveries: DeliveryView[]): DeliveryView | undefined {
  if (message.author === "customer") return undefined;
  return deliveries.find(
    ({ message_key: key }) => key === message.message_id || (message.draft_id !== null && key === message.draft_id),
  );
}

function eventOf(event: AuditEvent, nameOf: (id: string) => string): Happening[] {
  const text = wordsOf(event, nameOf);
  return text ? [{ kind: "event", at: event.at, id: event.event_id, text }] : [];
}

type Told = (event: AuditEvent, who: string, nameOf: (id: string) => string) => string;

const DECIDED: Record<string, string> = {
  approve: "approved the draft",
  edit: "edited the draft and approved it",
  reject: "rejected the draft",
  take_over: "took the conversation over",
  answer: "answered instead",
  reassign: "asked somebody else to decide",
  give_back: "gave the approval back to its group",
  snooze: "put the reminders off",
  revoke: "called the draft back",
};

const EVENTS: Record<string, Told> = {
  conversation_opened: () => "The conversation began",
  escalated: ({ data }) => `Handed to people: ${reasonName(String(data["reason"] ?? ""))}`,
  ownership_changed: ({ data }, who, nameOf) => newOwner(data, who, nameOf),
  approval_requested: () => "A draft waits for approval",
  approval_stale: () => "The draft went stale: the conversation moved on",
  approval_decided: ({ data }, who) =>
    data["effect"] === "refused"
      ? `${who} was too late, or may not decide it`
      : `${who} ${DECIDED[String(data["action"])] ?? "decided"}`,
  approval_reminded: () => "Those who may decide were reminded",
  approval_widened: () => "More people were asked to decide",
  approval_moved_up: () => "The decision was moved up",
  snoozed: (_, who) => `${who} put it aside`,
  woken: () => "It is back: the time has come, or the customer wrote",
  resolved: (_, who) => `${who} resolved it`,
  reopened: (_, who) => `${who} opened it again`,
  mode_changed: ({ data }, who) => `${who} switched to ${modeName(data["mode"] as "delegation")}`,
  delivery_failed: () => "A message could not be delivered",
  spec_changed: () => "It goes on under a new version of the specification",
  merged_from: (_, who) => `${who} merged another conversation into this one`,
  merged_into: (_, who) => `${who} merged it into another conversation`,
  split_into: (_, who) => `${who} split a part off`,
  split_from: () => "It was split off another conversation",
  identity_code_sent: () => "A code was sent to prove who the customer is",
  identity_verified: () => "The customer proved who they are",
  identity_not_verified: () => "The customer could not prove who they are",
  restored: () => "It was restored from a backup",
  erased: () => "What was said was erased",
};

function wordsOf(event: AuditEvent, nameOf: (id: string) => string): string | null {
  const who = ["system", "policy"].includes(event.actor) ? "The platform" : nameOf(event.actor);
  return EVENTS[event.kind]?.(event, who, nameOf) ?? null;
}

function newOwner(data: AuditEvent["data"], who: string, nameOf: (id: string) => string): string {
  const owner = data["owner_id"] === null ? null : String(data["owner_id"] ?? "");
  if (data["owner_kind"] === "ai_agent") return `${who} handed it back to ${aiName(owner)}`;
  if (!owner) return `${who} gave it to the queue of people`;
  return nameOf(owner) === who ? `${who} took it over` : `${who} gave it to ${nameOf(owner)}`;
}

/** Whether two messages that follow each other are shown as one block of their author. */
export function goesOn(before: Happening | undefined, now: Happening): boolean {
  if (before?.kind !== "message" || now.kind !== "message") return false;
  const [one, other] = [before.message, now.message];
  const near = new Date(now.at).getTime() - new Date(before.at).getTime() < 5 * 60_000;
  return near && one.author === other.author && one.author_id === other.author_id && one.channel === other.channel;
}
