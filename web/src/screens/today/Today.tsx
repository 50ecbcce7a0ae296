import { useMemo } from "react";
import { Empty } from "../../components/Empty.tsx";
import { QuickAdd } from "../../components/QuickAdd.tsx";
import { type Group, TodoList } from "../../components/TodoList.tsx";
import { useToday } from "../../app/useToday.ts";
import { longDay } from "../../i18n/dates.ts";
import { useLocale, useTexts } from "../../i18n/index.ts";
import { useComplete, useView } from "../../todos/hooks.ts";
import { collection } from "../../todos/replica.ts";
import { byDue, dayOf, isOpen } from "../../todos/todo.ts";
import { Samples } from "./Samples.tsx";

/** What is due today, and above it what is late. */
export function Today() {
  const t = useTexts();
  const locale = useLocale();
  const today = useToday();
  const complete = useComplete();
  const isDue = (day: string) => day !== "" && day <= today;
  const due = useView(collection.view(`due:${today}`, (todo) => isOpen(todo) && isDue(dayOf(todo)), byDue));
  const groups = useMemo<Group[]>(() => {
    const late = due.filter((todo) => dayOf(todo) < today);
    const now = due.slice(late.length);
    if (!late.length) return [{ key: "today", todos: now, dated: true }];
    const titles = { late: <h2 className="group-title late">{t.todo.overdue}</h2>, now: <h2 className="group-title">{t.nav.today}</h2> };
    return [
      { key: "late", title: titles.late, todos: late },
      { key: "today", title: now.length ? titles.now : undefined, todos: now, dated: true },
    ];
  }, [due, today, t]);

  return (
    <div className="screen">
      <header className="screen-head">
        <h1>{t.nav.today}</h1>
        <span className="note">{longDay(locale, today)}</span>
      </header>
      <QuickAdd due={today} />
      {due.length ? <TodoList groups={groups} named /> : complete && <Empty {...t.empty.today} />}
      <Samples todos={due} />
    </div>
  );
}
