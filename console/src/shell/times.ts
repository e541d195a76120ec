const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: "short", hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const dayOfYear = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric" });
const whole = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });
const longDay = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });

/** `5 min ago`, `in 3 h`; a second or two are now. */
export function fromNow(at: string, now: number): string {
  const away = new Date(at).getTime() - now;
  const size = Math.abs(away);
  if (size < 45 * SECOND) return "now";
  const text = span(size);
  return away < 0 ? `${text} ago` : `in ${text}`;
}

/** A length of time in its largest unit. */
export function span(milliseconds: number): string {
  if (milliseconds < HOUR) return `${Math.max(1, Math.round(milliseconds / MINUTE))} min`;
  if (milliseconds < DAY) return `${Math.round(milliseconds / HOUR)} h`;
  const days = Math.round(milliseconds / DAY);
  return days < 14 ? `${days} d` : days < 70 ? `${Math.round(days / 7)} wk` : `${Math.round(days / 30)} mo`;
}

/** As short as a list needs it. */
export function brief(at: string, now: number): string {
  const then = new Date(at);
  const today = new Date(now);
  if (then.toDateString() === today.toDateString()) return clock.format(then);
  if (Math.abs(now - then.getTime()) < 6 * DAY) return weekday.format(then);
  return then.getFullYear() === today.getFullYear() ? day.format(then) : dayOfYear.format(then);
}

export function exactly(at: string): string {
  return whole.format(new Date(at));
}

export function clockTime(at: string): string {
  return clock.format(new Date(at));
}

/** The heading of a day in a conversation. */
export function dayName(at: string, now: number): string {
  const then = new Date(at);
  if (then.toDateString() === new Date(now).toDateString()) return "Today";
  if (then.toDateString() === new Date(now - DAY).toDateString()) return "Yesterday";
  return then.getFullYear() === new Date(now).getFullYear() ? longDay.format(then) : dayOfYear.format(then);
}
