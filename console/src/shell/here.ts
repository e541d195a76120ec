import { useEffect, useSyncExternalStore } from "react";

/** Something that can be done on the page at hand; `key` does it without the palette. */
export interface Command {
  id: string;
  label: string;
  key?: string;
  run: () => void;
}

let offered: readonly Command[] = [];
const listeners = new Set<() => void>();

function offer(commands: readonly Command[]): void {
  offered = commands;
  listeners.forEach((listener) => listener());
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** What the page at hand offers. */
export function useHere(): readonly Command[] {
  return useSyncExternalStore(subscribe, () => offered);
}

export function commandsHere(): readonly Command[] {
  return offered;
}

/** Offer commands as long as the page is there. */
export function useCommands(commands: readonly Command[]): void {
  useEffect(() => {
    offer(commands);
    return () => offer([]);
  }, [commands]);
}
