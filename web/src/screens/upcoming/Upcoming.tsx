import { useMemo } from "react";
import { Empty } from "../../components/Empty.tsx";
import { QuickAdd } from "../../components/QuickAdd.tsx";
import { type Group, TodoList } from "../../components/TodoList.tsx";
import { useToday } from "../../app/useToday.ts";
import { dayName, daysBetween, longDay, plusDays } from "../../i18n/dates.ts";
import { useLocale, useTexts } from "../../i18n/index.ts";
import { useComplete, useView } from "../../todos/hooks.ts";
import { collection } from "../../todos/replica.ts";
import { byDue, dayOf, isOpen } from "../../todos/todo.ts";

const DAYS = 14;

/** The fourteen days after today, those with something in them. */
export function Upcoming() {
  const t = useTexts();
  const locale = useLocale();
  const today = useToday();
  const complete = useComplete();
  const last = plusDays(today, DAYS);
  const within = (day: string) => day > today && day <= last;
  const due = useView(collection.view(`upcoming:${today}`, (todo) => isOpen(todo) && within(dayOf(todo)), byDue));
  const groups = useMemo<Group[]>(() => {
    const days = Map.groupBy(due, dayOf);
    return [...days].map(([day, todos]) => {
      const near = daysBetween(today, day) < 7;
      const title = (
        <h2 className="group-title">
          {near ? dayName(locale, day, today) : longDay(locale, day)}
          {near && <span className="note">{longDay(locale, day)}</span>}
        </h2>
      );
      return { key: day, title, todos, dated: true };
    });
  }, [due, today, locale]);

  return (
    <div className="screen">
      <header className="screen-head">
        <h1>{t.nav.upcoming}</h1>
      </header>
      <QuickAdd due={plusDays(today, 1)} />
      {due.length ? <TodoList groups={groups} named /> : complete && <Empty {...t.empty.upcoming} />}
    </div>
  );
}
