import { useQueryClient, type QueryClient, type QueryKey } from "@tanstack/react-query";
import { useEffect, useSyncExternalStore } from "react";

import { useNow } from "../shell/When";
import type { Watcher } from "./contract";
import { readEverythingAgain, refreshRows } from "./inbox";

export type Connection = "connecting" | "live" | "lost";

const FIRST_PAUSE_MS = 400;
const LONGEST_PAUSE_MS = 5_000;
/** For what is counted of everything: it costs most, and is looked at least. */
const LONGEST_BETWEEN_COUNTS_MS = 10_000;
const AGAIN_MS = 5_000;
const HIDDEN_MS = 60_000;

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
const watching = new Observed<ReadonlyMap<string, readonly Watcher[]>>(new Map());

export function useConnection(): Connection {
  return useSyncExternalStore(connection.subscribe, connection.get);
}

const NOBODY: readonly Watcher[] = [];

/** Which colleagues look at a conversation at this moment; the reader is among them. */
export function useWatchers(conversationId: string): readonly Watcher[] {
  const watchers = useSyncExternalStore(watching.subscribe, () => watching.get().get(conversationId) ?? NOBODY);
  const now = useNow();
  return watchers.filter(({ until }) => !until || new Date(until).getTime() > now);
}

/** What an answer said of who is there. */
export function keepWatchers(conversationId: string, watchers: readonly Watcher[]): void {
  watching.set(new Map(watching.get()).set(conversationId, watchers));
}

/** Follow what changes, and read again what it concerns. */
export function useLive(): void {
  const client = useQueryClient();
  useEffect(() => follow(client), [client]);
}

function follow(client: QueryClient): () => void {
  const readAgain = (name: string): void => void client.invalidateQueries({ queryKey: JSON.parse(name) as QueryKey });
  const refresh = throttled(readAgain);
  const recount = throttled(readAgain, LONGEST_BETWEEN_COUNTS_MS);
  const changed = new Set<string>();
  const refreshList = throttled(() => {
    const now = new Set(changed);
    changed.clear();
    void refreshRows(client, now);
  });
  const concern = (...keys: QueryKey[]) => keys.forEach((key) => refresh(JSON.stringify(key)));
  const concernRow = (id: string) => {
    changed.add(id);
    refreshList("inbox");
  };
  const listen = (source: EventSource): void => {
    on(source, "resync", () => void readEverythingAgain(client));
    on(source, "sending", () => concern(["sending"]));
    on(source, "conversation", ({ conversation_id: id = "", kind }) => {
      concern(["conversation", id], ["supervision"]);
      recount(JSON.stringify(["counts"]));
      if (kind !== "read") concern(["approvals"], ["approval"]);
      concernRow(id);
    });
    on(source, "presence", (told) => watch(told, concernRow));
    on(source, "typing", (told) => watch(told, concernRow));
    on(source, "room", ({ room_id: room = "" }) => concern(["rooms"], ["room", room]));
  };
  return keepOpen(listen, () => concern(["me"]));
}

/**
 * One stream for as long as the page is seen. A browser has few connections to a server, which many hidden pages would
 * use up; whoever comes back is told to read everything again. A stream that was refused is asked for again, after it was
 * asked who is signed in.
 */
function keepOpen(listen: (source: EventSource) => void, onRefused: () => void): () => void {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const close = (): void => {
    clearTimeout(timer);
    source?.close();
    source = null;
  };
  const open = (): void => {
    close();
    const opened = new EventSource("/v1/live");
    source = opened;
    opened.onopen = () => connection.set("live");
    opened.onerror = () => {
      connection.set("lost");
      if (opened.readyState !== EventSource.CLOSED || opened !== source) return;
      onRefused();
      timer = setTimeout(open, AGAIN_MS);
    };
    listen(opened);
  };
  const onVisibility = (): void => {
    clearTimeout(timer);
    if (document.visibilityState === "hidden") timer = setTimeout(close, HIDDEN_MS);
    else if (!source) open();
  };
  open();
  document.addEventListener("visibilitychange", onVisibility);
  return () => {
    document.removeEventListener("visibilitychange", onVisibility);
    close();
  };
}

interface Told {
  conversation_id?: string;
  kind?: string;
  room_id?: string;
  person_id?: string;
  state?: string;
  until?: string;
}

function on(source: EventSource, name: string, hear: (told: Told) => void): void {
  source.addEventListener(name, (event) => hear(read(event as MessageEvent<string>)));
}

function read(event: MessageEvent<string>): Told {
  try {
    return JSON.parse(event.data) as Told;
  } catch {
    return {};
  }
}

function watch(
  { conversation_id: place = "", person_id: who = "", state, until }: Told,
  concernRow: (id: string) => void,
): void {
  const others = (watching.get().get(place) ?? []).filter((other) => other.person_id !== who);
  const there =
    state === "looking" || state === "typing"
      ? [...others, { person_id: who, state, until: until ?? "" } as const]
      : others;
  watching.set(new Map(watching.get()).set(place, there));
  concernRow(place);
}

/**
 * At once, then after pauses that grow as long as it goes on, for each name: a busy hour, in which every second brings
 * something, makes no page read all the time.
 */
function throttled(act: (name: string) => void, longestPause = LONGEST_PAUSE_MS): (name: string) => void {
  const resting = new Set<string>();
  const again = new Set<string>();
  const run = (name: string, pause: number): void => {
    act(name);
    resting.add(name);
    setTimeout(() => {
      resting.delete(name);
      if (again.delete(name)) run(name, Math.min(2 * pause, longestPause));
    }, pause);
  };
  return (name) => {
    if (resting.has(name)) again.add(name);
    else run(name, FIRST_PAUSE_MS);
  };
}
