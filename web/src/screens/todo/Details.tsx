import { type KeyboardEvent, type ReactNode, useId, useState } from "react";
import { useLists, useMe } from "../../app/Account.tsx";
import { useLocale, useTexts } from "../../i18n/index.ts";
import { change } from "../../todos/actions.ts";
import { repeatName } from "../../todos/repeats.ts";
import type { Todo, TodoChange } from "../../todos/todo.ts";
import { Remind } from "./Remind.tsx";

const REPEATS = {
  daily: "FREQ=DAILY",
  weekdays: "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
  weekly: "FREQ=WEEKLY",
  monthly: "FREQ=MONTHLY",
  yearly: "FREQ=YEARLY",
} as const;

/** Date, reminder, repeat, priority, whom it is for, list, labels. */
export function Details({ todo, fixed }: { todo: Todo; fixed: boolean }) {
  const t = useTexts();
  const me = useMe();
  const lists = useLists();
  const set = (members: TodoChange) => change(todo, members);
  const members = lists.find((list) => list.id === todo.list_id)?.members ?? [];
  const writable = lists.filter((list) => list.role !== "viewer" || list.id === todo.list_id);

  return (
    <fieldset className="details" disabled={fixed}>
      <Due todo={todo} onSet={set} />
      {todo.due && (
        <Line label={t.todo.remind}>{(id) => <Remind id={id} remind={todo.remind} onSet={(remind) => set({ remind })} />}</Line>
      )}
      {todo.due?.length === 10 && todo.remind !== null && <p className="note detail-note">{t.todo.remindNote}</p>}
      <Repeats todo={todo} onSet={set} />
      <Line label={t.todo.priority}>
        {(id) => (
          <select id={id} value={todo.priority} onChange={(event) => set({ priority: Number(event.target.value) })}>
            {t.todo.priorities.map((text, value) => (
              <option key={text} value={value}>
                {text}
              </option>
            ))}
          </select>
        )}
      </Line>
      {members.length > 1 && (
        <Line label={t.todo.for}>
          {(id) => (
            <select
              id={id}
              value={todo.for ?? ""}
              onChange={(event) => set({ for: event.target.value ? Number(event.target.value) : null })}
            >
              <option value="">{t.todo.nobody}</option>
              {members.map(({ user_id, username }) => (
                <option key={user_id} value={user_id}>
                  {user_id === me.user_id ? t.todo.me(username ?? "") : username}
                </option>
              ))}
            </select>
          )}
        </Line>
      )}
      {writable.length > 1 && !todo.parent_id && (
        <Line label={t.todo.list}>
          {(id) => (
            <select id={id} value={todo.list_id} onChange={(event) => set({ list_id: event.target.value })}>
              {writable.map((list) => (
                <option key={list.id} value={list.id}>
                  {list.name || t.nav.personal}
                </option>
              ))}
            </select>
          )}
        </Line>
      )}
      <Labels todo={todo} onSet={set} />
    </fieldset>
  );
}

interface PartProps {
  todo: Todo;
  onSet(members: TodoChange): void;
}

function Line({ label, children }: { label: string; children(id: string): ReactNode }) {
  const id = useId();
  return (
    <div className="detail">
      <label htmlFor={id}>{label}</label>
      {children(id)}
    </div>
  );
}

/** The native fields of the browser: they speak its language, and cost nothing to load. */
function Due({ todo, onSet }: PartProps) {
  const t = useTexts();
  const [day = "", time = ""] = todo.due?.split("T") ?? [];
  const set = (day: string, time: string) => {
    const due = day ? (time ? `${day}T${time}` : day) : null;
    if (due !== todo.due) onSet({ due });
  };
  return (
    <>
      <Line label={t.todo.due}>
        {(id) => <input key={day} id={id} type="date" defaultValue={day} onBlur={(event) => set(event.target.value, time)} onKeyDown={leave} />}
      </Line>
      {day && (
        <Line label={t.todo.time}>
          {(id) => <input key={time} id={id} type="time" defaultValue={time} onBlur={(event) => set(day, event.target.value)} onKeyDown={leave} />}
        </Line>
      )}
    </>
  );
}

function leave(event: KeyboardEvent<HTMLInputElement>): void {
  if (event.key === "Enter") event.currentTarget.blur();
}

function Repeats({ todo, onSet }: PartProps) {
  const t = useTexts();
  const locale = useLocale();
  const known = Object.entries(REPEATS) as [keyof typeof REPEATS, string][];
  const other = todo.repeat && !known.some(([, rule]) => rule === todo.repeat);
  return (
    <Line label={t.todo.repeat}>
      {(id) => (
        <select id={id} value={todo.repeat ?? ""} onChange={(event) => onSet({ repeat: event.target.value || null })}>
          <option value="">{t.todo.never}</option>
          {known.map(([name, rule]) => (
            <option key={name} value={rule}>
              {t.todo[name]}
            </option>
          ))}
          {other && <option value={todo.repeat!}>{repeatName(t, locale, todo.repeat!)}</option>}
        </select>
      )}
    </Line>
  );
}

function Labels({ todo, onSet }: PartProps) {
  const t = useTexts();
  const shown = todo.labels.join(", ");
  const [text, setText] = useState<string>();
  const save = () => {
    const labels = [...new Set((text ?? shown).toLowerCase().split(/[\s,#]+/).filter(Boolean))];
    setText(undefined);
    if (labels.join(", ") !== shown) onSet({ labels });
  };
  return (
    <Line label={t.todo.labels}>
      {(id) => (
        <input
          id={id}
          value={text ?? shown}
          placeholder={t.todo.labelsHint}
          autoCapitalize="none"
          onChange={(event) => setText(event.target.value)}
          onBlur={save}
          onKeyDown={leave}
        />
      )}
    </Line>
  );
}
