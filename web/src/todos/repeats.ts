/** A repeat (RFC 5545 RRULE) as people say it. */
import type { Catalogue } from "../i18n/en.ts";
import type { Locale } from "../i18n/index.ts";

const UNITS = { DAILY: "day", WEEKLY: "week", MONTHLY: "month", YEARLY: "year" } as const;
const DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
const WEEKDAYS = "MO,TU,WE,TH,FR";

export function repeatName(t: Catalogue, locale: Locale, rule: string): string {
  const parts = new Map(rule.split(";").map((part) => part.split("=") as [string, string]));
  const unit = UNITS[parts.get("FREQ") as keyof typeof UNITS];
  if (!unit) return rule;
  const count = Number(parts.get("INTERVAL") ?? 1);
  const days = parts.get("BYDAY");
  const simple = { day: t.todo.daily, week: t.todo.weekly, month: t.todo.monthly, year: t.todo.yearly };
  let text = count === 1 ? simple[unit] : t.todo.every(count, unit);
  if (days === WEEKDAYS && count === 1) text = t.todo.weekdays;
  else if (days && unit === "week") text += `: ${dayNames(locale, days)}`;
  return parts.get("X-FROM") === "DONE" ? `${text}, ${t.todo.afterDone}` : text;
}

function dayNames(locale: Locale, days: string): string {
  const format = new Intl.DateTimeFormat(locale, { weekday: "short", timeZone: "UTC" });
  const names = days.split(",").map((day) => format.format(Date.UTC(2024, 0, 1 + DAYS.indexOf(day.slice(-2)))));
  return new Intl.ListFormat(locale, { type: "unit", style: "short" }).format(names);
}
