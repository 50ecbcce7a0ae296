/** What a person can do to a to-do. Each is shown at once, goes through the outbox, and can be undone. */
import { toast } from "../components/toasts.ts";
import { texts } from "../i18n/index.ts";
import { sentence } from "../i18n/said.ts";
import type { Change, Entry } from "./entries.ts";
import { newId } from "./ids.ts";
import { first, last } from "./positions.ts";
import { collection, hearers, outbox } from "./replica.ts";
import type { NewTodo, Todo, TodoChange } from "./todo.ts";
import { pushUndo } from "./undo.ts";

type Reverse = (entry: Entry) => Change;

function act(change: Change, told: string | undefined, reverse: Reverse): Entry {
  const entry = outbox.add(change);
  const back = () => {
    if (!outbox.takeBack(entry)) outbox.add(reverse(entry));
  };
  const undo = pushUndo(back);
  if (told) toast({ text: told, action: { text: texts().app.undo, run: undo } });
  return entry;
}

export interface Draft {
  user: number;
  list: string;
  body: Partial<NewTodo>;
  /** What the line stands for, as far as it is known. */
  shown: Partial<Todo>;
  line: string;
  /** The day it is due when the line names none. */
  fallback?: string | undefined;
}

/** Add a to-do or a step. */
export function add({ user, list, body, shown, line, fallback }: Draft): Entry {
  const id = newId();
  const at = new Date().toISOString();
  const draft: Todo = {
    id, list_id: list, user_id: user, title: line, notes: "", for: null, done: false, done_at: null, done_by: null,
    due: null, due_at: null, priority: 0, labels: [], repeat: null, remind: null, parent_id: null,
    position: shown.parent_id ? last(id) : first(id), created_at: at, updated_at: at, deleted_at: null, version: 0,
    message: { state: "none", error: null }, ...shown,
  };
  const change: Change = { kind: "create", id, body: { ...body, id } as NewTodo, draft, line, fallback };
  return act(change, undefined, () => ({ kind: "delete", id, before: collection.get(id) ?? draft }));
}

/** Change members of a to-do. */
export function change(before: Todo, members: TodoChange, told?: string): void {
  const was = Object.fromEntries(Object.keys(members).map((name) => [name, before[name as keyof Todo]])) as TodoChange;
  act({ kind: "change", id: before.id, members, before }, told, () => ({
    kind: "change", id: before.id, members: was, before: collection.get(before.id) ?? before,
  }));
}

/** Tick it off, or open it again. */
export function tick(todo: Todo): void {
  if (todo.done) return change(todo, { done: false }, texts().todo.reopened);
  if (!todo.repeat) return change(todo, { done: true }, texts().todo.ticked);
  act({ kind: "change", id: todo.id, members: { done: true }, before: todo }, texts().todo.ticked, () => ({
    kind: "undo", id: todo.id, before: collection.get(todo.id) ?? todo, after: todo,
  }));
}

/** Move it to the trash. */
export function remove(todo: Todo): void {
  act({ kind: "delete", id: todo.id, before: todo }, texts().todo.deleted, () => ({
    kind: "restore", id: todo.id, before: collection.get(todo.id) ?? todo,
  }));
}

/** Move several to the trash; one undo brings them all back. */
export function removeAll(todos: readonly Todo[], told: string): void {
  const gone = todos.map((todo) => ({ todo, entry: outbox.add({ kind: "delete", id: todo.id, before: todo }) }));
  const undo = pushUndo(() => {
    for (const { todo, entry } of gone) {
      if (!outbox.takeBack(entry)) outbox.add({ kind: "restore", id: todo.id, before: collection.get(todo.id) ?? todo });
    }
  });
  toast({ text: told, action: { text: texts().app.undo, run: undo } });
}

/** Take it out of the trash. */
export function restore(todo: Todo): void {
  act({ kind: "restore", id: todo.id, before: todo }, texts().todo.restored, () => ({
    kind: "delete", id: todo.id, before: collection.get(todo.id) ?? todo,
  }));
}

hearers.refused.add((entry, error) => {
  if (entry.kind === "create") return; // the field takes its line back
  toast({ text: texts().todo.failed(entry.before.title), detail: sentence(error), bad: true });
});
