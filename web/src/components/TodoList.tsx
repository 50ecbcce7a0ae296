/**
 * To-dos in groups, drawn only where they can be seen, and moved through by keys: j and k, e, Enter, t, 1 to 4, Delete,
 * and Alt with the arrows where the order is the person's own.
 */
import { useVirtualizer } from "@tanstack/react-virtual";
import { lazy, type ReactNode, Suspense, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useSearchParams } from "wouter";
import { useLists, useMe } from "../app/Account.tsx";
import { isTyping, lettersOn } from "../app/keys.ts";
import { useToday } from "../app/useToday.ts";
import { change, remove, tick } from "../todos/actions.ts";
import { between } from "../todos/positions.ts";
import type { Todo } from "../todos/todo.ts";
import { TodoRow } from "./TodoRow.tsx";

const DateMenu = lazy(() => import("./DateMenu.tsx"));

export interface Group {
  key: string;
  title?: ReactNode;
  todos: readonly Todo[];
  /** The heading tells the date. */
  dated?: boolean;
}

interface Props {
  groups: readonly Group[];
  /** Say which list each is in. */
  named?: boolean;
  /** The order is the person's own: Alt with the arrows changes it. */
  ordered?: boolean;
  /** What else stands in a row, in place of ticking: the trash has its own. */
  onTick?: (todo: Todo) => void;
}

type Line = { key: string; title: ReactNode } | { key: string; todo: Todo; dated: boolean };

export function TodoList({ groups, named = false, ordered = false, onTick = tick }: Props) {
  const today = useToday();
  const people = usePeople();
  const [search, setSearch] = useSearchParams();
  const [active, setActive] = useState("");
  const [dating, setDating] = useState<Todo>();
  const top = useRef<HTMLUListElement>(null);
  const [margin, setMargin] = useState(0);
  const lines = useMemo(() => flat(groups), [groups]);
  const todos = useMemo(() => groups.flatMap((group) => group.todos), [groups]);

  // Stable for as long as the lines are: else all of them are measured anew with every frame.
  const keyOf = useCallback((index: number) => lines[index]!.key, [lines]);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: theMain,
    getItemKey: keyOf,
    estimateSize: (index) => ("todo" in lines[index]! ? 47 : 54),
    overscan: 8,
    scrollMargin: margin,
  });
  useLayoutEffect(() => {
    const main = document.getElementById("main");
    if (top.current && main) {
      setMargin(top.current.getBoundingClientRect().top - main.getBoundingClientRect().top + main.scrollTop);
    }
  }, [lines.length]);

  const open = useCallback(
    (todo: Todo) => {
      setActive(todo.id);
      setSearch((now) => {
        now.set("todo", todo.id);
        return now;
      });
    },
    [setSearch],
  );
  const focus = useCallback(
    (id: string) => {
      setActive(id);
      const index = lines.findIndex((line) => line.key === id);
      if (index >= 0) virtual.scrollToIndex(index);
      focusRow(id);
    },
    [lines, virtual],
  );
  const act = useListKeys({ todos, active, ordered, focus, tick: onTick, date: setDating });
  useEffect(() => {
    addEventListener("keydown", act);
    return () => removeEventListener("keydown", act);
  }, [act]);
  const shown = search.get("todo") ?? "";

  return (
    <>
      <ul
        className="todos"
        ref={top}
        style={{ position: "relative", height: virtual.getTotalSize() }}
        onFocus={({ target }) => target.id.startsWith("row-") && setActive(target.id.slice(4))}
      >
        {virtual.getVirtualItems().map((item) => {
          const line = lines[item.index]!;
          return (
            <li
              key={item.key}
              ref={virtual.measureElement}
              data-index={item.index}
              style={{ position: "absolute", inset: "0 0 auto", transform: `translateY(${item.start - margin}px)` }}
            >
              {"todo" in line ? (
                <TodoRow
                  todo={line.todo}
                  today={today}
                  dated={line.dated}
                  list={named ? people.list(line.todo.list_id) : undefined}
                  person={people.other(line.todo)}
                  active={line.todo.id === shown}
                  onTick={onTick}
                  onOpen={open}
                />
              ) : (
                line.title
              )}
            </li>
          );
        })}
      </ul>
      {dating && (
        <Suspense fallback={null}>
          <DateMenu todo={dating} onClose={() => setDating(undefined)} />
        </Suspense>
      )}
    </>
  );
}

const theMain = () => document.getElementById("main");

function flat(groups: readonly Group[]): Line[] {
  return groups.flatMap(({ key, title, todos, dated = false }) => [
    ...(title ? [{ key: `group-${key}`, title }] : []),
    ...todos.map((todo) => ({ key: todo.id, todo, dated })),
  ]);
}

/** Put the focus on a row, which may be drawn only with the next frame. */
function focusRow(id: string, tries = 10): void {
  const row = document.getElementById(`row-${id}`);
  if (row) row.focus();
  else if (tries) requestAnimationFrame(() => focusRow(id, tries - 1));
}

/** Names of lists and people, as the rows tell them. */
function usePeople(): { list(id: string): string | undefined; other(todo: Todo): string | undefined } {
  const lists = useLists();
  const me = useMe();
  return useMemo(() => {
    const byId = new Map(lists.map((list) => [list.id, list]));
    return {
      list: (id) => byId.get(id)?.name || undefined,
      other: (todo) => {
        if (todo.for === null || (todo.for === me.user_id && todo.user_id === me.user_id)) return undefined;
        const members = byId.get(todo.list_id)?.members;
        return members?.find((member) => member.user_id === todo.for)?.username ?? undefined;
      },
    };
  }, [lists, me]);
}

interface KeysOf {
  todos: readonly Todo[];
  active: string;
  ordered: boolean;
  focus(id: string): void;
  tick(todo: Todo): void;
  date(todo: Todo): void;
}

function useListKeys({ todos, active, ordered, focus, tick, date }: KeysOf): (event: KeyboardEvent) => void {
  return useCallback(
    (event) => {
      if (isTyping(event.target) || event.ctrlKey || event.metaKey || document.querySelector("dialog[open]")) return;
      const at = todos.findIndex((todo) => todo.id === active);
      const todo = todos[at];
      const take = (work: () => void) => {
        event.preventDefault();
        work();
      };
      const go = (to: number) => {
        const next = todos[Math.max(0, Math.min(to, todos.length - 1))];
        if (next) focus(next.id);
      };
      const done = (work: (todo: Todo) => void) => {
        if (!todo) return;
        const next = todos[at + 1] ?? todos[at - 1];
        work(todo);
        if (next) focus(next.id);
      };
      const { key } = event;
      if (event.altKey) {
        const by = key === "ArrowUp" ? -1 : key === "ArrowDown" ? 1 : 0;
        if (by && todo && ordered) take(() => move(todos, at, by, focus));
        return;
      }
      const inList = event.target instanceof Element && event.target.closest(".todos") !== null;
      if (inList && (key === "ArrowDown" || key === "ArrowUp")) return take(() => go(at + (key === "ArrowDown" ? 1 : -1)));
      if (inList && key === "Delete") return take(() => done(remove));
      if (!lettersOn()) return;
      if (key === "j") take(() => go(at + 1));
      else if (key === "k") take(() => go(at < 0 ? 0 : at - 1));
      else if (key === "e") take(() => done(tick));
      else if (key === "t" && todo) take(() => date(todo));
      else if (/^[0-4]$/.test(key) && todo) take(() => change(todo, { priority: todo.priority === +key ? 0 : +key }));
    },
    [todos, active, ordered, focus, tick, date],
  );
}

/** Move a to-do one place, between its new neighbours. */
function move(todos: readonly Todo[], at: number, by: number, focus: (id: string) => void): void {
  const to = at + by;
  if (to < 0 || to >= todos.length) return;
  const rest = todos.filter((_, place) => place !== at);
  const before = rest[to - 1]?.position ?? "";
  const after = rest[to]?.position ?? "";
  const todo = todos[at]!;
  change(todo, { position: between(before, before < after || !after ? after : "") });
  focus(todo.id);
}
