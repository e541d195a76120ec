/** A moment some days from today, at a full hour of the reader's clock. */
export function atHour(days: number, hour: number): Date {
  const moment = new Date();
  moment.setDate(moment.getDate() + days);
  moment.setHours(hour, 0, 0, 0);
  return moment;
}

export function inHours(hours: number): Date {
  return new Date(Date.now() + hours * 3_600_000);
}

/** The next Monday morning. */
export function nextMonday(): Date {
  const days = (8 - new Date().getDay()) % 7 || 7;
  return atHour(days, 9);
}

/** As an input of the type datetime-local has it: the reader's own clock. */
export function localInput(moment: Date): string {
  const local = new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}
