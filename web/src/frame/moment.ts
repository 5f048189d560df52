import { locale } from '../words';

/** One for each way of writing: making one takes longer than using it a thousand times. */
const formats = new Map<string, Intl.DateTimeFormat>();

function format(timeZone: string, time: boolean): Intl.DateTimeFormat {
  const name = `${locale()} ${timeZone} ${time}`;
  const there = formats.get(name);
  if (there) return there;
  const made = new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', ...(time ? { timeStyle: 'short' } : {}), timeZone });
  formats.set(name, made);
  return made;
}

/** A day or a moment as people write it, in the tenant's time zone. */
export function moment(at: string, timeZone: string): string {
  return format(timeZone, true).format(new Date(at));
}

export function day(on: string): string {
  return format('UTC', false).format(new Date(`${on}T00:00:00Z`));
}
