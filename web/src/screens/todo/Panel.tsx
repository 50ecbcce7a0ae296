import "./panel.css";
import { useQuery } from "@tanstack/react-query";
import { ArrowDown, ArrowUp, MessageSquare, RotateCcw, Trash2, X } from "lucide-react";
import { useCallback, useEffect, useRef } from "react";
import { useLocation, useSearchParams } from "wouter";
import { useLists, useMe } from "../../app/Account.tsx";
import { http } from "../../api/http.ts";
import { problemType } from "../../api/problem.ts";
import { instantName } from "../../i18n/dates.ts";
import { useLocale, useTexts } from "../../i18n/index.ts";
import { said } from "../../i18n/said.ts";
import { change, remove, restore, tick } from "../../todos/actions.ts";
import { listView, useTodo, useView } from "../../todos/hooks.ts";
import { moveTo } from "../../todos/order.ts";
import { collection } from "../../todos/replica.ts";
import type { Todo } from "../../todos/todo.ts";
import { Details } from "./Details.tsx";
import { Kept } from "./Kept.tsx";
import { Steps } from "./Steps.tsx";

/** One to-do with everything about it, beside the list; on a phone it is the whole screen. */
export default function Panel({ id }: { id: string }) {
  const t = useTexts();
  const [, setSearch] = useSearchParams();
  const todo = useTodo(id);
  const asked = useQuery({
    queryKey: ["todo", id],
    retry: false,
    queryFn: async () => {
      const { data } = await http.get<Todo>(`/todo/${id}`);
      collection.take([data]);
      return data;
    },
  });
  const close = useCallback(() => {
    setSearch((now) => {
      now.delete("todo");
      return now;
    });
    document.getElementById(`row-${id}`)?.focus();
  }, [id, setSearch]);
  const panel = useRef<HTMLElement>(null);
  useEffect(() => {
    panel.current?.focus();
    const pressed = (event: KeyboardEvent) => {
      if (event.key === "Escape" && !event.defaultPrevented && !document.querySelector("dialog[open]")) close();
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, [close]);

  return (
    <aside className="panel" ref={panel} tabIndex={-1} aria-label={t.todo.panel}>
      <div className="panel-top">
        <button className="icon-button" aria-label={t.app.close} onClick={close}>
          <X size={20} />
        </button>
        {todo && <Place todo={todo} />}
      </div>
      {todo && <Inside todo={todo} onGone={close} />}
      {!todo && asked.isError && <p className="note">{problemType(asked.error) === "not-found" ? t.todo.gone : t.app.failed}</p>}
    </aside>
  );
}

/** Up and down where its list is shown, for who can neither drag nor press keys. */
function Place({ todo }: { todo: Todo }) {
  const t = useTexts();
  const todos = useView(listView(todo.list_id));
  const list = useLists().find((one) => one.id === todo.list_id);
  const [path] = useLocation();
  const at = todos.findIndex(({ id }) => id === todo.id);
  if (path !== `/app/list/${todo.list_id}` || at < 0 || todos.length < 2 || list?.role === "viewer") return null;
  return (
    <div className="panel-place">
      <button className="icon-button" aria-label={t.todo.up} disabled={at === 0} onClick={() => moveTo(todos, at, at - 1)}>
        <ArrowUp size={18} />
      </button>
      <button className="icon-button" aria-label={t.todo.down} disabled={at === todos.length - 1} onClick={() => moveTo(todos, at, at + 1)}>
        <ArrowDown size={18} />
      </button>
    </div>
  );
}

function Inside({ todo, onGone }: { todo: Todo; onGone(): void }) {
  const t = useTexts();
  const locale = useLocale();
  const me = useMe();
  const list = useLists().find((one) => one.id === todo.list_id);
  const fixed = todo.deleted_at !== null || list?.role === "viewer";
  const when = (instant: string) => instantName(locale, instant, me.time_zone);
  return (
    <>
      <div className="panel-title" data-done={todo.done || undefined}>
        <label className="check" data-priority={todo.priority || undefined}>
          <input
            type="checkbox"
            checked={todo.done}
            disabled={todo.deleted_at !== null}
            onChange={() => tick(todo)}
            aria-label={t.todo.done(todo.title)}
          />
        </label>
        <Kept
          label={t.todo.title}
          value={todo.title}
          disabled={fixed}
          required
          maxLength={500}
          onSave={(title) => change(todo, { title })}
        />
      </div>
      <Kept
        label={t.todo.notes}
        placeholder={t.todo.notesHint}
        value={todo.notes}
        disabled={fixed}
        multiline
        maxLength={10_000}
        onSave={(notes) => change(todo, { notes })}
      />
      {!todo.parent_id && <Steps todo={todo} fixed={fixed} />}
      <Details todo={todo} fixed={fixed} />
      {todo.message.state !== "none" && (
        <p className="panel-text" data-bad={todo.message.state === "failed" || undefined}>
          <MessageSquare size={15} aria-hidden="true" />
          {t.todo.states[todo.message.state]}
          {todo.message.error && <span className="note">{said(todo.message.error)}</span>}
        </p>
      )}
      <div className="panel-end">
        <span className="note">
          {todo.done_at ? t.todo.doneAt(when(todo.done_at)) : t.todo.created(when(todo.created_at))}
        </span>
        {todo.deleted_at ? (
          <button className="button" onClick={() => restore(todo)}>
            <RotateCcw size={16} /> {t.todo.restore}
          </button>
        ) : (
          <button
            className="button plain danger"
            disabled={fixed}
            onClick={() => {
              remove(todo);
              onGone();
            }}
          >
            <Trash2 size={16} /> {t.todo.delete}
          </button>
        )}
      </div>
    </>
  );
}
