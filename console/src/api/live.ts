import { useQueryClient, type QueryClient, type QueryKey } from "@tanstack/react-query";
import { useEffect, useSyncExternalStore } from "react";

export type Connection = "connecting" | "live" | "lost";

interface Watching {
  conversation_id: string;
  person_id: string;
  state: "looking" | "typing" | "away";
}

const THROTTLE_MS = 400;
const TYPING_LASTS_MS = 6_000;

/** A value that changes outside of React. */
class Observed<T> {
  private readonly listeners = new Set<() => void>();
  constructor(private value: T) {}
  readonly get = (): T => this.value;
  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  set(value: T): void {
    if (value === this.value) return;
    this.value = value;
    this.listeners.forEach((listener) => listener());
  }
}

const connection = new Observed<Connection>("connecting");
const typing = new Observed<ReadonlyMap<string, readonly string[]>>(new Map());

export function useConnection(): Connection {
  return useSyncExternalStore(connection.subscribe, connection.get);
}

const NOBODY: readonly string[] = [];

/** Who is writing in a conversation or room at this moment. */
export function useTyping(place: string): readonly string[] {
  return useSyncExternalStore(typing.subscribe, () => typing.get().get(place) ?? NOBODY);
}

/** Follow what changes, and read again what it concerns. */
export function useLive(): void {
  const client = useQueryClient();
  useEffect(() => follow(client), [client]);
}

function follow(client: QueryClient): () => void {
  const refresh = throttled(client);
  const source = new EventSource("/v1/live");
  let wasLost = false;
  source.onopen = () => {
    connection.set("live");
    if (wasLost) void client.invalidateQueries();
    wasLost = false;
  };
  source.onerror = () => {
    wasLost = true;
    connection.set("lost");
  };
  source.addEventListener("conversation", (event) => concernConversation(refresh, read(event)));
  source.addEventListener("presence", (event) => {
    refresh(["inbox"]);
    refresh(["watchers", String(read(event)["conversation_id"] ?? "")]);
  });
  source.addEventListener("typing", (event) => someoneTypes(read(event)));
  source.addEventListener("room", (event) => {
    refresh(["rooms"]);
    refresh(["room", String(read(event)["room_id"] ?? "")]);
  });
  source.addEventListener("sending", () => refresh(["sending"]));
  source.addEventListener("resync", () => void client.invalidateQueries());
  return () => source.close();
}

type Data = Record<string, unknown>;

function read(event: Event): Data {
  try {
    return JSON.parse((event as MessageEvent<string>).data) as Data;
  } catch {
    return {};
  }
}

function concernConversation(refresh: (key: QueryKey) => void, data: Data): void {
  refresh(["conversation", String(data["conversation_id"] ?? "")]);
  refresh(["inbox"]);
  refresh(["counts"]);
  if (data["kind"] !== "read") refresh(["approvals"]);
  refresh(["supervision"]);
}

function someoneTypes(data: Data): void {
  const { conversation_id: place, person_id: who, state } = data as unknown as Watching;
  const others = (typing.get().get(place) ?? []).filter((other) => other !== who);
  const now = new Map(typing.get());
  typing.set(now.set(place, state === "away" || state === "looking" ? others : [...others, who]));
  if (state !== "away") setTimeout(() => stopTyping(place, who), TYPING_LASTS_MS);
}

function stopTyping(place: string, who: string): void {
  const now = new Map(typing.get());
  typing.set(
    now.set(
      place,
      (now.get(place) ?? []).filter((other) => other !== who),
    ),
  );
}

/** At once, then at most once in a while for each key: a busy hour never makes the page read all the time. */
function throttled(client: QueryClient): (key: QueryKey) => void {
  const waiting = new Map<string, ReturnType<typeof setTimeout>>();
  const again = new Set<string>();
  const run = (key: QueryKey, name: string): void => {
    void client.invalidateQueries({ queryKey: key });
    waiting.set(
      name,
      setTimeout(() => {
        waiting.delete(name);
        if (again.delete(name)) run(key, name);
      }, THROTTLE_MS),
    );
  };
  return (key) => {
    const name = JSON.stringify(key);
    if (waiting.has(name)) again.add(name);
    else run(key, name);
  };
}
