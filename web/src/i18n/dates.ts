/** Days and times as people say them. A due date is `2026-11-24`, or `2026-11-24T09:00` in the person's own zone. */
import type { Locale } from "./index.ts";

const DAY = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

function format(locale: Locale, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = locale + JSON.stringify(options);
  let found = formats.get(key);
  if (!found) formats.set(key, (found = new Intl.DateTimeFormat(locale, options)));
  return found;
}

/** Today's date in a time zone, such as `2026-11-24`. */
export function today(zone: string, now = Date.now()): string {
  return new Intl.DateTimeFormat("en-CA", { timeZone: zone, dateStyle: "short" }).format(now);
}

/** The local time in a zone, such as `09:05`. */
export function clock(zone: string, now = Date.now()): string {
  return new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit" }).format(now);
}

/** The date so many days later. */
export function plusDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00Z`) + days * DAY).toISOString().slice(0, 10);
}

export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00Z`) - Date.parse(`${from}T00:00Z`)) / DAY);
}

/** A day beside today: "tomorrow", "Friday", "Nov 30". */
export function dayName(locale: Locale, date: string, from: string): string {
  const days = daysBetween(from, date);
  if (Math.abs(days) <= 1) return capital(new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(days, "day"));
  const at = Date.parse(`${date}T00:00Z`);
  if (days > 1 && days < 7) return capital(format(locale, { weekday: "long", timeZone: "UTC" }).format(at));
  const year = date.slice(0, 4) === from.slice(0, 4) ? undefined : "numeric";
  return format(locale, { day: "numeric", month: "short", year, timeZone: "UTC" }).format(at);
}

/** A day in full: "Friday, November 27". */
export function longDay(locale: Locale, date: string): string {
  const at = Date.parse(`${date}T00:00Z`);
  return capital(format(locale, { weekday: "long", day: "numeric", month: "long", timeZone: "UTC" }).format(at));
}

/** A due date or time beside today. */
export function dueName(locale: Locale, due: string, from: string): string {
  const [date = "", time] = due.split("T");
  return time ? `${dayName(locale, date, from)} ${timeName(locale, time)}` : dayName(locale, date, from);
}

/** A time of day: "9:00 AM", "09:00". */
export function timeName(locale: Locale, time: string): string {
  return format(locale, { hour: "numeric", minute: "2-digit", timeZone: "UTC" }).format(Date.parse(`2000-01-01T${time}Z`));
}

/** A stretch of time: "10 minutes", "2 hours", "1 day". */
export function beforeName(locale: Locale, count: number, unit: "minute" | "hour" | "day"): string {
  return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "long" }).format(count);
}

/** What something cost: "€0.0333". Prices of texts are small: no digit is lost. */
export function priceName(locale: Locale, price: string, currency: string): string {
  return new Intl.NumberFormat(locale, { style: "currency", currency, maximumFractionDigits: 6 }).format(Number(price));
}

/** An instant in a zone: "Nov 24, 9:05 AM". */
export function instantName(locale: Locale, instant: string, zone: string): string {
  const options = { dateStyle: "medium", timeStyle: "short", timeZone: zone } as const;
  return format(locale, options).format(Date.parse(instant));
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [["day", DAY], ["hour", 3_600_000], ["minute", 60_000]];

/** How long ago an instant was: "now", "5 minutes ago", "yesterday". */
export function agoName(locale: Locale, instant: string, now = Date.now()): string {
  const ago = Math.max(now - Date.parse(instant), 0);
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  const [unit, size] = STEPS.find(([, size]) => ago >= size) ?? ["second", Infinity];
  return relative.format(-Math.floor(ago / size), unit);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
