/** Changes on their way to the service: what each one is, what it makes of a to-do until it has arrived, how it is sent. */
import type { AxiosInstance } from "axios";
import { problemOf, problemType } from "../api/problem.ts";
import type { NewTodo, Todo, TodoChange } from "./todo.ts";

export type Change =
  | { kind: "create"; id: string; body: NewTodo; draft: Todo; line: string; fallback?: string | undefined }
  | { kind: "change"; id: string; members: TodoChange; before: Todo }
  | { kind: "delete"; id: string; before: Todo }
  | { kind: "restore"; id: string; before: Todo }
  | { kind: "undo"; id: string; before: Todo; after: Todo };

/** A change with its place in the order; `key` is also its `Idempotency-Key`, so that it counts once. */
export type Entry = Change & { key: string; user: number; at: string };

/** What the entry makes of the to-do, before the service has answered. */
export function apply(todo: Todo | undefined, entry: Entry): Todo | undefined {
  if (entry.kind === "create") return todo ?? entry.draft;
  const now = todo ?? entry.before;
  switch (entry.kind) {
    case "change":
      return changed(now, entry.members, entry);
    case "delete":
      return { ...now, deleted_at: entry.at };
    case "restore":
      return { ...now, deleted_at: null };
    case "undo":
      return { ...entry.after, version: now.version };
  }
}

function changed(todo: Todo, members: TodoChange, entry: Entry): Todo {
  const next = { ...todo, ...members } as Todo;
  if (members.done !== undefined) {
    next.done_at = members.done ? entry.at : null;
    next.done_by = members.done ? entry.user : null;
  }
  return next;
}

/** Send one entry. Returns what the service says of the to-do now; undefined when it is gone. */
export async function send(http: AxiosInstance, entry: Entry, stored: Todo | undefined): Promise<Todo | undefined> {
  const headers = { "Idempotency-Key": entry.key };
  const path = `/todo/${entry.id}`;
  switch (entry.kind) {
    case "create":
      return (await http.post<Todo>("/todo", await bodyOf(http, entry), { headers })).data;
    case "change":
      return change(http, path, entry);
    case "restore":
      return (await http.post<Todo>(`${path}/restore`, undefined, { headers })).data;
    case "undo":
      return (await http.post<Todo>(`${path}/undo`, undefined, { headers })).data;
    case "delete":
      await remove(http, path);
      return stored && { ...stored, deleted_at: entry.at };
  }
}

/** The body of a new to-do. On Today a line that names no day is for today; only the service can tell which does. */
async function bodyOf(http: AxiosInstance, { body, fallback }: Extract<Entry, { kind: "create" }>): Promise<NewTodo> {
  if (!fallback || !body.quick) return body;
  const { data } = await http.post<{ due: string | null; repeat: string | null }>("/todo/parse", { quick: body.quick });
  return data.due || data.repeat ? body : { ...body, due: fallback };
}

type Changing = Extract<Entry, { kind: "change" }>;

async function change(http: AxiosInstance, path: string, entry: Changing): Promise<Todo> {
  const { before, members } = entry;
  if (!members.done || !before.repeat) return (await http.patch<Todo>(path, members)).data;
  // Ticking a repeating to-do twice would move it on twice: it may happen to the version that was ticked only.
  for (let version = before.version; ; ) {
    try {
      return (await http.patch<Todo>(path, members, { headers: { "If-Match": `"${version}"` } })).data;
    } catch (error) {
      if (problemType(error) !== "stale") throw error;
      const { todo } = problemOf(error) as unknown as { todo: Todo };
      if (todo.due !== before.due || todo.done || todo.version === version) return todo;
      version = todo.version;
    }
  }
}

async function remove(http: AxiosInstance, path: string): Promise<void> {
  try {
    await http.delete(path);
  } catch (error) {
    if (problemType(error) !== "not-found") throw error;
  }
}
