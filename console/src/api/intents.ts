import { call, ProblemError } from "./client";

/**
 * Ids of what was asked and of which nobody knows what became. The same again within a while carries the same id, also
 * after a reload, so it is done once. What is asked much later is meant anew.
 */
const KEY = "holdfast-unsettled";
const KEPT_MS = 5 * 60_000;

interface Unsettled {
  intent: string;
  id: string;
  at: number;
}

let memory: Unsettled[] = [];

function all(): Unsettled[] {
  try {
    memory = JSON.parse(sessionStorage.getItem(KEY) ?? "[]") as Unsettled[];
  } catch {
    // A browser that keeps nothing has at least this page's own memory.
  }
  return memory.filter(({ at }) => Date.now() - at < KEPT_MS);
}

function keep(unsettled: Unsettled[]): void {
  memory = unsettled;
  try {
    sessionStorage.setItem(KEY, JSON.stringify(unsettled));
  } catch {
    // See above.
  }
}

/** An id of one intent. */
export function newRequestId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `rq_${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/**
 * Ask for a change once, however often it is tried: the same that is asked again after a failure whose outcome nobody
 * knows keeps its id. A refusal ends the intent, and what differs is another one.
 */
export async function once<T>(path: string, body: object): Promise<T> {
  const intent = JSON.stringify([path, body]);
  try {
    const answer = await call<T>(path, { method: "POST", body: { ...body, request_id: idOf(intent) } });
    settle(intent);
    return answer;
  } catch (error) {
    if (!mayHaveHappened(error)) settle(intent);
    throw error;
  }
}

/** Whether nobody knows what became of it: then the same must be sent again, under the same id. */
function mayHaveHappened(error: unknown): boolean {
  return error instanceof ProblemError && (error.status === 0 || error.status >= 500);
}

/** The id of this intent: the one that it had before, while nobody knows what became of it. */
function idOf(intent: string): string {
  const before = all();
  const known = before.find((one) => one.intent === intent);
  if (known) return known.id;
  const id = newRequestId();
  keep([...before, { intent, id, at: Date.now() }]);
  return id;
}

/** It is known what became of it. */
function settle(intent: string): void {
  keep(all().filter((one) => one.intent !== intent));
}
