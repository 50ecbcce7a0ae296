/** A to-do gets another place in its list: one change of its `position`, between its new neighbours. */
import { texts } from "../i18n/index.ts";
import { change } from "./actions.ts";
import { between } from "./positions.ts";
import type { Todo } from "./todo.ts";

/** Move the to-do at one place to another, among those shown in order. False when there is no such place. */
export function moveTo(todos: readonly Todo[], from: number, to: number): boolean {
  const todo = todos[from];
  if (!todo || to < 0 || to >= todos.length) return false;
  const rest = todos.filter((_, place) => place !== from);
  const before = rest[to - 1]?.position ?? "";
  const after = rest[to]?.position ?? "";
  change(todo, { position: between(before, before < after || !after ? after : "") }, texts().todo.placed);
  return true;
}
