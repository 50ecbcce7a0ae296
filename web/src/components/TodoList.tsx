/**
 * To-dos in groups, drawn only where they can be seen, and moved through by keys: j and k, e, Enter, t, 1 to 4, Delete,
 * and Alt with the arrows where the order is the person's own; there a pointer moves them too.
 */
import { defaultRangeExtractor, type Range, useVirtualizer } from "@tanstack/react-virtual";
import { lazy, type ReactNode, type RefObject, Suspense, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useSearchParams } from "wouter";
import { useLists, useMe } from "../app/Account.tsx";
import { isTyping, lettersOn } from "../app/keys.ts";
import { useToday } from "../app/useToday.ts";
import { change, remove, restore, tick } from "../todos/actions.ts";
import { moveTo } from "../todos/order.ts";
import type { Todo } from "../todos/todo.ts";
import { TodoRow } from "./TodoRow.tsx";
import { type Drag, room, useReorder } from "./useReorder.ts";

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
  /** The order is the person's own: Alt with the arrows changes it, and so does a pointer. One group without a heading. */
  ordered?: boolean;
  /** These are in the trash: in place of ticking, one puts them back. */
  restores?: boolean;
}

export function TodoList({ groups, named = false, ordered = false, restores = false }: Props) {
  const onTick = restores ? restore : tick;
  const today = useToday();
  const people = usePeople();
  const [search, setSearch] = useSearchParams();
  const active = useRef("");
  const [dating, setDating] = useState<Todo>();
  const top = useRef<HTMLUListElement>(null);
  const [margin, setMargin] = useState(0);
  const lines = useMemo(() => new Lines(groups), [groups]);

  // Stable for as long as the lines are: else all of them are measured anew with every frame.
  const keyOf = useCallback((index: number) => lines.at(index).key, [lines]);
  // What is held stays drawn however far one scrolls: a finger's events end with the element it began on.
  const dragged = useRef<Drag>(undefined);
  const drawn = useCallback((range: Range) => {
    const places = defaultRangeExtractor(range);
    const held = dragged.current?.from;
    return held === undefined || places.includes(held) ? places : [...places, held].sort((a, b) => a - b);
  }, []);
  const virtual = useVirtualizer({
    count: lines.count,
    getScrollElement: theMain,
    getItemKey: keyOf,
    estimateSize: (index) => (lines.at(index).todo ? 47 : 54),
    overscan: 5,
    scrollMargin: margin,
    rangeExtractor: drawn,
  });
  const { drag, take } = useReorder({
    todos: lines.todos,
    measured: () => virtual.measurementsCache.map(({ start, size }) => ({ start: start - margin, size })),
    onDrop: (from, to) => moveTo(lines.todos, from, to),
  });
  dragged.current = drag;
  useLayoutEffect(() => {
    const main = document.getElementById("main");
    if (top.current && main) {
      setMargin(top.current.getBoundingClientRect().top - main.getBoundingClientRect().top + main.scrollTop);
    }
  }, [lines.count]);

  const open = useCallback(
    (todo: Todo) => {
      active.current = todo.id;
      setSearch((now) => {
        now.set("todo", todo.id);
        return now;
      });
    },
    [setSearch],
  );
  const focus = useCallback(
    (id: string) => {
      active.current = id;
      const index = lines.lineOf(lines.placeOf(id));
      if (index >= 0) virtual.scrollToIndex(index);
      focusRow(id);
    },
    [lines, virtual],
  );
  const act = useListKeys({ lines, active, ordered, focus, tick: onTick, date: setDating });
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
        data-dragging={drag ? true : undefined}
        onPointerDown={ordered ? take : undefined}
        style={{ position: "relative", height: virtual.getTotalSize() }}
        onFocus={({ target }) => {
          if (target.id.startsWith("row-")) active.current = target.id.slice(4);
        }}
      >
        {virtual.getVirtualItems().map((item) => {
          const line = lines.at(item.index);
          return (
            <li
              key={item.key}
              ref={virtual.measureElement}
              data-index={item.index}
              data-held={drag?.from === item.index || undefined}
              style={{
                position: "absolute",
                inset: "0 0 auto",
                transform: `translateY(${drag?.from === item.index ? drag.top : item.start - margin + room(drag, item.index)}px)`,
              }}
            >
              {line.todo ? (
                <TodoRow
                  todo={line.todo}
                  today={today}
                  dated={line.group.dated}
                  list={named ? people.list(line.todo.list_id) : undefined}
                  person={people.other(line.todo)}
                  active={line.todo.id === shown}
                  restores={restores}
                  grip={ordered}
                  onTick={onTick}
                  onOpen={open}
                />
              ) : (
                line.group.title
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

interface Line {
  key: string;
  group: Group;
  /** Missing in the heading of a group. */
  todo?: Todo;
}

/** Groups as lines one below the other, worked out only for those that are asked for: there may be ten thousand. */
class Lines {
  readonly count: number;
  readonly todos: readonly Todo[];
  readonly #groups: readonly Group[];

  constructor(groups: readonly Group[]) {
    this.#groups = groups;
    this.todos = groups.length === 1 ? groups[0]!.todos : groups.flatMap((group) => group.todos);
    this.count = groups.reduce((sum, group) => sum + heading(group) + group.todos.length, 0);
  }

  at(index: number): Line {
    for (const group of this.#groups) {
      if (heading(group)) {
        if (index === 0) return { key: `group-${group.key}`, group };
        index -= 1;
      }
      const todo = group.todos[index];
      if (todo) return { key: todo.id, group, todo };
      index -= group.todos.length;
    }
    throw new RangeError("there is no such line");
  }

  placeOf(id: string): number {
    return this.todos.findIndex((todo) => todo.id === id);
  }

  /** The line of the to-do at a place among all of them. */
  lineOf(place: number): number {
    let line = place;
    for (const group of this.#groups) {
      line += heading(group);
      if (place < group.todos.length) return line;
      place -= group.todos.length;
    }
    return -1;
  }
}

const heading = (group: Group): number => (group.title ? 1 : 0);

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
  lines: Lines;
  active: RefObject<string>;
  ordered: boolean;
  focus(id: string): void;
  tick(todo: Todo): void;
  date(todo: Todo): void;
}

function useListKeys({ lines, active, ordered, focus, tick, date }: KeysOf): (event: KeyboardEvent) => void {
  return useCallback(
    (event) => {
      if (isTyping(event.target) || event.ctrlKey || event.metaKey || document.querySelector("dialog[open]")) return;
      const { todos } = lines;
      const at = lines.placeOf(active.current);
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
        if (by && todo && ordered) take(() => moveTo(todos, at, at + by) && focus(todo.id));
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
    [lines, active, ordered, focus, tick, date],
  );
}
