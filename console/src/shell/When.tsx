import { useSyncExternalStore } from "react";

import { brief, exactly, fromNow } from "./times";

const listeners = new Set<() => void>();
let now = Date.now();
setInterval(() => {
  now = Date.now();
  listeners.forEach((listener) => listener());
}, 20_000);

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The time, as it is good enough for texts: it moves every few seconds. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}

interface Given {
  at: string;
  as?: "brief" | "from-now";
}

/** A time in words; the exact one is its title. */
export function When({ at, as = "from-now" }: Given) {
  const moment = useNow();
  return (
    <time dateTime={at} title={exactly(at)}>
      {as === "brief" ? brief(at, moment) : fromNow(at, moment)}
    </time>
  );
}
