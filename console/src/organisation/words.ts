/** `ask_approval` as people read it. */
export function inWords(name: string): string {
  const text = name
    .replace(/->/g, "→")
    .replace(/[_-]+/g, " ")
    .replace(/\b(ai|csat|sms|api)\b/g, (short) => short.toUpperCase());
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** How long something took, in the unit that fits. */
export function duration(seconds: number): string {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 90) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${(seconds / 3600).toFixed(1)} h`;
  return `${(seconds / 86400).toFixed(1)} d`;
}

/** How the hash of a version is shown. */
export function short(hash: string): string {
  return hash.slice(0, 12);
}
