import { useSyncExternalStore } from "react";

/** Which approvals are marked to be decided together. */
let marked: ReadonlySet<string> = new Set();
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useMarked(): ReadonlySet<string> {
  return useSyncExternalStore(subscribe, () => marked);
}

export function setMarked(now: Iterable<string>): void {
  marked = new Set(now);
  listeners.forEach((listener) => listener());
}

export function toggleMarked(id: string): void {
  const now = new Set(marked);
  if (!now.delete(id)) now.add(id);
  setMarked(now);
}
