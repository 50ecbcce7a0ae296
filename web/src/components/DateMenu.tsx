import "./datemenu.css";
import { useToday } from "../app/useToday.ts";
import { longDay, plusDays } from "../i18n/dates.ts";
import { useLocale, useTexts } from "../i18n/index.ts";
import { change } from "../todos/actions.ts";
import type { Todo } from "../todos/todo.ts";
import { Dialog } from "./Dialog.tsx";

/** Another day for a to-do: the near ones, a calendar, none. Its time of day stays. */
export default function DateMenu({ todo, onClose }: { todo: Todo; onClose(): void }) {
  const t = useTexts();
  const locale = useLocale();
  const today = useToday();
  const set = (day: string | null) => {
    onClose();
    const due = day && day + (todo.due?.slice(10) ?? "");
    if (due !== todo.due) change(todo, { due }, t.todo.changed);
  };
  const weekday = (new Date(`${today}T00:00Z`).getUTCDay() + 6) % 7;
  const near: [string, string][] = [
    [t.todo.today, today],
    [t.todo.tomorrow, plusDays(today, 1)],
    [t.todo.nextWeek, plusDays(today, 7 - weekday)],
  ];
  return (
    <Dialog title={t.todo.due} onClose={onClose}>
      <div className="dates">
        {near.map(([text, day]) => (
          <button key={text} className="side-item" onClick={() => set(day)}>
            <span className="side-text">{text}</span>
            <span className="note">{longDay(locale, day)}</span>
          </button>
        ))}
        <label className="field">
          <span>{t.todo.date}</span>
          <input
            className="input"
            type="date"
            defaultValue={todo.due?.slice(0, 10)}
            onKeyDown={(event) => event.key === "Enter" && set(event.currentTarget.value || null)}
            onBlur={(event) => event.currentTarget.value !== (todo.due?.slice(0, 10) ?? "") && set(event.currentTarget.value || null)}
          />
        </label>
        <button className="side-item" onClick={() => set(null)}>
          {t.todo.clear}
        </button>
      </div>
    </Dialog>
  );
}
