import { useEffect, useSyncExternalStore } from "react";

/** Something that can be done on the page at hand; `key` does it without the palette. */
export interface Command {
  id: string;
  label: string;
  key?: string;
  run: () => void;
}

let offered: ReadonlyMap<string, readonly Command[]> = new Map();
let all: readonly Command[] = [];
const listeners = new Set<() => void>();

function offer(by: string, commands: readonly Command[]): void {
  offered = new Map(offered).set(by, commands);
  all = [...offered.values()].flat();
  listeners.forEach((listener) => listener());
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** What the page at hand offers. */
export function useHere(): readonly Command[] {
  return useSyncExternalStore(subscribe, commandsHere);
}

export function commandsHere(): readonly Command[] {
  return all;
}

/** Offer commands as long as this part of the page is there. */
export function useCommands(by: string, commands: readonly Command[]): void {
  useEffect(() => {
    offer(by, commands);
    return () => offer(by, []);
  }, [by, commands]);
}
