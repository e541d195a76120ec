import type { Author, Mode, Owner, Status } from "../api/contract";

/** Names of the API's words. What has none here is shown as it is, with spaces. */
const CHANNELS: Record<string, string> = {
  web_chat: "Web chat",
  email: "Email",
  sms: "SMS",
  whatsapp: "WhatsApp",
  voice: "Phone",
  phone: "Phone",
  zendesk: "Zendesk",
  slack: "Slack",
  http: "API",
};

const STATUSES: Record<Status, string> = {
  open: "Open",
  awaiting_approval: "Waits for approval",
  with_human: "With a person",
  snoozed: "Snoozed",
  resolved: "Resolved",
};

const MODES: Record<Mode, string> = {
  delegation: "Delegation",
  supervision: "Supervision",
  co_pilot: "Co-pilot",
};

export const MODE_MEANINGS: Record<Mode, string> = {
  delegation: "The AI agent answers alone, within its card",
  supervision: "The AI agent answers, people watch and may stop it",
  co_pilot: "A person answers, the AI agent suggests",
};

const REASONS: Record<string, string> = {
  confident: "sure enough to send",
  asked_for_person: "the customer asked for a person",
  injection: "the message tries to give the AI agent orders",
  cannot_do: "it is on the list of what the AI agent cannot do",
  topic_escalates: "the topic always goes to a person",
  out_of_scope: "it is about nothing that the AI agent is for",
  no_answer: "nothing supports an answer",
  low_confidence: "not sure enough",
  sensitive_topic: "a sensitive topic",
  supervised: "a supervised topic",
  action: "a tool that writes is to be used",
  unsupported_language: "a language that nobody answers in",
  exchange_limit: "too many exchanges without a solution",
  ambiguous: "it can be understood in several ways",
  model_failed: "the model did not answer",
  delivery_failed: "the message could not be delivered",
  tool_failed: "a tool failed",
  identity: "who the customer is has to be proved",
  not_verified: "the customer could not be verified",
  restored: "after a restore from backups",
  rule: "a rule of the specification",
  journey: "a journey asks for it",
  promise_overdue: "a promise is overdue",
  sending_stopped: "automatic sending is stopped",
};

export function plain(word: string): string {
  const spaced = word.replace(/[_-]+/g, " ").trim();
  return spaced.slice(0, 1).toUpperCase() + spaced.slice(1);
}

export const channelName = (channel: string): string => CHANNELS[channel] ?? plain(channel);
export const statusName = (status: Status): string => STATUSES[status];
export const modeName = (mode: Mode): string => MODES[mode];
export const reasonName = (reason: string): string => REASONS[reason] ?? plain(reason).toLowerCase();
export const aiName = (id: string | null | undefined): string => (id ? `${plain(id)} AI` : "AI agent");

/** Who owns a conversation, as colleagues say it. */
export function ownerName(owner: Owner, nameOf: (id: string) => string): string {
  if (owner.kind === "ai_agent") return aiName(owner.id);
  return owner.id ? nameOf(owner.id) : "Queue of people";
}

export function authorName(author: Author, customer: string): string {
  return { customer, ai_agent: "AI", human_agent: "Colleague", system: "Notice" }[author];
}

/** A customer without a name is told apart by the end of the conversation's id. */
export function customerName(name: string | null | undefined, conversationId: string): string {
  return name?.trim() || `Customer ${conversationId.slice(-4)}`;
}

export function percent(share: number, digits = 0): string {
  return `${(share * 100).toFixed(digits)} %`;
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString()} ${count === 1 ? one : many}`;
}
