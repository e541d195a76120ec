import { useCallback, useMemo, useState } from "react";

import type { NamedFile } from "../shell/Files";

/** What somebody has begun to write is kept in the browser, so that nothing ends it: no reload, no other page. */
function keyOf(place: string, person: string): string {
  return `holdfast-draft:${person}:${place}`;
}

function kept(key: string): string {
  try {
    return localStorage.getItem(key) ?? "";
  } catch {
    return "";
  }
}

function keep(key: string, text: string): void {
  try {
    if (text) localStorage.setItem(key, text);
    else localStorage.removeItem(key);
  } catch {
    // A browser that keeps nothing still lets people write.
  }
}

/** The files that were sent beforehand for it; a message is gone with them. */
export function useDraftFiles(
  place: string,
  person: string,
): [readonly NamedFile[], (files: readonly NamedFile[]) => void] {
  const [text, write] = useDraft(`files:${place}`, person);
  const files = useMemo(() => (text ? (JSON.parse(text) as NamedFile[]) : []), [text]);
  const keepFiles = useCallback((now: readonly NamedFile[]) => write(now.length ? JSON.stringify(now) : ""), [write]);
  return [files, keepFiles];
}

export function useDraft(place: string, person: string): [string, (text: string) => void] {
  const key = keyOf(place, person);
  const [text, setText] = useState(() => kept(key));
  const write = useCallback(
    (now: string) => {
      setText(now);
      keep(key, now);
    },
    [key],
  );
  return [text, write];
}
