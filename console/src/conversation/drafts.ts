import { useCallback, useState } from "react";

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
